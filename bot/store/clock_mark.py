"""The time as the desk last saw it: what waits for a time must not hang when the clock is set back.

Jobs and mails that wait bear an instant of the clock that ran when they were written. Once that
clock is set right, an instant that lay a minute ahead may lie a day ahead.
"""

from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Table, bindparam, select, update

from bot.store.rows import upsert
from bot.store.tables import counters, jobs, outbox

STEP = timedelta(seconds=30)
"""How often the time is written down."""
TOLERANCE = timedelta(minutes=1)
"""A clock that goes back by less is an ordinary correction."""
_NAME = "clock"
_WAITING: tuple[tuple[Table, Column[datetime]], ...] = (
    (jobs, jobs.c.run_at),
    (outbox, outbox.c.next_at),
)


class ClockMark:
    """The mark of the clock inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def follow(self, now: datetime) -> timedelta:
        """Note the time; when the clock went back, bring forward by as much all that waits.

        Returns by how much it went back, zero when it did not.
        """
        seen = self._seen()
        back = seen - now if seen is not None and seen - now > TOLERANCE else timedelta(0)
        if back:
            for table, column in _WAITING:
                self._bring_forward(table, column, back, now)
        if back or seen is None or now - seen >= STEP:
            values = {"name": _NAME, "value": int(now.timestamp())}
            upsert(self._connection, counters, values)
        return back

    def _seen(self) -> datetime | None:
        query = select(counters.c.value).where(counters.c.name == _NAME)
        value = self._connection.execute(query).scalar_one_or_none()
        return None if value is None else datetime.fromtimestamp(value, UTC)

    def _bring_forward(
        self, table: Table, column: Column[datetime], back: timedelta, now: datetime
    ) -> None:
        waiting = select(table.c.id, column).where(table.c.state == "queued", column > now)
        moved = [
            {"row": row, "at": at - back} for row, at in self._connection.execute(waiting).all()
        ]
        if moved:
            change = update(table).where(table.c.id == bindparam("row"))
            self._connection.execute(change.values({column: bindparam("at")}), moved)
