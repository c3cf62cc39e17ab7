"""From rows to contracts: what each number becomes, and what speaks against it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from bot.registers import cells
from bot.registers.crowd import first_crowd
from bot.registers.problems import CellError, RowError
from bot.registers.reading import RegisterRow, Registers
from quotas.contract import Contact, Contract, Licence, Period, Product
from quotas.programme import Programme

_OF_CONTRACT = (
    "programme",
    "customer",
    "customer_email",
    "reseller",
    "note",
    "served_from",
    "card_received_on",
)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Assembled:
    """The contracts as they will be, which registers named each, and every mistake."""

    contracts: Mapping[str, Contract]
    named: Mapping[str, frozenset[str]]
    errors: tuple[RowError, ...]


Grouped = dict[str, list[RegisterRow]]


class Assembler:
    """Puts the rows of all registers together, number by number.

    A number's rows in a register replace all it had in that register before; registers that
    don't name it leave it as it was.
    """

    def __init__(self, registers: Registers, programmes: Mapping[str, Programme]) -> None:
        self._programmes = programmes
        self._errors: list[RowError] = []
        self._rows = {
            register: self._grouped(register, rows) for register, rows in registers.rows.items()
        }

    @property
    def numbers(self) -> set[str]:
        """Every support number that the rows name."""
        return {number for grouped in self._rows.values() for number in grouped}

    def assemble(self, existing: Mapping[str, Contract]) -> Assembled:
        """Return the contracts the rows make of those `existing`."""
        contracts: dict[str, Contract] = {}
        for number in sorted(self.numbers):
            contract = self._contract(number, existing.get(number))
            if contract is not None:
                contracts[number] = self._with_parts(contract)
        named = {
            number: frozenset(r for r, grouped in self._rows.items() if number in grouped)
            for number in contracts
        }
        return Assembled(contracts, named, tuple(sorted(self._errors, key=lambda e: e.place)))

    def _grouped(self, register: str, rows: Iterable[RegisterRow]) -> Grouped:
        grouped: Grouped = defaultdict(list)
        for row in rows:
            number = self._number(register, row)
            if number is not None:
                grouped[number].append(row)
        return grouped

    def _number(self, register: str, row: RegisterRow) -> str | None:
        """Return the canonical number of a row: in its programme's shape, else in any that fits."""
        programme = row.values.get("programme")
        if register == "contracts" and programme not in self._programmes:
            known = ", ".join(sorted(self._programmes))
            self._wrong(row, "programme", f"there is no programme {programme!r}", f"use {known}")
            return None
        tried = [self._programmes[programme]] if programme else list(self._programmes.values())
        error: CellError | None = None
        for each in tried:
            try:
                return cells.support_number(row.values["support_number"], each.number)
            except CellError as found:
                error = found
        if error is not None:
            self._wrong(row, "support_number", error.reason, error.remedy)
        return None

    def _contract(self, number: str, before: Contract | None) -> Contract | None:
        rows = self._rows["contracts"].get(number)
        if rows:
            return self._from_rows(number, rows, before)
        if before is None:
            for row in self._all_rows(number):
                reason = f"there is no contract {number}"
                self._wrong(row, "support_number", reason, "import its contract first, or with it")
        return before

    def _from_rows(
        self, number: str, rows: Sequence[RegisterRow], before: Contract | None
    ) -> Contract:
        common = {name: self._common(name, rows) for name in _OF_CONTRACT}
        awaited = any(row.awaited for row in rows) and common["card_received_on"] is None
        base = before or Contract(number, common["programme"], common["customer"])
        periods = tuple(self._periods(rows))
        return replace(base, **common, card_awaited=awaited, periods=periods)

    def _common(self, name: str, rows: Sequence[RegisterRow]) -> Any:
        """Return what all rows of a contract say in a column; empty cells say nothing."""
        said = [row for row in rows if name in row.values]
        for row in said[1:]:
            if row.values[name] != said[0].values[name]:
                first = said[0]
                self._wrong(
                    row,
                    name,
                    f"row {first.place.row} of the same contract says {first.values[name]!s}",
                    "write the same in all rows of a contract, or leave it empty",
                )
        return said[0].values[name] if said else None

    def _periods(self, rows: Sequence[RegisterRow]) -> Iterator[Period]:
        ordered = sorted(rows, key=lambda row: row.values["starts_on"])
        for row in ordered:
            starts_on, ends_on = row.values["starts_on"], row.values["ends_on"]
            if ends_on < starts_on:
                self._wrong(row, "ends_on", f"{ends_on} lies before {starts_on}", "swap the days")
            elif ends_on == date.max:
                self._wrong(row, "ends_on", f"{ends_on} is too late", "write a real day")
            else:
                yield Period(starts_on, ends_on + _DAY, row.values["status"])
        for earlier, later in pairwise(ordered):
            if later.values["starts_on"] <= earlier.values["ends_on"]:
                reason = f"the period overlaps with row {earlier.place.row}"
                self._wrong(later, "starts_on", reason, "let each period start after the last ends")

    def _with_parts(self, contract: Contract) -> Contract:
        number = contract.support_number
        parts: dict[str, Any] = {}
        if rows := self._rows["contacts"].get(number):
            parts["contacts"] = tuple(self._contacts(rows))
            self._check_maximum(contract, rows)
        if rows := self._rows["licences"].get(number):
            parts["licences"] = tuple(_licence(row.values) for row in rows)
        if rows := self._rows["products"].get(number):
            parts["products"] = tuple(
                Product(row.values["product"], row.values["list_price"]) for row in rows
            )
        return replace(contract, **parts)

    def _contacts(self, rows: Sequence[RegisterRow]) -> Iterator[Contact]:
        for row in rows:
            contact = _contact(row.values)
            since, last = contact.since, contact.last
            if since and last and last < since:
                self._wrong(row, "until", f"{last} lies before {since}", "swap the days")
            if not (contact.email or contact.fax or contact.phone):
                reason = "the contact can't be reached"
                self._wrong(row, "email", reason, "give a mail address, FAX or telephone number")
            yield contact

    def _check_maximum(self, contract: Contract, rows: Sequence[RegisterRow]) -> None:
        """Complain about the first day with too many contacts."""
        maximum = self._programmes[contract.programme].contacts_maximum
        crowd = first_crowd(contract, [_contact(row.values) for row in rows], maximum)
        if crowd is not None:
            allowed = f"{crowd.allowed} are allowed"
            reason = f"on {crowd.day} {crowd.count} contacts are registered, {allowed}"
            remedy = "let one end (until) before the next begins (from)"
            self._wrong(rows[crowd.last], "from", reason, remedy)

    def _all_rows(self, number: str) -> Iterator[RegisterRow]:
        for grouped in self._rows.values():
            yield from grouped.get(number, [])

    def _wrong(self, row: RegisterRow, column: str, reason: str, remedy: str) -> None:
        self._errors.append(RowError(row.place, column, reason, remedy))


def _contact(values: Mapping[str, Any]) -> Contact:
    return Contact(
        name=values["name"],
        email=values.get("email"),
        fax=values.get("fax"),
        phone=values.get("phone"),
        since=values.get("from"),
        last=values.get("until"),
        unauthenticated_until=values.get("unauthenticated_until"),
    )


def _licence(values: Mapping[str, Any]) -> Licence:
    return Licence(
        values["purchased_on"],
        values["quantity"],
        values["kind"],
        values["maintenance_until"],
    )
