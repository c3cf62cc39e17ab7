"""Contract years tile a contract, whatever day it starts on."""

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas.contract_year import OutsidePeriodError, contract_year, contract_years
from quotas.month import anniversary, month_end, month_start, months_between, months_later
from tests.quotas.edges import edge_days

lengths = st.one_of(
    st.integers(1, 3), st.sampled_from([364, 365, 366, 367, 730, 731]), st.integers(1, 2200)
)


@given(edge_days, lengths)
def test_contract_years_tile_the_contract(start: date, days: int) -> None:
    until = start + timedelta(days=days)
    years = contract_years(start, until)
    assert years[0].start == start
    assert years[-1].until == until
    assert all(before.until == after.start for before, after in pairwise(years))
    assert all(365 <= (year.until - year.start).days <= 366 for year in years[:-1])
    assert 1 <= (years[-1].until - years[-1].start).days <= 366


@given(edge_days, lengths, st.data())
def test_every_day_lies_in_its_year(start: date, days: int, data: st.DataObject) -> None:
    until = start + timedelta(days=days)
    years = contract_years(start, until)
    borders = [year.start for year in years] + [year.until - timedelta(days=1) for year in years]
    on = data.draw(st.sampled_from(borders))
    year = contract_year(start, until, on)
    assert year in years
    assert year.start <= on < year.until


@given(edge_days, lengths)
def test_days_outside_have_no_year(start: date, days: int) -> None:
    until = start + timedelta(days=days)
    for outside in (start - timedelta(days=1), until):
        with pytest.raises(OutsidePeriodError):
            contract_year(start, until, outside)


def test_a_contract_from_a_leap_day_goes_on_from_1_march() -> None:
    starts = [year.start for year in contract_years(date(2024, 2, 29), date(2030, 1, 1))]
    assert starts == [
        date(2024, 2, 29),
        date(2025, 3, 1),
        date(2026, 3, 1),
        date(2027, 3, 1),
        date(2028, 2, 29),
        date(2029, 3, 1),
    ]


def test_a_century_is_no_leap_year() -> None:
    assert anniversary(date(2096, 2, 29), 4) == date(2100, 3, 1)


@pytest.mark.parametrize(
    ("day", "months", "moved"),
    [
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
        (date(2023, 3, 31), -1, date(2023, 2, 28)),
        (date(2024, 4, 30), -2, date(2024, 2, 29)),
        (date(2024, 12, 31), 2, date(2025, 2, 28)),
        (date(2024, 1, 31), -1, date(2023, 12, 31)),
        (date(2024, 1, 15), -13, date(2022, 12, 15)),
    ],
)
def test_months_are_clamped(day: date, months: int, moved: date) -> None:
    assert months_later(day, months) == moved


@given(edge_days, st.integers(-30, 30))
def test_months_count_back_what_they_moved(day: date, months: int) -> None:
    moved = months_later(day, months)
    assert months_between(day, moved) == months
    assert moved.day <= day.day
    assert moved.day == day.day or moved == month_end(moved)
    assert month_start(day, months) == moved.replace(day=1)
