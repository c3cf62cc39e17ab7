"""The engine: works off the jobs that transactions caused, in one process.

The interface is narrow: jobs are deferred in a unit of work (`work.jobs.defer`), handled by kind,
and some come round periodically. Every handler guards its own state (reads the row under lock and
returns if its work is done already), since a job may run again after a crash.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from bot.clock import Clock
from bot.store import Store, TemporaryStoreError, Work
from bot.store.job_table import Job

log = logging.getLogger(__name__)

_MOST_CRASHES = 5


class Retry(Exception):  # noqa: N818 - an instruction to the engine, not a fault
    """Raised by a handler: try these jobs again, `after` a time of its own if given."""

    def __init__(self, why: str, after: timedelta | None = None) -> None:
        super().__init__(why)
        self.after = after


class GiveUp(Exception):  # noqa: N818 - an instruction to the engine, not a fault
    """Raised by a handler: trying again can't help."""


def doubling(attempt: int) -> timedelta:
    """Return how long to wait after the `attempt`-th failure: 5 s, 10 s, 20 s, … up to an hour."""
    return timedelta(seconds=min(5 * 2 ** min(attempt - 1, 20), 3600))


@dataclass(frozen=True, slots=True)
class Handler:
    """How one kind of job is done.

    `run` gets up to `batch` jobs at once; a batch that fails is tried again one by one, so that
    one bad job doesn't hold the others. Up to `at_once` batches run beside each other. After
    `attempts` failures the job stops and is shown.
    """

    run: Callable[[Sequence[Job]], Awaitable[None]]
    batch: int = 1
    at_once: int = 1
    attempts: int = 10
    backoff: Callable[[int], timedelta] = doubling


@dataclass(frozen=True, slots=True)
class Periodic:
    """A job of `kind` to be caused once in every span of `every`, counted from the epoch."""

    kind: str
    every: timedelta


class Runner:
    """Runs the jobs of one store in this process, which is the only one that serves it.

    `poll` is how long the runner sleeps at most; a job deferred in this process wakes it.
    """

    def __init__(
        self,
        store: Store,
        handlers: Mapping[str, Handler],
        clock: Clock,
        *,
        periodic: Sequence[Periodic] = (),
        poll: timedelta = timedelta(seconds=5),
    ) -> None:
        self._store = store
        self._handlers = handlers
        self._clock = clock
        self._periodic = periodic
        self._poll = poll
        self._wake = asyncio.Event()
        self._running: dict[asyncio.Task[None], str] = {}
        self._ended: list[Callable[[Work], None]] = []
        self._slots: dict[str, int] = {}
        self._stopping = False

    async def run(self) -> None:
        """Run jobs until `stop`; first take back those a dead process left running."""
        taken_back = await self._store.run(lambda work: work.jobs.take_back(_MOST_CRASHES))
        if taken_back:
            log.info("taken back after a crash: %d jobs", taken_back)
        loop = asyncio.get_running_loop()
        with self._store.on_deferred(lambda: loop.call_soon_threadsafe(self._wake.set)):
            while not self._stopping:
                await self._turn()
        await self._finish()

    async def drain(self) -> None:
        """Run all jobs that are due now and all they cause, then return."""
        while True:
            taken = await self._step()
            if self._running:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            elif not taken and not self._ended:
                return

    def stop(self) -> None:
        """Take no more jobs and let `run` return once the running ones have ended."""
        self._stopping = True
        self._wake.set()

    async def _turn(self) -> None:
        """Do what is due, then sleep; while the database is away, sleep only."""
        self._wake.clear()
        try:
            if not await self._step():
                await self._sleep(await self._until_due())
        except TemporaryStoreError as error:
            log.warning("the database is away, jobs wait: %s", error)
            await self._sleep(self._poll.total_seconds())

    async def _step(self) -> int:
        """Settle what has ended, take what is due and start it; return how many were taken."""
        ended, self._ended = self._ended, []
        try:
            jobs = await self._store.run(lambda work: self._settle_and_take(work, ended))
        except BaseException:
            self._ended = ended + self._ended
            raise
        for kind, group in groupby(sorted(jobs, key=_by_kind), key=_by_kind):
            for batch in _batches(list(group), self._handlers[kind].batch):
                self._start(kind, batch)
        return len(jobs)

    def _settle_and_take(self, work: Work, ended: Sequence[Callable[[Work], None]]) -> list[Job]:
        now = self._clock()
        for settle in ended:
            settle(work)
        if back := work.clock_mark.follow(now):
            log.warning("the clock went back by %s: what waits was brought forward", back)
        for each in self._periodic:
            self._tick(work, each, now)
        busy = Counter(self._running.values())
        room = {
            kind: handler.batch * (handler.at_once - busy[kind])
            for kind, handler in self._handlers.items()
        }
        return work.jobs.take(room, now)

    def _tick(self, work: Work, periodic: Periodic, now: datetime) -> None:
        slot = int(now.timestamp() // periodic.every.total_seconds())
        if self._slots.get(periodic.kind) != slot:
            work.jobs.tick(periodic.kind, slot, now)
            self._slots[periodic.kind] = slot

    def _start(self, kind: str, batch: Sequence[Job]) -> None:
        task = asyncio.create_task(self._handle(self._handlers[kind], batch), name=f"job {kind}")
        self._running[task] = kind
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        del self._running[task]
        self._wake.set()

    async def _handle(self, handler: Handler, batch: Sequence[Job]) -> None:
        ids = [job.id for job in batch]
        try:
            await handler.run(batch)
        except Exception as error:
            log.warning("job %s %s: %s", batch[0].kind, ids, error, exc_info=_unexpected(error))
            self._ended.extend(self._verdict(handler, job, error) for job in batch)
        else:
            self._ended.append(lambda work: work.jobs.done(ids))

    def _verdict(self, handler: Handler, job: Job, error: Exception) -> Callable[[Work], None]:
        why = f"{type(error).__name__}: {error}"
        tired = job.attempts >= handler.attempts and not isinstance(error, TemporaryStoreError)
        if isinstance(error, GiveUp) or tired:
            return lambda work: work.jobs.fail(job.id, why)
        after = error.after if isinstance(error, Retry) else None
        run_at = self._clock() + (handler.backoff(job.attempts) if after is None else after)
        return lambda work: work.jobs.postpone(job.id, why, run_at)

    async def _until_due(self) -> float:
        next_at = await self._store.read(lambda work: work.jobs.next_at(self._clock()))
        most = self._poll.total_seconds()
        return most if next_at is None else min(most, (next_at - self._clock()).total_seconds())

    async def _sleep(self, seconds: float) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), seconds)
        except TimeoutError:
            return

    async def _finish(self) -> None:
        """Wait for what runs and settle it; what can't be settled now runs again, guarded."""
        while self._running:
            await asyncio.wait(self._running)
        ended, self._ended = self._ended, []
        try:
            await self._store.run(lambda work: [settle(work) for settle in ended])
        except TemporaryStoreError as error:
            log.warning("the database is away, %d jobs will run again: %s", len(ended), error)


def _by_kind(job: Job) -> str:
    return job.kind


def _batches(jobs: list[Job], size: int) -> list[list[Job]]:
    """Put jobs together that run for the first time; those that failed before run alone."""
    alone = [[job] for job in jobs if job.attempts > 1]
    fresh = [job for job in jobs if job.attempts == 1]
    return alone + [fresh[start : start + size] for start in range(0, len(fresh), size)]


def _unexpected(error: Exception) -> bool:
    return not isinstance(error, Retry | GiveUp)
