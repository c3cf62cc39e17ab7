"""The business calendar: when a programme is open, and time counted on its clock."""

from dataclasses import dataclass
from datetime import date, datetime

from quotas.programme import Hours
from quotas.provision import Dated


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Opening hours by date, with the days closed besides the weekly rhythm.

    `national_holidays` and `closed` are calendar days; date-times are local wall-clock times
    of the desk (aware or naive alike: arithmetic keeps the `tzinfo` it is given).
    """

    hours: Dated[Hours]
    national_holidays: frozenset[date]
    closed: frozenset[date]

    def is_open(self, at: datetime) -> bool:
        """Tell whether the desk is open at `at`; intervals are half-open (12:00:00 is closed)."""
        raise NotImplementedError
