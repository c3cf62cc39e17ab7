"""Periods: when a contract runs, what shares its period, and which contract year a day is in."""

from datetime import date, timedelta

from quotas.contract_year import contract_year
from quotas.month import anniversary, month_start
from quotas.provision import last_day
from quotas.rules.calculator import Outcome, Parameters, RuleTerms
from quotas.rules.given import RuleError

ONE_DAY = timedelta(days=1)


def period_after_order(terms: RuleTerms, /, *, order_received: date) -> Outcome:
    """Return the first period of a contract ordered on a day.

    Parameters: `months_after`, `months_after_on_first` (ordered on the 1st), `years`.
    """
    start = _month_after(order_received, terms.parameters)
    return {"start": start, "end": _end_after(start, terms.parameters["years"])}


def period_after_previous(
    terms: RuleTerms, /, *, previous_end: date, order_received: date
) -> Outcome:
    """Return the period that follows one which ends or ended on `previous_end`.

    Parameters: as `period_after_order`, for an order that comes after the end.
    """
    next_day = previous_end + ONE_DAY
    in_time = order_received <= previous_end
    start = next_day if in_time else _month_after(order_received, terms.parameters)
    return {
        "start": start,
        "end": _end_after(start, terms.parameters["years"]),
        "gap_days": (start - next_day).days,
    }


def share_of_period(
    _terms: RuleTerms, /, *, period_start: date, period_end: date, purchased_on: date
) -> Outcome:
    """Return whether, and from when until when, an added licence is served in a running period."""
    until = until_of(period_start, period_end)
    if not period_start <= purchased_on < until:
        return {"served": False}
    return {"served": True, "from": purchased_on, "until": period_end}


def quota_year(_terms: RuleTerms, /, *, period_start: date, period_end: date, on: date) -> Outcome:
    """Return the contract year in which a day lies; `year_end` is its inclusive last day."""
    year = contract_year(period_start, until_of(period_start, period_end), on)
    return {"year_start": year.start, "year_end": last_day(year.until)}


def until_of(start: date, end: date) -> date:
    """Return the first day after a period given with its inclusive end; refuse one upside down."""
    if end < start:
        raise RuleError(f"the period ends on {end.isoformat()}, before {start.isoformat()}")
    return end + ONE_DAY


def _month_after(received: date, parameters: Parameters) -> date:
    key = "months_after_on_first" if received.day == 1 else "months_after"
    return month_start(received, parameters[key])


def _end_after(start: date, years: int) -> date:
    return last_day(anniversary(start, years))
