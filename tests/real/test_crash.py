"""kill -9 at every named step, on both databases: nothing is lost and nothing is doubled."""

import asyncio
import random
from pathlib import Path

import pytest

from bot.crashpoints import POINTS
from tests.bot.houses import REISSUE, Hands, mail, open_desk, write_settings
from tests.real.dovecot import Dovecot
from tests.real.served import Process, Tally, imap, process, questions, sent, tally, until
from tests.real.smtp_sink import Fault, SmtpSink

MAILS = 4
WINDOW = frozenset({"after_250"})
"""Where a crash lets a reply leave twice: the server said 250 and the desk had not noted it."""


@pytest.fixture
def config(tmp_path: Path, database_url: str, dovecot: Dovecot, user: str, sink: SmtpSink) -> Path:
    """Give a desk with three questions and a re-issue waiting in its mailbox."""
    way_in = imap(dovecot, user, ', move_to = "Done"', first_run="answer")
    made = write_settings(tmp_path, database_url, smtp=sink.port, way_in=way_in)
    open_desk(made, Hands()).close()
    reissue = mail("DX-1024-7731\n" + REISSUE, message_id="<r@aoba.example.co.jp>")
    dovecot.append(user, *questions(MAILS - 1), reissue)
    return made


def assert_whole(told: Tally) -> None:
    """Every mail has one case and one reply that left, and the re-issue one ledger line."""
    assert told.states == {"answered": MAILS}
    assert (told.cases, told.answered, told.replies) == (MAILS, MAILS, {"sent": MAILS})
    assert (told.ledger, told.findings) == (1, 0)


@pytest.mark.real
@pytest.mark.parametrize("point", POINTS)
async def test_a_desk_killed_at_any_step_goes_on_where_it_was(
    config: Path, point: str, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    with process(config, die_at=point) as dying:
        await dying.dead()
    with process(config) as served:
        await until(lambda: len(sent(sink)) == MAILS, f"four answers; {served.log()}")
        await until(lambda: tally(config).replies == {"sent": MAILS}, "the marks")
        await served.stop()
    assert_whole(tally(config))
    assert max(sent(sink).values()) == (2 if point in WINDOW else 1)
    with dovecot.client(user) as inbox, dovecot.client(user, "Done") as done:
        assert (len(inbox.search()), len(done.search())) == (0, MAILS)


@pytest.mark.real
async def test_a_desk_killed_while_it_waits_for_the_250_sends_the_same_message_again(
    config: Path, sink: SmtpSink
) -> None:
    sink.faults += [Fault.STORED_THEN_SILENT] * MAILS
    with process(config) as dying:
        await until(lambda: len(sink.stored) == MAILS, f"DATA; {dying.log()}")
        dying.kill()
    with process(config) as served:
        await until(lambda: len(sink.stored) == 2 * MAILS, f"the answers again; {served.log()}")
        await until(lambda: tally(config).replies == {"sent": MAILS}, "the marks")
        await served.stop()
    assert_whole(tally(config))
    assert set(sent(sink).values()) == {2}


CHAOS = 150
FAULTS = (
    Fault.GREETING_421,
    Fault.MAIL_451,
    Fault.DATA_451,
    Fault.CUT_AFTER_DATA,
    Fault.STORED_THEN_CUT,
    Fault.MAIL_CUT,
)


@pytest.mark.real
async def test_killed_again_and_again_under_load_it_loses_and_doubles_nothing(
    tmp_path: Path, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    way_in = imap(dovecot, user, ', move_to = "Done"', first_run="answer")
    config = write_settings(
        tmp_path, f"sqlite:///{tmp_path}/desk.db", smtp=sink.port, way_in=way_in
    )
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[desk]\n", "[desk]\nreplies_per_day = 1000\n"), "utf-8")
    open_desk(config, Hands()).close()
    chance = random.Random(7)
    for turn in range(5):
        arriving = questions(CHAOS // 5, first=turn * CHAOS // 5)
        await asyncio.to_thread(dovecot.append, user, *arriving)
        before = len(sink.stored)
        with process(config):  # killed at the end of the block
            sink.faults += chance.sample(FAULTS, 3)
            wanted = before + chance.randrange(1, CHAOS // 5)
            await until(lambda: len(sink.stored) >= wanted, "progress")  # noqa: B023
    served = Process(config)
    try:
        await until(lambda: len(sent(sink)) == CHAOS, f"all answers; {served.log()}", 40)
        await until(lambda: tally(config).replies == {"sent": CHAOS}, "the marks")
        await served.stop()
    finally:
        served.kill()
    told = tally(config)
    assert told.states == {"answered": CHAOS}
    assert (told.cases, told.answered, told.findings) == (CHAOS, CHAOS, 0)
    with dovecot.client(user) as inbox, dovecot.client(user, "Done") as done:
        assert (len(inbox.search()), len(done.search())) == (0, CHAOS)
