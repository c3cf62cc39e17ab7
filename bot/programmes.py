"""The programmes this desk serves: the shipped terms and the vendor's own, with their calendars."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from zoneinfo import ZoneInfo

import holidays

from quotas.calendar import BusinessCalendar
from quotas.programme import Programme
from quotas.terms_file import TermsError, load_programme

COUNTRY = "JP"
TOKYO = ZoneInfo("Asia/Tokyo")
"""Where the dates of the terms are counted."""

FIRST_YEAR, LAST_YEAR = 1970, 2099
"""The years whose national holidays the desk's calendars know."""


@dataclass(frozen=True, slots=True)
class _Loaded:
    """A programme and the name of the file it came from."""

    file: str
    programme: Programme


def load_all(folder: Path | None = None) -> dict[str, Programme]:
    """Return every programme by id: those shipped, and those of the vendor's `folder`.

    A file of the folder takes a shipped programme's place only if it says
    ``replaces_shipped = true``. Raises `TermsError` with all faults of all files.
    """
    lines: list[str] = []
    shipped = _by_id(_load(_shipped_files(), lines), lines)
    own = _by_id(_load(_own_files(folder, lines), lines), lines)
    lines += _replacing_faults(shipped, own)
    if lines:
        raise TermsError(lines)
    return {name: loaded.programme for name, loaded in {**shipped, **own}.items()}


@cache
def national_holidays(first_year: int = FIRST_YEAR, last_year: int = LAST_YEAR) -> frozenset[date]:
    """Return Japan's national holidays (substitute holidays too) of both years and those between.

    Source: the `holidays` package; years after the last law it knows follow that law.
    """
    return frozenset(holidays.country_holidays(COUNTRY, years=range(first_year, last_year + 1)))


def calendar_of(programme: Programme, closed: Iterable[date] = ()) -> BusinessCalendar:
    """Return a programme's business calendar; `closed` are the company's own holidays."""
    return BusinessCalendar(programme.hours, national_holidays(), frozenset(closed))


def _shipped_files() -> Iterator[Traversable]:
    folder = files("quotas") / "programmes"
    yield from (file for file in folder.iterdir() if file.name.endswith(".toml"))


def _own_files(folder: Path | None, lines: list[str]) -> Iterator[Traversable]:
    if folder is None:
        return
    if not folder.is_dir():
        lines.append(
            f"{folder}: the folder: doesn't exist — make it, or correct folder in [programmes]"
        )
        return
    yield from folder.glob("*.toml")


def _load(found: Iterable[Traversable], lines: list[str]) -> Iterator[_Loaded]:
    for file in sorted(found, key=lambda each: each.name):
        try:
            yield _Loaded(file.name, load_programme(_text(file), file.name))
        except TermsError as fault:
            lines.extend(fault.lines)


def _text(file: Traversable) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except OSError as fault:
        why = f"can't be read ({fault.strerror}) — check that it is a file the desk may read"
    except UnicodeDecodeError:
        why = "is not UTF-8 — save it as UTF-8"
    raise TermsError([f"{file.name}: the file: {why}"])


def _by_id(found: Iterable[_Loaded], lines: list[str]) -> dict[str, _Loaded]:
    programmes: dict[str, _Loaded] = {}
    for loaded in found:
        other = programmes.setdefault(loaded.programme.id, loaded)
        if other is not loaded:
            lines.append(
                f"{loaded.file}: programme.id: {loaded.programme.id} is also the id of "
                f"{other.file} — give each programme its own id"
            )
    return programmes


def _replacing_faults(shipped: dict[str, _Loaded], own: dict[str, _Loaded]) -> Iterator[str]:
    for name, loaded in own.items():
        if name in shipped and not loaded.programme.replaces_shipped:
            yield (
                f"{loaded.file}: programme.id: {name} is a shipped programme — choose another id, "
                "or set replaces_shipped = true to take its place"
            )
        if name not in shipped and loaded.programme.replaces_shipped:
            yield (
                f"{loaded.file}: programme.replaces_shipped: no shipped programme is called "
                f"{name} — leave it out, or use one of {', '.join(shipped)}"
            )


def shipped_examples() -> dict[str, str]:
    """Return the worked examples that come with the shipped terms: file name to TOML text."""
    installed = files("quotas") / "examples_shipped"
    folder = installed if installed.is_dir() else _checkout() / "tests" / "programmes"
    found = sorted(folder.iterdir(), key=lambda each: each.name)
    return {file.name: _text(file) for file in found if file.name.endswith(".toml")}


def _checkout() -> Path:
    return Path(__file__).resolve().parent.parent
