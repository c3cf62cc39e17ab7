"""Events from Slack, each kept once before it is acknowledged, and handled after."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from bot.store.rows import insert_or
from bot.store.tables import slack_inbox


@dataclass(frozen=True, slots=True)
class SlackEvent:
    """One event taken in; `key` is (channel, ts, kind), equal however often Slack tells it."""

    id: int
    key: str
    kind: str
    payload: Mapping[str, Any]


class SlackInbox:
    """The events inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, key: str, kind: str, payload: Mapping[str, Any], at: datetime) -> bool:
        """Keep an event; tell whether it is new."""
        statement = (
            insert_or(self._connection, slack_inbox)
            .values(key=key, kind=kind, payload=dict(payload), received_at=at)
            .on_conflict_do_nothing(index_elements=["key"])
            .returning(slack_inbox.c.id)
        )
        return self._connection.execute(statement).first() is not None

    def waiting(self, limit: int = 500) -> list[SlackEvent]:
        """Return events not handled yet, in the order they were taken in."""
        columns = (slack_inbox.c[name] for name in ("id", "key", "kind", "payload"))
        query = (
            select(*columns)
            .where(slack_inbox.c.handled_at.is_(None))
            .order_by(slack_inbox.c.id)
            .limit(limit)
        )
        return [SlackEvent(*row) for row in self._connection.execute(query)]

    def handled(self, event: int, at: datetime) -> None:
        """Mark an event as done; its key stays, so that it is not taken in again."""
        self._connection.execute(
            update(slack_inbox).where(slack_inbox.c.id == event).values(handled_at=at, payload={})
        )
