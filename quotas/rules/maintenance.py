"""Maintenance of licence sets: whole months, bought in whole years, rounded upward."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from quotas.month import month_end, month_start, months_between, years_covering
from quotas.rules.calculator import Outcome, RuleTerms
from quotas.rules.given import Count, RuleError

Kind = Literal["normal", "version_up"]


@dataclass(frozen=True, slots=True)
class LicenceSet:
    """Licences under one maintenance end, which is the inclusive last day."""

    quantity: Count
    end: date


def included_period(
    terms: RuleTerms, /, *, purchased_on: date, kind: Kind, years: Count | None = None
) -> Outcome:
    """Return the maintenance that comes with a purchase, from the 1st of its month.

    Parameters: `free_years` of normal maintenance included, absent for products that include
    none; `least_years` that version-up maintenance is bought for; `question`.
    """
    free = int(terms.parameters.get("free_years", 0)) if kind == "normal" else 0
    least = free if kind == "normal" else int(terms.parameters["least_years"])
    bought = years or least
    if not bought:
        return terms.open()
    return {
        "start": month_start(purchased_on),
        "end": month_end(purchased_on, 12 * bought - 1),
        "price": "free" if bought <= free else "paid",
    }


@dataclass(frozen=True, slots=True)
class Addition:
    """Licences bought on a day, to be joined to a set that runs until `existing_end`."""

    existing_end: date
    purchased_on: date
    years: int | None


def add_licences(  # noqa: PLR0913 - one argument for each key of the rule
    terms: RuleTerms,
    /,
    *,
    kind: Kind,
    existing_end: date,
    existing_quantity: Count,
    purchased_on: date,
    added_quantity: Count,
    years: Count | None = None,
) -> Outcome:
    """Return the common end of an addition and what must be bought for the added quantity.

    Parameters: `included`, the rule of what comes with a purchase; `bought_from_months`, from
    which difference on normal maintenance is bought; `question`.
    """
    if existing_end < purchased_on:
        return terms.open()
    months = _MISSING[kind](terms, Addition(existing_end, purchased_on, years))
    if months is None:
        return terms.open()
    buy_years = years_covering(months)
    return {
        "end": existing_end,
        "buy_years": buy_years,
        "buy_quantity": added_quantity if buy_years else 0,
        "next_renewal_quantity": existing_quantity + added_quantity,
    }


def merge_sets(_terms: RuleTerms, /, *, sets: tuple[LicenceSet, ...]) -> Outcome:
    """Return the latest end of all sets, and what those that end earlier must buy."""
    if not sets:
        raise RuleError("sets: there is nothing to merge")
    end = max(licences.end for licences in sets)
    missing = [(licences.quantity, months_between(licences.end, end)) for licences in sets]
    return {
        "end": end,
        "buy": [
            {"quantity": quantity, "months": months, "years": years_covering(months)}
            for quantity, months in missing
            if months
        ],
    }


def switch_to_version_up(
    _terms: RuleTerms, /, *, purchased_on: date, quantity: Count, next_end: date
) -> Outcome:
    """Return the years of version-up maintenance from the month of purchase to the next end."""
    if next_end < purchased_on:
        raise RuleError(f"next_end: {next_end} lies before purchased_on")
    months = months_between(purchased_on, next_end) + 1
    return {"years": years_covering(months), "quantity": quantity}


def switch_to_normal(terms: RuleTerms, /) -> Outcome:
    """Return whether version-up maintenance may become normal; parameter: `allowed`."""
    return {"allowed": terms.parameters["allowed"]}


def restart(
    terms: RuleTerms,
    /,
    *,
    lapsed_end: date,
    restart_on: date,
    quantity: Count,
    until: date | None = None,
) -> Outcome:
    """Return the years owed from the lapsed end to the new end.

    Parameter: `question`, for an operator to set the new end.
    """
    if restart_on <= lapsed_end:
        raise RuleError(f"restart_on: maintenance has not lapsed before {restart_on}; renew it")
    if until is None:
        return terms.open()
    if until < restart_on:
        raise RuleError(f"until: {until} lies before restart_on")
    months = months_between(lapsed_end, until)
    return {"months": months, "years": years_covering(months), "quantity": quantity}


def _missing_normal(terms: RuleTerms, addition: Addition) -> int | None:
    """Return the months to buy after the addition's own period, None when that is not known."""
    included = terms.of_rule(terms.parameters["included"])
    own_years = addition.years or included.get("free_years")
    if own_years is None:
        return None
    own_end = month_end(addition.purchased_on, 12 * own_years - 1)
    months = months_between(own_end, addition.existing_end)
    return months if months >= terms.parameters["bought_from_months"] else 0


def _missing_version_up(_terms: RuleTerms, addition: Addition) -> int | None:
    """Return the months from the purchase to the existing end, both months counted."""
    return months_between(addition.purchased_on, addition.existing_end) + 1


_MISSING: Mapping[str, Callable[[RuleTerms, Addition], int | None]] = {
    "normal": _missing_normal,
    "version_up": _missing_version_up,
}
