"""Documents lead somewhere: their links, their variables, and the README stays short."""

import re
from pathlib import Path

import pytest

from tests.docs.documents import ROOT, documents, links_in, text_of

VARIABLE = re.compile(r"MADOGUCHI_[A-Z0-9_]+")
FOR_TESTS = {"MADOGUCHI_TEST_DIE_AT"}
OF_A_MAILBOX = re.compile(r"MADOGUCHI_MAILBOX_(\w+)_PASSWORD")


def in_code() -> set[str]:
    """Return every variable that the desk reads; of a mailbox as the documents write it."""
    code = "".join(file.read_text(encoding="utf-8") for file in (ROOT / "bot").rglob("*.py"))
    assert 'f"MADOGUCHI_MAILBOX_{' in code
    plain = {name.removesuffix("_FILE") for name in VARIABLE.findall(code)}
    plain = {name for name in plain if not name.startswith("MADOGUCHI_MAILBOX_")}
    return (plain | {"MADOGUCHI_MAILBOX_NAME_PASSWORD"}) - FOR_TESTS


def named_in(text: str) -> set[str]:
    """Return the variables a document names; any mailbox stands for all."""
    names = {name.removesuffix("_FILE") for name in VARIABLE.findall(text)}
    return {OF_A_MAILBOX.sub("MADOGUCHI_MAILBOX_NAME_PASSWORD", name) for name in names}


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_every_link_leads_to_a_file(file: Path) -> None:
    links = links_in(file.read_text(encoding="utf-8"))
    assert [link for link in links if not (file.parent / link).exists()] == []


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_every_variable_that_is_named_is_read(file: Path) -> None:
    assert named_in(file.read_text(encoding="utf-8")) <= in_code()


def test_every_variable_that_is_read_is_explained() -> None:
    assert named_in(text_of("docs/settings.md")) == in_code()


def test_every_document_is_reached_from_the_readme() -> None:
    linked = set(links_in(text_of("README.md")))
    assert {f"docs/{file.name}" for file in (ROOT / "docs").glob("*.md")} - linked == set()


def test_every_test_that_proves_a_promise_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", text_of("docs/promises.md"))
    assert len(named) > 20
    code = {file: text_of(file) for file, _ in named if (ROOT / file).exists()}
    assert [(f, test) for f, test in named if f" {test}(" not in code.get(f, "")] == []


def test_the_readme_is_short() -> None:
    assert len(text_of("README.md").splitlines()) <= 150
