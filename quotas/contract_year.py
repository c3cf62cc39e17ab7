"""Contract years: the years, counted from a contract's own start, that quotas belong to."""

from datetime import date
from itertools import count, takewhile

from quotas.ledger import ContractYear
from quotas.month import anniversary


class OutsidePeriodError(ValueError):
    """Raised when a day lies in none of a contract's years."""


def contract_years(start: date, until: date) -> tuple[ContractYear, ...]:
    """Return all years of a contract, oldest first, tiling it without gap or overlap.

    `start` is its first day, `until` the first day after it; the last year stops there, however
    short it is. A contract that starts on 29 February has its later years start on 1 March in
    common years.
    """
    starts = takewhile(lambda day: day < until, (anniversary(start, n) for n in count()))
    return tuple(
        ContractYear(day, min(anniversary(start, n + 1), until)) for n, day in enumerate(starts)
    )


def contract_year(start: date, until: date, on: date) -> ContractYear:
    """Return the year of the contract running from `start` up to `until` that holds on `on`.

    Raises `OutsidePeriodError` when `on` lies before `start` or not before `until`.
    """
    if not start <= on < until:
        raise OutsidePeriodError(
            f"{on.isoformat()} lies outside the period that runs from {start.isoformat()} "
            f"and stops before {until.isoformat()}"
        )
    number = on.year - start.year
    if anniversary(start, number) > on:
        number -= 1
    return ContractYear(anniversary(start, number), min(anniversary(start, number + 1), until))
