"""Counting: append-only entries, and the balance that is always derived from them."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


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
