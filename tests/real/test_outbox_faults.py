"""Whatever the SMTP server and the clock do, each reply leaves, and none as another message."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.outbox import app
from tests.real.offices import Office, open_office
from tests.real.served import questions, sent
from tests.real.servers import free_port
from tests.real.smtp_sink import Fault, SmtpSink


@pytest.fixture
async def office(tmp_path: Path, database_url: str, sink: SmtpSink) -> AsyncIterator[Office]:
    async with open_office(tmp_path, database_url, sink.port, patience=0.3) as opened:
        yield opened


NOT_TAKEN = (
    Fault.GREETING_421,
    Fault.MAIL_421,
    Fault.MAIL_451,
    Fault.MAIL_CUT,
    Fault.RCPT_450,
    Fault.DATA_451,
    Fault.DATA_421,
    Fault.DATA_452,
    Fault.CUT_AFTER_DATA,
)
TAKEN_BUT_UNSAID = (Fault.STORED_THEN_CUT, Fault.STORED_THEN_SILENT, Fault.STORED_THEN_GARBAGE)


@pytest.mark.parametrize("fault", NOT_TAKEN + TAKEN_BUT_UNSAID)
async def test_after_a_fault_the_reply_leaves_with_the_message_id_it_had(
    office: Office, sink: SmtpSink, fault: Fault
) -> None:
    office.post.take(*questions(1))
    sink.faults.append(fault)
    await office.work()
    (waiting,) = office.mails()
    assert (waiting.state, waiting.attempts) == ("queued", 1)
    assert waiting.last_error
    await office.pass_time(seconds=4)
    assert office.mails()[0].attempts == 1
    await office.pass_time(seconds=1)
    assert office.mails()[0].state == "sent"
    copies = 2 if fault in TAKEN_BUT_UNSAID else 1
    assert sent(sink) == {waiting.message_id: copies}
    await office.pass_time(days=1)
    assert len(sink.stored) == copies


async def test_a_slow_server_is_waited_for_and_sends_nothing_twice(
    tmp_path: Path, sink: SmtpSink
) -> None:
    database = f"sqlite:///{tmp_path}/desk.db"
    async with open_office(tmp_path, database, sink.port) as office:
        office.post.take(*questions(1))
        sink.faults.append(Fault.STORED_THEN_SILENT)
        working = asyncio.create_task(office.work())
        while not sink.stored:  # noqa: ASYNC110 - a real server runs beside
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        assert not working.done()
        sink.answer()
        await working
        assert [item.state for item in office.mails()] == ["sent"]
    assert len(sink.stored) == 1


async def test_a_refused_reply_is_listed_and_told_to_the_operators(
    office: Office, sink: SmtpSink, tmp_path: Path
) -> None:
    office.post.take(*questions(2))
    sink.faults.append(Fault.RCPT_550)
    await office.work()
    assert sorted(item.state for item in office.mails()) == ["failed", "sent"]
    (line,) = office.lines()
    assert "550 5.1.1 no such user" in line
    config = ["--config", str(tmp_path / "desk.toml")]
    listed = CliRunner().invoke(app, ["list", *config])
    assert "failed" in listed.output
    assert "550 5.1.1 no such user" in listed.output
    await office.pass_time(days=6)
    assert len(sink.stored) == 1
    assert CliRunner().invoke(app, ["retry", *config]).exit_code == 0
    await office.pass_time(minutes=1)
    assert [item.state for item in office.mails()] == ["sent", "sent"]


async def test_a_server_down_for_an_hour_is_asked_ever_less_and_then_gets_everything_once(
    tmp_path: Path, database_url: str, sink: SmtpSink
) -> None:
    async with open_office(tmp_path, database_url, free_port()) as office:
        office.post.take(*questions(5))
        for _ in range(60):
            await office.pass_time(minutes=1)
        waiting = office.mails()
        assert {item.state for item in waiting} == {"queued"}
        assert all(5 <= item.attempts <= 12 for item in waiting)
        await sink_at(office, sink)
        await office.pass_time(hours=1)
        assert {item.state for item in office.mails()} == {"sent"}
    assert sent(sink) == {item.message_id: 1 for item in waiting}


async def sink_at(office: Office, sink: SmtpSink) -> None:
    """Let the server come up where the desk looks for it."""
    smtp = office.house.settings.smtp
    assert smtp is not None
    await sink.stop()
    sink.port = smtp.port
    await sink.start()


async def test_after_five_days_a_reply_is_given_up_and_shown(
    tmp_path: Path, database_url: str
) -> None:
    async with open_office(tmp_path, database_url, free_port()) as office:
        office.post.take(*questions(1))
        await office.work()
        await office.pass_time(days=5, hours=1)
        assert [item.state for item in office.mails()] == ["failed"]
        assert len(office.lines()) == 1


async def test_a_clock_set_back_by_a_day_delays_nothing_by_more_than_a_minute(
    office: Office, sink: SmtpSink
) -> None:
    sink.faults.append(Fault.DATA_451)
    office.post.take(*questions(1))
    await office.work()
    assert office.mails()[0].state == "queued"
    office.post.take(*questions(1, first=1))
    office.clock.forward(days=-1)
    await office.work()
    office.post.take(*questions(1, first=2))
    await office.pass_time(minutes=1)
    assert office.states() == {"answered": 3}
    assert [item.state for item in office.mails()] == ["sent"] * 3
    assert set(sent(sink).values()) == {1}


async def test_a_clock_set_forward_and_back_sends_nothing_twice(
    office: Office, sink: SmtpSink
) -> None:
    for number, days in enumerate((0, 30, -31, 2)):
        office.clock.forward(days=days)
        office.post.take(*questions(1, first=number))
        await office.pass_time(minutes=1)
        await office.pass_time(minutes=1)
    assert office.states() == {"answered": 4}
    assert set(sent(sink).values()) == {1}
    assert len(sent(sink)) == 4


async def test_a_desk_whose_clock_was_set_back_while_it_was_down_goes_on(
    tmp_path: Path, database_url: str, sink: SmtpSink
) -> None:
    async with open_office(tmp_path, database_url, sink.port) as before:
        sink.faults.append(Fault.DATA_451)
        before.post.take(*questions(1))
        before.clock.forward(days=1)
        await before.work()
        assert before.mails()[0].state == "queued"
    async with open_office(tmp_path, database_url, sink.port) as after:
        await after.work()
        await after.pass_time(minutes=1)
        assert after.mails()[0].state == "sent"
