"""Attempts at what can be guessed, counted by whom they were made at and from where."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, func, select, update

from bot.store.rows import insert_or
from bot.store.web_tables import guesses


@dataclass(frozen=True, slots=True)
class Limit:
    """How often may be guessed: `free` times, then after a pause that doubles each time.

    The pause grows from `first` up to `longest`; who makes no attempt for `longest` starts anew.
    """

    free: int
    first: timedelta
    longest: timedelta

    def pause(self, attempts: int) -> timedelta | None:
        """Return how long to wait after so many attempts, None while they are free."""
        over = attempts - self.free
        return min(self.first * 2 ** min(over, 20), self.longest) if over >= 0 else None


class Guesses:
    """The guesses inside one unit of work; a `subject` is a keyed hash, never a name or address."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def locked_until(self, subjects: Iterable[str], at: datetime) -> datetime | None:
        """Return until when at the latest one of `subjects` is locked, None when none is."""
        query = select(func.max(guesses.c.locked_until)).where(
            guesses.c.subject.in_(list(subjects)), guesses.c.locked_until > at
        )
        until: datetime | None = self._connection.execute(query).scalar_one()
        return until

    def attempt(self, subject: str, limit: Limit, at: datetime) -> datetime | None:
        """Count an attempt before its outcome is known; return until when the next one waits.

        Counting first keeps many attempts at once from slipping through together.
        """
        statement = insert_or(self._connection, guesses).values(
            subject=subject, failures=1, last_at=at
        )
        stale = guesses.c.last_at < at - limit.longest
        counted = statement.on_conflict_do_update(
            index_elements=["subject"],
            set_={
                "failures": case((stale, 1), else_=guesses.c.failures + 1),
                "last_at": at,
                "locked_until": None,
            },
        ).returning(guesses.c.failures)
        pause = limit.pause(self._connection.execute(counted).scalar_one())
        until = None if pause is None else at + pause
        if until is not None:
            self._set(subject, locked_until=until)
        return until

    def succeeded(self, subject: str) -> None:
        """Forget the attempts at `subject`: its secret was known."""
        self._connection.execute(delete(guesses).where(guesses.c.subject == subject))

    def forgive(self, subject: str) -> None:
        """Take one attempt back: it was no guess."""
        self._set(
            subject,
            failures=case((guesses.c.failures > 0, guesses.c.failures - 1), else_=0),
            locked_until=None,
        )

    def forget(self, before: datetime) -> None:
        """Delete what was counted last before an instant."""
        self._connection.execute(delete(guesses).where(guesses.c.last_at < before))

    def _set(self, subject: str, **values: object) -> None:
        self._connection.execute(
            update(guesses).where(guesses.c.subject == subject).values(**values)
        )
