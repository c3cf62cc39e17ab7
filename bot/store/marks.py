"""Marks: when something last happened, one instant for each name."""

from datetime import UTC, datetime

from sqlalchemy import Connection, select

from bot.store.rows import upsert
from bot.store.tables import counters


class Marks:
    """The marks inside one unit of work; kept to the second."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def set(self, kind: str, name: str, at: datetime) -> None:
        """Note that `kind` happened to `name` at an instant."""
        values = {"name": f"{kind}:{name}", "value": int(at.timestamp())}
        upsert(self._connection, counters, values)

    def of(self, kind: str) -> dict[str, datetime]:
        """Return when `kind` last happened, by name."""
        query = select(counters.c.name, counters.c.value).where(
            counters.c.name.startswith(f"{kind}:", autoescape=True)
        )
        return {
            name.partition(":")[2]: datetime.fromtimestamp(value, UTC)
            for name, value in self._connection.execute(query)
        }
