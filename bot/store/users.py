"""People who sign in to the web, and the links by which they set their password."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from bot.roles import Role
from bot.store.rows import insert_or
from bot.store.web_tables import setup_links, users


@dataclass(frozen=True, slots=True)
class User:
    """A person: `name` as typed at sign-in, `shown` as others read it.

    `slack` is the person's id in Slack, so that both faces know one person. `password` is an
    Argon2 hash, None before it is set; `subject` is who the person is to the OpenID provider.
    """

    name: str
    shown: str
    role: Role
    created_at: datetime
    email: str | None = None
    slack: str | None = None
    password: str | None = field(default=None, repr=False)
    subject: str | None = None
    disabled_at: datetime | None = None

    @property
    def actor(self) -> str:
        """The id under which cases and audit know this person."""
        return f"slack:{self.slack}" if self.slack else f"web:{self.name}"


_NAMES = tuple(each.name for each in fields(User))
_COLUMNS = tuple(users.c[name] for name in _NAMES)


class Users:
    """The people inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, user: User) -> bool:
        """Add a person; tell whether the name was free.

        Raise `PermanentStoreError` when the id in Slack or the subject is another person's.
        """
        values = {name: getattr(user, name) for name in _NAMES}
        statement = (
            insert_or(self._connection, users)
            .values(values)
            .on_conflict_do_nothing(index_elements=["name"])
            .returning(users.c.name)
        )
        return self._connection.execute(statement).first() is not None

    def get(self, name: str) -> User | None:
        """Return one person."""
        return next(iter(self._listed(users.c.name == name)), None)

    def of_subject(self, subject: str) -> User | None:
        """Return the person whom the OpenID provider calls `subject`."""
        return next(iter(self._listed(users.c.subject == subject)), None)

    def listed(self) -> list[User]:
        """Return all people by name."""
        return self._listed()

    def change(self, name: str, **values: Any) -> bool:
        """Change columns of one person; tell whether there is one."""
        statement = update(users).where(users.c.name == name).values(**values)
        return self._connection.execute(statement).rowcount == 1

    def invite(self, name: str, token: str, at: datetime, expires_at: datetime) -> None:
        """Keep the hash `token` of a set-up link; links given before are void."""
        self._connection.execute(
            update(setup_links)
            .where(setup_links.c.user == name, setup_links.c.used_at.is_(None))
            .values(used_at=at)
        )
        self._connection.execute(
            insert(setup_links).values(token=token, user=name, expires_at=expires_at)
        )

    def invited(self, token: str, at: datetime) -> User | None:
        """Return whom the set-up link with the hash `token` is for, while it is good."""
        query = select(setup_links.c.user).where(
            setup_links.c.token == token,
            setup_links.c.used_at.is_(None),
            setup_links.c.expires_at > at,
        )
        name = self._connection.execute(query).scalar_one_or_none()
        user = None if name is None else self.get(name)
        return None if user is None or user.disabled_at else user

    def use_up(self, token: str, at: datetime) -> bool:
        """Make a set-up link void; tell whether it was good until now."""
        statement = (
            update(setup_links)
            .where(setup_links.c.token == token, setup_links.c.used_at.is_(None))
            .values(used_at=at)
        )
        return self._connection.execute(statement).rowcount == 1

    def forget_links(self, before: datetime) -> int:
        """Delete set-up links that could not be used any more at `before`; return how many."""
        statement = delete(setup_links).where(setup_links.c.expires_at < before)
        return self._connection.execute(statement).rowcount

    def _listed(self, *conditions: Any) -> list[User]:
        query = select(*_COLUMNS).where(*conditions).order_by(users.c.name)
        return [_user(dict(row)) for row in self._connection.execute(query).mappings()]


def _user(row: Mapping[str, Any]) -> User:
    values: dict[str, Any] = {**row, "role": Role(row["role"])}
    return User(**values)
