"""Sweeping: a message whose job was lost or gave up must not stay unseen."""

import logging

from bot.desk import DECIDE_JOB
from bot.house import House
from bot.store.work import Work

SWEEP_JOB = "message.sweep"
"""The kind of the periodic job that looks for messages nobody works on."""

log = logging.getLogger(__name__)


async def sweep(house: House) -> None:
    """Quarantine messages whose job gave up, and cause a job for those that have none."""
    await house.store.run(lambda work: _sweep(house, work))


async def undrawn(house: House) -> None:
    """Withdraw what a desk without Slack will never draw: the cases themselves are kept."""
    await house.store.run(_withdraw)


def _withdraw(work: Work) -> None:
    for item in work.outbox.listed("queued", "held"):
        if item.kind == "slack":
            work.outbox.withdraw(item.id)


def _sweep(house: House, work: Work) -> None:
    now = house.clock()
    unfinished = work.messages.unfinished()
    given_up, in_hand = work.jobs.arguments(DECIDE_JOB, "message")
    for message in unfinished:
        if message in given_up and message not in in_hand:
            work.messages.quarantine(message, "job_failed", given_up[message], now)
    lost = [m for m in unfinished if m not in given_up and m not in in_hand]
    work.jobs.defer_many(DECIDE_JOB, [{"message": m} for m in lost], now)
    if lost:
        log.warning("%d messages had no job and got one", len(lost))
