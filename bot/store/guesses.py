"""Failed guesses at secrets, counted by whom they were made at and from where."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, func, select

from bot.store.rows import upsert
from bot.store.web_tables import guesses


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

    def failed(
        self, subject: str, at: datetime, *, free: int, first: timedelta, longest: timedelta
    ) -> datetime | None:
        """Count a failure; return until when `subject` is locked now, None when it is not.

        The first `free` failures cost nothing; after them each doubles the lock from `first` up
        to `longest`. A subject without failures for `longest` starts anew.
        """
        query = select(guesses.c.failures, guesses.c.last_at).where(guesses.c.subject == subject)
        row = self._connection.execute(query.with_for_update()).one_or_none()
        counted = 0 if row is None or at - row.last_at > longest else int(row.failures)
        failures = counted + 1
        over = failures - free
        lock = min(first * 2 ** min(over - 1, 20), longest) if over > 0 else None
        until = None if lock is None else at + lock
        values = {
            "subject": subject,
            "failures": failures,
            "last_at": at,
            "locked_until": until,
        }
        upsert(self._connection, guesses, values)
        return until

    def succeeded(self, subject: str) -> None:
        """Forget the failures of `subject`."""
        self._connection.execute(delete(guesses).where(guesses.c.subject == subject))

    def forget(self, before: datetime) -> None:
        """Delete what was counted last before an instant."""
        self._connection.execute(delete(guesses).where(guesses.c.last_at < before))
