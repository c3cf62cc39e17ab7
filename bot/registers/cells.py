"""Reading one cell of a register: the ways people write days, numbers, addresses and amounts."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import TypeVar
from unicodedata import normalize

from bot.registers.problems import CellError
from mail.number_shape import holds
from quotas.contract import Status
from quotas.programme import NumberTerms

T = TypeVar("T")
Cell = str | int | float | bool | date | datetime | None

_DAY = re.compile(r"(\d{4})([-/.])(\d{1,2})\2(\d{1,2})|(\d{4})年(\d{1,2})月(\d{1,2})日|(\d{8})")
_ERA_DAY = re.compile(
    r"(令和|平成|昭和|[RHS])(元|\d{1,2})(?:年(\d{1,2})月(\d{1,2})日|[./-](\d{1,2})[./-](\d{1,2}))"
)
_MIDNIGHT = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?$")
_ERAS = {
    "令和": (date(2019, 5, 1), date.max),
    "平成": (date(1989, 1, 8), date(2019, 4, 30)),
    "昭和": (date(1926, 12, 25), date(1989, 1, 7)),
}
_ERA_LETTERS = {"R": "令和", "H": "平成", "S": "昭和"}
_EMAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_AMOUNT = re.compile(r"[¥\\]?(\d{1,3}(,\d{3})+|\d+)円?")
_STATUSES = {
    "free": Status.FREE,
    "無償": Status.FREE,
    "paid": Status.PAID,
    "有償": Status.PAID,
}
_KINDS = {
    "normal": "normal",
    "通常": "normal",
    "version_up": "version_up",
    "バージョンアップ": "version_up",
}
_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−ー－ｰ─━"), "-")
_WRITE_DAY = "write it as 2024-05-20"


def text(cell: Cell) -> str:
    """Return the cell as text, trimmed; whole numbers without the ``.0`` spreadsheets add."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "".join(c for c in str(cell) if c.isprintable() or c in "\n\t\u3000").strip()


def day(cell: Cell) -> date:
    """Return a day: ISO, 2024/5/20, 2024年5月20日, 令和6年5月20日, R6.5.20, Excel's."""
    if isinstance(cell, datetime):
        if (cell.hour, cell.minute, cell.second) != (0, 0, 0):
            raise CellError(f"{cell} has a time of day", _WRITE_DAY)
        return cell.date()
    if isinstance(cell, date):
        return cell
    written = _MIDNIGHT.sub("", normalize("NFKC", text(cell)))
    compact = written.replace(" ", "")
    try:
        found = _common_day(compact) or _era_day(compact)
    except ValueError as error:
        raise CellError(f"there is no day {written!r}", _WRITE_DAY) from error
    if found is None:
        raise CellError(f"{written!r} is not a day", _WRITE_DAY)
    return found


def support_number(cell: Cell, terms: NumberTerms) -> str:
    """Return the canonical support number in the shape and with the check digit of `terms`."""
    written = normalize("NFKC", text(cell)).upper().translate(_DASHES)
    marks = iter(c for c in written if c.isalnum())
    slots = [next(marks, "") if c.isalnum() else c for c in terms.pattern]
    number = "".join(slots)
    stray = next(marks, None) is not None or not set(written) <= set(number + " -")
    if stray or not _fits(number, terms.pattern):
        raise CellError(
            f"{text(cell)!r} is not a support number of this programme",
            f"write it as {terms.pattern} (A a letter, 9 a digit; in Excel format it as text)",
        )
    if not holds(number, terms.check):
        raise CellError(
            f"the check digit of {number!r} is wrong", "compare it with the certificate"
        )
    return number


def email(cell: Cell) -> str:
    """Return one mail address."""
    written = normalize("NFKC", text(cell))
    if not _EMAIL.fullmatch(written) or len(written) > 254:
        raise CellError(f"{written!r} is not a mail address", "write one as taro@example.co.jp")
    return written


def telephone(cell: Cell) -> str:
    """Return a telephone or FAX number as it is written, in half-width characters."""
    written = normalize("NFKC", text(cell)).translate(_DASHES)
    digits = sum(c.isdigit() for c in written)
    if digits < 6 or set(written) - set("0123456789+-() "):
        raise CellError(f"{written!r} is not a telephone number", "write it as 03-1234-5678")
    return written


def amount(cell: Cell) -> int:
    """Return a whole number, not negative: 90000, 90,000 or ¥90,000."""
    written = normalize("NFKC", text(cell))
    match = _AMOUNT.fullmatch(written)
    if match is None or isinstance(cell, bool):
        raise CellError(f"{written!r} is not a whole number", "write digits only, as 90000")
    return int(match[1].replace(",", ""))


def quantity(cell: Cell) -> int:
    """Return a whole number of at least 1."""
    number = amount(cell)
    if number < 1:
        raise CellError("the quantity is 0", "write at least 1, or delete the row")
    return number


def status(cell: Cell) -> Status:
    """Return the status of a period: free (無償) or paid (有償)."""
    return _word(cell, _STATUSES)


def kind(cell: Cell) -> str:
    """Return the kind of a licence: normal (通常) or version_up (バージョンアップ)."""
    return _word(cell, _KINDS)


def _word(cell: Cell, known: Mapping[str, T]) -> T:
    written = normalize("NFKC", text(cell)).casefold()
    if written not in known:
        raise CellError(f"{written!r} is not known", f"write one of {', '.join(known)}")
    return known[written]


def _fits(number: str, pattern: str) -> bool:
    if len(number) != len(pattern) or not number.isascii():
        return False
    tests = {"A": str.isalpha, "9": str.isdigit}
    pairs = zip(pattern.upper(), number, strict=True)
    return all(tests[slot](mark) if slot in tests else mark == slot for slot, mark in pairs)


def _common_day(written: str) -> date | None:
    match = _DAY.fullmatch(written)
    if match is None:
        return None
    if match[8]:
        return date(int(match[8][:4]), int(match[8][4:6]), int(match[8][6:]))
    numbers = [group for group in match.group(1, 3, 4, 5, 6, 7) if group]
    year, month, of_month = map(int, numbers)
    return date(year, month, of_month)


def _era_day(written: str) -> date | None:
    match = _ERA_DAY.fullmatch(written.upper())
    if match is None:
        return None
    first, last = _ERAS[_ERA_LETTERS.get(match[1], match[1])]
    of_era = 1 if match[2] == "元" else int(match[2])
    month, of_month = (int(group) for group in match.group(3, 4, 5, 6) if group)
    found = date(first.year + of_era - 1, month, of_month)
    if not first <= found <= last:
        raise ValueError(f"{written} lies outside the era")
    return found
