"""The rules of the terms: a table of general calculators, set to work by each programme's data."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from quotas.calendar import NeverOpenError
from quotas.programme import Programme
from quotas.provision import Dated, TermsGapError, always
from quotas.rules.calculator import Calculator, Outcome, RuleTerms, in_force
from quotas.rules.given import RuleError, read_given
from quotas.rules.table import CALCULATORS, PARAMETERS

__all__ = [
    "CALCULATORS",
    "PARAMETERS",
    "Computed",
    "RuleError",
    "calculator_of",
    "compute",
    "rule_names",
]

IN_EVERY_PROGRAMME: Mapping[str, Dated[Mapping[str, Any]]] = {
    name: always({"calculator": name}, "") for name in ("opening", "quota_year")
}
"""Rules that need no parameters and hold for all programmes."""


@dataclass(frozen=True, slots=True)
class Computed:
    """What a rule came to: the values by key, and the article they rest on."""

    values: Outcome
    article: str


def rule_names(programme: Programme) -> tuple[str, ...]:
    """Return the names of all rules that can be computed for a programme."""
    return (*programme.rules, *(n for n in IN_EVERY_PROGRAMME if n not in programme.rules))


def calculator_of(programme: Programme, rule: str) -> Calculator:
    """Return the calculator that a programme sets to work for `rule`.

    Raises `RuleError` when the programme has no such rule or no calculator is called so.
    """
    if rule not in rule_names(programme):
        known = ", ".join(rule_names(programme))
        raise RuleError(f"{programme.id} has no rule {rule!r}; it has {known}")
    name = str(in_force(_rule(programme, rule), None).value.get("calculator"))
    if name not in CALCULATORS:
        known = ", ".join(CALCULATORS)
        raise RuleError(f"{programme.id}, rule {rule}: no calculator {name!r}; there are {known}")
    return CALCULATORS[name]


def compute(
    programme: Programme,
    rule: str,
    given: Mapping[str, object],
    holidays: frozenset[date] = frozenset(),
    on: date | None = None,
) -> Computed:
    """Return what `rule` of `programme` comes to for what is `given`.

    `holidays` are the national holidays. The terms are those in force on the day the rule goes by,
    for a rule without such a day those of `on`, and without that the newest. Raises `RuleError`,
    with one line that says what is wrong, for an unknown rule or key, a wrong type, or days on
    which the rule makes no sense.
    """
    chosen = calculator_of(programme, rule)
    arguments = read_given(chosen.takes, given)
    try:
        day = _day_of(arguments.get(chosen.dated_by or ""), on)
        provision = in_force(_rule(programme, rule), day)
        terms = RuleTerms(programme, provision.value, holidays, day)
        return Computed(chosen.compute(terms, **arguments), provision.article)
    except RuleError:
        raise
    except (ValueError, OverflowError, TermsGapError, NeverOpenError) as error:
        raise RuleError(str(error)) from error


def _day_of(at: date | datetime | None, on: date | None) -> date | None:
    return at.date() if isinstance(at, datetime) else at or on


def _rule(programme: Programme, name: str) -> Dated[Mapping[str, Any]]:
    return programme.rules.get(name) or IN_EVERY_PROGRAMME[name]
