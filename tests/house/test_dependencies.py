"""Every dependency is explained in DECISIONS.md, and none has a licence that binds what uses it."""

import re
import tomllib
from importlib import metadata

from tests.docs.documents import ROOT, table_rows, text_of

COPYLEFT = re.compile(r"(?<!L)(?<!Lesser )(?:\bA?GPL|General Public License)", re.IGNORECASE)
LESSER = {"psycopg", "psycopg-binary", "tnefparse"}


def direct() -> list[str]:
    """Return the packages that pyproject.toml names, in its order."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return [re.split(r"[\[>=<]", wanted)[0] for wanted in project["dependencies"]]


def installed() -> set[str]:
    """Return the direct dependencies and all they need."""
    wanted, found = [*direct(), "psycopg-binary"], set[str]()
    while wanted:
        name = re.split(r"[^\w.-]", wanted.pop())[0].lower().replace("_", "-")
        if name in found:
            continue
        found.add(name)
        needed = metadata.requires(name) or []
        wanted += [each for each in needed if "extra ==" not in each and _applies(each)]
    return found


def _applies(requirement: str) -> bool:
    """Tell whether a requirement is met here; markers of other systems leave it out."""
    try:
        metadata.version(re.split(r"[^\w.-]", requirement)[0])
    except metadata.PackageNotFoundError:
        return False
    return True


def licence(name: str) -> str:
    """Return what a package says of its licence."""
    told = metadata.metadata(name)
    classifiers = [c for c in told.get_all("Classifier", []) if c.startswith("License")]
    named = [told[key][:80] for key in ("License-Expression", "License") if key in told]
    return " ".join([*named, *classifiers])


def test_every_dependency_is_explained() -> None:
    part = text_of("DECISIONS.md").split("## Dependencies")[1]
    rows = {row[0]: row[1:] for row in table_rows(part)}
    assert list(rows) == direct()
    assert all(len(row) == 2 and all(row) for row in rows.values())


def test_no_dependency_is_under_a_binding_licence() -> None:
    found = {name: licence(name) for name in installed()}
    assert len(found) > 30
    assert {name for name, words in found.items() if "LGPL" in words} <= LESSER
    assert {name: words for name, words in found.items() if COPYLEFT.search(words)} == {}


def test_the_pattern_knows_its_words() -> None:
    assert COPYLEFT.search("GNU General Public License v3 (GPLv3)")
    assert COPYLEFT.search("AGPL-3.0-only")
    assert not COPYLEFT.search("LGPL-3.0-only")
    assert not COPYLEFT.search("GNU Lesser General Public License v3 (LGPLv3)")
