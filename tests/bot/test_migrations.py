"""The migrations make exactly the tables the code speaks of, checks and indexes included."""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine

from bot.store import Store
from bot.store.tables import metadata


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
