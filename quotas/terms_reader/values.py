"""Readers of single values: each takes what TOML gave and returns the value or says what it needs.

A reader raises `WrongValueError` with what is wrong and the remedy; the table it stands in adds
where that was.
"""

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from enum import StrEnum
from itertools import pairwise
from typing import Any, TypeVar, cast

E = TypeVar("E", bound=StrEnum)
Reader = Callable[[object], Any]

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]*")
_INTERVAL = re.compile(r"(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)")
_MIDNIGHT = 24 * 60
LARGEST = 1_000_000_000
"""The largest number of yen, days or anything else that terms may state."""
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class WrongValueError(ValueError):
    """Raised by a reader: what is `wrong` with the value and its `remedy`."""

    def __init__(self, wrong: str, remedy: str) -> None:
        super().__init__(wrong)
        self.wrong = wrong
        self.remedy = remedy


def text(value: object) -> str:
    """Read a text that is not blank and has no control characters."""
    if not isinstance(value, str) or not value.strip():
        raise WrongValueError(f"{shown(value)} is not a text", "write a text in quotes")
    if not value.replace("\u3000", " ").isprintable():
        raise WrongValueError(f"{shown(value)} has control characters", "write it on one line")
    return value


def name(value: object) -> str:
    """Read a name that other keys refer to."""
    if not isinstance(value, str) or not _NAME.fullmatch(value):
        raise WrongValueError(
            f"{shown(value)} is not a name", "use small letters, digits, hyphen and underscore"
        )
    return value


def yes_or_no(value: object) -> bool:
    """Read a truth value."""
    if not isinstance(value, bool):
        raise WrongValueError(f"{shown(value)} is not true or false", "write true or false")
    return value


def day(value: object) -> date:
    """Read a calendar day, given as a TOML date."""
    if isinstance(value, datetime) or not isinstance(value, date):
        raise WrongValueError(
            f"{shown(value)} is not a date", "write it without quotes as 2026-04-01"
        )
    if not 1900 <= value.year <= 2999:
        raise WrongValueError(
            f"{value} is out of range", "use the years 1900 to 2999, or leave the key out"
        )
    return value


def number(low: int, high: int = LARGEST) -> Reader:
    """Return a reader of whole numbers from `low` to `high`."""

    def read(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise WrongValueError(f"{shown(value)} is not a whole number", f"write {low} or more")
        if value < low:
            raise WrongValueError(f"{value} is too small", f"write {low} or more")
        if value > high:
            raise WrongValueError(f"{value} is too large", f"write {high} or less")
        return value

    return read


def one_of(choices: type[E]) -> Reader:
    """Return a reader of one member of `choices`."""

    def read(value: object) -> E:
        try:
            return choices(cast("str", value))
        except ValueError:
            known = ", ".join(choices)
            raise WrongValueError(f"unknown value {shown(value)}", f"use one of {known}") from None

    return read


def list_of(item: Reader, *, least: int = 1) -> Reader:
    """Return a reader of a list without repetition, as a tuple."""

    def read(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise WrongValueError(f"{shown(value)} is not a list", "write it in [ ]")
        items = tuple(item(each) for each in cast("list[object]", value))
        if len(items) < least:
            raise WrongValueError("the list is empty", "name at least one")
        if len(set(items)) < len(items):
            raise WrongValueError("the list names something twice", "name each once")
        return items

    return read


def mapping_of(item: Reader) -> Reader:
    """Return a reader of a table whose keys are free and whose values `item` reads."""

    def read(value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise WrongValueError(f"{shown(value)} is not a table", "write it in { }")
        found = cast("dict[str, object]", value)
        return {text(key): inside(key, item, each) for key, each in found.items()}

    return read


def weekdays(value: object) -> frozenset[int]:
    """Read a list of weekdays, ``mon`` to ``sun``, as numbers from 0."""
    return frozenset(_WEEKDAYS.index(each) for each in list_of(_weekday)(value))


def intervals(value: object) -> tuple[tuple[time, time], ...]:
    """Read a list of opening hours, ``10:00-12:00`` each, in order and apart."""
    spans: tuple[tuple[time, time], ...] = list_of(_interval)(value)
    for before, after in pairwise(spans):
        if after[0] < before[1] or before[1] == time(0):
            raise WrongValueError(
                f"the interval from {after[0]:%H:%M} begins before the one in front of it ends",
                "list the intervals in order, without overlap",
            )
    return spans


def price(value: object) -> str | int:
    """Read a price: yen without tax, or a word for it."""
    return name(value) if isinstance(value, str) else cast("int", number(0)(value))


def percentages(value: object) -> tuple[int, ...]:
    """Read a rising list of percentages."""
    found: tuple[int, ...] = list_of(number(1, 1000), least=0)(value)
    if list(found) != sorted(found):
        raise WrongValueError("the percentages don't rise", "list the smallest first")
    return found


def weight(value: object) -> int:
    """Read the weight of a word, from -9 to 9 but not 0."""
    found = cast("int", number(-9, 9)(value))
    if found == 0:
        raise WrongValueError("a weight of 0 says nothing", "give a weight or leave the word out")
    return found


def shown(value: object) -> str:
    """Return `value` as a message may show it: short, on one line."""
    line = repr(value)
    return line if len(line) <= 40 else line[:37] + "..."


def inside(key: str, item: Reader, value: object) -> Any:
    """Read a value that stands under `key` in another."""
    try:
        return item(value)
    except WrongValueError as fault:
        raise WrongValueError(f"{key}: {fault.wrong}", fault.remedy) from None


def _weekday(value: object) -> str:
    if value not in _WEEKDAYS:
        raise WrongValueError(
            f"unknown weekday {shown(value)}", f"use one of {', '.join(_WEEKDAYS)}"
        )
    return cast("str", value)


def _interval(value: object) -> tuple[time, time]:
    found = _INTERVAL.fullmatch(value) if isinstance(value, str) else None
    hours = [int(part) for part in found.groups()] if found else []
    minutes = [hours[n] * 60 + hours[n + 1] for n in range(0, len(hours), 2)]
    if not minutes or max(minutes) > _MIDNIGHT:
        raise WrongValueError(f"{shown(value)} is not a span of time", 'write it as "10:00-12:00"')
    if minutes[0] >= minutes[1]:
        raise WrongValueError(f"{value} ends before it begins", "put the earlier time first")
    return _time_of(minutes[0]), _time_of(minutes[1])


def _time_of(minutes: int) -> time:
    """Return the time of day; midnight at the end of a day is 0:00, as the calendar reads it."""
    return time(minutes % _MIDNIGHT // 60, minutes % 60)
