"""What can't be handled is set aside with its cause, soon seen, and never holds up the next."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.quarantine import app
from bot.intake import Arrival
from bot.reader import MEMORY, Reader
from bot.store import PermanentStoreError
from bot.store.causes import WORDS, Cause
from bot.store.messages import StoredMessage
from tests.bot.houses import mail
from tests.real.offices import Office, open_office
from tests.real.served import questions
from tests.real.smtp_sink import SmtpSink

FRAGILE = "tests.real.hanging_reader"


@pytest.fixture
async def office(tmp_path: Path, sink: SmtpSink) -> AsyncIterator[Office]:
    database = f"sqlite:///{tmp_path}/desk.db"
    async with open_office(tmp_path, database, sink.port) as opened:
        yield opened


@pytest.fixture
def fragile(office: Office) -> Office:
    """Give a desk whose reading process hangs, swells and dies when a mail says so."""
    office.house.reader = Reader(0.5, MEMORY, FRAGILE)
    office.house.patient = Reader(4.0, MEMORY, FRAGILE)
    return office


def trouble(word: str) -> bytes:
    return mail(f"DX-1024-7731\n操作方法を教えてください。{word}", message_id=f"<{word}@a.example>")


def held(office: Office) -> list[StoredMessage]:
    with office.house.store.reading() as work:
        return work.messages.by_state("quarantined")


async def test_a_mail_that_hangs_its_reader_does_not_hold_up_the_next(fragile: Office) -> None:
    hanging, good = fragile.post.take(trouble("HANG"), questions(1)[0])
    working = asyncio.create_task(fragile.work())
    async with asyncio.timeout(10):
        while fragile.post.stored(good).state != "answered":  # noqa: ASYNC110 - work goes on
            await asyncio.sleep(0.02)
    assert fragile.post.stored(hanging).state == "received"  # it still hangs, with more patience
    await working
    assert [m.cause for m in held(fragile)] == [Cause.PARSE_TIMEOUT]


async def test_a_mail_that_takes_long_is_read_with_patience_and_answered(fragile: Office) -> None:
    fragile.post.take(trouble("SLOW"))
    await fragile.work()
    assert fragile.states() == {"answered": 1}


@pytest.mark.parametrize("word", ["SWELL", "DIE"])
async def test_a_mail_that_ends_its_reader_harms_only_itself(fragile: Office, word: str) -> None:
    fragile.post.take(trouble(word), *questions(2))
    await fragile.work()
    assert fragile.states() == {"quarantined": 1, "answered": 2}
    assert [m.cause for m in held(fragile)] == [Cause.PARSE_FAILED]


async def test_many_hostile_mails_are_all_set_aside_and_all_others_answered(
    fragile: Office, sink: SmtpSink
) -> None:
    hostile = [trouble("DIE") + bytes([65 + n]) for n in range(6)]
    good = questions(4)
    mixed = [*hostile[:3], good[0], *hostile[3:], *good[1:]]
    fragile.post.take(*mixed)
    await fragile.work()
    assert fragile.states() == {"quarantined": 6, "answered": 4}
    assert len(sink.stored) == 4


async def test_operators_see_cause_and_source_and_can_try_again_after_a_fix(
    fragile: Office, sink: SmtpSink, tmp_path: Path
) -> None:
    (number,) = fragile.post.take(raw := trouble("DIE"))
    await fragile.work()
    assert "quarantine" in fragile.drawings()
    config = ["--config", str(tmp_path / "desk.toml")]
    listed = CliRunner().invoke(app, ["list", *config])
    assert f"{number}\t" in listed.output
    assert WORDS[Cause.PARSE_FAILED] in listed.output
    (row,) = json.loads(CliRunner().invoke(app, ["list", "--json", *config]).output)
    assert (row["id"], row["cause"]) == (number, "parse_failed")
    shown = CliRunner().invoke(app, ["show", str(number), *config])
    assert shown.stdout_bytes == raw
    fragile.house.reader.close()
    fragile.house.reader = Reader()
    assert CliRunner().invoke(app, ["retry", str(number), *config]).exit_code == 0
    await fragile.pass_time(days=7)  # the command had the real clock
    assert fragile.states() == {"answered": 1}
    assert len(sink.stored) == 1


async def test_each_way_not_to_be_handled_has_its_cause(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    deep = b"".join(
        b"Content-Type: multipart/mixed; boundary=%d\r\n\r\n--%d\r\n" % (n, n) for n in range(990)
    )
    over, damaged, stray = office.post.take(deep, *questions(2))
    withheld = Arrival("dax", "test:withheld", b"Subject: x\r\n\r\n", office.clock())
    office.post.desk.take([replace(withheld, withheld="larger than the mailbox takes")])
    blob = office.post.stored(damaged).sha256
    (Path(office.house.settings.desk.blobs) / blob[:2] / blob).write_bytes(b"other")
    rename(office, stray)
    await office.work()
    causes = {m.id: m.cause for m in held(office)}
    assert causes.pop(over) == Cause.OVER_LIMIT
    assert causes.pop(damaged) == Cause.RAW_DAMAGED
    assert causes.pop(stray) == Cause.MAILBOX_UNKNOWN
    assert list(causes.values()) == [Cause.WITHHELD]


def rename(office: Office, message: int) -> None:
    """Let a message be of a mailbox that is no longer in desk.toml."""
    with office.house.store.work() as work:
        work.connection.exec_driver_sql(
            f"UPDATE messages SET mailbox = 'gone' WHERE id = {int(message)}"  # noqa: S608 - a number
        )


async def test_whatever_keeps_failing_is_seen_within_a_minute(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("no facts for anybody")

    monkeypatch.setattr("bot.desk.Gatherer", broken)
    office.post.take(*questions(2))
    began = office.clock()
    await office.work()
    while office.states() != {"quarantined": 2}:
        await office.pass_time(seconds=5)
        assert (office.clock() - began).total_seconds() <= 60
    assert {m.cause for m in held(office)} == {Cause.JOB_FAILED}
    assert all("no facts for anybody" in (m.detail or "") for m in held(office))


async def test_a_message_that_lost_its_job_gets_one(office: Office) -> None:
    office.post.take(*questions(1))
    with office.house.store.work() as work:
        work.connection.exec_driver_sql("DELETE FROM jobs")
    await office.work()
    await office.pass_time(seconds=30)
    assert office.states() == {"answered": 1}


async def test_a_reply_whose_wake_up_was_given_up_is_sent_by_the_sweep(
    office: Office, sink: SmtpSink
) -> None:
    office.post.desk.decide_now(office.post.take(*questions(1)))
    with office.house.store.work() as work:
        work.connection.exec_driver_sql("DELETE FROM jobs")
    await office.pass_time(seconds=30)
    assert [item.state for item in office.mails()] == ["sent"]


def test_a_cause_out_of_the_list_is_refused_by_the_database(office: Office) -> None:
    (message,) = office.post.take(*questions(1))
    with pytest.raises(PermanentStoreError, match="cause_known"), office.house.store.work() as work:
        work.connection.exec_driver_sql("UPDATE messages SET state = 'quarantined', cause = 'mood'")
    assert office.post.stored(message).state == "received"
    assert set(WORDS) == set(Cause)
