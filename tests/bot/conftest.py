"""A desk for commands: the registers and the ledger of tests/messages, fresh for every test."""

import shutil
from pathlib import Path

import pytest

from bot.store import Store
from tests.bot.commands import Commands, set_clock
from tests.bot.houses import Hands
from tests.messages.stage import Stage, build


@pytest.fixture(scope="session")
def registered(tmp_path_factory: pytest.TempPathFactory) -> Stage:
    """Give a desk with registers and ledger, to be copied."""
    stage = build(tmp_path_factory.mktemp("registered"))
    stage.house.close()
    return stage


@pytest.fixture
def desk(
    registered: Stage, tmp_path: Path, clock: Hands, monkeypatch: pytest.MonkeyPatch
) -> Commands:
    """Give the command line of a fresh copy of that desk on SQLite."""
    folder = tmp_path / "desk"
    shutil.copytree(registered.folder, folder)
    monkeypatch.delenv("MADOGUCHI_CONFIG", raising=False)
    set_clock(monkeypatch, clock)
    return Commands(folder / "desk.toml")


@pytest.fixture
def clock() -> Hands:
    """Give the clock of commands run in this process: a Monday morning, until it is moved."""
    return Hands()


@pytest.fixture
def desk_on(desk: Commands, database_url: str) -> Commands:
    """Give the same desk on each database in turn, with one contract that has three units left."""
    text = desk.config.read_text(encoding="utf-8")
    address = f'[desk]\ndatabase = "{database_url}"\n'
    desk.config.write_text(text.replace("[desk]\n", address), encoding="utf-8")
    Store.open(database_url).close()
    registers = sorted((Path(__file__).parents[1] / "messages" / "registers").glob("*.csv"))
    assert desk("import", *map(str, registers)).status == 0
    return desk
