"""Sessions of people who are signed in: rows, so that each can be ended from the desk's side."""

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.store.web_tables import sessions


@dataclass(frozen=True, slots=True)
class Session:
    """One sign-in on one browser: `token` is the SHA-256 of what the browser's cookie holds.

    `expires_at` is the absolute end, whatever is done; `network` is the address it was begun from
    and `agent` what the browser called itself.
    """

    token: str
    user: str
    way: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime
    network: str
    agent: str
    ended_at: datetime | None = None


_NAMES = tuple(field.name for field in fields(Session))
_COLUMNS = tuple(sessions.c[name] for name in _NAMES)


class Sessions:
    """The sessions inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, session: Session) -> None:
        """Begin a session."""
        values = {name: getattr(session, name) for name in _NAMES}
        self._connection.execute(insert(sessions).values(values))

    def get(self, token: str) -> Session | None:
        """Return one session, ended or not."""
        return next(iter(self._listed(sessions.c.token == token)), None)

    def of_user(self, user: str, at: datetime, idle_since: datetime) -> list[Session]:
        """Return the sessions of a person that are alive at `at`, the newest first."""
        return self._listed(
            sessions.c.user == user,
            sessions.c.ended_at.is_(None),
            sessions.c.expires_at > at,
            sessions.c.seen_at > idle_since,
        )

    def seen(self, token: str, at: datetime) -> None:
        """Note that a session was used."""
        self._connection.execute(
            update(sessions).where(sessions.c.token == token).values(seen_at=at)
        )

    def end(self, token: str, user: str, at: datetime) -> bool:
        """End one session of `user`; tell whether it was alive."""
        return self._end(at, sessions.c.token == token, sessions.c.user == user) == 1

    def end_all(self, user: str, at: datetime, *, but: str | None = None) -> int:
        """End all sessions of a person but one; return how many."""
        return self._end(at, sessions.c.user == user, sessions.c.token != (but or ""))

    def forget(self, before: datetime) -> int:
        """Delete sessions that could not be used any more at `before`; return how many."""
        statement = delete(sessions).where(sessions.c.expires_at < before)
        return self._connection.execute(statement).rowcount

    def _end(self, at: datetime, *conditions: Any) -> int:
        statement = update(sessions).where(sessions.c.ended_at.is_(None), *conditions)
        return self._connection.execute(statement.values(ended_at=at)).rowcount

    def _listed(self, *conditions: Any) -> list[Session]:
        query = select(*_COLUMNS).where(*conditions).order_by(sessions.c.created_at.desc())
        return [Session(**row) for row in self._connection.execute(query).mappings()]
