"""Months and years as contracts count them: clamped, whole, and counted inclusively."""

from calendar import monthrange
from datetime import date, timedelta


def month_start(day: date, months: int = 0) -> date:
    """Return the 1st of the month that lies `months` after the month of `day`."""
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(years, month + 1, 1)


def month_end(day: date, months: int = 0) -> date:
    """Return the last day of the month that lies `months` after the month of `day`."""
    start = month_start(day, months)
    return start.replace(day=monthrange(start.year, start.month)[1])


def months_later(day: date, months: int) -> date:
    """Return `day` moved by `months` (negative: back), clamped to the end of a shorter month."""
    end = month_end(day, months)
    return end.replace(day=min(day.day, end.day))


def anniversary(start: date, years: int) -> date:
    """Return the day on which the year number `years` after `start` begins.

    What started on 29 February goes on from 1 March in common years, so that the year before it
    holds 28 February whole.
    """
    if (start.month, start.day) == (2, 29):
        return month_end(start.replace(day=1), years * 12 - 1) + timedelta(days=29)
    return start.replace(year=start.year + years)


def months_between(earlier: date, later: date) -> int:
    """Return how many months the month of `later` comes after the month of `earlier`."""
    return (later.year - earlier.year) * 12 + later.month - earlier.month


def years_covering(months: int) -> int:
    """Return the whole years that must be bought for `months`, rounded upward; none below one."""
    return max(0, -(-months // 12))
