"""What signing in leaves behind is not kept for ever: dead sessions, links and old guesses go."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.jobs import Handler, Periodic
from bot.store import Store
from bot.store.job_table import Job
from bot.store.work import Work
from bot.web.guessing import OF_ACCOUNT, OF_NETWORK

FORGET_JOB = "web.forget"
"""The kind of the periodic job that deletes what nobody can use any more."""
EVERY = Periodic(FORGET_JOB, timedelta(hours=1))
GUESSES_COUNT = max(OF_ACCOUNT.longest, OF_NETWORK.longest)
"""So long an attempt counts, and no lock is longer."""


def forget(work: Work, now: datetime) -> None:
    """Delete what is over at `now`; who signed in, and when, stays in the audit."""
    work.sessions.forget(now)
    work.users.forget_links(now)
    work.guesses.forget(now - GUESSES_COUNT)


def handlers(store: Store, clock: Clock) -> Mapping[str, Handler]:
    """Return the job that forgets, for the runner, which has `EVERY` among its rounds."""

    async def run(jobs: Sequence[Job]) -> None:
        del jobs  # one look at the clock does for all
        await store.run(partial(forget, now=clock()))

    return {FORGET_JOB: Handler(run, batch=10)}
