"""Days near the borders where calendars go wrong: year ends, leap days, month ends."""

from datetime import date, timedelta

from hypothesis import strategies as st

YEARS = range(2011, 2033)
_BORDERS = [
    *(date(year, 1, 1) for year in YEARS),
    *(date(year, 3, 1) for year in YEARS),
    *(date(year, month, 1) for year in YEARS for month in (4, 5, 7, 10)),
]


def near(*borders: date) -> st.SearchStrategy[date]:
    """Return days within two days of the `borders`."""
    days = [border + timedelta(days=off) for border in borders for off in range(-2, 3)]
    return st.sampled_from(days)


edge_days = near(*_BORDERS)
"""Days within two days of a year's, a leap February's or a period's end."""
