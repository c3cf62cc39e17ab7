"""Sweeping: what lost its job, or whose job gave up, must not stay unseen or unsent."""

import logging
from datetime import datetime, timedelta

from bot.deciding import DECIDE_JOB
from bot.desk import PATIENT_JOB
from bot.drawing import draw_soon
from bot.house import House
from bot.outbox import deliver_soon
from bot.quarantine import set_aside
from bot.store.causes import Cause
from bot.store.work import Work

SWEEP_JOB = "message.sweep"
"""The kind of the periodic job that looks for messages nobody works on."""
EVERY = timedelta(seconds=30)
"""How often it is looked; operators see within a minute what can't go on."""

log = logging.getLogger(__name__)


async def sweep(house: House) -> None:
    """Quarantine messages whose job gave up; cause a job for what is due and has none."""
    await house.store.run(lambda work: _sweep(house, work))


async def undrawn(house: House) -> None:
    """Withdraw what a desk without Slack will never draw: the cases themselves are kept."""
    await house.store.run(lambda work: work.outbox.withdraw_all("slack"))


def _sweep(house: House, work: Work) -> None:
    now = house.clock()
    _settle_messages(work, now)
    if _is_due(work, "mail", now):
        deliver_soon(work, now)
    if _is_due(work, "slack", now):
        draw_soon(work, now)


def _settle_messages(work: Work, now: datetime) -> None:
    unfinished = work.messages.unfinished()
    given_up: dict[int, str] = {}
    in_hand: set[int] = set()
    for kind in (DECIDE_JOB, PATIENT_JOB):
        failed, working = work.jobs.arguments(kind, "message")
        given_up |= failed
        in_hand |= working
    for message in unfinished:
        if message in given_up and message not in in_hand:
            set_aside(work, message, Cause.JOB_FAILED, given_up[message], now)
    lost = [m for m in unfinished if m not in given_up and m not in in_hand]
    work.jobs.defer_many(DECIDE_JOB, [{"message": m} for m in lost], now)
    if lost:
        log.warning("%d messages had no job and got one", len(lost))


def _is_due(work: Work, kind: str, now: datetime) -> bool:
    """Tell whether something is to be sent now, whose wake-up may have been given up."""
    following = work.outbox.next_due(kind)
    return following is not None and following <= now
