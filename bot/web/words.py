"""The words on the pages: one catalogue a language, one file a room, asked for by room and key."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from bot.render import LANGUAGES, shipped_templates

FIRST = LANGUAGES[0]
"""The language of who has chosen none."""
COOKIE = "madoguchi_language"


@cache
def catalogue(language: str) -> dict[str, str]:
    """Return every word of a language by ``room.key``, from `templates/web/words/LANGUAGE`."""
    folder = shipped_templates() / "web" / "words" / language
    return {key: text for file in sorted(folder.glob("*.toml")) for key, text in _read(file)}


def _read(file: Path) -> list[tuple[str, str]]:
    data = tomllib.loads(file.read_text(encoding="utf-8"))
    return [(f"{file.stem}.{key}", str(text)) for key, text in data.items()]


def word(language: str, key: str, **values: Any) -> str:
    """Return a text of the catalogue with `values` in its braces; raise `KeyError` for none."""
    text = catalogue(language)[key]
    return text.format_map(values) if values else text


def language_of(cookie: str | None, accepted: str) -> str:
    """Return the language somebody reads: as chosen, else the best of Accept-Language."""
    if cookie in LANGUAGES:
        return cookie
    return next((code for code in _wanted(accepted) if code in LANGUAGES), FIRST)


def _wanted(accepted: str) -> list[str]:
    """Return the primary subtags of an Accept-Language field, the dearest first (RFC 9110)."""
    weighed = list[tuple[float, str]]()
    for part in accepted[:500].split(","):
        tag, _, parameter = part.partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        try:
            weighed.append((-float(weight), tag.strip().partition("-")[0].lower()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighed, key=lambda pair: pair[0]) if weight < 0]
