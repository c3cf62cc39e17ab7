"""Fees: by users and edition, with tax by date, and interest on what is paid late."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from quotas.rules.calculator import Outcome, Parameters, RuleTerms
from quotas.rules.given import Count, RuleError, Yen

PERCENT = 100


def tax(terms: RuleTerms, /, *, amount: Yen, on: date) -> Outcome:
    """Return an amount with the tax of a day, fractions dropped; parameter: `rate_percent`."""
    del on  # it selects the parameters
    return {"with_tax": with_tax(amount, terms.parameters)}


def with_tax(amount: int, parameters: Parameters) -> int:
    """Return whole yen with tax at the `rate_percent` of the rule ``tax``."""
    return amount * (PERCENT + int(parameters["rate_percent"])) // PERCENT


def fee_by_users(
    terms: RuleTerms, /, *, on: date, users: Count | None = None, edition: str | None = None
) -> Outcome:
    """Return the class and yearly fee for a number of users or for an unlimited edition.

    Parameters: `classes`, rows of `users`, `class` and `fee`, smallest first; `editions`, rows by
    name; `question` for more users than any class has. Tax is the rule ``tax``.
    """
    del on  # it selects the parameters
    if (users is None) == (edition is None):
        raise RuleError("given: exactly one of users and edition is needed")
    row = (
        _edition(terms.parameters, edition) if edition else _class_of(terms.parameters, users or 0)
    )
    if row is None:
        return terms.open()
    fee = int(row["fee"])
    return {
        "class": row["class"],
        "fee": fee,
        "fee_with_tax": with_tax(fee, terms.of_rule("tax")),
    }


def fee_after_addition(
    terms: RuleTerms, /, *, users_before: Count, users_added: Count, status: str
) -> Outcome:
    """Return this year's fee, which an addition leaves as it was, and the next year's.

    Parameters: `fees`, the rule that has the classes; `charged`, the statuses that pay this
    year; `question` for more users than any class has.
    """
    statuses = tuple(dict.fromkeys(terms.programme.statuses.values()))
    if status not in statuses:
        raise RuleError(f"status: {status!r} is none of {', '.join(statuses)}")
    classes = terms.of_rule(terms.parameters["fees"])
    charged = status in terms.parameters["charged"]
    this_year = _class_of(classes, users_before) if charged else {"fee": 0}
    next_year = _class_of(classes, users_before + users_added)
    outcome = terms.open() if this_year is None or next_year is None else {}
    if this_year is not None:
        outcome |= {"this_year_fee": this_year["fee"]}
    if next_year is not None:
        outcome |= {"next_year_class": next_year["class"], "next_year_fee": next_year["fee"]}
    return outcome


def late_interest(terms: RuleTerms, /, *, amount: Yen, due_on: date, paid_on: date) -> Outcome:
    """Return interest for the days between the day due and the day paid, both not counted.

    Parameters: `rate_permille` a year, `days_in_year`. Fractions of a yen are dropped.
    """
    days = max(0, (paid_on - due_on).days - 1)
    owed = amount * terms.parameters["rate_permille"] * days
    return {"days": days, "interest": owed // (1000 * terms.parameters["days_in_year"])}


def _class_of(parameters: Parameters, users: int) -> Mapping[str, Any] | None:
    """Return the smallest class that holds `users`, None when no class does."""
    return next((row for row in parameters["classes"] if users <= row["users"]), None)


def _edition(parameters: Parameters, edition: str) -> Mapping[str, Any]:
    editions: Mapping[str, Mapping[str, Any]] = parameters["editions"]
    if edition not in editions:
        raise RuleError(f"edition: {edition!r} is none of {', '.join(editions)}")
    return editions[edition]
