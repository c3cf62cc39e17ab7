"""Engines for the two databases: the same transactions, each database's own settings."""

import json
from sqlite3 import Connection as SqliteConnection
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from bot.store.errors import PermanentStoreError

_SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "recursive_triggers=ON",
    "cache_size=-16000",
)
_LOCK_TIMEOUT = "-c lock_timeout=30s -c timezone=UTC"


def parse_url(url: str) -> URL:
    """Return `url` with its driver; raise `PermanentStoreError` with the remedy when unusable."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise PermanentStoreError(_remedy(url)) from error
    if parsed.drivername in {"postgresql", "postgres", "postgresql+psycopg"}:
        return parsed.set(drivername="postgresql+psycopg")
    if parsed.drivername == "sqlite" and parsed.database not in {None, "", ":memory:"}:
        return parsed
    raise PermanentStoreError(_remedy(url))


def writing_engine(url: URL, *, pool_size: int, busy_seconds: float) -> Engine:
    """Return the engine whose transactions write; on SQLite they begin ``IMMEDIATE``."""
    if url.drivername == "sqlite":
        return _sqlite(url, busy_seconds, _SQLITE_PRAGMAS, "BEGIN IMMEDIATE")
    return create_engine(
        url,
        pool_size=pool_size,
        max_overflow=2,
        pool_use_lifo=True,
        json_serializer=_dumps,
        connect_args={"connect_timeout": 10, "options": _LOCK_TIMEOUT},
    )


def reading_engine(url: URL, writing: Engine, *, busy_seconds: float) -> Engine:
    """Return the engine whose transactions only read one consistent state."""
    if url.drivername == "sqlite":
        return _sqlite(url, busy_seconds, (*_SQLITE_PRAGMAS, "query_only=ON"), "BEGIN")
    return writing.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")


def _sqlite(url: URL, busy_seconds: float, pragmas: tuple[str, ...], begin: str) -> Engine:
    engine = create_engine(url, connect_args={"timeout": busy_seconds}, json_serializer=_dumps)

    def prepare(connection: SqliteConnection, _record: Any) -> None:
        connection.isolation_level = None  # BEGIN is ours: the driver's own comes too late
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", begin_transaction)
    return engine


def _dumps(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _remedy(url: str) -> str:
    return (
        f"database {url!r} is not usable: write sqlite:///FILE or postgresql://USER@HOST/DATABASE"
    )
