"""Notes: what operators wrote about a case, and what happened to it, for the next operator."""

from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import Connection, select, update

from bot.store.rows import insert_or
from bot.store.tables import notes


@dataclass(frozen=True, slots=True)
class Note:
    """One note; `kind` is one of `NOTE_KINDS`, `ref` names where it came from, once for all."""

    case_number: str
    at: datetime
    kind: str
    author: str
    text: str
    ref: str | None = None


_COLUMNS = tuple(notes.c[field.name] for field in fields(Note))


class Notes:
    """The notes inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, note: Note) -> bool:
        """Record a note; tell whether it is new (its `ref` was not recorded before)."""
        values = {field.name: getattr(note, field.name) for field in fields(Note)}
        statement = (
            insert_or(self._connection, notes)
            .values(values)
            .on_conflict_do_nothing(index_elements=["ref"])
            .returning(notes.c.id)
        )
        return self._connection.execute(statement).first() is not None

    def of_ref(self, ref: str) -> Note | None:
        """Return the note recorded under `ref`, or ``None``."""
        row = self._connection.execute(select(*_COLUMNS).where(notes.c.ref == ref)).one_or_none()
        return None if row is None else Note(*row)

    def move(self, from_case: str, to_case: str) -> None:
        """Let the notes of one case stand in another."""
        self._connection.execute(
            update(notes).where(notes.c.case_number == from_case).values(case_number=to_case)
        )

    def of_case(self, case_number: str) -> list[Note]:
        """Return the notes of a case in the order they were written."""
        query = (
            select(*_COLUMNS)
            .where(notes.c.case_number == case_number)
            .order_by(notes.c.at, notes.c.id)
        )
        return [Note(*row) for row in self._connection.execute(query)]
