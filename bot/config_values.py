"""Readers for the values of desk.toml: each says what it takes and how to mend what it refuses."""

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

from bot.roles import Role
from quotas.programme import Channel
from quotas.request import Policy

Table = Mapping[str, Any]
Reader = Callable[[Any], Any]

REQUIRED = object()
LONGEST_SPAN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake: the key it stands under, what is wrong, and the remedy."""

    key: str
    what: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Key:
    """A key a table may have; without a default it must be there."""

    name: str
    read: Reader
    default: Any = REQUIRED


class NestedError(ValueError):
    """Mistakes inside a table that is itself a value."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = problems
        super().__init__("nested")


def read_table(data: Table, keys: Sequence[Key], where: str, problems: list[Problem]) -> Table:
    """Read `data` by `keys`, adding every mistake to `problems` under the path `where`."""
    known = [key.name for key in keys]
    problems.extend(
        Problem(where + name, "unknown key", _remedy(name, known))
        for name in data
        if name not in known
    )
    return {key.name: _value(data, key, where, problems) for key in keys}


def _remedy(name: str, known: Sequence[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else f"use one of {', '.join(known)}"


def _value(data: Table, key: Key, where: str, problems: list[Problem]) -> Any:
    if key.name not in data:
        if key.default is REQUIRED:
            problems.append(Problem(where + key.name, "is missing", "add it"))
            return None
        return key.default if key.default is None else key.read(key.default)
    try:
        return key.read(data[key.name])
    except NestedError as error:
        problems.extend(
            Problem(f"{where}{key.name}{p.key}", p.what, p.remedy) for p in error.problems
        )
    except ValueError as error:
        what, _, remedy = str(error).partition("; ")
        problems.append(Problem(where + key.name, what, remedy))
    return None


def table(keys: Sequence[Key]) -> Reader:
    """Return a reader for a table with `keys`."""

    def read(value: Any) -> Table:
        if not isinstance(value, dict):
            raise ValueError(f"{value!r} is not a table; write it as {{ key = value, … }}")
        problems: list[Problem] = []
        values = read_table(cast("Table", value), keys, ".", problems)
        if problems:
            raise NestedError(problems)
        return values

    return read


def tables(keys: Sequence[Key]) -> Reader:
    """Return a reader for a list of tables with `keys`."""
    read_one = table(keys)

    def read(value: Any) -> list[Table]:
        if not isinstance(value, list):
            raise ValueError("is not a list of tables; write it with double brackets: [[…]]")
        problems: list[Problem] = []
        values: list[Table] = []
        for index, item in enumerate(cast("list[Any]", value), start=1):
            try:
                values.append(read_one(item))
            except NestedError as error:
                problems.extend(
                    Problem(f"[{index}]{p.key}", p.what, p.remedy) for p in error.problems
                )
        if problems:
            raise NestedError(problems)
        return values

    return read


def text(value: Any) -> str:
    """Read a text that isn't empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} is not a text; write it in quotes")
    return value


def texts(value: Any) -> list[str]:
    """Read a list of texts."""
    if not isinstance(value, list):
        raise ValueError(f'{value!r} is not a list; write it as ["…", "…"]')
    return [text(item) for item in cast("list[Any]", value)]


def names(value: Any) -> dict[str, str]:
    """Read a table of texts, such as queues to channels; `default` must be among them."""
    if not isinstance(value, dict) or "default" not in value:
        raise ValueError('has no default; write it as { default = "C0…" }')
    return {str(key): text(item) for key, item in cast("Table", value).items()}


def name(value: Any) -> str:
    """Read a short name of letters, digits and hyphens."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,30}", text(value)):
        raise ValueError(f"{value!r} is not a name; use letters, digits and hyphens")
    return str(value)


def path(value: Any) -> Path:
    """Read a path; a relative one starts at the folder of desk.toml."""
    return Path(text(value)).expanduser()


def flag(value: Any) -> bool:
    """Read true or false."""
    if not isinstance(value, bool):
        raise ValueError(f"{value!r} is not a switch; write true or false without quotes")
    return value


def count(value: Any) -> int:
    """Read a whole number from 1 up."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise ValueError(f"{value!r} is not a whole number from 1 up; write it without quotes")
    return value


def port(value: Any) -> int:
    """Read a TCP port."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 < value < 65536:
        raise ValueError(f"{value!r} is not a port; write a number from 1 to 65535 without quotes")
    return value


def address(value: Any) -> tuple[str, int]:
    """Read ``host:port``."""
    host, _, number = text(value).rpartition(":")
    if not host or not number.isdecimal():
        raise ValueError(f'{value!r} is not an address; write it as "127.0.0.1:2424"')
    return host, port(int(number))


def time_of_day(value: Any) -> time:
    """Read a time of the day, ``HH:MM``."""
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d", text(value)):
        raise ValueError(f'{value!r} is not a time of the day; write it as "09:00"')
    return time.fromisoformat(str(value))


def mail_address(value: Any) -> str:
    """Read one mail address."""
    if not re.fullmatch(r"[^@\s<>]+@[^@\s<>]+", text(value)):
        raise ValueError(f'{value!r} is not a mail address; write it as "desk@example.jp"')
    return str(value)


def mail_addresses(value: Any) -> list[str]:
    """Read a list of mail addresses."""
    return [mail_address(item) for item in texts(value)]


def web_address(value: Any) -> str:
    """Read a web address without query; a slash at its end is kept, as issuers are compared."""
    if not re.fullmatch(r"https?://[^\s/?#@]+(/[^\s?#]*)?", text(value)):
        raise ValueError(f'{value!r} is not an address; write it as "https://id.example.jp"')
    return str(value)


def origin(value: Any) -> str:
    """Read the address of a whole site: ``https://desk.example.jp``, without a path."""
    if not re.fullmatch(r"https?://[^\s/?#@]+/?", text(value)):
        raise ValueError(
            f'{value!r} is not the address of a site; write it as "https://desk.example.jp"'
        )
    return str(value).rstrip("/").lower()


def roles(value: Any) -> dict[str, str]:
    """Read a table of roles, each with the group whose members have it."""
    if not isinstance(value, dict) or not value:
        raise ValueError('names no role; write it as { administrator = "desk-admins" }')
    table_ = cast("Table", value)
    for role in table_:
        one_of(*Role)(role)
    return {role: text(group) for role, group in table_.items()}


def one_of(*choices: str) -> Reader:
    """Return a reader for one of `choices`."""

    def read(value: Any) -> str:
        if value not in choices:
            raise ValueError(f"{value!r} is not possible; use one of {', '.join(choices)}")
        return str(value)

    return read


def channel(value: Any) -> Channel:
    """Read a channel a mailbox can have."""
    return Channel(one_of("email", "fax")(value))


def policy(value: Any) -> Policy:
    """Read a demand on sender authentication."""
    return Policy(one_of(*Policy)(value))


def timezone(value: Any) -> ZoneInfo:
    """Read a timezone of the IANA database."""
    try:
        return ZoneInfo(text(value))
    except (LookupError, OSError, ValueError):
        raise ValueError(f'{value!r} is not a timezone; write one such as "Asia/Tokyo"') from None


def database(value: Any) -> str:
    """Read the address of a database: SQLite or PostgreSQL."""
    if not text(value).startswith(("sqlite:///", "postgresql://")):
        raise ValueError(
            f"{value!r} is not a database; write sqlite:///desk.db or postgresql://user@host/desk"
        )
    return str(value)


def days(value: Any) -> frozenset[date]:
    """Read company holidays: single days and inclusive spans ``2026-12-29..2027-01-03``."""
    if not isinstance(value, list):
        raise ValueError(f'{value!r} is not a list; write it as ["2026-12-29..2027-01-03"]')
    return frozenset(day for item in cast("list[Any]", value) for day in _span(item))


def _span(value: Any) -> list[date]:
    if isinstance(value, date):
        return [value]
    first, dots, last = str(value).partition("..")
    try:
        start = date.fromisoformat(first.strip())
        end = date.fromisoformat(last.strip()) if dots else start
    except ValueError:
        raise ValueError(
            f"{value!r} is not a day or a span; write 2026-12-29 or 2026-12-29..2027-01-03"
        ) from None
    if not start <= end <= start + LONGEST_SPAN:
        raise ValueError(f"{value!r} ends before it starts or is over a year; mend the dates")
    return [start + timedelta(days=n) for n in range((end - start).days + 1)]
