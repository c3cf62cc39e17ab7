"""Dates, times, money and hours as customers read them, in Japanese and English."""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from bot.typesetting import pad, shorten
from quotas.programme import Hours

_WEEKDAYS_JA = "月火水木金土日"
_WEEKDAYS_EN = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS_EN = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_PRICES_JA = {
    "free_limited_time": "期間限定での無償提供",
    "discount": "割引価格",
    "list_price": "定価",
    "member_price": "保守会員価格",
}
_PRICES_EN = {
    "free_limited_time": "free of charge for a limited time",
    "discount": "discounted price",
    "list_price": "list price",
    "member_price": "members' price",
}


def date_ja(day: date) -> str:
    """Write a day: 2026年11月20日（金）."""
    return f"{day.year}年{day.month}月{day.day}日（{_WEEKDAYS_JA[day.weekday()]}）"


def time_ja(at: datetime | time) -> str:
    """Write a time of day: 9:05."""
    return f"{at.hour}:{at.minute:02}"


def moment_ja(at: datetime) -> str:
    """Write a day with its time: 2026年11月20日（金）9:05."""
    return date_ja(at) + time_ja(at)


def yen_ja(amount: int) -> str:
    """Write an amount: 94,500円."""
    return f"{amount:,}円"


def price_ja(price: int | str) -> str:
    """Write a price of the terms: an amount without tax, or one of its words."""
    return f"{yen_ja(price)}（税抜）" if isinstance(price, int) else _PRICES_JA.get(price, price)


def _weekdays_ja(days: list[int]) -> str:
    run = days == list(range(days[0], days[-1] + 1)) and len(days) > 2
    marks = [_WEEKDAYS_JA[day] for day in days]
    return f"{marks[0]}〜{marks[-1]}曜日" if run else "・".join(marks) + "曜日"


def hours_ja(hours: Hours) -> list[str]:
    """Write opening hours on two lines: when open, and in brackets when not."""
    spans = "、".join(f"{time_ja(start)}〜{time_ja(end)}" for start, end in hours.intervals)
    closed = "祝日および弊社休業日を除く" if hours.national_holidays_closed else "弊社休業日を除く"
    return [f"{_weekdays_ja(sorted(hours.weekdays))} {spans}", f"（{closed}）"]


def date_en(day: date) -> str:
    """Write a day: Friday, 20 November 2026."""
    return f"{_WEEKDAYS_EN[day.weekday()]}, {day.day} {_MONTHS_EN[day.month - 1]} {day.year}"


def time_en(at: datetime | time) -> str:
    """Write a time of day: 09:05."""
    return f"{at.hour:02}:{at.minute:02}"


def moment_en(at: datetime) -> str:
    """Write a day with its time: Friday, 20 November 2026, 09:05 (Japan time)."""
    return f"{date_en(at)}, {time_en(at)} (Japan time)"


def yen_en(amount: int) -> str:
    """Write an amount: 94,500 yen."""
    return f"{amount:,} yen"


def price_en(price: int | str) -> str:
    """Write a price of the terms: an amount without tax, or one of its words."""
    if isinstance(price, int):
        return f"{yen_en(price)} (without tax)"
    return _PRICES_EN.get(price, price)


def hours_en(hours: Hours) -> list[str]:
    """Write opening hours on two lines: when open, and in brackets when not."""
    days = sorted(hours.weekdays)
    run = days == list(range(days[0], days[-1] + 1)) and len(days) > 2
    names = [_WEEKDAYS_EN[day] for day in days]
    text = f"{names[0]} to {names[-1]}" if run else ", ".join(names)
    spans = " and ".join(f"{time_en(start)}-{time_en(end)}" for start, end in hours.intervals)
    closed = "Japanese holidays and our" if hours.national_holidays_closed else "our"
    return [f"{text}, {spans} (Japan time)", f"(except {closed} company holidays)"]


def statement_ja(statement: Mapping[str, Any]) -> str:
    """Set a statement of one quota as a table, in lines of at most 66 columns."""
    last = "累計" if statement["limit"] is None else "残り"
    return _table(statement, ("日付", "内容", "回数", last, "受付番号"), "期首", "現在", "根拠：")


def statement_en(statement: Mapping[str, Any]) -> str:
    """Set a statement of one quota as a table, in lines of at most 66 columns."""
    last = "Total" if statement["limit"] is None else "Left"
    headings = ("Date", "Entry", "Units", last, "Case")
    return _table(statement, headings, "Opening", "Now", "Clause: ")


_WIDTHS = ((12, "left"), (18, "left"), (6, "right"), (6, "right"))


def _row(*cells: str) -> str:
    set_cells = [
        pad(shorten(c, w), w, align) for c, (w, align) in zip(cells, _WIDTHS, strict=False)
    ]
    return ("".join(set_cells) + "".join(f"  {cell}" for cell in cells[4:])).rstrip()


def _table(
    statement: Mapping[str, Any], headings: tuple[str, ...], opening: str, now: str, basis: str
) -> str:
    """Set headings, opening balance, a row for each entry, present balance, and the clauses."""
    rows = [
        _row(
            f"{line['on']:%Y/%m/%d}",
            line["kind_title"],
            f"{line['units']:+d}" if line["units"] else "0",
            str(line["balance"]),
            line["case_number"] or "",
        )
        for line in statement["lines"]
    ]
    clauses = list(dict.fromkeys(line["article"] for line in statement["lines"] if line["article"]))
    return "\n".join(
        [
            _row(*headings),
            _row("", opening, "", str(statement["opening"])),
            *rows,
            _row("", now, "", str(statement["closing"])),
            *([basis + "、".join(clauses)] if clauses else []),
        ]
    )


def number_shape(shape: str) -> str:
    """Show a number's shape (A a letter, 9 a digit) so that it can't be taken for a number."""
    return shape.replace("A", "○").replace("9", "○")


WORDINGS: Mapping[str, Mapping[str, Callable[..., Any]]] = {
    "ja": {
        "date": date_ja,
        "time": time_ja,
        "moment": moment_ja,
        "yen": yen_ja,
        "price": price_ja,
        "hours": hours_ja,
        "statement": statement_ja,
        "shape": number_shape,
    },
    "en": {
        "date": date_en,
        "time": time_en,
        "moment": moment_en,
        "yen": yen_en,
        "price": price_en,
        "hours": hours_en,
        "statement": statement_en,
        "shape": number_shape,
    },
}
