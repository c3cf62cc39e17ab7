"""The checker: every shipped example holds, and whatever is wrong with one is found."""

from dataclasses import replace
from datetime import date

import pytest

from bot.programmes import load_all, national_holidays, shipped_examples
from quotas.examples import ExamplesError, check, parse_examples, run
from quotas.rules import rule_names
from quotas.rules.table import CALCULATORS

PROGRAMMES = load_all()
HOLIDAYS = national_holidays()
SHIPPED = shipped_examples()
EXAMPLES = [example for text in SHIPPED.values() for example in parse_examples(text)]


@pytest.mark.parametrize("file", SHIPPED)
def test_every_shipped_example_holds(file: str) -> None:
    results = check(SHIPPED[file], PROGRAMMES, HOLIDAYS)
    assert results
    assert [result for result in results if not result.passed] == []


def test_there_are_enough_of_them_each_called_differently() -> None:
    assert len(EXAMPLES) >= 200
    assert len({example.id for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_rule_has_examples(programme: str) -> None:
    terms = PROGRAMMES[programme]
    shown = {example.rule for example in EXAMPLES if example.programme in (programme, "any")}
    computed = {
        name
        for name in rule_names(terms)
        if name not in terms.rules or "calculator" in terms.rules[name].provisions[-1].value
    }
    assert computed - shown <= {"tax"}


def example(**changes: str) -> str:
    """Return an example that holds, with lines replaced."""
    lines = {
        "id": 'id = "an-example"',
        "programme": 'programme = "desknets-dax"',
        "rule": 'rule = "first_period"',
        "given": "given = { order_received = 2023-12-31 }",
        "expect": "expect = { start = 2024-02-01, end = 2025-01-31 }",
    }
    return "[[example]]\n" + "\n".join((lines | changes).values()) + "\n"


def only(text: str, holidays: frozenset[date] = HOLIDAYS) -> str:
    """Return the fault or the differing keys of the one example in `text`; empty when it holds."""
    (result,) = check(text, PROGRAMMES, holidays)
    assert result.passed == (not result.fault and not result.differences)
    return result.fault or ", ".join(difference.key for difference in result.differences)


def test_the_example_to_be_spoilt_holds() -> None:
    assert only(example()) == ""


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        ({"expect": "expect = { start = 2024-02-02 }"}, "start"),
        ({"expect": "expect = { start = 2024-02-01, end = 2025-02-01 }"}, "end"),
        ({"expect": "expect = { start = 2024-02-01T00:00:00 }"}, "start"),
        ({"expect": 'expect = { start = "2024-02-01" }'}, "start"),
        ({"expect": "expect = { begin = 2024-02-01 }"}, "unknown key 'begin'"),
        ({"expect": "expect = { }"}, "expects nothing"),
        ({"expect": ""}, "expect is missing"),
        ({"expect": "expect = 1"}, "expect is missing"),
        ({"programme": 'programme = "desknets"'}, "unknown programme 'desknets'"),
        ({"programme": ""}, "programme is missing"),
        ({"rule": 'rule = "first_periods"'}, "no rule 'first_periods'"),
        ({"rule": 'rule = "membership"'}, "no rule 'membership'"),
        ({"rule": 'rule = "quote_renewal"'}, "no calculator"),
        ({"rule": "rule = 1"}, "rule is missing or not a text"),
        ({"id": ""}, "id is missing"),
        ({"id": 'id = "x"\nnote = "n"'}, "unknown key 'note'"),
        ({"given": "given = 1"}, "given is not a table"),
        ({"given": "given = { }"}, "missing order_received"),
        ({"given": "given = { order_recieved = 2023-12-31 }"}, "unknown key 'order_recieved'"),
        ({"given": 'given = { order_received = "2023-12-31" }'}, "is not a date"),
        ({"given": "given = { order_received = 2023-12-31T00:00:00 }"}, "is not a date"),
    ],
)
def test_a_spoilt_example_is_found(spoilt: dict[str, str], found: str) -> None:
    assert found in only(example(**spoilt))


def test_true_is_not_one() -> None:
    given = "given = { used = 49, minutes = 20 }"
    call = {"programme": 'programme = "dekispart"', "rule": 'rule = "call_quota"', "given": given}
    assert only(example(**call, expect="expect = { remaining = 0, over_limit = false }")) == ""
    assert only(example(**call, expect="expect = { remaining = false }")) == "remaining"
    assert only(example(**call, expect="expect = { over_limit = 0 }")) == "over_limit"
    call["given"] = "given = { used = true, minutes = 20 }"
    assert "used: True is not" in only(example(**call, expect="expect = { remaining = 0 }"))


def test_nested_tables_and_lists_must_match_whole() -> None:
    merge = {
        "programme": 'programme = "licence-maintenance"',
        "rule": 'rule = "merge_sets"',
        "given": "given = { sets = [{ quantity = 10, end = 2016-03-31 }, "
        "{ quantity = 5, end = 2016-07-31 }] }",
    }
    for buy, found in {
        "[{ quantity = 10, months = 4, years = 1 }]": "",
        "[{ quantity = 10, months = 4, years = 2 }]": "buy",
        "[{ quantity = 10, months = 4 }]": "buy",
        "[]": "buy",
    }.items():
        assert only(example(**merge, expect=f"expect = {{ buy = {buy} }}")) == found


def test_an_example_of_any_programme_must_hold_for_each() -> None:
    opening = {
        "programme": 'programme = "any"',
        "rule": 'rule = "opening"',
        "given": "given = { at = 2024-05-20T10:00:00, closed = [] }",
    }
    assert only(example(**opening, expect="expect = { open = true }")) == ""
    opening["given"] = "given = { at = 2024-05-20T09:00:00, closed = [] }"
    assert only(example(**opening, expect="expect = { open = true }")) == "open"


def test_national_holidays_are_an_argument() -> None:
    opening = {
        "rule": 'rule = "opening"',
        "given": "given = { at = 2024-05-03T11:00:00, closed = [] }",
        "expect": "expect = { open = false }",
    }
    assert only(example(**opening)) == ""
    assert only(example(**opening), frozenset()) == "open"


def test_every_figure_of_the_shipped_examples_matters() -> None:
    """Each expected value, changed, makes its example fail."""
    for shipped in EXAMPLES:
        for key in shipped.expect:
            changed = {**shipped.expect, key: "something else"}
            spoilt = replace(shipped, expect=changed)
            assert not run(spoilt, PROGRAMMES, HOLIDAYS).passed, f"{shipped.id}: {key}"


@pytest.mark.parametrize(
    "text", ["[[exmaple]]\n", "example = 1\n", "[[example]\n", "title = 'x'\n"]
)
def test_another_file_is_refused(text: str) -> None:
    with pytest.raises(ExamplesError):
        parse_examples(text)


def test_an_empty_file_has_no_examples() -> None:
    assert check("", PROGRAMMES, HOLIDAYS) == ()


def test_every_calculator_is_used_by_a_shipped_rule() -> None:
    used = {
        provision.value.get("calculator")
        for programme in PROGRAMMES.values()
        for dated in programme.rules.values()
        for provision in dated
    }
    assert set(CALCULATORS) - used == {"opening", "quota_year"}
