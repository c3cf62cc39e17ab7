"""The desk that message fixtures come to: set up once, given fresh to every fixture."""

import csv
import shutil
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from pathlib import Path

from bot.config import Environment, load
from bot.house import House, open_house
from bot.registers import Importer
from bot.store import Store
from bot.store.blobs import Blobs
from quotas.ledger import Kind, LedgerEntry
from tests.bot.houses import TOKYO, Hands

HERE = Path(__file__).parent
SECRET = Environment({"MADOGUCHI_SECRET": "the key of the message fixtures"})
REGISTERED = datetime(2026, 11, 1, 9, 0, tzinfo=TOKYO)
"""When the registers were imported and the ledger's lines written."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A desk with its registers and ledger filled; `fresh` opens a copy of it."""

    house: House
    folder: Path

    def fresh(self, folder: Path) -> tuple[House, Hands]:
        """Open a copy in `folder` with a clock of its own; terms and reader are shared."""
        shutil.copytree(self.folder, folder, dirs_exist_ok=True)
        clock = Hands(REGISTERED)
        store = Store.open(f"sqlite:///{folder / 'desk.db'}")
        blobs = Blobs(folder / "blobs")
        blobs.prepare()
        return replace(self.house, store=store, blobs=blobs, clock=clock), clock


def build(folder: Path) -> Stage:
    """Set the desk of desk.toml up in `folder`."""
    clock = Hands(REGISTERED)
    shutil.copy(HERE / "desk.toml", folder)
    shutil.copytree(HERE / "programmes", folder / "programmes")
    house = open_house(load(folder / "desk.toml", SECRET), SECRET, clock)
    house.blobs.prepare()
    house.store.migrate()
    files = sorted((HERE / "registers").glob("*.csv"))
    result = Importer(house.store, house.programmes).run(files, REGISTERED)
    assert not result.errors, result.errors
    write_ledger(house)
    house.store.close()  # so that the copies hold all of it
    return Stage(house, folder)


def write_ledger(house: House) -> None:
    """Write what ledger.csv says was used, each line `times` times."""
    rows = csv.DictReader((HERE / "ledger.csv").open(encoding="utf-8"))
    for number, row in enumerate(rows):
        for turn in range(int(row["times"])):
            _write(house, row, f"ledger.csv:{number}:{turn}")


def _write(house: House, row: dict[str, str], key: str) -> None:
    day = date.fromisoformat(row["on"])
    at = datetime.combine(day, time(10), TOKYO)
    with house.store.work() as work:
        contract = work.contracts.find(row["support_number"])
        assert contract is not None
        done = work.ledger.record(
            LedgerEntry(
                id=0,
                support_number=contract.support_number,
                quota=row["quota"],
                kind=Kind.CONSUME,
                units=int(row["units"]),
                charged_on=day,
                on=day,
                recorded_at=at,
                key=key,
                actor="operator",
                reason=row["reason"],
            ),
            house.programmes[contract.programme],
        )
    assert isinstance(done, LedgerEntry), done
