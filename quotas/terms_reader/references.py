"""What the parts of a terms file say of each other: every name referred to must exist."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from quotas.contract import Status
from quotas.programme import AtLimit, Channel, Cover, NumberTerms
from quotas.provision import Dated, Provision
from quotas.terms_reader.faults import Faults, nearest
from quotas.terms_reader.keys import CategoryKind, CheckDigits, Row

Rows = Sequence[Row]

# What a category must name beside its kind, so that `decide` can act on it.
NEEDED: Mapping[CategoryKind, str] = {
    CategoryKind.QUESTION: "item",
    CategoryKind.QUOTA_REQUEST: "quota",
    CategoryKind.REMOTE_SUPPORT: "item",
    CategoryKind.ASK_OPERATOR: "question",
}

# The last places a pattern must have so that its check digits can be computed.
CHECKED_TAIL: Mapping[str, str] = {CheckDigits.LUHN: "9", CheckDigits.MOD97: "99"}
SHORTEST_NUMBER = 4


@dataclass(frozen=True, slots=True)
class Names:
    """The names of one `kind` that rows may refer to."""

    kind: str
    names: Collection[str]

    def check(self, row: Row, key: str, named: Collection[str | None], faults: Faults) -> None:
        """Note each of the `named` (None names nothing) that isn't among the names."""
        for name in named:
            if name is not None and name not in self.names:
                remedy = nearest(name, self.names)
                faults.add(f"{row.where}.{key}", f"no {self.kind} is named {name}", remedy)


@dataclass(frozen=True, slots=True)
class Declared:
    """What a file declares and its rows may refer to."""

    items: Names
    quotas: Names
    questions: Names
    statuses: Names
    titles: Names
    channels: Dated[frozenset[Channel]]


def check_number(row: Row, terms: NumberTerms, faults: Faults) -> None:
    """Check that numbers of this pattern can be told apart and carry their check digits."""
    places = "".join(character for character in terms.pattern if character in "A9")
    if len(places) < SHORTEST_NUMBER:
        faults.add(
            f"{row.where}.pattern",
            f"{terms.pattern} has {len(places)} places to fill",
            f"use at least {SHORTEST_NUMBER} of A (a letter) and 9 (a digit)",
        )
    letters = terms.check == CheckDigits.LUHN and "A" in places
    if letters or not places.endswith(CHECKED_TAIL.get(terms.check, "")):
        faults.add(
            f"{row.where}.check",
            f"{terms.pattern} has no place for the check digits of {terms.check}",
            "luhn needs digits only, mod97 two digits at the end; or use none",
        )


def check_statuses(row: Row, names: Mapping[Status, str], faults: Faults) -> None:
    """Check that being outside all periods has a name of its own."""
    if names[Status.NONE] in {names[Status.FREE], names[Status.PAID]}:
        faults.add(
            f"{row.where}.none",
            f"{names[Status.NONE]} is also the name of a status with service",
            "give the status without service its own name",
        )


def check_titles(statuses: Row, coverage: Rows, declared: Declared, faults: Faults) -> None:
    """Check that customers can read every name of a status and every word for a price."""
    for key, name in statuses.values.items():
        declared.titles.check(statuses, key, (name,), faults)
    for row in coverage:
        words = [price for price in row["prices"].values() if isinstance(price, str)]
        declared.titles.check(row, "prices", words, faults)


def check_coverage(rows: Rows, declared: Declared, faults: Faults) -> None:
    """Check the statuses, questions and quota of each row of the coverage table."""
    for row in rows:
        for table in ("covered", "prices", "questions"):
            declared.statuses.check(row, table, row[table], faults)
        for status in declared.statuses.names:
            _check_cell(row, status, faults)
        declared.questions.check(row, "questions", row["questions"].values(), faults)
        declared.quotas.check(row, "quota", (row["quota"],), faults)


def check_quotas(rows: Rows, declared: Declared, faults: Faults) -> None:
    """Check that each quota knows what happens at its limit, and within which other it is used."""
    for row in rows:
        declared.questions.check(row, "question", (row["question"],), faults)
        declared.quotas.check(row, "during", (row["during"],), faults)
        if row["limit"] is None:
            _check_unlimited(row, faults)
        if row["at_limit"] is AtLimit.ASK_OPERATOR and row["question"] is None:
            faults.add(
                f"{row.where}.question", "missing: at_limit is ask_operator", "name an [[ask]]"
            )


def check_categories(rows: Rows, default: str, declared: Declared, faults: Faults) -> None:
    """Check what each category refers to, and that there is one for mail that fits none."""
    names = [row["name"] for row in rows]
    if default not in names:
        remedy = nearest(default, names)
        faults.add("programme.default_category", f"no [[category]] is named {default}", remedy)
    for row in rows:
        _check_kind(row, faults)
        declared.items.check(row, "item", (row["item"],), faults)
        declared.quotas.check(row, "quota", (row["quota"],), faults)
        declared.questions.check(row, "question", (row["question"],), faults)
        declared.questions.check(row, "asks", row["asks"].values(), faults)
        _fact_values(row).check(row, "asks", row["asks"], faults)
        for accepted in declared.channels:
            if _meet(row, accepted):
                Names("channel accepted then", sorted(accepted.value)).check(
                    row, "channels", row["channels"], faults
                )


def _check_cell(row: Row, status: str, faults: Faults) -> None:
    cover = row["covered"].get(status)
    if cover is None:
        faults.add(f"{row.where}.covered.{status}", "missing key", "say yes, no or ask_operator")
    elif cover is Cover.ASK_OPERATOR and status not in row["questions"]:
        faults.add(
            f"{row.where}.questions.{status}",
            "missing: this status is left to the operator",
            "name the [[ask]] that holds the question",
        )


def _check_unlimited(row: Row, faults: Faults) -> None:
    if row["at_limit"] is not AtLimit.ALLOW_OVERAGE:
        faults.add(
            f"{row.where}.limit",
            f"missing: at_limit is {row['at_limit']}",
            "set a limit, or at_limit = allow_overage for what is only counted",
        )
    if row["notices"]:
        faults.add(
            f"{row.where}.notices", "percentages of no limit", "set a limit or leave notices out"
        )


def _check_kind(row: Row, faults: Faults) -> None:
    needed = NEEDED.get(row["kind"])
    if needed and row[needed] is None:
        remedy = f"a category of kind {row['kind']} needs it"
        faults.add(f"{row.where}.{needed}", "missing key", remedy)


def _fact_values(row: Row) -> Names:
    return Names("value of a fact", [value for fact in row["facts"] for value in fact["values"]])


def _meet(row: Row, provision: Provision[frozenset[Channel]]) -> bool:
    """Tell whether the days of a row and of a provision have one in common."""
    since, until = row["since"] or date.min, row["until"] or date.max
    begins_in_time = provision.until is None or since < provision.until
    return begins_in_time and (provision.since is None or provision.since <= until)
