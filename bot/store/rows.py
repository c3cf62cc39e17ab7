"""The two statements both databases spell alike but SQLAlchemy keeps in their dialects."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import Insert as SqliteInsert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]


def insert_or(connection: Connection, table: Table) -> PostgresInsert | SqliteInsert:
    """Return an insert into `table` that knows ``ON CONFLICT``."""
    if connection.dialect.name == "sqlite":
        return sqlite_insert(table)
    return postgres_insert(table)


def upsert(connection: Connection, table: Table, values: Mapping[str, Any]) -> None:
    """Insert a row of `table`, or replace the one with the same primary key."""
    keys = [column.name for column in table.primary_key]
    changed = {name: value for name, value in values.items() if name not in keys}
    statement = insert_or(connection, table).values(dict(values))
    connection.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed))
