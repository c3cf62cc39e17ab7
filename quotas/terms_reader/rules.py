"""Dated parameter tables of the rules: free keys beside those a calculator asks for."""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from quotas.programme import Question
from quotas.provision import Dated
from quotas.terms_reader.dating import Version, tile_each, version
from quotas.terms_reader.faults import Faults, nearest
from quotas.terms_reader.keys import DATING, Key, Row, read_rows
from quotas.terms_reader.values import as_it_is, name

Parameters = Mapping[str, Any]
Calculators = Mapping[str, frozenset[str]]

CALCULATOR = "calculator"
QUESTION = "question"


def rules(
    raw: object, calculators: Calculators | None, asked: Mapping[str, Question], faults: Faults
) -> dict[str, Dated[Parameters]]:
    """Return the parameters of each rule.

    `calculators` names every calculator with the parameters it can't do without; a rule without
    a `calculator` only holds parameters for others. `question` names an [[ask]] and is handed on
    as its text.
    """
    if not isinstance(raw, dict):
        faults.add("rules", "is not a table", "write each rule as [[rules.its_name]]")
        return {}
    return tile_each(_versions(cast("dict[str, object]", raw), calculators, asked, faults), faults)


def _versions(
    raw: dict[str, object],
    calculators: Calculators | None,
    asked: Mapping[str, Question],
    faults: Faults,
) -> Iterator[tuple[str, Version[Parameters]]]:
    for rule, rows in raw.items():
        keys = _keys(rows)
        for row in read_rows(rows, keys, f"rules.{rule}", faults):
            _check(row, calculators, asked, faults)
            yield rule, version(row, _parameters(row, asked), faults)


def _keys(rows: object) -> tuple[Key, ...]:
    """Return the keys of a rule's rows: the dating, the calculator, and every other as it is."""
    listed = cast("list[object]", rows) if isinstance(rows, list) else []
    tables = [cast("dict[str, object]", row) for row in listed if isinstance(row, dict)]
    known = {key.name: key for key in (*DATING, Key(CALCULATOR, name, required=False))}
    free = dict.fromkeys(key for table in tables for key in table if key not in known)
    return (*known.values(), *(Key(key, as_it_is, required=False) for key in free))


def _parameters(row: Row, asked: Mapping[str, Question]) -> Parameters:
    dating = {key.name for key in DATING}
    found = {key: each for key, each in row.values.items() if each is not None}
    if found.get(QUESTION) in asked:
        found[QUESTION] = asked[found[QUESTION]].text
    return {key: each for key, each in found.items() if key not in dating}


def _check(
    row: Row, calculators: Calculators | None, asked: Mapping[str, Question], faults: Faults
) -> None:
    calculator, question = row[CALCULATOR], row.values.get(QUESTION)
    if question is not None and question not in asked:
        remedy = nearest(str(question), asked)
        faults.add(f"{row.where}.{QUESTION}", f"no [[ask]] is named {question}", remedy)
    if calculator is None or calculators is None:
        return
    if calculator not in calculators:
        remedy = nearest(calculator, calculators)
        faults.add(f"{row.where}.{CALCULATOR}", f"unknown calculator {calculator}", remedy)
    for key in sorted(calculators.get(calculator, frozenset())):
        if row.values.get(key) is None:
            faults.add(f"{row.where}.{key}", "missing key", f"the calculator {calculator} needs it")
