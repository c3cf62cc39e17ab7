"""The migrations make exactly the tables the code speaks of, checks and indexes included."""

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from bot.store import Store
from bot.store.engine import parse_url, writing_engine
from bot.store.migrate import pending, upgrade
from bot.store.tables import metadata
from tests.real.postgres import PostgresDatabases


def schema(file: Path) -> dict[str, list[str]]:
    """Return each table and index of an SQLite file with the lines of its definition."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND type <> 'trigger'"
    with closing(sqlite3.connect(file)) as connection:
        rows = connection.execute(query).fetchall()
    return {
        name: sorted(re.sub(r"\s+", " ", line).strip(" ,") for line in sql.splitlines())
        for name, sql in rows
        if not name.startswith("alembic")
    }


def test_a_migrated_database_has_the_tables_the_code_declares(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'migrated.db'}")
    store.migrate()
    store.close()
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(engine)
    engine.dispose()
    assert schema(tmp_path / "migrated.db") == schema(tmp_path / "declared.db")


def released(connection: Connection, revision: str) -> None:
    """Make an empty database what the version that ended with `revision` made of it."""
    config = Config()
    config.set_main_option("script_location", "bot.store:migrations")
    scripts = ScriptDirectory.from_config(config)
    context = MigrationContext.configure(connection, opts={"target_metadata": metadata})
    with Operations.context(context):
        for script in reversed(list(scripts.iterate_revisions(revision, "base"))):
            script.module.upgrade()
    context.stamp(scripts, revision)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Give the address of a database without tables, on each of the two in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'desk.db'}"
        return
    databases: PostgresDatabases = request.getfixturevalue("postgres_databases")
    url = databases.empty()
    yield url
    databases.drop(url)


def test_a_database_of_the_first_version_is_brought_up_to_date(empty_url: str) -> None:
    engine = writing_engine(parse_url(empty_url), pool_size=1, busy_seconds=5)
    with engine.begin() as connection:
        released(connection, "0001")
        assert not inspect(connection).has_table("users")
        connection.execute(text("INSERT INTO counters (name, value) VALUES ('kept', 7)"))
    assert [line[:4] for line in pending(engine)] == ["0002"]
    assert [line[:4] for line in upgrade(engine)] == ["0002"]
    assert pending(engine) == []
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
        kept = connection.execute(text("SELECT value FROM counters WHERE name = 'kept'"))
        assert kept.scalar_one() == 7
    engine.dispose()
