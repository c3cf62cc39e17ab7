"""What every command shares: its options, how it prints, and how it fails in one line."""

import json
import sys
from dataclasses import asdict, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, NoReturn, cast

import typer

OK, FINDING, WRONG_USE = 0, 1, 2

Config = Annotated[
    Path | None,
    typer.Option(
        "--config", help="The settings file (default: MADOGUCHI_CONFIG, else ./desk.toml)."
    ),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


class CommandError(Exception):
    """A command can't go on: one clear line with the remedy, and the exit status."""

    def __init__(self, message: str, status: int = WRONG_USE) -> None:
        super().__init__(message)
        self.status = status


def fail(message: str, status: int = WRONG_USE) -> NoReturn:
    """End the command with `message` on standard error and `status`."""
    raise CommandError(message, status)


def print_json(value: Any) -> None:
    """Print one JSON document on one line, Japanese as it is, dates in ISO 8601."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=plain))


def plain(value: Any) -> Any:
    """Return `value` as JSON can hold it."""
    if isinstance(value, (date, datetime)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    if isinstance(value, (set, frozenset)):
        return sorted(cast("frozenset[Any]", value))
    raise TypeError(f"{type(value).__name__} can't be written as JSON")


def day(value: str | None) -> date | None:
    """Read a day given on the command line; end the command when it is none."""
    if value is None:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        fail(f"{value!r} is not a day; write it as 2026-11-20")


def instant(value: str | None) -> datetime | None:
    """Read an instant given in ISO 8601 on the command line; without offset it is desk time."""
    if value is None:
        return None
    try:
        return datetime.fromisoformat(value)
    except ValueError:
        fail(f"{value!r} is not a time; write it as 2026-11-20T10:30 or with +09:00")


def safe(text: str) -> str:
    """Return `text` without control characters, so that mail can't steer the terminal."""
    return "".join(c if c in "\n\t" or c.isprintable() or c == "\u3000" else "\ufffd" for c in text)


def warn(message: str) -> None:
    """Print one line on standard error."""
    sys.stderr.write(f"{safe(message)}\n")
