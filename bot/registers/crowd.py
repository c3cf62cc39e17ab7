"""How many contacts a contract may have at a time, on any day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from quotas.contract import Contact, Contract
from quotas.provision import Dated


@dataclass(frozen=True, slots=True)
class Crowd:
    """A day with more contacts than the terms allow: how many of `allowed`, the last of them."""

    day: date
    count: int
    allowed: int
    last: int


def first_crowd(
    contract: Contract, contacts: Sequence[Contact], maximum: Dated[int | None]
) -> Crowd | None:
    """Return the first day on which too many of `contacts` are registered, or None.

    `last` is the place in `contacts` of the last one of that day. Days before the contract's
    first period don't count.
    """
    first_day = min((period.start for period in contract.periods), default=date(2000, 1, 1))
    begins = {contact.since for contact in contacts} | {each.since for each in maximum}
    for day in sorted({max(since or date.min, first_day) for since in begins}):
        at_once = [place for place, contact in enumerate(contacts) if contact.holds_on(day)]
        allowed = maximum.on(day).value
        if allowed is not None and len(at_once) > allowed:
            return Crowd(day, len(at_once), allowed, at_once[-1])
    return None
