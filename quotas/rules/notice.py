"""Notices: how far ahead something is announced, and when it takes effect."""

from datetime import date, timedelta

from quotas.month import months_later
from quotas.rules.calculator import Outcome, RuleTerms


def cancellation(terms: RuleTerms, /, *, notice_on: date) -> Outcome:
    """Return the earliest end of a contract cancelled on a day; parameter: `months`."""
    return {"earliest_end": months_later(notice_on, terms.parameters["months"])}


def terms_change(terms: RuleTerms, /, *, notified_on: date) -> Outcome:
    """Return the first day on which changed terms may apply; parameter: `days`."""
    return {"earliest_effective": notified_on + timedelta(days=terms.parameters["days"])}


def change_notice(terms: RuleTerms, /, *, changes_on: date) -> Outcome:
    """Return the last day on which a customer reports a change in time; parameter: `days`."""
    return {"notify_by": changes_on - timedelta(days=terms.parameters["days"])}


def renewal_notice(terms: RuleTerms, /, *, period_end: date) -> Outcome:
    """Return the window in which a renewal is announced.

    Parameters: `from_months` and `to_months` before the end, clamped to the month's end.
    """
    return {
        "from": months_later(period_end, -terms.parameters["from_months"]),
        "to": months_later(period_end, -terms.parameters["to_months"]),
    }
