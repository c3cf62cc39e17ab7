"""The registers inside the store: contracts with all that belongs to them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select

from bot.store.contract_parts import (
    PART_ROWS,
    PART_TABLES,
    PARTS_OF,
    Parts,
    all_parts,
    sorted_parts,
)
from bot.store.rows import CHUNK, chunks, upsert_many
from bot.store.tables import contacts, contracts
from quotas.contract import Contract

_OWN = (
    "support_number",
    "programme",
    "customer",
    "customer_email",
    "reseller",
    "note",
    "served_from",
    "card_received_on",
    "card_awaited",
)


class Contracts:
    """The contracts inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, support_number: str) -> Contract | None:
        """Return the contract with this canonical number, or ``None``."""
        return self.find_many([support_number]).get(support_number)

    def find_many(self, numbers: Iterable[str]) -> dict[str, Contract]:
        """Return those contracts of `numbers` that exist, in two statements."""
        return self._load(list(numbers), lock=False)

    def lock(self, support_number: str) -> Contract | None:
        """Lock a contract until the work ends and return it, or ``None``.

        Whoever counts holds this lock: sum, check and insert are then one step.
        """
        return self.lock_many([support_number]).get(support_number)

    def lock_many(self, numbers: Iterable[str]) -> dict[str, Contract]:
        """Lock and return contracts, always in one order so that two works can't deadlock."""
        return self._load(sorted(set(numbers)), lock=True)

    def all(self) -> Iterator[Contract]:
        """Yield every contract by number, a few hundred at a time."""
        last = ""
        while numbers := self.numbers(after=last, limit=CHUNK):
            yield from self.find_many(numbers).values()
            last = numbers[-1]

    def numbers(self, after: str = "", limit: int | None = None) -> list[str]:
        """Return up to `limit` support numbers above `after`, in order."""
        query = (
            select(contracts.c.support_number)
            .where(contracts.c.support_number > after)
            .order_by(contracts.c.support_number)
            .limit(limit)
        )
        return list(self._connection.scalars(query))

    def of_contact(self, email: str) -> list[str]:
        """Return the numbers of contracts that name `email`, whenever it is or was registered."""
        query = (
            select(contacts.c.support_number)
            .where(contacts.c.email_folded == email.casefold())
            .distinct()
            .order_by(contacts.c.support_number)
        )
        return list(self._connection.scalars(query))

    def put(self, some: Sequence[Contract], at: datetime) -> None:
        """Write contracts, new or known, as of `at`, without what belongs to them."""
        rows = [{name: getattr(c, name) for name in _OWN} | {"imported_at": at} for c in some]
        if rows:
            upsert_many(self._connection, contracts, rows)

    def put_parts(self, part: str, some: Sequence[Contract]) -> None:
        """Make one kind of `PARTS` of contracts what it is in `some`: the rest of it is removed."""
        table, made = PART_TABLES[part], PART_ROWS[part]
        for numbers in chunks([contract.support_number for contract in some]):
            self._connection.execute(delete(table).where(table.c.support_number.in_(numbers)))
        rows = [
            {"support_number": contract.support_number, **row}
            for contract in some
            for row in made(contract)
        ]
        for each in chunks(rows):
            self._connection.execute(insert(table), each)

    def _load(self, numbers: list[str], *, lock: bool) -> dict[str, Contract]:
        if not numbers:
            return {}
        query = (
            select(contracts)
            .where(contracts.c.support_number.in_(numbers))
            .order_by(contracts.c.support_number)
        )
        rows = self._connection.execute(query.with_for_update() if lock else query).all()
        if not rows:
            return {}
        found = [row.support_number for row in rows]
        parts = sorted_parts(self._connection.execute(all_parts(found)))
        return {row.support_number: _contract(row, parts) for row in rows}


def _contract(row: Row[Any], parts: Parts) -> Contract:
    number = row.support_number
    values: dict[str, Any] = {name: getattr(row, name) for name in _OWN}
    values |= {part: made(parts[part, number]) for part, made in PARTS_OF.items()}
    return Contract(**values)
