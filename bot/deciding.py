"""Causing stored messages to be decided, without knowing how they are."""

from datetime import datetime

from bot.store.work import Work

DECIDE_JOB = "message.decide"
"""The kind of job that decides one stored message; its argument is ``message``."""


def decide_soon(work: Work, message: int, now: datetime) -> None:
    """Cause message `message` to be decided once this work is durable."""
    work.jobs.defer(DECIDE_JOB, {"message": message}, now)
