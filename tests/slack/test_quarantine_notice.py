"""Operators hear in the default queue's channel of what the desk could not handle."""

from bot.quarantine import set_aside
from bot.store.causes import WORDS, Cause
from bot.store.messages import NewMessage
from tests.slack.stage import TRIAGE, Stage


def quarantine(stage: Stage, cause: Cause, *keys: str) -> None:
    with stage.store.work() as work:
        for key in keys:
            new = NewMessage(key, "dax", "email", stage.now, stage.now, "0" * 64, 10)
            message = work.messages.add(new)
            assert message is not None
            set_aside(work, message, cause, "<!channel> the particulars", stage.now)


async def test_a_quarantined_message_is_told_once_a_minute_with_its_cause(stage: Stage) -> None:
    quarantine(stage, Cause.PARSE_FAILED, "a", "b", "c")
    await stage.work_off()
    (told,) = [str(call) for call in stage.double.calls("chat.postMessage")]
    assert TRIAGE in told
    assert "3件" in told
    assert WORDS[Cause.PARSE_FAILED] in told
    assert "particulars" not in told  # what a mail brought about is not for Slack
    stage.pass_time(minutes=1)
    quarantine(stage, Cause.OVER_LIMIT, "d")
    await stage.work_off()
    assert len(stage.double.calls("chat.postMessage")) == 2


async def test_what_was_tried_again_before_slack_was_there_is_not_told(stage: Stage) -> None:
    quarantine(stage, Cause.PARSE_FAILED, "a")
    with stage.store.work() as work:
        work.messages.reopen(1)
    await stage.work_off()
    assert stage.double.calls("chat.postMessage") == []
    with stage.store.reading() as work:
        assert work.outbox.next_due("slack") is None
