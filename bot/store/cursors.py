"""How far each mailbox has been read, by UIDVALIDITY and UID (RFC 3501, section 2.3.1.1)."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from bot.store.rows import upsert
from bot.store.tables import cursors


@dataclass(frozen=True, slots=True)
class Cursor:
    """Messages up to `last_uid` are stored; those up to `archived_up_to` are never answered."""

    mailbox: str
    uidvalidity: int
    last_uid: int
    archived_up_to: int = 0


class Cursors:
    """The mailbox cursors inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, mailbox: str) -> Cursor | None:
        """Return the mailbox's cursor, or ``None`` before its first run."""
        columns = (
            cursors.c.mailbox,
            cursors.c.uidvalidity,
            cursors.c.last_uid,
            cursors.c.archived_up_to,
        )
        row = self._connection.execute(
            select(*columns).where(cursors.c.mailbox == mailbox)
        ).one_or_none()
        return None if row is None else Cursor(*row)

    def set(self, cursor: Cursor, at: datetime) -> None:
        """Keep `cursor` as of `at`; in the transaction that stores its messages."""
        values = {
            "mailbox": cursor.mailbox,
            "uidvalidity": cursor.uidvalidity,
            "last_uid": cursor.last_uid,
            "archived_up_to": cursor.archived_up_to,
            "updated_at": at,
        }
        upsert(self._connection, cursors, values)
