"""The job table: jobs are rows, written in the transaction that causes them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, exists, func, select, union_all, update

from bot.store.rows import insert_or
from bot.store.tables import counters, jobs

Args = Mapping[str, int | str]


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its `kind` names the handler, `args` hold ids only, `lock` orders it."""

    id: int
    kind: str
    args: Args
    lock: str | None
    attempts: int
    run_at: datetime


_COLUMNS = (jobs.c.id, jobs.c.kind, jobs.c.args, jobs.c.lock, jobs.c.attempts, jobs.c.run_at)


class JobTable:
    """The jobs inside one unit of work; `deferred` tells whether this work caused any."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._wakes: dict[str, datetime] = {}
        self.deferred = False

    def defer(
        self,
        kind: str,
        args: Args,
        at: datetime,
        *,
        key: str | None = None,
        lock: str | None = None,
    ) -> int | None:
        """Cause a job that runs from `at` on; return its id.

        While a job with the same `key` waits, another is not made and ``None`` is returned. Jobs
        of one `lock` run one after the other in the order they were caused.
        """
        return next(iter(self._insert([_row(kind, args, at, key, lock)])), None)

    def wake(self, kind: str, at: datetime) -> None:
        """Let one job of `kind` look, from `at` on, at what this work wrote, however often asked.

        While one waits already, no other is made.
        """
        self._wakes.setdefault(kind, at)

    def cause_wakes(self) -> None:
        """Cause the jobs asked for by `wake`; called by the store right before the commit.

        One that waits is locked until then, lest it runs before there is anything to see; always in
        one order, so that two works can't deadlock.
        """
        for kind, at in sorted(self._wakes.items()):
            waiting = select(jobs.c.id).where(jobs.c.key == kind, jobs.c.state == "queued")
            if self._connection.execute(waiting.with_for_update()).first() is None:
                self.defer(kind, {}, at, key=kind)

    def defer_many(self, kind: str, args: Iterable[Args], at: datetime) -> list[int]:
        """Cause one job for each of `args` in one statement; return their ids."""
        rows = [_row(kind, each, at, None, None) for each in args]
        return self._insert(rows) if rows else []

    def take(self, room: Mapping[str, int], at: datetime) -> list[Job]:
        """Mark due jobs as running, of each kind up to its `room`; return them, oldest first."""
        each = [_due(kind, at, limit) for kind, limit in room.items() if limit > 0]
        taken = list(self._connection.scalars(union_all(*each))) if each else []
        if not taken:
            return []
        statement = (
            update(jobs)
            .where(jobs.c.id.in_(taken))
            .values(state="running", attempts=jobs.c.attempts + 1)
            .returning(*_COLUMNS)
        )
        return sorted((Job(*row) for row in self._connection.execute(statement)), key=_order)

    def next_at(self, after: datetime) -> datetime | None:
        """Return when, after an instant, the next waiting job may run, or ``None``."""
        query = select(func.min(jobs.c.run_at)).where(
            jobs.c.state == "queued", jobs.c.run_at > after
        )
        first: datetime | None = self._connection.execute(query).scalar_one()
        return first

    def done(self, finished: Iterable[int]) -> None:
        """Forget jobs that have done their work."""
        self._connection.execute(delete(jobs).where(jobs.c.id.in_(list(finished))))

    def postpone(self, job: int, error: str, run_at: datetime) -> None:
        """Let a job run again from `run_at`, after a temporary `error`."""
        self._set(job, state="queued", key=None, run_at=run_at, last_error=error)

    def fail(self, job: int, error: str) -> None:
        """Stop a job after a permanent `error`; it stays to be seen."""
        self._set(job, state="failed", last_error=error)

    def take_back(self, most: int) -> int:
        """Queue the jobs a dead process left running; return how many.

        Called at start by the one process that serves this database. A job that was begun `most`
        times and never ended is not tried again: it may be what kills the process.
        """
        left = update(jobs).where(jobs.c.state == "running")
        deadly = left.where(jobs.c.attempts >= most)
        error = f"the process died {most} times while it ran this job"
        self._connection.execute(deadly.values(state="failed", last_error=error))
        return self._connection.execute(left.values(state="queued", key=None)).rowcount

    def tick(self, kind: str, slot: int, at: datetime) -> bool:
        """Cause the periodic job `kind` for time slot number `slot`, each slot once.

        An earlier slot than the last one is one too: the clock was set back.
        """
        name = f"periodic:{kind}"
        statement = (
            insert_or(self._connection, counters)
            .values(name=name, value=slot)
            .on_conflict_do_update(
                index_elements=["name"], set_={"value": slot}, where=counters.c.value != slot
            )
            .returning(counters.c.value)
        )
        if self._connection.execute(statement).one_or_none() is None:
            return False
        return self.defer(kind, {"slot": slot}, at, key=name) is not None

    def retry(self, job: int, at: datetime) -> bool:
        """Queue a failed job again; tell whether it was one."""
        statement = (
            update(jobs)
            .where(jobs.c.id == job, jobs.c.state == "failed")
            .values(state="queued", key=None, run_at=at, attempts=0)
        )
        self.deferred = True
        return self._connection.execute(statement).rowcount == 1

    def arguments(self, kind: str, name: str) -> tuple[dict[int, str], set[int]]:
        """Return the values of argument `name` of all jobs of `kind`.

        First those of jobs that gave up, with the error, then those still in hand.
        """
        query = select(jobs.c.args, jobs.c.state, jobs.c.last_error).where(jobs.c.kind == kind)
        given_up: dict[int, str] = {}
        in_hand: set[int] = set()
        for args, state, error in self._connection.execute(query):
            if state == "failed":
                given_up[args[name]] = error or ""
            else:
                in_hand.add(args[name])
        return given_up, in_hand

    def counts(self) -> dict[str, int]:
        """Return how many jobs stand in each state."""
        query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        return dict(self._connection.execute(query).all())

    def failed(self) -> list[tuple[Job, str]]:
        """Return the jobs that stopped, each with its error."""
        query = select(*_COLUMNS, jobs.c.last_error).where(jobs.c.state == "failed")
        rows = self._connection.execute(query.order_by(jobs.c.id))
        return [(Job(*row[:-1]), row[-1] or "") for row in rows]

    def _insert(self, rows: list[dict[str, Any]]) -> list[int]:
        insert = insert_or(self._connection, jobs).on_conflict_do_nothing()
        made = list(self._connection.scalars(insert.returning(jobs.c.id), rows))
        self.deferred = self.deferred or bool(made)
        return made

    def _set(self, job: int, **values: Any) -> None:
        self._connection.execute(update(jobs).where(jobs.c.id == job).values(**values))


def _due(kind: str, at: datetime, limit: int) -> Select[int]:
    """Select due jobs of a kind, without those whose lock an earlier job still holds."""
    earlier = jobs.alias()
    overtaken = exists().where(
        earlier.c.lock == jobs.c.lock, earlier.c.id < jobs.c.id, earlier.c.state != "failed"
    )
    due = (
        select(jobs.c.id)
        .where(jobs.c.state == "queued", jobs.c.run_at <= at, jobs.c.kind == kind, ~overtaken)
        .order_by(jobs.c.run_at, jobs.c.id)
        .limit(limit)
    ).subquery()
    return select(due.c.id)


def _row(kind: str, args: Args, at: datetime, key: str | None, lock: str | None) -> dict[str, Any]:
    return {"kind": kind, "args": dict(args), "run_at": at, "key": key, "lock": lock}


def _order(job: Job) -> int:
    return job.id
