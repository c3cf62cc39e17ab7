"""Which contract year pays, and what is left in it, from a contract and its ledger."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from quotas.contract import Contract, Period
from quotas.contract_year import contract_year
from quotas.ledger import Balance, ContractYear, LedgerEntry, balance
from quotas.programme import Programme, QuotaTerms


def year_on(contract: Contract, day: date) -> ContractYear | None:
    """Return the contract year that pays for a request received on `day`, or None outside all.

    Service given before the first period (`served_from`) is paid by the first contract year,
    which then begins that day: nobody gets a year's units twice.
    """
    period = contract.period_on(day)
    if period:
        year = contract_year(period.start, period.until, day)
        return _stretched(contract, period, year)
    first = min(contract.periods, key=lambda p: p.start, default=None)
    if first and contract.served_from and contract.served_from <= day < first.start:
        return _stretched(contract, first, contract_year(first.start, first.until, first.start))
    return None


def _stretched(contract: Contract, period: Period, year: ContractYear) -> ContractYear:
    served_from = contract.served_from
    is_first = year.start == min(p.start for p in contract.periods)
    if served_from and is_first and served_from < period.start:
        return replace(year, start=served_from)
    return year


def last_year(contract: Contract, day: date) -> ContractYear | None:
    """Return the contract year that holds on `day`, else the last one that ended before it."""
    ended = [p for p in contract.periods if p.until <= day]
    last = max(ended, key=lambda p: p.until, default=None)
    return year_on(contract, day) or (year_on(contract, last.end) if last else None)


def terms_in(programme: Programme, quota: str, year: ContractYear) -> QuotaTerms:
    """Return the terms of `quota` that hold all through `year`: those in force when it began."""
    return programme.quota_on(quota, year.start)


def entries_of(contract: Contract, entries: Iterable[LedgerEntry]) -> tuple[LedgerEntry, ...]:
    """Return the entries of one contract out of a ledger of several."""
    return tuple(e for e in entries if e.support_number == contract.support_number)


def made_by(entries: Iterable[LedgerEntry], day: date) -> tuple[LedgerEntry, ...]:
    """Return the entries made up to and with `day`."""
    return tuple(entry for entry in entries if entry.on <= day)


def balance_on(
    contract: Contract,
    programme: Programme,
    quota: str,
    entries: Iterable[LedgerEntry],
    day: date,
) -> Balance | None:
    """Return what is left of `quota` in the contract year that holds on `day`, None outside all.

    For a balance as of a day hand in the entries made up to and with it (`made_by`).
    """
    year = year_on(contract, day)
    if year is None:
        return None
    own = entries_of(contract, entries)
    return balance(own, quota, terms_in(programme, quota, year), year)


def thresholds_reached(balance: Balance, terms: QuotaTerms) -> tuple[int, ...]:
    """Return the thresholds of `terms.notices` (percent of the limit) that the use has reached."""
    limit = balance.limit
    if not limit:
        return ()
    return tuple(percent for percent in terms.notices if balance.used * 100 >= percent * limit)
