"""Dated values: what a term says, since when, and which article says so."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class TermsGapError(LookupError):
    """Raised when no provision is in force on the day asked for."""


@dataclass(frozen=True, slots=True)
class Provision(Generic[T]):
    """One value of the terms with the days it is in force and the article it rests on.

    `since` is the first day in force (``None``: from the beginning), `until` the first day it no
    longer is (``None``: still in force), so provisions of one term tile half-open.
    """

    value: T
    article: str
    since: date | None = None
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether this provision is in force on `day`."""
        begun = self.since is None or self.since <= day
        return begun and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True)
class Dated(Generic[T]):
    """All provisions of one term, oldest first, tiling time without gap or overlap."""

    provisions: tuple[Provision[T], ...]

    def on(self, day: date) -> Provision[T]:
        """Return the provision in force on `day`; raise `TermsGapError` when there is none."""
        for provision in self.provisions:
            if provision.holds_on(day):
                return provision
        raise TermsGapError(f"no provision in force on {day.isoformat()}")

    def __iter__(self) -> Iterator[Provision[T]]:
        return iter(self.provisions)


def always(value: T, article: str) -> Dated[T]:
    """Return a term that has had one value since the beginning."""
    return Dated((Provision(value, article),))


def last_day(until: date) -> date:
    """Return the inclusive last day of a half-open span that stops before `until`."""
    return until - timedelta(days=1)
