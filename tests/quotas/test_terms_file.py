"""What the shipped terms files say, and that they say something on every day."""

from datetime import date, datetime, time
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from quotas.calendar import BusinessCalendar
from quotas.contract import Status
from quotas.programme import AtLimit, Channel, Cover, Programme
from quotas.provision import Dated
from quotas.terms_file import load_programme
from tests.quotas.fourth_programme import fourth_programme

SHIPPED = ("desknets-dax", "dekispart", "licence-maintenance")
DAY = date(2026, 11, 20)


def shipped(name: str) -> Programme:
    file = files("quotas") / "programmes" / f"{name}.toml"
    return load_programme(file.read_text(encoding="utf-8"), file.name)


PROGRAMMES = {name: shipped(name) for name in SHIPPED}
FOURTH = load_programme(fourth_programme(), "zaiko-cloud.toml")


def dated_terms(programme: Programme) -> dict[str, Dated[Any]]:
    """Every term of a programme that must hold on all days."""
    terms: dict[str, Dated[Any]] = {
        "hours": programme.hours,
        "contacts": programme.contacts_maximum,
        "coverage": programme.coverage,
        "categories": programme.categories,
        "channels": programme.channels,
    }
    terms |= {f"quota {name}": term for name, term in programme.quotas.items()}
    return terms | {f"rule {name}": term for name, term in programme.rules.items()}


# Days near the borders the files draw: two days around each, year ends and leap days.
BORDERS = (
    *(date(year, 12, 31) for year in range(2000, 2101, 7)),
    *(date(year, 2, 28) for year in range(2000, 2101, 4)),
    date(2014, 4, 1),
    date(2019, 10, 1),
    date(2013, 1, 1),
    date(2026, 4, 1),
)
near_borders = st.sampled_from(BORDERS).flatmap(
    lambda day: st.integers(-2, 2).map(lambda n: date.fromordinal(day.toordinal() + n))
)
any_day = near_borders | st.dates(date(2000, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_file_is_named_after_its_programme(name: str) -> None:
    assert PROGRAMMES[name].id == name


@given(day=any_day, programme=st.sampled_from([*PROGRAMMES.values(), FOURTH]))
def test_no_day_is_without_terms_and_none_has_two(day: date, programme: Programme) -> None:
    for term in dated_terms(programme).values():
        assert sum(provision.holds_on(day) for provision in term) == 1
        assert term.on(day).article


@given(day=any_day, programme=st.sampled_from([*PROGRAMMES.values(), FOURTH]))
def test_on_every_day_the_default_category_exists_and_every_reference_leads_somewhere(
    day: date, programme: Programme
) -> None:
    coverage = programme.coverage.on(day).value
    categories = programme.categories.on(day).value
    assert programme.default_category in {category.name for category in categories}
    for category in categories:
        assert category.item is None or category.item in coverage
        assert category.quota is None or category.quota in programme.quotas
        assert category.channels <= programme.channels.on(day).value
    for row in coverage.values():
        assert set(row.by_status) == set(Status)
        for status, cover in row.by_status.items():
            assert (cover is Cover.ASK_OPERATOR) == (status in row.questions)


def test_dax_limits_reissues_to_three_and_blocks_the_fourth() -> None:
    terms = PROGRAMMES["desknets-dax"].quota_on("licence_reissue", DAY)
    assert (terms.limit, terms.at_limit, terms.unit) == (3, AtLimit.BLOCK, "回")


def test_dax_opens_ten_to_twelve_and_thirteen_to_eighteen_on_weekdays() -> None:
    hours = PROGRAMMES["desknets-dax"].hours.on(DAY).value
    assert hours.weekdays == {0, 1, 2, 3, 4}
    assert hours.intervals == ((time(10), time(12)), (time(13), time(18)))
    assert hours.national_holidays_closed


def test_dax_serves_two_contacts_and_the_others_state_no_maximum() -> None:
    maxima = {name: each.contacts_maximum.on(DAY).value for name, each in PROGRAMMES.items()}
    assert maxima == {"desknets-dax": 2, "dekispart": None, "licence-maintenance": None}


def test_dax_coverage_table_leaves_items_1_and_4_without_service_to_the_operator() -> None:
    rows = PROGRAMMES["desknets-dax"].coverage.on(DAY).value
    without = {item: row.by_status[Status.NONE].value for item, row in rows.items()}
    asked = {"1": "ask_operator", "4": "ask_operator", "8": "yes"}
    assert without == {str(n): asked.get(str(n), "no") for n in range(1, 9)}
    assert "項番1" in rows["1"].questions[Status.NONE]
    assert all(row.by_status[Status.FREE] is Cover.YES for row in rows.values())


def test_dax_takes_a_reissue_by_mail_and_web_but_not_by_fax() -> None:
    programme = PROGRAMMES["desknets-dax"]
    reissue = programme.category("licence_reissue", DAY)
    assert reissue.channels == {Channel.EMAIL, Channel.WEB}
    assert reissue.reply_channel is Channel.EMAIL
    assert [fact.name for fact in reissue.facts] == ["customer_code", "cause", "new_server"]
    assert "故障" in reissue.asks["hardware_failure"]
    assert Channel.PHONE not in programme.channels.on(DAY).value


def test_dekispart_calls_are_a_guideline_with_two_notices() -> None:
    terms = PROGRAMMES["dekispart"].quota_on("phone_call", DAY)
    assert (terms.limit, terms.at_limit) == (50, AtLimit.ALLOW_OVERAGE)
    assert (terms.notices, terms.guideline_minutes) == ((80, 100), 20)


def test_dekispart_asks_the_operator_about_a_second_protector() -> None:
    terms = PROGRAMMES["dekispart"].quota_on("protector_replacement", DAY)
    assert (terms.limit, terms.at_limit) == (1, AtLimit.ASK_OPERATOR)
    assert terms.suggested_price == 25000
    assert terms.question
    assert "25,000円" in terms.question


def test_dekispart_sessions_are_counted_but_not_limited() -> None:
    assert PROGRAMMES["dekispart"].quota_on("remote_session", DAY).limit is None


def test_a_member_is_called_so_in_free_and_paid_periods_alike() -> None:
    assert list(PROGRAMMES["dekispart"].statuses.values()) == ["member", "member", "non_member"]


def test_a_value_holds_to_its_last_day_and_the_next_from_the_day_after() -> None:
    opens = [
        FOURTH.hours.on(day).value.intervals[0][0] for day in (date(2026, 3, 31), date(2026, 4, 1))
    ]
    assert opens == [time(9), time(8, 30)]


def test_a_quota_keeps_the_value_in_force_when_its_contract_year_began() -> None:
    assert FOURTH.quota_on("onsite_visit", date(2026, 3, 31)).limit == 1
    assert FOURTH.quota_on("onsite_visit", date(2026, 4, 1)).limit == 2


def test_a_rule_that_leaves_something_open_holds_the_question_itself() -> None:
    fee = PROGRAMMES["desknets-dax"].rules["annual_fee"].on(DAY).value
    assert fee["question"] == PROGRAMMES["desknets-dax"].questions["annual_fee_over_200_users"].text


def test_rows_that_change_on_different_days_make_one_table_with_a_border_for_each() -> None:
    text = fourth_programme().replace(
        'title = "操作方法のお問い合わせ"\narticle = "第7条"',
        'title = "操作方法のお問い合わせ"\narticle = "第7条"\nuntil = 2027-12-31',
    )
    text += """
[[coverage]]
item = "question"
title = "操作方法と設定のお問い合わせ"
article = "第7条の2"
since = 2028-01-01
covered = { trial = "yes", subscriber = "yes", expired = "ask_operator" }
questions = { expired = "visit_in_trial" }
"""
    coverage = load_programme(text, "zaiko-cloud.toml").coverage
    assert [provision.since for provision in coverage] == [None, date(2028, 1, 1)]
    assert coverage.on(date(2027, 12, 31)).value["question"].title == "操作方法のお問い合わせ"
    assert coverage.on(date(2028, 1, 1)).value["question"].title == "操作方法と設定のお問い合わせ"
    assert coverage.on(date(2028, 1, 1)).value["onsite_visit"].article == "第8条"


def test_a_category_that_begins_late_is_not_there_before() -> None:
    row = '[[category]]\nname = "quota_statement"'
    text = fourth_programme().replace(row, row + "\nsince = 2026-05-10")
    categories = load_programme(text, "zaiko-cloud.toml").categories
    days = (date(2026, 5, 9), date(2026, 5, 10))
    assert [len(categories.on(day).value) for day in days] == [2, 3]


def test_a_desk_may_be_open_around_the_clock() -> None:
    text = fourth_programme().replace('"8:30-12:00", "13:00-18:30"', '"0:00-24:00"')
    hours = load_programme(text, "zaiko-cloud.toml").hours
    calendar = BusinessCalendar(hours, frozenset(), frozenset())
    night = datetime(2026, 4, 1, 23, 59, 59), datetime(2026, 4, 2, 0, 0)  # noqa: DTZ001 - wall clock
    assert all(calendar.is_open(at) for at in night)
