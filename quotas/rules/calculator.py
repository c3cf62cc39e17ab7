"""Calculators: general functions that the terms set to work with their own parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from quotas.calendar import BusinessCalendar
from quotas.programme import Coverage, Programme, QuotaTerms
from quotas.provision import Dated, Provision
from quotas.rules.given import Key, RuleError, keys_of

T = TypeVar("T")

Outcome = Mapping[str, Any]
Parameters = Mapping[str, Any]
Compute = Callable[..., Outcome]
"""A pure function: `RuleTerms` first, then what is given as keyword-only arguments."""


def in_force(dated: Dated[T], day: date | None) -> Provision[T]:
    """Return the provision in force on `day`, the newest one when there is no day to go by."""
    return dated.provisions[-1] if day is None else dated.on(day)


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """What a calculator works with: the programme and the parameters in force for the rule.

    `day` is the day the rule goes by, None for the newest terms.
    """

    programme: Programme
    parameters: Parameters
    holidays: frozenset[date] = frozenset()
    day: date | None = None

    def calendar(self, closed: tuple[date, ...]) -> BusinessCalendar:
        """Return the programme's calendar with the days `closed` besides the weekly rhythm."""
        return BusinessCalendar(self.programme.hours, self.holidays, frozenset(closed))

    def of_rule(self, name: str) -> Parameters:
        """Return the parameters of another rule on the same day."""
        return in_force(self.programme.rules[name], self.day).value

    def quota(self, name: str) -> QuotaTerms:
        """Return a quota's terms on the same day."""
        return in_force(self.programme.quotas[name], self.day).value

    def coverage(self, item: str) -> Coverage:
        """Return the row of the coverage table called `item` on the same day."""
        rows = in_force(self.programme.coverage, self.day).value
        if item not in rows:
            raise RuleError(f"{item!r} is not in the coverage table; it has {', '.join(rows)}")
        return rows[item]

    def open(self) -> dict[str, object]:
        """Return the outcome where the source is silent: an operator gets the rule's question."""
        return {"decision": "ask_operator", "question": self.parameters["question"]}


@dataclass(frozen=True, slots=True)
class Calculator:
    """A calculator with the keys it takes and gives and the parameters it can't do without.

    `dated_by` names the key whose day selects the parameters; without it the newest are used.
    """

    compute: Compute
    takes: tuple[Key, ...]
    gives: frozenset[str]
    needs: frozenset[str]
    dated_by: str | None


def calculator(
    compute: Compute, gives: str, needs: str = "", dated_by: str | None = None
) -> Calculator:
    """Return a calculator; `gives` and `needs` list keys and parameters, parted by blanks."""
    return Calculator(
        compute, keys_of(compute), frozenset(gives.split()), frozenset(needs.split()), dated_by
    )
