"""The store on both databases: tests that take `store` or `database_url` run on each."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from bot.store import Store
from tests.real.postgres import postgres_databases, postgres_server, postgres_url

__all__ = ["postgres_databases", "postgres_server", "postgres_url"]


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add `--rewrite`, which writes what message fixtures expect anew."""
    parser.addoption("--rewrite", action="store_true", help="Write tests/messages/*.expected anew.")


settings.register_profile("desk", deadline=None)  # a busy machine is no fault of the desk
settings.load_profile("desk")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.real)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Give the address of a fresh database with all tables, on each of the two in turn."""
    if request.param == "postgresql":
        url: str = request.getfixturevalue("postgres_url")
        return url
    url = f"sqlite:///{tmp_path / 'desk.db'}"
    store = Store.open(url)
    store.migrate()
    store.close()
    return url


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """Give an open store on a fresh database, on each of the two in turn."""
    store = Store.open(database_url)
    yield store
    store.close()
