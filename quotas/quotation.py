"""What a renewal, a return or an addition costs: lines with their article, and open questions.

Which rules make up a quotation, and how its lines read, is data: the rule ``quote_KIND`` of a
programme lists `steps`. Each step names a `rule` (without one its lines are made of what is known
already); `facts`, from the rule's keys to what the register knows (`quotas.registered`); `one_of`,
keys of which one is needed; `optional`, to go on without it when facts are missing; `among`, values
that facts must have, with what to `ask` when they have others; `rename`, from what the rule gives
to the keys of later steps; and `lines` of `text`, `amount`, `when` and `unless` (a fact that is not
0), `each` (a list, for a line on each row) and `article`. `asks` lists what an operator is asked
besides, `when` a fact is not 0 and those `among` have a value named.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from string import Formatter
from typing import Any

from quotas.contract import Contract
from quotas.programme import Programme
from quotas.registered import missing_fact, registered_facts, spoken
from quotas.rules import RuleError, calculator_of, compute

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a quotation.

    `text` is Japanese, `amount` in yen without tax or None where nothing is priced, `article` the
    one the line rests on.
    """

    text: str
    amount: int | None
    article: str


@dataclass(frozen=True, slots=True)
class Quotation:
    """A quotation of one `kind`.

    `total` is the sum in yen without tax, None when nothing is priced or something is open, and
    `total_with_tax` the same with the tax of the day. `questions` is what an operator must settle
    first, in Japanese.
    """

    kind: str
    lines: tuple[Line, ...]
    total: int | None
    questions: tuple[str, ...]
    total_with_tax: int | None = None


@dataclass(slots=True)
class _Draft:
    """A quotation in the making: the facts known so far, its lines and questions."""

    programme: Programme
    facts: dict[str, Any]
    lines: list[Line] = field(default_factory=list[Line])
    questions: list[str] = field(default_factory=list[str])


def quote(
    kind: str, contract: Contract | None, programme: Programme, day: date, /, **given: object
) -> Quotation:
    """Return the quotation of `kind` on `day`.

    `kind` is ``renewal``, ``rejoin``, ``restart``, ``add``, ``merge`` or ``switch``. Facts come
    from the registers of `contract`; those `given`, named like the rules' keys (and ``years``, a
    renewal's), outrank them. What is missing or left open comes out as a question, not an error.
    """
    rule = f"quote_{kind}"
    if rule not in programme.rules:
        question = f"{programme.name}には、この種類の見積（{kind}）の定めがありません。"
        return Quotation(kind, (), None, (question,))
    provision = programme.rules[rule].on(day)
    stated = {name: value for name, value in given.items() if value is not None}
    facts = registered_facts(contract, programme, day) | stated
    facts["multi_year"] = stated.get("years", 1) != 1
    draft = _Draft(programme, facts)
    for step in provision.value["steps"]:
        if "rule" not in step:
            draft.lines.extend(_lines(step["lines"], draft, provision.article))
        elif not _take(step, draft, stated):
            break
    draft.questions.extend(_asked(provision.value.get("asks", ()), draft))
    return _concluded(kind, draft, day)


def _take(step: Values, draft: _Draft, given: Values) -> bool:
    """Compute one step into `draft`; tell whether the next steps can go on from it."""
    arguments = _arguments(step, draft, given)
    missing = [
        key.name
        for key in calculator_of(draft.programme, step["rule"]).takes
        if not key.optional and key.name not in arguments
    ]
    one_of = step.get("one_of", ())
    if one_of and not any(key in arguments for key in one_of):
        missing.append(one_of[0])
    if missing and step.get("optional"):
        return True
    named: Mapping[str, list[object]] = step.get("among", {})
    if any(draft.facts.get(key) not in (None, *values) for key, values in named.items()):
        draft.questions.append(draft.programme.questions[step["ask"]].text)
        return False
    draft.questions.extend(map(missing_fact, missing))
    return not missing and _computed(step, arguments, draft)


def _arguments(step: Values, draft: _Draft, given: Values) -> dict[str, Any]:
    """Return what the step's rule is given: stated facts first, then what the register knows."""
    registered: Mapping[str, str] = step.get("facts", {})
    arguments: dict[str, Any] = {}
    for key in calculator_of(draft.programme, step["rule"]).takes:
        name = key.name if key.name in given else registered.get(key.name, key.name)
        if draft.facts.get(name) is not None:
            arguments[key.name] = draft.facts[name]
    return arguments


def _computed(step: Values, arguments: Values, draft: _Draft) -> bool:
    try:
        computed = compute(draft.programme, step["rule"], arguments, on=draft.facts["day"])
    except RuleError as error:
        draft.questions.append(f"登録内容から計算できません。内容を確認してください（{error}）。")
        return False
    if computed.values.get("decision") == "ask_operator":
        draft.questions.append(str(computed.values["question"]))
        return False
    renamed = {new: computed.values[old] for old, new in step.get("rename", {}).items()}
    draft.facts |= {**arguments, **computed.values, **renamed}
    draft.lines.extend(_lines(step.get("lines", ()), draft, computed.article))
    return True


def _lines(templates: Sequence[Values], draft: _Draft, article: str) -> Iterator[Line]:
    for template in templates:
        for row in _rows(template, draft):
            facts = draft.facts | row
            wanted = "when" not in template or facts.get(template["when"])
            if wanted and not facts.get(template.get("unless", "")):
                yield _line(template, facts, draft, template.get("article", article))


def _rows(template: Values, draft: _Draft) -> Sequence[dict[str, Any]]:
    """Return the rows to write a line for: those of a list, or one without facts of its own."""
    if "each" not in template:
        return [{}]
    if template["each"] not in draft.facts:
        draft.questions.append(missing_fact(template["each"]))
    rows: Sequence[dict[str, Any]] = draft.facts.get(template["each"], ())
    return rows


def _line(template: Values, facts: Values, draft: _Draft, article: str) -> Line:
    named = [name for _, name, _, _ in Formatter().parse(template["text"]) if name]
    unknown = [name for name in named if facts.get(name) is None]
    draft.questions.extend(map(missing_fact, unknown))
    values = {name: spoken(facts.get(name, "")) for name in named}
    amount = facts[template["amount"]] if "amount" in template else None
    return Line(template["text"].format_map(values), amount, article)


def _asked(asks: Sequence[Values], draft: _Draft) -> Iterator[str]:
    """Return the questions that the facts raise, each on its conditions."""
    for ask in asks:
        named: Mapping[str, list[object]] = ask.get("among", {})
        raised = "when" not in ask or draft.facts.get(ask["when"])
        if raised and all(draft.facts.get(key) in values for key, values in named.items()):
            yield draft.programme.questions[ask["ask"]].text


def _concluded(kind: str, draft: _Draft, day: date) -> Quotation:
    amounts = [line.amount for line in draft.lines if line.amount is not None]
    total = sum(amounts) if amounts and not draft.questions else None
    taxed = None
    if total is not None and "tax" in draft.programme.rules:
        values = compute(draft.programme, "tax", {"amount": total, "on": day}).values
        taxed = int(values["with_tax"])
    questions = tuple(dict.fromkeys(draft.questions))
    return Quotation(kind, tuple(draft.lines), total, questions, taxed)
