"""Counting: append-only entries, and the balance that is always derived from them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from quotas.programme import QuotaTerms


class Kind(StrEnum):
    """What an entry does to the count of a quota."""

    GRANT = "grant"
    RESERVE = "reserve"
    CONSUME = "consume"
    RELEASE = "release"
    WAIVE = "waive"
    ADJUST = "adjust"
    REVERSE = "reverse"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One line of the ledger; never changed and never deleted, only followed by another.

    `units` is positive, except for `ADJUST`, where it is signed: +1 gives a unit back to the
    customer, -1 takes one. `charged_on` selects the contract year that pays (the day the request
    was received), `on` is the day the entry itself happened. `refers_to` is the `id` of the entry
    this one consumes, releases, waives or reverses.
    """

    id: int
    support_number: str
    quota: str
    kind: Kind
    units: int
    charged_on: date
    on: date
    recorded_at: datetime
    key: str
    actor: str
    refers_to: int | None = None
    case_number: str | None = None
    contact: str | None = None
    minutes: int | None = None
    article: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class ContractYear:
    """One year of a contract, half-open: from `start` up to but without `until`."""

    start: date
    until: date

    def holds_on(self, day: date) -> bool:
        """Tell whether `day` lies in the year."""
        return self.start <= day < self.until


@dataclass(frozen=True, slots=True)
class Balance:
    """What is left of one quota in one contract year; without a `limit` it is only counted."""

    quota: str
    year: ContractYear
    limit: int | None
    used: int
    reserved: int

    @property
    def remaining(self) -> int | None:
        """残数: the limit less what is used and reserved; negative when overrun."""
        return None if self.limit is None else self.limit - self.used - self.reserved

    @property
    def resets_on(self) -> date:
        """The first day of the next contract year, when the count starts again."""
        return self.year.until


@dataclass(frozen=True, slots=True)
class Effect:
    """What one entry changes: units `used`, `reserved`, and added to the `limit`."""

    used: int = 0
    reserved: int = 0
    limit: int = 0

    def __neg__(self) -> "Effect":
        return Effect(-self.used, -self.reserved, -self.limit)

    def __add__(self, other: "Effect") -> "Effect":
        return Effect(
            self.used + other.used, self.reserved + other.reserved, self.limit + other.limit
        )

    @property
    def remaining(self) -> int:
        """What the entry does to the remaining units: negative when it takes some."""
        return self.limit - self.used - self.reserved


CLOSING = frozenset({Kind.CONSUME, Kind.RELEASE, Kind.EXPIRE, Kind.WAIVE})
"""What closes a reservation."""


def _open_units(entry: LedgerEntry | None) -> Effect:
    """Return what a reservation still holds, or a consumption used: what a closing entry undoes."""
    if entry is None:
        return Effect()
    if entry.kind is Kind.RESERVE:
        return Effect(reserved=entry.units)
    return Effect(used=entry.units) if entry.kind is Kind.CONSUME else Effect()


def effect_of(entry: LedgerEntry, by_id: Mapping[int, LedgerEntry]) -> Effect:
    """Return what `entry` changes; `by_id` holds the entries it may refer to."""
    earlier = entry.refers_to is not None and entry.refers_to < entry.id
    referred = by_id.get(entry.refers_to) if earlier and entry.refers_to is not None else None
    match entry.kind:
        case Kind.GRANT:
            return Effect(limit=entry.units)
        case Kind.RESERVE:
            return Effect(reserved=entry.units)
        case Kind.CONSUME:
            return Effect(used=entry.units) + -_open_units(referred)
        case Kind.RELEASE | Kind.EXPIRE | Kind.WAIVE:
            return -_open_units(referred)
        case Kind.ADJUST:
            return Effect(used=-entry.units)
        case Kind.REVERSE:
            return -effect_of(referred, by_id) if referred else Effect()


def effects(
    entries: Iterable[LedgerEntry], quota: str, year: ContractYear, as_of: date | None = None
) -> tuple[tuple[LedgerEntry, Effect], ...]:
    """Return the entries of one contract that `year` pays for `quota`, each with its effect."""
    own = sorted((e for e in entries if e.quota == quota), key=lambda e: e.id)
    by_id = {entry.id: entry for entry in own}
    return tuple(
        (entry, effect_of(entry, by_id))
        for entry in own
        if year.holds_on(entry.charged_on) and (as_of is None or entry.on <= as_of)
    )


def balance(
    entries: Iterable[LedgerEntry],
    quota: str,
    terms: QuotaTerms,
    year: ContractYear,
    as_of: date | None = None,
) -> Balance:
    """Return what is left of `quota` in `year`: the sum of the effects of one contract's entries.

    `terms` are those in force when the year began. An entry pays in the year that holds
    `charged_on`; with `as_of` only entries made up to and with that day count.
    """
    total = sum((effect for _, effect in effects(entries, quota, year, as_of)), Effect())
    limit = None if terms.limit is None else terms.limit + total.limit
    return Balance(quota, year, limit, total.used, total.reserved)
