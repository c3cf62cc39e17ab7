"""Dated tables of the rules: the calculator each uses and the parameters it works with."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from quotas.programme import Question
from quotas.provision import Dated
from quotas.rules.table import PARAMETERS
from quotas.terms_reader.dating import tile_each, version
from quotas.terms_reader.faults import Faults, nearest
from quotas.terms_reader.keys import DATING, Key, Row, read_rows
from quotas.terms_reader.parameters import PARAMETER_READERS
from quotas.terms_reader.references import Names
from quotas.terms_reader.values import name

Parameters = Mapping[str, Any]
RuleRow = tuple[str, Row]

CALCULATOR = "calculator"
QUESTION = "question"
KEYS = (
    *DATING,
    Key(CALCULATOR, name, required=False),
    *(Key(key, read, required=False) for key, read in PARAMETER_READERS.items()),
)


def rule_rows(raw: object, faults: Faults) -> tuple[RuleRow, ...]:
    """Read the dated rows of each rule."""
    if not isinstance(raw, dict):
        faults.add("rules", "is not a table", "write each rule as [[rules.its_name]]")
        return ()
    return tuple(_rows(cast("dict[str, object]", raw), faults))


def rules(
    rows: tuple[RuleRow, ...], asked: Mapping[str, Question], faults: Faults
) -> dict[str, Dated[Parameters]]:
    """Return the parameters of each rule; `question` names an [[ask]] and becomes its text."""
    return tile_each(
        ((rule, version(row, _parameters(row, asked), faults)) for rule, row in rows), faults
    )


def check_rules(rows: tuple[RuleRow, ...], referred: Mapping[str, Names], faults: Faults) -> None:
    """Check each rule's calculator with the parameters it needs.

    `referred` maps the parameters that name something of the file to the names there are.
    """
    for _, row in rows:
        _check_calculator(row, faults)
        for key, names in referred.items():
            names.check(row, key, tuple(_named(row.values, key)), faults)


def _named(value: object, key: str) -> Iterator[str]:
    """Return what stands under `key` in a value, however deep."""
    if isinstance(value, Mapping):
        table = cast("Mapping[str, object]", value)
        if isinstance(table.get(key), str):
            yield str(table[key])
        value = tuple(table.values())
    if isinstance(value, tuple):
        for each in cast("tuple[object, ...]", value):
            yield from _named(each, key)


def _rows(raw: dict[str, object], faults: Faults) -> Iterator[RuleRow]:
    for rule, tables in raw.items():
        for row in read_rows(tables, KEYS, f"rules.{rule}", faults):
            yield rule, row


def _parameters(row: Row, asked: Mapping[str, Question]) -> Parameters:
    dating = {key.name for key in DATING}
    found = {key: row[key] for key in row.values if key not in dating and row[key] is not None}
    question = str(found.get(QUESTION, ""))
    return {**found, QUESTION: asked[question].text} if question in asked else found


def _check_calculator(row: Row, faults: Faults) -> None:
    calculator: str | None = row[CALCULATOR]
    if calculator is None:
        return
    if calculator not in PARAMETERS:
        remedy = nearest(calculator, PARAMETERS)
        faults.add(f"{row.where}.{CALCULATOR}", f"unknown calculator {calculator}", remedy)
    for key in sorted(PARAMETERS.get(calculator, frozenset())):
        if row.values.get(key) is None:
            faults.add(f"{row.where}.{key}", "missing key", f"the calculator {calculator} needs it")
