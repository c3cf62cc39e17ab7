"""The ledger in the store: entries are added under the contract's lock and never changed."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, func, insert, select

from bot.store.contracts import Contracts
from bot.store.errors import PermanentStoreError
from bot.store.rows import chunks
from bot.store.tables import ledger, open_reservations
from quotas.counting import terms_in, year_on
from quotas.ledger import Kind, LedgerEntry
from quotas.ledger_check import Refusal, check_entry
from quotas.programme import Programme

OUTSIDE_PERIODS = Refusal(
    "outside_periods",
    "計上日がどの契約期間にも含まれません",
    "the day it is charged on lies outside all periods of the contract",
)

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

    def record(
        self, entry: LedgerEntry, programme: Programme, *, override: bool = False
    ) -> LedgerEntry | Refusal:
        """Write an entry if the terms let it be written, else return why not.

        Sum, check and insert are one step under the contract's lock. The same `key` again
        returns what was written the first time. With `override` a hard limit doesn't stop it.
        Raise `LookupError` without such a contract, `PermanentStoreError` when the key stands
        for something else.
        """
        contract = Contracts(self._connection).lock(entry.support_number)
        if contract is None:
            raise LookupError(f"no contract {entry.support_number}")
        before = self.of_key(entry.key)
        if before is not None:
            return _same(before, entry)
        year = year_on(contract, entry.charged_on)
        if year is None:
            return OUTSIDE_PERIODS
        terms = terms_in(programme, entry.quota, year)
        entries = self.entries(entry.support_number)
        refusal = check_entry(entry, entries, terms, year, override=override)
        return self.append(entry) if refusal is None else refusal

    def append(self, entry: LedgerEntry) -> LedgerEntry:
        """Add an entry (its `id` is ignored) and return it as recorded, unchecked.

        The caller holds the contract's lock and has decided under it.
        """
        values = {field.name: getattr(entry, field.name) for field in fields(LedgerEntry)}
        values.pop("id")
        new = self._connection.execute(insert(ledger).returning(ledger.c.id), values)
        return replace(entry, id=new.scalar_one())

    def count(self) -> int:
        """Return how many entries there are."""
        return int(self._connection.execute(select(func.count()).select_from(ledger)).scalar_one())

    def by_contract(self) -> Iterator[tuple[str, tuple[LedgerEntry, ...]]]:
        """Yield every support number that has entries, with them, oldest first."""
        numbers = Contracts(self._connection).numbers()
        for some in chunks(numbers):
            entries = self.entries_of(some)
            ordered = sorted(entries, key=lambda entry: entry.support_number)
            for number, own in groupby(ordered, key=lambda entry: entry.support_number):
                yield number, tuple(own)

    def _one(self, condition: Any) -> LedgerEntry | None:
        row = self._connection.execute(select(*_COLUMNS).where(condition)).one_or_none()
        return None if row is None else LedgerEntry(*row)


def following(entry: LedgerEntry, kind: Kind, *, key: str, actor: str, at: datetime) -> LedgerEntry:
    """Return the entry that consumes, releases, waives or reverses `entry`, to be recorded.

    `at` is aware, in the desk's timezone: its day is the day of the new entry.
    """
    return replace(
        entry,
        id=0,
        kind=kind,
        units=abs(entry.units),
        on=at.date(),
        recorded_at=at,
        key=key,
        actor=actor,
        refers_to=entry.id,
        minutes=None,
        reason="",
    )


def _same(before: LedgerEntry, entry: LedgerEntry) -> LedgerEntry:
    if _asked(before) == _asked(entry):
        return before
    raise PermanentStoreError(
        f"key {entry.key!r} already stands for entry {before.id} ({before.kind} of "
        f"{before.units} {before.quota} of {before.support_number}); "
        "use another key for another entry"
    )


def _asked(entry: LedgerEntry) -> tuple[object, ...]:
    return (entry.support_number, entry.quota, entry.kind, entry.units, entry.refers_to)
