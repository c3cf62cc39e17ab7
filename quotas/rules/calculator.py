"""Calculators: general functions that the terms set to work with their own parameters."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from quotas.calendar import BusinessCalendar
from quotas.programme import Programme
from quotas.rules.given import Key, keys_of

Outcome = Mapping[str, Any]
Parameters = Mapping[str, Any]
Compute = Callable[..., Outcome]
"""A pure function: `RuleTerms` first, then what is given as keyword-only arguments."""


@dataclass(frozen=True, slots=True)
class RuleTerms:
    """What a calculator works with: the programme and the parameters in force for the rule."""

    programme: Programme
    parameters: Parameters
    holidays: frozenset[date] = frozenset()

    def calendar(self, closed: tuple[date, ...]) -> BusinessCalendar:
        """Return the programme's calendar with the days `closed` besides the weekly rhythm."""
        return BusinessCalendar(self.programme.hours, self.holidays, frozenset(closed))

    def of_rule(self, name: str, day: date | None = None) -> Parameters:
        """Return the parameters of another rule on `day`, the newest ones when it is None."""
        dated = self.programme.rules[name]
        return (dated.provisions[-1] if day is None else dated.on(day)).value

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
