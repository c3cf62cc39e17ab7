"""The one place that reads the clock; everything else is told the time."""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

Clock = Callable[[], datetime]


def system_clock(timezone: ZoneInfo) -> Clock:
    """Return a clock that tells the aware present in `timezone`."""
    return lambda: datetime.now(timezone)
