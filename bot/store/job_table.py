"""The job table: jobs are rows, written in the transaction that causes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, exists, func, select, update

from bot.store.rows import insert_or
from bot.store.tables import jobs


@dataclass(frozen=True, slots=True)
class Job:
    """A job: its `kind` names the handler, `args` hold ids only, `lock` orders it."""

    id: int
    kind: str
    args: Mapping[str, int | str]
    lock: str | None
    attempts: int
    run_at: datetime


_COLUMNS = (jobs.c.id, jobs.c.kind, jobs.c.args, jobs.c.lock, jobs.c.attempts, jobs.c.run_at)


class JobTable:
    """The jobs inside one unit of work; `deferred` tells whether this work caused any."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.deferred = False

    def defer(
        self,
        kind: str,
        args: Mapping[str, int | str],
        *,
        at: datetime,
        run_at: datetime | None = None,
        key: str | None = None,
        lock: str | None = None,
    ) -> int | None:
        """Cause a job, now (`at`) or not before `run_at`; return its id.

        While a job with the same `key` waits, another is not made and ``None`` is returned. Jobs
        of one `lock` run one after the other in the order they were caused.
        """
        return self.defer_many(kind, [args], at=at, run_at=run_at, key=key, lock=lock)[0]

    def defer_many(
        self,
        kind: str,
        args: Sequence[Mapping[str, int | str]],
        *,
        at: datetime,
        run_at: datetime | None = None,
        key: str | None = None,
        lock: str | None = None,
    ) -> list[int | None]:
        """Cause one job for each of `args` in one statement; see `defer`."""
        if not args:
            return []
        common = {"kind": kind, "key": key, "lock": lock, "created_at": at, "run_at": run_at or at}
        rows = [{**common, "args": dict(each)} for each in args]
        statement = (
            insert_or(self._connection, jobs)
            .values(rows)
            .on_conflict_do_nothing()
            .returning(jobs.c.id)
        )
        made = list(self._connection.scalars(statement))
        self.deferred = self.deferred or bool(made)
        return [*made, *[None] * (len(args) - len(made))]

    def take(self, kinds: Iterable[str], at: datetime, limit: int) -> list[Job]:
        """Mark up to `limit` due jobs of `kinds` as running and return them, oldest first."""
        earlier = jobs.alias()
        overtaken = exists().where(
            earlier.c.lock == jobs.c.lock, earlier.c.id < jobs.c.id, earlier.c.state != "failed"
        )
        query = (
            select(jobs.c.id)
            .where(jobs.c.state == "queued", jobs.c.run_at <= at, jobs.c.kind.in_(list(kinds)))
            .where(~overtaken)
            .order_by(jobs.c.run_at, jobs.c.id)
            .limit(limit)
        )
        taken = list(self._connection.scalars(query))
        if not taken:
            return []
        statement = (
            update(jobs)
            .where(jobs.c.id.in_(taken))
            .values(state="running", attempts=jobs.c.attempts + 1)
            .returning(*_COLUMNS)
        )
        return sorted((Job(*row) for row in self._connection.execute(statement)), key=_order)

    def next_at(self) -> datetime | None:
        """Return when the next waiting job may run, or ``None`` without any."""
        query = select(func.min(jobs.c.run_at)).where(jobs.c.state == "queued")
        return self._connection.execute(query).scalar_one()

    def done(self, finished: Iterable[int]) -> None:
        """Forget jobs that have done their work."""
        self._connection.execute(delete(jobs).where(jobs.c.id.in_(list(finished))))

    def postpone(self, job: int, error: str, run_at: datetime) -> None:
        """Let a job run again from `run_at`, after a temporary `error`."""
        self._set(job, state="queued", key=None, run_at=run_at, last_error=error)

    def fail(self, job: int, error: str) -> None:
        """Stop a job after a permanent `error`; it stays to be seen."""
        self._set(job, state="failed", last_error=error)

    def take_back(self) -> int:
        """Queue the jobs a dead process left running; return how many.

        Called at start by the one process that serves this database.
        """
        statement = update(jobs).where(jobs.c.state == "running").values(state="queued", key=None)
        return self._connection.execute(statement).rowcount

    def retry(self, job: int, at: datetime) -> bool:
        """Queue a failed job again; tell whether it was one."""
        statement = (
            update(jobs)
            .where(jobs.c.id == job, jobs.c.state == "failed")
            .values(state="queued", key=None, run_at=at, attempts=0)
        )
        self.deferred = True
        return self._connection.execute(statement).rowcount == 1

    def counts(self) -> dict[str, int]:
        """Return how many jobs stand in each state."""
        query = select(jobs.c.state, func.count()).group_by(jobs.c.state)
        return {state: count for state, count in self._connection.execute(query)}

    def failed(self) -> list[tuple[Job, str]]:
        """Return the jobs that stopped, each with its error."""
        query = select(*_COLUMNS, jobs.c.last_error).where(jobs.c.state == "failed")
        rows = self._connection.execute(query.order_by(jobs.c.id))
        return [(Job(*row[:-1]), row[-1] or "") for row in rows]

    def _set(self, job: int, **values: Any) -> None:
        self._connection.execute(update(jobs).where(jobs.c.id == job).values(**values))


def _order(job: Job) -> int:
    return job.id
