"""Slack's bad days: nothing is lost and nothing stands there twice."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

import pytest

from bot.cases import commands
from bot.cases.outcome import Actor, Seen
from bot.cases.overview import Overview
from bot.slack.blocks import Block
from bot.slack.card import card as drawn_card
from bot.slack.connection import Timing
from bot.store import TemporaryStoreError, Work
from tests.slack.stage import TRIAGE, Stage
from tests.slack_double import Fault, SlackDouble
from tests.slack_double.block_kit import words
from tests.slack_double.delivery import signature

T = TypeVar("T")

LOST = {
    "answer lost after it was posted": Fault(drop="after"),
    "line cut before it was posted": Fault(drop="before"),
    "server error": Fault(status=503),
    "internal error": Fault(error="internal_error"),
}


@pytest.mark.parametrize("fault", LOST.values(), ids=LOST)
async def test_a_failed_post_ends_as_one_card(stage: Stage, fault: Fault) -> None:
    """Whether it was executed can't be known: the desk looks before it posts again."""
    stage.double.faults.add("chat.postMessage", fault, fault)
    number = stage.open_case().number
    await stage.work_off()
    for _ in range(2):
        stage.pass_time(minutes=2)
        await stage.work_off()
    assert len(stage.cards(number)) == 1
    assert stage.case(number).card_ts == stage.card(number).ts


async def test_it_isnt_tried_again_while_it_may_still_happen(waiting_stage: Stage) -> None:
    """A post that timed out may still be executed: the pause is longer than the timeout."""
    stage = waiting_stage
    stage.timing = Timing(answer=0.4)
    stage.desk = stage.new_desk()
    await stage.start()
    stage.double.faults.add("chat.postMessage", Fault(delay=0.8))
    number = stage.open_case().number
    await stage.work_off()
    stage.pass_time(seconds=0.5)
    await stage.work_off()
    await stage.settle(lambda: not stage.double.faults.delayed and stage.cards(number))
    stage.pass_time(minutes=1)
    await stage.work_off()
    assert len(stage.cards(number)) == 1
    assert len(stage.double.calls("chat.postMessage")) == 1


async def test_a_rate_limit_is_waited_for(stage: Stage) -> None:
    """429 carries its own pause; the card comes after it."""
    stage.double.faults.add("chat.postMessage", Fault(status=429, retry_after=1))
    number = stage.open_case().number
    await stage.work_off()
    assert stage.card(number)


async def test_a_lost_redraw_is_drawn_again(stage: Stage) -> None:
    """chat.update that fails leaves an old card for a moment, not for ever."""
    number = stage.open_case().number
    await stage.work_off()
    stage.double.faults.add("chat.update", Fault(status=500))
    await stage.press(stage.hanako, "担当する", number)
    assert "対応中" not in words(stage.card(number).blocks)
    stage.pass_time(minutes=1)
    await stage.work_off()
    assert "対応中" in words(stage.card(number).blocks)


async def test_a_deleted_card_is_drawn_again(stage: Stage) -> None:
    """Somebody removed it: the next change brings it back."""
    number = stage.open_case().number
    await stage.work_off()
    old = stage.card(number)
    stage.double.space.messages[TRIAGE].remove(old)
    with stage.store.work() as work:
        commands.claim(work, Seen(number, 1), Actor("web:saburo", stage.now))
    await stage.work_off()
    assert "saburo" in words(stage.card(number).blocks)


async def test_a_card_slack_never_takes_doesnt_hold_the_others(stage: Stage) -> None:
    """A refusal of the content stops that row, visibly."""
    stage.double.faults.add("chat.postMessage", Fault(error="invalid_blocks"))
    first, second = stage.open_case().number, stage.open_case().number
    await stage.work_off()
    assert stage.cards(first) == []
    assert stage.card(second)
    with stage.store.reading() as work:
        (row,) = work.outbox.listed("failed")
    assert (row.case_number, row.last_error) == (first, "invalid_blocks")


async def test_a_card_that_breaks_its_drawing_doesnt_hold_the_others(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A mistake of the desk's own in one case is that case's trouble only."""
    broken, fine = stage.open_case().number, stage.open_case().number

    def card(seen: Overview, now: datetime) -> list[Block]:
        if seen.case.number == broken:
            raise KeyError("planted")
        return drawn_card(seen, now)

    monkeypatch.setattr("bot.slack.painter.card", card)
    await stage.work_off()
    assert stage.card(fine)
    monkeypatch.undo()
    stage.pass_time(minutes=10)
    await stage.work_off()
    assert stage.card(broken)


async def test_a_channel_that_is_missing_holds_only_its_own_cases(stage: Stage) -> None:
    """The row waits until the channel is there."""
    del stage.double.space.messages["C0REISSUE"]
    lost, found = stage.open_case(queue="reissue").number, stage.open_case().number
    await stage.work_off()
    assert stage.card(found)
    stage.double.space.add_channel("C0REISSUE")
    stage.pass_time(minutes=10)
    await stage.work_off()
    assert stage.card(lost, "C0REISSUE")


async def test_slack_down_for_a_day_loses_nothing(stage: Stage) -> None:
    """Cases opened and worked on meanwhile are drawn on return, once each, as they then stand."""
    before = stage.open_case().number
    await stage.work_off()
    await stage.double.go_down()
    opened: list[str] = []
    for hour in range(24):
        opened.append(stage.open_case(subject=f"{hour}時の件").number)
        await stage.work_off()
        stage.pass_time(hours=1)
    with stage.store.work() as work:
        for number in (before, *opened[::2]):
            commands.claim(work, Seen(number, 1), Actor("web:saburo", stage.now))
    await stage.work_off()
    assert stage.desk.health()["error"]
    stage.double.come_back()
    stage.pass_time(minutes=10)
    await stage.work_off()
    for number in (before, *opened):
        shown = words(stage.card(number).blocks)
        assert ("saburo" in shown) == (number == before or number in opened[::2])
    with stage.store.reading() as work:
        assert work.outbox.listed("queued", "failed") == []
    assert stage.desk.health()["error"] is None


async def test_the_desk_starts_while_slack_is_down(waiting_stage: Stage) -> None:
    """Starting never waits for Slack; buttons work once it is back."""
    stage = waiting_stage
    await stage.double.go_down()
    await stage.desk.start()
    number = stage.open_case().number
    await stage.work_off()
    stage.double.come_back()
    if stage.double.mode == "http":
        stage.double.request_url = f"http://127.0.0.1:{stage.desk.port}/slack/events"
    else:
        await stage.settle(lambda: stage.double.sockets.connected)
    stage.pass_time(minutes=10)
    await stage.work_off()
    await stage.press(stage.hanako, "担当する", number)


async def test_an_event_is_told_again_until_it_is_durable(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the database is away nothing is acknowledged; later the post is kept once."""
    number = stage.open_case().number
    await stage.work_off()
    stage.double.patience = 0.3
    real, failures = stage.store.run, iter([True, True])

    async def failing(do: Callable[[Work], T], *, attempts: int = 5) -> T:
        if next(failures, False):
            raise TemporaryStoreError("database is locked")
        return await real(do, attempts=attempts)

    monkeypatch.setattr(stage.store, "run", failing)
    await stage.hanako.say(TRIAGE, "電話済み", stage.card(number).ts)
    await stage.work_off()
    with stage.store.reading() as work:
        assert [n.text for n in work.notes.of_case(number)] == ["電話済み"]


SOCKET = pytest.mark.parametrize("double", ["socket"], indirect=True)


@SOCKET
async def test_refused_handshakes_are_survived(stage: Stage) -> None:
    """The SDK would try the used-up address for ever; the watchdog asks for another."""
    sockets = stage.double.sockets
    accepted, sockets.refuse_handshakes = sockets.accepted, 2
    await sockets.close_all()
    await stage.settle(lambda: sockets.accepted > accepted)
    assert sockets.refused >= 2
    await _claims(stage)


@SOCKET
async def test_a_dead_line_is_noticed(stage: Stage) -> None:
    """No close, no error, only silence: pings find out."""
    sockets = stage.double.sockets
    accepted = sockets.accepted
    sockets.go_deaf()
    await stage.settle(lambda: sockets.accepted > accepted)
    await _claims(stage)


@SOCKET
async def test_slacks_own_disconnect_is_followed(stage: Stage) -> None:
    """Every few hours Slack asks for another connection."""
    sockets = stage.double.sockets
    accepted = sockets.accepted
    await sockets.say_disconnect()
    await stage.settle(lambda: sockets.accepted > accepted)
    await _claims(stage)


async def _claims(stage: Stage) -> None:
    await stage.settle(lambda: stage.double.sockets.connected and stage.desk.health()["connected"])
    number = stage.open_case().number
    stage.now += timedelta(minutes=1)
    await stage.work_off()
    await stage.press(stage.hanako, "担当する", number)
    assert stage.case(number).assignee == "slack:U0HANAKO"


HEADERS = {
    "no timestamp": {"X-Slack-Request-Timestamp": ""},
    "no number": {"X-Slack-Request-Timestamp": "jetzt"},
    "no digit but a number": {"X-Slack-Request-Timestamp": "\u00b2"},
    "too old": {"X-Slack-Request-Timestamp": "1500000000"},
    "wrong signature": {"X-Slack-Signature": "v0=" + "0" * 64},
}


@pytest.mark.parametrize("double", ["http"], indirect=True)
@pytest.mark.parametrize("wrong", HEADERS.values(), ids=HEADERS)
async def test_an_unsigned_request_is_refused(
    stage: Stage, double: SlackDouble, wrong: dict[str, str]
) -> None:
    """A wrong header is the caller's mistake (401), never a crash of the desk (500)."""
    body = '{"type": "url_verification", "challenge": "x"}'
    headers = {"Content-Type": "application/json", **signature(body)}
    async with double.session.post(double.request_url, data=body, headers=headers) as answer:
        assert answer.status == 200
    async with double.session.post(
        double.request_url, data=body, headers=headers | wrong
    ) as answer:
        assert answer.status == 401


@SOCKET
async def test_posts_missed_while_deaf_are_read_again(stage: Stage) -> None:
    """What was written while nothing was connected becomes a note after the reconnection."""
    number = stage.open_case().number
    await stage.work_off()
    sockets = stage.double.sockets
    accepted = sockets.accepted
    sockets.go_deaf()
    stage.hanako.write(TRIAGE, "聞こえますか", stage.card(number).ts)
    await stage.settle(lambda: sockets.accepted > accepted)

    def noted() -> bool:
        with stage.store.reading() as work:
            return bool(work.slack_inbox.waiting())

    await stage.settle(noted)
    await stage.work_off()
    with stage.store.reading() as work:
        assert [note.text for note in work.notes.of_case(number)] == ["聞こえますか"]
