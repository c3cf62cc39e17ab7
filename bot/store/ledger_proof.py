"""Proving the ledger: every entry refers rightly, every reservation closed once, sums agree."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select, text

from bot.store import triggers
from bot.store.ledger import Ledger
from bot.store.tables import open_reservations
from quotas.ledger import CLOSING, Kind, LedgerEntry, effect_of
from quotas.ledger_check import REFERS_TO

_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled = 'O'",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with the ledger: a stable `code`, the entry if it is one, and in words."""

    code: str
    entry: int | None
    detail: str


def prove(connection: Connection) -> list[Finding]:
    """Return everything wrong with the ledger: nothing, unless somebody went around the desk."""
    held = set(connection.scalars(select(open_reservations.c.entry)))
    findings = list(_missing_triggers(connection))
    should_be_open: set[int] = set()
    for number, entries in Ledger(connection).by_contract():
        findings.extend(_wrong_references(entries))
        still_open = _open(entries)
        should_be_open |= still_open
        findings.extend(_wrong_sum(number, entries, still_open))
    findings.extend(
        Finding("open_reservation_wrong", entry, "open by the ledger or by the index, not both")
        for entry in sorted(held ^ should_be_open)
    )
    return findings


def _missing_triggers(connection: Connection) -> Iterator[Finding]:
    dialect = connection.dialect.name
    present = set(connection.scalars(text(_TRIGGERS[dialect])))
    for name in sorted(triggers.names(dialect) - present):
        yield Finding("trigger_missing", None, f"trigger {name} is missing: restore it")


def _wrong_references(entries: tuple[LedgerEntry, ...]) -> Iterator[Finding]:
    by_id = {entry.id: entry for entry in entries}
    ended: dict[int, int] = {}
    for entry in entries:
        if entry.refers_to is None:
            continue
        referred = by_id.get(entry.refers_to)
        if referred is None or referred.id >= entry.id:
            yield Finding("reference_unknown", entry.id, f"refers to entry {entry.refers_to}")
        elif referred.kind not in REFERS_TO.get(entry.kind, frozenset()):
            yield Finding("reference_kind", entry.id, f"{entry.kind} of a {referred.kind}")
        elif entry.kind is Kind.REVERSE:
            ended.pop(referred.refers_to or 0, None)
        elif referred.id in ended:
            yield Finding("ended_twice", entry.id, f"entry {referred.id} was ended before")
        else:
            ended[referred.id] = entry.id


def _open(entries: Iterable[LedgerEntry]) -> set[int]:
    """Return the reservations still open, by following the entries one by one."""
    still_open: set[int] = set()
    by_id: dict[int, LedgerEntry] = {}
    for entry in entries:
        by_id[entry.id] = entry
        referred = by_id.get(entry.refers_to or 0)
        if entry.kind is Kind.RESERVE:
            still_open.add(entry.id)
        elif referred is not None and referred.kind is Kind.RESERVE:
            still_open.discard(referred.id)
        elif entry.kind is Kind.REVERSE and referred is not None and referred.kind in CLOSING:
            again = by_id.get(referred.refers_to or 0)
            if again is not None and again.kind is Kind.RESERVE:
                still_open.add(again.id)
    return still_open


def _wrong_sum(
    number: str, entries: tuple[LedgerEntry, ...], still_open: set[int]
) -> Iterator[Finding]:
    by_id = {entry.id: entry for entry in entries}
    reserved = sum(effect_of(entry, by_id).reserved for entry in entries)
    held = sum(by_id[entry].units for entry in still_open)
    if reserved != held:
        detail = f"{number}: the entries sum up to {reserved} reserved, {held} are open"
        yield Finding("sum_wrong", None, detail)
