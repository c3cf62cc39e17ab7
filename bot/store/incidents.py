"""Incidents: an alarm's limit was passed, from one instant until another."""

from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.store.rows import insert_or
from bot.store.web_tables import incidents


class Incidents:
    """The incidents inside one unit of work; the database allows one open for each alarm."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self) -> dict[str, datetime]:
        """Return the alarms that are on, with when each began."""
        query = select(incidents.c.alarm, incidents.c.opened_at).where(
            incidents.c.closed_at.is_(None)
        )
        return dict(self._connection.execute(query).all())

    def begin(self, alarm: str, at: datetime) -> bool:
        """Open an incident; tell whether there was none."""
        statement = (
            insert_or(self._connection, incidents)
            .values(alarm=alarm, opened_at=at)
            .on_conflict_do_nothing()
            .returning(incidents.c.id)
        )
        return self._connection.execute(statement).first() is not None

    def end(self, alarm: str, at: datetime) -> bool:
        """Close the open incident of an alarm; tell whether there was one."""
        statement = (
            update(incidents)
            .where(incidents.c.alarm == alarm, incidents.c.closed_at.is_(None))
            .values(closed_at=at)
        )
        return self._connection.execute(statement).rowcount == 1
