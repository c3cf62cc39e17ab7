"""Worked examples: what a rule must come to, kept beside the terms and checked against them."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from quotas.programme import Programme
from quotas.rules import RuleError, calculator_of, compute

KEYS = ("id", "programme", "rule", "given", "expect")
ANY = "any"
"""An example of this programme must hold for every programme."""


class ExamplesError(ValueError):
    """Raised, with one clear line, when a text can't be read as a file of examples."""


@dataclass(frozen=True, slots=True)
class Example:
    """One worked example as written; `fault` says what makes it no example at all."""

    id: str
    programme: str = ""
    rule: str = ""
    given: Mapping[str, object] = field(default_factory=dict[str, object])
    expect: Mapping[str, object] = field(default_factory=dict[str, object])
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Difference:
    """A key that came out otherwise than expected; `came` is None when it did not come at all."""

    key: str
    expected: object
    came: object


@dataclass(frozen=True, slots=True)
class Result:
    """How one example fared: it holds when nothing differs and nothing is faulty."""

    example: Example
    differences: tuple[Difference, ...] = ()
    fault: str = ""

    @property
    def passed(self) -> bool:
        """Tell whether the example holds."""
        return not self.differences and not self.fault


def check(
    text: str, programmes: Mapping[str, Programme], holidays: frozenset[date]
) -> tuple[Result, ...]:
    """Return how each example of `text`, a TOML file of ``[[example]]`` tables, fares.

    `programmes` are the terms by id, `holidays` the national holidays. An unknown programme, rule
    or key makes an example fail. Raises `ExamplesError` when `text` is no file of examples.
    """
    return tuple(run(example, programmes, holidays) for example in parse_examples(text))


def parse_examples(text: str) -> tuple[Example, ...]:
    """Return the examples of a TOML text in its order; raise `ExamplesError` for another file."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ExamplesError(f"not TOML: {error}; mend the line named") from None
    rows = raw.pop("example", [])
    if raw or not isinstance(rows, list):
        raise ExamplesError("a file of examples holds [[example]] tables and nothing else")
    return tuple(_example(row, n) for n, row in enumerate(cast("list[object]", rows), start=1))


def run(example: Example, programmes: Mapping[str, Programme], holidays: frozenset[date]) -> Result:
    """Return how one example fares against the terms."""
    if example.fault:
        return Result(example, fault=example.fault)
    chosen = programmes if example.programme == ANY else {example.programme: None}
    differences: list[Difference] = []
    try:
        for name in chosen:
            differences += _compare(example, _programme(name, programmes), holidays)
    except RuleError as error:
        return Result(example, fault=str(error))
    return Result(example, tuple(differences))


def _example(row: object, number: int) -> Example:
    table: dict[str, Any] = dict(cast("Mapping[str, Any]", row)) if isinstance(row, dict) else {}
    label = str(table.get("id") or f"example {number}")
    fault = _fault(table)
    if fault:
        return Example(label, fault=fault)
    return Example(
        label, table["programme"], table["rule"], table.get("given", {}), table["expect"]
    )


def _fault(table: Mapping[str, Any]) -> str:
    """Return what is wrong with an example's own keys, an empty text when nothing is."""
    for name in table:
        if name not in KEYS:
            return f"unknown key {name!r}; an example has {', '.join(KEYS)}"
    for name in ("id", "programme", "rule"):
        if not isinstance(table.get(name), str):
            return f"{name} is missing or not a text"
    if not isinstance(table.get("given", {}), Mapping):
        return "given is not a table"
    if not isinstance(table.get("expect"), Mapping) or not table["expect"]:
        return "expect is missing or empty: an example that expects nothing can't fail"
    return ""


def _programme(name: str, programmes: Mapping[str, Programme]) -> Programme:
    if name not in programmes:
        raise RuleError(f"unknown programme {name!r}; there are {', '.join(programmes)}")
    return programmes[name]


def _compare(
    example: Example, programme: Programme, holidays: frozenset[date]
) -> Sequence[Difference]:
    gives = calculator_of(programme, example.rule).gives
    unknown = [key for key in example.expect if key not in gives]
    if unknown:
        raise RuleError(f"expect: unknown key {unknown[0]!r}; known are {', '.join(sorted(gives))}")
    came = compute(programme, example.rule, example.given, holidays).values
    return [
        Difference(key, expected, came.get(key))
        for key, expected in example.expect.items()
        if not _same(expected, came.get(key))
    ]


def _same(expected: object, came: object) -> bool:
    """Compare without taking ``true`` for 1, deep into lists and tables."""
    if isinstance(expected, list) and isinstance(came, list | tuple):
        pairs = (cast("list[object]", expected), cast("Sequence[object]", came))
        return len(pairs[0]) == len(pairs[1]) and all(map(_same, *pairs))
    if isinstance(expected, Mapping) and isinstance(came, Mapping):
        wanted, got = cast("Mapping[str, object]", expected), cast("Mapping[str, object]", came)
        return wanted.keys() == got.keys() and all(_same(wanted[key], got[key]) for key in wanted)
    return isinstance(expected, bool) == isinstance(came, bool) and expected == came
