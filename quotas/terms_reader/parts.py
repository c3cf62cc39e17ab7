"""The parts of a programme, each made from the rows of its tables."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from quotas.contract import Status
from quotas.programme import (
    Category,
    Channel,
    Clause,
    Coverage,
    Hours,
    NumberTerms,
    Question,
    QuotaTerms,
    RequiredFact,
    Word,
)
from quotas.provision import Dated, Provision
from quotas.terms_reader.dating import tile, tile_each, together, version
from quotas.terms_reader.faults import Faults
from quotas.terms_reader.keys import Row

Rows = Sequence[Row]


def number_terms(row: Row) -> NumberTerms:
    """Return how the programme's support numbers look."""
    return NumberTerms(
        pattern=row["pattern"],
        labels=row["labels"],
        check=str(row["check"]),
        head_required=row["head_required"],
        article=row["article"],
    )


def status_names(row: Row) -> dict[Status, str]:
    """Return the programme's own name of each status."""
    return {status: row[status.value] for status in Status}


def questions(rows: Rows, faults: Faults) -> dict[str, Question]:
    """Return what an operator is asked where the source is open, by name."""
    found: dict[str, Question] = {}
    for row in rows:
        if row["name"] in found:
            faults.add(
                f"{row.where}.name", f"{row['name']} is used twice", "name each question once"
            )
        found[row["name"]] = Question(row["question"], row["article"])
    return found


def channels(rows: Rows, faults: Faults) -> Dated[frozenset[Channel]]:
    """Return the channels requests may come by."""
    return tile((version(row, frozenset[Channel](row["accepted"]), faults) for row in rows), faults)


def hours(rows: Rows, faults: Faults) -> Dated[Hours]:
    """Return the opening hours."""
    return tile(
        (
            version(
                row,
                Hours(row["weekdays"], row["intervals"], row["closed_on_national_holidays"]),
                faults,
            )
            for row in rows
        ),
        faults,
    )


def contacts(rows: Rows, faults: Faults) -> Dated[int | None]:
    """Return how many contacts a contract may register at a time; None where nothing is said."""
    return tile((version(row, cast("int | None", row["maximum"]), faults) for row in rows), faults)


def coverage(
    rows: Rows, names: Mapping[Status, str], asked: Mapping[str, Question], faults: Faults
) -> Dated[Mapping[str, Coverage]]:
    """Return the coverage table, whose columns are the programme's own status names."""
    made = ((row["item"], version(row, _coverage(row, names, asked), faults)) for row in rows)
    return together(tile_each(made, faults))


def quotas(
    rows: Rows, asked: Mapping[str, Question], faults: Faults
) -> dict[str, Dated[QuotaTerms]]:
    """Return the terms of each quota."""
    return tile_each(
        ((row["name"], version(row, _quota(row, asked), faults)) for row in rows), faults
    )


def categories(
    rows: Rows, default: str, asked: Mapping[str, Question], faults: Faults
) -> Dated[tuple[Category, ...]]:
    """Return what customers ask for, in the order of the file; `default` must hold on all days."""
    made = [(row["name"], version(row, _category(row, asked), faults)) for row in rows]
    merged = together(tile_each(made, faults, whole={default}))
    return Dated(
        tuple(
            Provision(tuple(p.value.values()), p.article, p.since, p.until)
            for p in merged.provisions
        )
    )


def clauses(rows: Rows, faults: Faults) -> dict[str, Dated[Clause]]:
    """Return the clauses people apply."""
    return tile_each(
        ((row["name"], version(row, Clause(row["title"], row["text"]), faults)) for row in rows),
        faults,
        whole=(),
    )


def words(table: str, raw: object, faults: Faults) -> dict[str, str]:
    """Return a table whose keys are free and whose values are texts."""
    if not isinstance(raw, dict):
        faults.add(table, "is not a table", f"write it as [{table}]")
        return {}
    found = cast("dict[str, object]", raw)
    for key, value in found.items():
        if not isinstance(value, str) or not value.strip():
            faults.add(f"{table}.{key}", "says nothing", "write a text in quotes")
    return {key: str(value) for key, value in found.items()}


def _asked(name: str | None, asked: Mapping[str, Question]) -> str | None:
    return asked[name].text if name is not None and name in asked else None


def _all_asked(named: Mapping[Any, str], asked: Mapping[str, Question]) -> dict[Any, str]:
    return {key: asked[name].text for key, name in named.items() if name in asked}


def _by_status(values: Mapping[str, Any], names: Mapping[Status, str]) -> dict[Status, Any]:
    return {status: values[own] for status, own in names.items() if own in values}


def _coverage(row: Row, names: Mapping[Status, str], asked: Mapping[str, Question]) -> Coverage:
    return Coverage(
        item=row["item"],
        title=row["title"],
        by_status=_by_status(row["covered"], names),
        prices=_by_status(row["prices"], names),
        questions=_all_asked(_by_status(row["questions"], names), asked),
        note=row["note"],
        quota=row["quota"],
        article=row["article"],
    )


def _quota(row: Row, asked: Mapping[str, Question]) -> QuotaTerms:
    return QuotaTerms(
        name=row["name"],
        title=row["title"],
        unit=row["unit"],
        limit=row["limit"],
        at_limit=row["at_limit"],
        notices=row["notices"],
        guideline_minutes=row["guideline_minutes"],
        suggested_price=row["suggested_price"],
        question=_asked(row["question"], asked),
        during=row["during"],
    )


def _category(row: Row, asked: Mapping[str, Question]) -> Category:
    return Category(
        name=row["name"],
        title=row["title"],
        kind=str(row["kind"]),
        item=row["item"],
        words=tuple(Word(text, weight) for text, weight in row["words"].items()),
        queue=row["queue"],
        channels=frozenset(row["channels"]),
        article=row["article"],
        quota=row["quota"],
        facts=tuple(_fact(each) for each in row["facts"]),
        asks=_all_asked(row["asks"], asked),
        due_business_days=row["due_business_days"],
        threshold=row["threshold"],
        question=_asked(row["question"], asked),
        reply_channel=row["reply_channel"],
        quotes=row["quotes"],
    )


def _fact(row: Row) -> RequiredFact:
    return RequiredFact(row["name"], row["title"], row["labels"], row["values"])
