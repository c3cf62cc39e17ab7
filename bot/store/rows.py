"""Statements both databases spell alike but SQLAlchemy keeps in their dialects."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

T = TypeVar("T")
CHUNK = 500


def insert_or(connection: Connection, table: Table) -> PostgresInsert | SqliteInsert:
    """Return an insert into `table` that knows ``ON CONFLICT``."""
    if connection.dialect.name == "sqlite":
        return sqlite_insert(table)
    return postgres_insert(table)


def upsert(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row of `table`, or replace the one with the same primary key."""
    upsert_many(connection, table, [values])


def upsert_many(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of `table` with equal columns, or replace those with the same primary keys."""
    keys = [column.name for column in table.primary_key]
    statement = insert_or(connection, table)
    changed = {name: statement.excluded[name] for name in rows[0] if name not in keys}
    connection.execute(
        statement.on_conflict_do_update(index_elements=keys, set_=changed),
        [dict(row) for row in rows],
    )


def chunks(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Yield `items` in order, a few hundred at a time, as many as one statement takes well."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]
