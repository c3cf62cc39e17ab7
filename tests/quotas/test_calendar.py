"""Open time: what is open when, and how time on the business clock adds up."""

from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programmes import national_holidays
from quotas.calendar import BusinessCalendar, NeverOpenError
from quotas.programme import Hours
from quotas.provision import Dated, Provision, always
from tests.quotas.edges import edge_days

WEEK = Hours(frozenset(range(5)), ((time(10), time(12)), (time(13), time(18))), True)
CALENDAR = BusinessCalendar(
    always(WEEK, ""), national_holidays(), frozenset({date(2024, 12, 30), date(2024, 12, 31)})
)
TOKYO = ZoneInfo("Asia/Tokyo")

clock_times = st.sampled_from(
    [
        time.fromisoformat(clock)
        for clock in [
            "00:00",
            "09:59:59",
            "10:00",
            "11:59",
            "12:00",
            "12:30",
            "13:00",
            "17:59",
            "18:00",
            "23:59:59",
        ]
    ]
)
instants = st.builds(datetime.combine, edge_days, clock_times)
durations = st.one_of(
    st.sampled_from([timedelta(hours=hours) for hours in (0, 2, 5, 7, 14)]),
    st.integers(0, 60 * 40).map(lambda minutes: timedelta(minutes=minutes)),
)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


@given(instants, durations, durations)
def test_adding_twice_is_adding_the_sum(start: datetime, a: timedelta, b: timedelta) -> None:
    assert CALENDAR.add(CALENDAR.add(start, a), b) == CALENDAR.add(start, a + b)


@given(instants, durations)
def test_only_open_time_counts(start: datetime, duration: timedelta) -> None:
    """Walking minute by minute from start to result passes exactly the open minutes added."""
    end = CALENDAR.add(start, duration)
    moment, walked = start.replace(second=0), 0
    if start.second:
        moment += timedelta(minutes=1)
    while moment < end:
        walked += CALENDAR.is_open(moment)
        moment += timedelta(minutes=1)
    assert walked == duration // timedelta(minutes=1)


@given(instants)
def test_the_next_opening_is_open_and_nothing_before_it_is(start: datetime) -> None:
    opening = CALENDAR.next_opening(start)
    assert opening >= start
    assert CALENDAR.is_open(opening)
    assert (opening == start) == CALENDAR.is_open(start)
    moment = start
    while moment < opening:
        assert not CALENDAR.is_open(moment)
        moment += timedelta(minutes=15)


@given(edge_days, st.integers(1, 12))
def test_business_days_are_counted_one_by_one(day: date, number: int) -> None:
    found = CALENDAR.business_day_after(day, number)
    between = [day + timedelta(days=n) for n in range(1, (found - day).days + 1)]
    assert sum(map(CALENDAR.is_business_day, between)) == number
    assert CALENDAR.is_business_day(found)


@pytest.mark.parametrize(
    ("start", "minutes", "end"),
    [
        ("2024-05-20T10:00", 120, "2024-05-20T12:00"),
        ("2024-05-20T10:00", 121, "2024-05-20T13:01"),
        ("2024-05-20T12:00", 0, "2024-05-20T12:00"),
        ("2024-05-20T12:30", 1, "2024-05-20T13:01"),
        ("2024-05-20T10:00", 420, "2024-05-20T18:00"),
        ("2024-05-24T17:00", 61, "2024-05-27T10:01"),
        ("2024-05-02T17:59", 2, "2024-05-07T10:01"),
        ("2024-12-27T18:00", 1, "2025-01-02T10:01"),
    ],
)
def test_time_passes_only_while_open(start: str, minutes: int, end: str) -> None:
    assert CALENDAR.add(at(start), timedelta(minutes=minutes)) == at(end)


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2024-05-20T09:00", "2024-05-23T18:00"),
        ("2024-05-20T17:59", "2024-05-23T18:00"),
        ("2024-05-20T18:00", "2024-05-24T18:00"),
        ("2024-05-25T00:00", "2024-05-30T18:00"),
        ("2024-12-27T11:00", "2025-01-06T18:00"),
    ],
)
def test_due_at_the_end_of_the_third_business_day(received: str, due: str) -> None:
    assert CALENDAR.due_after(at(received), 3) == at(due)


def test_aware_instants_keep_their_zone() -> None:
    start = at("2024-05-24T18:00").replace(tzinfo=TOKYO)
    assert CALENDAR.next_opening(start) == at("2024-05-27T10:00").replace(tzinfo=TOKYO)
    assert CALENDAR.add(start, timedelta(hours=1)).tzinfo is TOKYO
    assert CALENDAR.due_after(start, 1).tzinfo is TOKYO


def test_hours_change_on_their_day() -> None:
    later = replace(WEEK, intervals=((time(9), time(17)),))
    hours = Dated(
        (
            Provision(WEEK, "", None, date(2024, 5, 21)),
            Provision(later, "", date(2024, 5, 21)),
        )
    )
    calendar = replace(CALENDAR, hours=hours)
    assert not calendar.is_open(at("2024-05-20T09:30"))
    assert calendar.is_open(at("2024-05-21T09:30"))
    assert calendar.add(at("2024-05-20T17:00"), timedelta(hours=2)) == at("2024-05-21T10:00")


def test_open_to_midnight_runs_on_into_the_next_day() -> None:
    round_the_clock = Hours(frozenset(range(7)), ((time(0), time(0)),), False)
    calendar = replace(CALENDAR, hours=always(round_the_clock, ""), closed=frozenset())
    assert calendar.is_open(at("2025-01-01T23:59:59"))
    assert calendar.add(at("2024-12-31T23:00"), timedelta(hours=26)) == at("2025-01-02T01:00")


def test_holidays_are_open_when_the_terms_say_so() -> None:
    calendar = replace(CALENDAR, hours=always(replace(WEEK, national_holidays_closed=False), ""))
    assert calendar.is_open(at("2024-05-03T11:00"))


def test_a_desk_that_never_opens_says_so() -> None:
    never = replace(CALENDAR, hours=always(replace(WEEK, weekdays=frozenset[int]()), ""))
    with pytest.raises(NeverOpenError):
        never.next_opening(at("2024-05-20T10:00"))
    with pytest.raises(NeverOpenError):
        never.business_day_after(date(2024, 5, 20), 1)


def test_time_is_not_taken_away() -> None:
    with pytest.raises(ValueError, match="added"):
        CALENDAR.add(at("2024-05-20T10:00"), timedelta(minutes=-1))
    with pytest.raises(ValueError, match="from 1"):
        CALENDAR.business_day_after(date(2024, 5, 20), 0)
