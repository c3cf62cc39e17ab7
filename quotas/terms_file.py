"""Reading a programme's terms from its file, and refusing what can't be relied on."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from quotas.programme import Programme
from quotas.rules import rule_names
from quotas.terms_reader import parts
from quotas.terms_reader.faults import Faults, TermsError, nearest
from quotas.terms_reader.keys import FREE, OPTIONAL, ROWS, TABLES, Row, read_row, read_rows
from quotas.terms_reader.references import (
    Declared,
    Names,
    check_categories,
    check_coverage,
    check_number,
    check_quotas,
    check_statuses,
    check_titles,
)
from quotas.terms_reader.rules import RuleRow, check_rules, rule_rows, rules

__all__ = ["TermsError", "load_programme"]


@dataclass(frozen=True, slots=True)
class Read:
    """A terms file as read: its tables and rows by name, each value of the right type."""

    tables: Mapping[str, Row]
    rows: Mapping[str, tuple[Row, ...]]
    rules: tuple[RuleRow, ...]
    titles: Mapping[str, str]
    articles_left_out: Mapping[str, str]


def load_programme(text: str, file: str) -> Programme:
    """Return the programme that `text`, the content of the terms file named `file`, describes.

    Raises `TermsError` with a line for each fault: file, key, what is wrong and the remedy. First
    the keys and values are read; only when all can be, dates and references are checked.
    """
    faults = Faults(file)
    raw = _parsed(text, faults)
    read = Read(
        {name: read_row(raw[name], keys, name, faults) for name, keys in TABLES.items()},
        {name: read_rows(raw.get(name, []), keys, name, faults) for name, keys in ROWS.items()},
        rule_rows(raw.get("rules", {}), faults),
        parts.words("titles", raw["titles"], faults),
        parts.words("articles_left_out", raw.get("articles_left_out", {}), faults),
    )
    faults.refuse()
    programme = _programme(read, faults)
    _check(read, programme, faults)
    faults.refuse()
    return programme


def _parsed(text: str, faults: Faults) -> Mapping[str, Any]:
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as fault:
        faults.add("the file", f"is not TOML: {fault}", "mend the line named")
        raise TermsError(faults.lines) from None
    known = (*TABLES, *ROWS, *FREE)
    for name in raw:
        if name not in known:
            faults.add(name, "unknown key", nearest(name, known))
    for name in known:
        if name not in OPTIONAL and not raw.get(name):
            faults.add(name, "missing", "add it (docs/terms.md explains it)")
    faults.refuse()
    return raw


def _programme(read: Read, faults: Faults) -> Programme:
    tables, rows = read.tables, read.rows
    head = tables["programme"]
    names = parts.status_names(tables["statuses"])
    asked = parts.questions(rows["ask"], faults)
    return Programme(
        id=head["id"],
        name=head["name"],
        source=head["source"],
        revision=head["revision"],
        number=parts.number_terms(tables["number"]),
        statuses=names,
        hours=parts.hours(rows["hours"], faults),
        contacts_maximum=parts.contacts(rows["contacts"], faults),
        coverage=parts.coverage(rows["coverage"], names, asked, faults),
        quotas=parts.quotas(rows["quota"], asked, faults),
        categories=parts.categories(rows["category"], head["default_category"], asked, faults),
        default_category=head["default_category"],
        rules=rules(read.rules, asked, faults),
        articles_left_out=read.articles_left_out,
        reply_minutes=head["reply_minutes"],
        channels=parts.channels(rows["channels"], faults),
        clauses=parts.clauses(rows["clause"], faults),
        questions=asked,
        titles=read.titles,
        replaces_shipped=head["replaces_shipped"],
    )


def _check(read: Read, programme: Programme, faults: Faults) -> None:
    rows = read.rows
    declared = Declared(
        items=Names("[[coverage]] item", dict.fromkeys(row["item"] for row in rows["coverage"])),
        quotas=Names("[[quota]]", programme.quotas),
        questions=Names("[[ask]]", programme.questions),
        statuses=Names("status", dict.fromkeys(programme.statuses.values())),
        titles=Names("key of [titles]", programme.titles),
        channels=programme.channels,
    )
    check_number(read.tables["number"], programme.number, faults)
    check_statuses(read.tables["statuses"], programme.statuses, faults)
    check_titles(read.tables["statuses"], rows["coverage"], declared, faults)
    check_coverage(rows["coverage"], declared, faults)
    check_quotas(rows["quota"], declared, faults)
    check_categories(rows["category"], programme.default_category, declared, faults)
    referred = {
        "question": declared.questions,
        "quota": declared.quotas,
        "item": declared.items,
        "category": Names("[[category]]", [row["name"] for row in rows["category"]]),
        "ask": declared.questions,
        "rule": Names("rule", rule_names(programme)),
        "fees": Names("rule", programme.rules),
        "included": Names("rule", programme.rules),
    }
    check_rules(read.rules, referred, faults)
