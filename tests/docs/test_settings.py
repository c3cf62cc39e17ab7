"""docs/settings.md explains every key of desk.toml with its default, and none there isn't."""

import inspect
import re
from collections.abc import Iterator, Sequence
from typing import Any

from bot.config import ROOT
from bot.config_values import REQUIRED, Key
from tests.docs.documents import table_rows, text_of

Shown = dict[str, dict[str, str]]


def tables() -> Shown:
    """Return the tables of desk.toml by their heading, each key with its default in words."""
    return dict(_tables(ROOT, ""))


def _tables(keys: Sequence[Key], where: str) -> Iterator[tuple[str, dict[str, str]]]:
    for key in keys:
        inner, repeated = _inner(key.read)
        if inner:
            path = f"{where}{key.name}"
            plain = {each.name: _default(each) for each in inner if not _inner(each.read)[0]}
            yield f"[[{path}]]" if repeated else f"[{path}]", plain
            yield from _tables(inner, f"{path}.")


def _inner(read: Any) -> tuple[Sequence[Key], bool]:
    """Return the keys of the table that a reader reads, and whether it may stand repeatedly."""
    held = inspect.getclosurevars(read).nonlocals
    if "read_one" in held:
        return _inner(held["read_one"])[0], True
    return held.get("keys", ()), False


def _default(key: Key) -> str:
    if key.default is REQUIRED:
        return "required"
    if key.default is None:
        return "–"
    if isinstance(key.default, bool):
        return f"`{str(key.default).lower()}`"
    return f'`"{key.default}"`' if isinstance(key.default, str) else f"`{key.default}`"


def documented() -> Shown:
    """Return the same from the document."""
    parts = re.split(r"^## ", text_of("docs/settings.md"), flags=re.MULTILINE)[1:]
    shown = Shown()
    for part in parts:
        headings = re.findall(r"`(\[.*?\]+)`", part.partition("\n")[0])
        rows = table_rows(part)
        assert all(len(row) == 3 and row[2] for row in rows if headings), headings
        shown |= {name: {row[0].strip("`"): row[1] for row in rows} for name in headings}
    return shown


def test_every_setting_is_explained_with_its_default() -> None:
    assert documented() == tables()


def test_the_tables_are_really_read() -> None:
    known = tables()
    assert set(known) >= {"[desk]", "[[mailbox]]", "[mailbox.imap]", "[slack]"}
    assert known["[mailbox.imap]"]["port"] == "`993`"
