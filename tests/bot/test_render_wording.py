"""Dates, times, money and hours read as customers write them."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from bot.wording import WORDINGS
from quotas.programme import Hours

JA, EN = WORDINGS["ja"], WORDINGS["en"]
DESK = Hours(frozenset(range(5)), ((time(10), time(12)), (time(13), time(18))), True)


def test_japanese() -> None:
    assert JA["date"](date(2026, 11, 20)) == "2026年11月20日（金）"
    assert JA["date"](date(2028, 2, 29)) == "2028年2月29日（火）"
    assert (
        JA["moment"](datetime(2026, 1, 5, 9, 5, tzinfo=ZoneInfo("Asia/Tokyo")))
        == "2026年1月5日（月）9:05"
    )
    assert JA["yen"](94500) == "94,500円"
    assert JA["price"](25000) == "25,000円（税抜）"
    assert JA["price"]("list_price") == "定価"
    assert JA["hours"](DESK) == [
        "月〜金曜日 10:00〜12:00、13:00〜18:00",
        "（祝日および弊社休業日を除く）",
    ]


def test_days_that_are_no_run_are_named_one_by_one() -> None:
    assert JA["hours"](Hours(frozenset({1, 3}), ((time(9), time(17)),), False)) == [
        "火・木曜日 9:00〜17:00",
        "（弊社休業日を除く）",
    ]


def test_english() -> None:
    assert EN["date"](date(2026, 11, 20)) == "Friday, 20 November 2026"
    assert EN["price"]("discount") == "discounted price"
    assert EN["hours"](DESK)[0] == "Monday to Friday, 10:00-12:00 and 13:00-18:00 (Japan time)"


def test_both_languages_word_the_same_things() -> None:
    assert set(JA) == set(EN)
