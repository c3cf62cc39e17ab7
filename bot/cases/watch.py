"""What time does to cases: snoozes end, due times are called out, resolved ones are closed."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.cases import commands
from bot.cases.outcome import Actor, Seen
from bot.cases.states import CaseState
from bot.clock import Clock
from bot.drawing import post_alarm
from bot.jobs import Handler, Periodic
from bot.store import Store
from bot.store.cases import Case
from bot.store.job_table import Job
from bot.store.work import Work

WATCH_JOB = "cases.watch"
"""The kind of job that looks at the clock; it comes round every minute."""
EVERY = Periodic(WATCH_JOB, timedelta(minutes=1))
SOON = timedelta(minutes=60)
CLOSED_AFTER = timedelta(days=14)


def watch(work: Work, now: datetime) -> None:
    """Do what is due at the aware local time `now`; doing it twice is doing it once."""
    desk = Actor("desk", now, lead=True)
    for case in work.cases.listed(state=CaseState.SNOOZED):
        if case.snoozed_until is not None and case.snoozed_until <= now:
            commands.wake(work, Seen(case.number, case.version), desk)
    for state in (CaseState.OPEN, CaseState.CLAIMED, CaseState.APPROVAL):
        for case in work.cases.listed(state=state):
            _call_out(work, case, now)
    for case in work.cases.listed(state=CaseState.RESOLVED):
        if case.resolved_at is not None and case.resolved_at + CLOSED_AFTER <= now:
            commands.close(work, Seen(case.number, case.version), desk)


def _call_out(work: Work, case: Case, now: datetime) -> None:
    """Escalate before the due time and at it, once each for every due time a case gets."""
    if case.due_at is None or case.due_at - SOON > now:
        return
    post_alarm(work, case, "late" if case.due_at <= now else "soon", now)


def handlers(store: Store, clock: Clock) -> Mapping[str, Handler]:
    """Return the job that watches the clock, for the runner, which has `EVERY` among its rounds."""

    async def run(jobs: Sequence[Job]) -> None:
        del jobs  # one look at the clock does for all
        await store.run(partial(watch, now=clock()))

    return {WATCH_JOB: Handler(run, batch=10)}
