"""docs/terms.md explains every key of a terms file, and none that the loader doesn't know."""

import re
from collections.abc import Iterator

from quotas.rules.table import PARAMETERS
from quotas.terms_reader.keys import FACT, FREE, ROWS, TABLES, CategoryKind, Key
from quotas.terms_reader.parameters import PARAMETER_READERS
from tests.quotas.fourth_programme import document

SECTIONS: dict[str, tuple[Key, ...]] = {
    **{f"[{name}]": keys for name, keys in TABLES.items()},
    **{f"[[{name}]]": keys for name, keys in ROWS.items()},
    "[[category.facts]]": FACT,
}


def sections() -> Iterator[tuple[str, str]]:
    """Each section of the key reference: the table it explains and its text."""
    for part in document().split("\n### ")[1:]:
        heading, _, text = part.partition("\n")
        yield heading.strip("`"), text


def explained(text: str) -> dict[str, bool]:
    """Return the keys in the first column of a table, and whether each is said required."""
    rows = re.findall(r"^\| `(\w+)` \| (●|–) \|", text, re.MULTILINE)
    return {key: mark == "●" for key, mark in rows}


def test_every_table_has_its_section() -> None:
    free = {"[titles]", "[[rules.NAME]]", "[articles_left_out]"}
    assert len(free) == len(FREE)
    assert {heading for heading, _ in sections()} == {*SECTIONS, *free}


def test_every_key_is_explained_with_whether_it_is_required() -> None:
    shown = {heading: explained(text) for heading, text in sections() if heading in SECTIONS}
    known = {table: {key.name: key.required for key in keys} for table, keys in SECTIONS.items()}
    assert shown == known


def test_every_calculator_is_explained_with_the_parameters_it_needs() -> None:
    calculators, _, _ = dict(sections())["[[rules.NAME]]"].partition("\n引数")
    rows = re.findall(r"^\| `(\w+)` \| ([^|]*) \|", calculators, re.MULTILINE)
    shown = {name: frozenset(re.findall(r"`(\w+)`", needed)) for name, needed in rows}
    assert shown == PARAMETERS


def test_every_parameter_of_a_rule_is_explained() -> None:
    _, _, parameters = dict(sections())["[[rules.NAME]]"].partition("\n引数")
    assert re.findall(r"^\| `(\w+)` \|", parameters, re.MULTILINE) == list(PARAMETER_READERS)


def test_every_kind_of_category_is_explained() -> None:
    text = dict(sections())["[[category]]"]
    rows = re.findall(r"^\| `(\w+)` \| [^●–|]", text, re.MULTILINE)
    assert rows == list(CategoryKind)
