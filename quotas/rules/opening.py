"""Opening: whether the desk is open, and by when it has promised something."""

from datetime import date, datetime

from quotas.rules.calculator import Outcome, RuleTerms
from quotas.rules.given import RuleError


def opening(terms: RuleTerms, /, *, at: datetime, closed: tuple[date, ...] = ()) -> Outcome:
    """Return whether the desk is open, and its next opening, which is `at` itself when it is."""
    calendar = terms.calendar(closed)
    return {"open": calendar.is_open(at), "next_opening": calendar.next_opening(at)}


def due_after_business_days(
    terms: RuleTerms, /, *, requested_at: datetime, closed: tuple[date, ...] = ()
) -> Outcome:
    """Return the day by whose end a request is done; parameter: `category`, which has the days.

    A request that comes in while the desk is closed counts as received at the next opening.
    """
    category = terms.programme.category(terms.parameters["category"], requested_at.date())
    if category.due_business_days is None:
        raise RuleError(f"category {category.name} names no due_business_days")
    due = terms.calendar(closed).due_after(requested_at, category.due_business_days)
    return {"due": due.date()}
