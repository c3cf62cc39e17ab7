"""The business calendar: when a programme is open, and time counted on its clock."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from itertools import islice

from quotas.programme import Hours
from quotas.provision import Dated

LONGEST_CLOSURE = timedelta(days=400)


class NeverOpenError(LookupError):
    """Raised when the desk does not open again within `LONGEST_CLOSURE`."""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Opening hours by date, with the days closed besides the weekly rhythm.

    `national_holidays` and `closed` are calendar days; date-times are local wall-clock times
    of the desk (aware or naive alike: arithmetic keeps the `tzinfo` it is given).
    """

    hours: Dated[Hours]
    national_holidays: frozenset[date]
    closed: frozenset[date]

    def is_business_day(self, day: date) -> bool:
        """Tell whether the desk opens at all on `day`."""
        return bool(self._hours_on(day))

    def is_open(self, at: datetime) -> bool:
        """Tell whether the desk is open at `at`; intervals are half-open (12:00:00 is closed)."""
        return any(start <= at < end for start, end in self._intervals(at.date(), at.tzinfo))

    def next_opening(self, at: datetime) -> datetime:
        """Return the first open instant not before `at`: `at` itself when the desk is open.

        Raises `NeverOpenError` when there is none within `LONGEST_CLOSURE`.
        """
        start, _ = next(self._intervals_from(at))
        return start

    def add(self, at: datetime, duration: timedelta) -> datetime:
        """Return the instant when `duration` of open time has passed since `at`.

        Closed time does not count. A duration that is used up just when the desk closes ends
        there, not at the next opening; none at all leaves `at` as it is, open or closed.

        Raises `ValueError` for a negative duration, `NeverOpenError` as `next_opening` does.
        """
        if duration < timedelta(0):
            raise ValueError("business time can only be added, not taken away")
        if not duration:
            return at
        left = duration
        intervals = self._intervals_from(at)
        start, end = next(intervals)
        while left > end - start:
            left -= end - start
            start, end = next(intervals)
        return start + left

    def business_days_after(self, day: date) -> Iterator[date]:
        """Return the business days after `day`, nearest first, without end.

        Raises `NeverOpenError` on the way when the next is not within `LONGEST_CLOSURE`.
        """
        previous = day
        while True:
            day += timedelta(days=1)
            if self.is_business_day(day):
                yield day
                previous = day
            elif day - previous > LONGEST_CLOSURE:
                raise NeverOpenError(f"the desk does not open again after {previous.isoformat()}")

    def business_day_after(self, day: date, number: int) -> date:
        """Return the business day number `number` (1 or more) after `day`, which is not counted."""
        if number < 1:
            raise ValueError("business days are counted from 1")
        return next(islice(self.business_days_after(day), number - 1, None))

    def due_after(self, at: datetime, business_days: int) -> datetime:
        """Return the end of business on the day `business_days` after what came in at `at`.

        What comes in while the desk is closed counts as coming in at the next opening.
        """
        begun = self.next_opening(at).date()
        _, end = self._intervals(self.business_day_after(begun, business_days), at.tzinfo)[-1]
        return end

    def _hours_on(self, day: date) -> tuple[tuple[time, time], ...]:
        hours = self.hours.on(day).value
        holiday = hours.national_holidays_closed and day in self.national_holidays
        if holiday or day in self.closed or day.weekday() not in hours.weekdays:
            return ()
        return hours.intervals

    def _intervals(self, day: date, zone: tzinfo | None) -> tuple[tuple[datetime, datetime], ...]:
        def span(start: time, end: time) -> tuple[datetime, datetime]:
            # An interval that ends at 0:00 runs to midnight.
            last = day if end > start else day + timedelta(days=1)
            return datetime.combine(day, start, zone), datetime.combine(last, end, zone)

        return tuple(span(start, end) for start, end in self._hours_on(day))

    def _intervals_from(self, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Return the open intervals from `at` on, the first cut at `at`; raise when none comes."""
        day, last_open = at.date(), at.date()
        while day - last_open <= LONGEST_CLOSURE:
            for start, end in self._intervals(day, at.tzinfo):
                last_open = day
                if at < end:
                    yield max(at, start), end
            day += timedelta(days=1)
        raise NeverOpenError(f"the desk does not open again after {last_open.isoformat()}")
