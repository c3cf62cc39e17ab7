"""The templates folder holds what is drawn and nothing else."""

import re
from pathlib import Path

import pytest

from bot.render import LANGUAGES
from bot.reply_values import ALL_VALUES

TEMPLATES = Path(__file__).resolve().parents[2] / "templates"
INCLUDE = re.compile(r'\{% include "([^"]+)" %\}')


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.glob("*.txt")}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reply_has_a_template_and_every_template_a_reply(language: str) -> None:
    replies = {name for name in names(TEMPLATES / language) if not name.startswith("_")}
    assert replies == {f"{template}.txt" for template in ALL_VALUES}


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_part_is_included_and_every_included_part_exists(language: str) -> None:
    files = list((TEMPLATES / language).rglob("*.txt"))
    included = {name for path in files for name in INCLUDE.findall(path.read_text("utf-8"))}
    parts = {name for name in names(TEMPLATES / language) if name.startswith("_")}
    assert parts <= included
    assert included <= names(TEMPLATES / language)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_programme_only_words_differently_what_every_programme_has(language: str) -> None:
    for folder in (TEMPLATES / language).iterdir():
        if folder.is_dir():
            assert names(folder) <= names(TEMPLATES / language), folder
