"""Balances and statements of a contract on a day, as plain data for commands and pages."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from quotas.contract import Contract
from quotas.contract_year import contract_year
from quotas.ledger import Balance, ContractYear, LedgerEntry
from quotas.programme import Programme
from quotas.provision import last_day
from quotas.statement import KIND_TITLES, Statement, statement


def year_on(contract: Contract, day: date) -> ContractYear | None:
    """Return the contract year that holds `day`, or None outside all periods."""
    period = contract.period_on(day)
    return contract_year(period.start, period.until, day) if period else None


def statements_on(
    contract: Contract,
    programme: Programme,
    entries: Iterable[LedgerEntry],
    day: date,
    known_on: date | None = None,
) -> tuple[Statement, ...]:
    """Return the statement of every quota in the contract year of `day`.

    It is told as it stood on the day `known_on`, or on `day` itself.
    """
    year = year_on(contract, day)
    if year is None:
        return ()
    made = [entry for entry in entries if entry.on <= (known_on or day)]
    return tuple(statement(contract, programme, name, year, made) for name in programme.quotas)


def balances_on(
    contract: Contract,
    programme: Programme,
    entries: Iterable[LedgerEntry],
    day: date,
    known_on: date | None = None,
) -> list[dict[str, Any]]:
    """Return what is left of every quota in the contract year of `day`, as `statements_on`."""
    return [
        balance_json(s.balance) | {"title": s.terms.title, "unit": s.terms.unit}
        for s in statements_on(contract, programme, entries, day, known_on)
    ]


def balance_json(balance: Balance) -> dict[str, Any]:
    """Return a balance under the names of the interface, dates as dates."""
    return {
        "name": balance.quota,
        "limit": balance.limit,
        "used": balance.used,
        "reserved": balance.reserved,
        "remaining": balance.remaining,
        "resets_on": balance.resets_on,
    }


def statement_json(shown: Statement) -> dict[str, Any]:
    """Return a statement 利用明細 as plain data: opening, every line, closing, and the balance."""
    return balance_json(shown.balance) | {
        "title": shown.terms.title,
        "unit": shown.terms.unit,
        "year_start": shown.year.start,
        "year_end": last_day(shown.year.until),
        "opening": shown.opening,
        "lines": [
            {
                "entry": line.entry.id,
                "on": line.on,
                "case_number": line.case_number,
                "kind": line.kind.value,
                "kind_title": KIND_TITLES[line.kind],
                "units": line.units,
                "balance": line.balance,
                "article": line.article,
                "minutes": line.entry.minutes,
                "contact": line.entry.contact,
                "reason": line.entry.reason,
                "refers_to": line.entry.refers_to,
            }
            for line in shown.lines
        ],
        "closing": shown.closing,
    }
