"""The ledger in the store: entries are added under the contract's lock and never changed."""

from collections.abc import Iterable
from dataclasses import fields, replace
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.store.tables import contracts, ledger, open_reservations
from quotas.ledger import LedgerEntry

_COLUMNS = tuple(ledger.c[field.name] for field in fields(LedgerEntry))


class Ledger:
    """The ledger inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def entries(self, support_number: str) -> tuple[LedgerEntry, ...]:
        """Return all entries of a contract, oldest first."""
        return self.entries_of([support_number])

    def entries_of(self, numbers: Iterable[str]) -> tuple[LedgerEntry, ...]:
        """Return all entries of several contracts, oldest first, in one statement."""
        query = (
            select(*_COLUMNS)
            .where(ledger.c.support_number.in_(list(numbers)))
            .order_by(ledger.c.id)
        )
        return tuple(LedgerEntry(*row) for row in self._connection.execute(query))

    def entry(self, entry: int) -> LedgerEntry | None:
        """Return one entry by its id."""
        return self._one(ledger.c.id == entry)

    def of_key(self, key: str) -> LedgerEntry | None:
        """Return the entry written under an idempotency key."""
        return self._one(ledger.c.key == key)

    def of_case(self, case_number: str) -> tuple[LedgerEntry, ...]:
        """Return the entries of a case, oldest first."""
        query = select(*_COLUMNS).where(ledger.c.case_number == case_number).order_by(ledger.c.id)
        return tuple(LedgerEntry(*row) for row in self._connection.execute(query))

    def reserved_in(self, case_number: str) -> tuple[LedgerEntry, ...]:
        """Return the reservations of a case that are still open, oldest first."""
        query = (
            select(*_COLUMNS)
            .join(open_reservations, open_reservations.c.entry == ledger.c.id)
            .where(open_reservations.c.case_number == case_number)
            .order_by(ledger.c.id)
        )
        return tuple(LedgerEntry(*row) for row in self._connection.execute(query))

    def append(self, entry: LedgerEntry) -> LedgerEntry:
        """Add an entry (its `id` is ignored) and return it as recorded, unchecked.

        The caller holds the contract's lock and has checked the entry: see `record`.
        """
        values = {field.name: getattr(entry, field.name) for field in fields(LedgerEntry)}
        values.pop("id")
        new = self._connection.execute(insert(ledger).values(values).returning(ledger.c.id))
        return replace(entry, id=new.scalar_one())

    def _one(self, condition: Any) -> LedgerEntry | None:
        row = self._connection.execute(select(*_COLUMNS).where(condition)).one_or_none()
        return None if row is None else LedgerEntry(*row)

    def _lock(self, support_number: str) -> None:
        self._connection.execute(
            select(contracts.c.support_number)
            .where(contracts.c.support_number == support_number)
            .with_for_update()
        )
