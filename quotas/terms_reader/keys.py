"""Every key a terms file may have; docs/terms.md explains each of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, cast

from quotas.programme import AtLimit, Channel, Cover, QuotationKind
from quotas.terms_reader import values
from quotas.terms_reader.faults import Faults, nearest
from quotas.terms_reader.values import Reader, WrongValueError


class CategoryKind(StrEnum):
    """What `decide` can do with a category."""

    QUESTION = "question"
    QUOTA_REQUEST = "quota_request"
    QUOTA_STATEMENT = "quota_statement"
    CONTACT_CHANGE = "contact_change"
    RENEWAL = "renewal"
    CALL = "call"
    REMOTE_SUPPORT = "remote_support"
    ASK_OPERATOR = "ask_operator"


class CheckDigits(StrEnum):
    """How the digits of a support number check themselves."""

    NONE = "none"
    LUHN = "luhn"
    MOD97 = "mod97"


@dataclass(frozen=True, slots=True)
class Key:
    """One key of a table: how its value is read and, unless `required`, its `default`.

    A key with `columns` holds tables of its own, which are read as rows with those keys.
    """

    name: str
    read: Reader
    required: bool = True
    default: Any = None
    columns: tuple["Key", ...] = ()


@dataclass(frozen=True, slots=True)
class Row:
    """A table as read: `where` it stands in the file and its values by key."""

    where: str
    values: Mapping[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


def _may(name: str, read: Reader, default: Any = None) -> Key:
    return Key(name, read, required=False, default=default)


DATING = (
    Key("article", values.text),
    _may("since", values.day),
    _may("until", values.day),
)
_CHANNELS = values.list_of(values.one_of(Channel))
_TITLED = (Key("name", values.name), Key("title", values.text))

FACT = (
    *_TITLED,
    Key("labels", values.list_of(values.text)),
    _may("values", values.mapping_of(values.list_of(values.text)), default={}),
)

TABLES: Mapping[str, tuple[Key, ...]] = {
    "programme": (
        Key("id", values.name),
        Key("name", values.text),
        Key("source", values.text),
        Key("revision", values.text),
        Key("default_category", values.name),
        _may("reply_minutes", values.number(1)),
        _may("replaces_shipped", values.yes_or_no, default=False),
    ),
    "number": (
        Key("pattern", values.text),
        Key("labels", values.list_of(values.text)),
        Key("check", values.one_of(CheckDigits)),
        Key("head_required", values.yes_or_no),
        Key("article", values.text),
    ),
    "statuses": (
        Key("free", values.name),
        Key("paid", values.name),
        Key("none", values.name),
    ),
}

ROWS: Mapping[str, tuple[Key, ...]] = {
    "channels": (*DATING, Key("accepted", _CHANNELS)),
    "hours": (
        *DATING,
        Key("weekdays", values.weekdays),
        Key("intervals", values.intervals),
        Key("closed_on_national_holidays", values.yes_or_no),
    ),
    "contacts": (*DATING, _may("maximum", values.number(1))),
    "coverage": (
        *DATING,
        Key("item", values.name),
        Key("title", values.text),
        Key("covered", values.mapping_of(values.one_of(Cover))),
        _may("prices", values.mapping_of(values.price), default={}),
        _may("questions", values.mapping_of(values.name), default={}),
        _may("note", values.text, default=""),
        _may("quota", values.name),
    ),
    "quota": (
        *DATING,
        *_TITLED,
        Key("unit", values.text),
        Key("at_limit", values.one_of(AtLimit)),
        _may("limit", values.number(1)),
        _may("notices", values.percentages, default=()),
        _may("guideline_minutes", values.number(1)),
        _may("suggested_price", values.number(0)),
        _may("question", values.name),
        _may("during", values.name),
    ),
    "category": (
        *DATING,
        *_TITLED,
        Key("kind", values.one_of(CategoryKind)),
        Key("queue", values.name),
        Key("channels", _CHANNELS),
        Key("words", values.mapping_of(values.weight)),
        _may("item", values.name),
        _may("quota", values.name),
        Key("facts", values.text, required=False, default=(), columns=FACT),
        _may("asks", values.mapping_of(values.name), default={}),
        _may("due_business_days", values.number(1)),
        _may("threshold", values.number(1), default=2),
        _may("question", values.name),
        _may("reply_channel", values.one_of(Channel)),
        _may("quotes", values.list_of(values.one_of(QuotationKind)), default=()),
    ),
    "ask": (
        Key("name", values.name),
        Key("article", values.text),
        Key("question", values.text),
    ),
    "clause": (*DATING, *_TITLED, Key("text", values.text)),
}

FREE = ("titles", "rules", "articles_left_out")
OPTIONAL = frozenset({"quota", "ask", "clause", "rules", "articles_left_out"})


def read_row(raw: object, keys: Sequence[Key], where: str, faults: Faults) -> Row:
    """Read one table; what is wrong in it goes to `faults` and is read as the default."""
    if not isinstance(raw, dict):
        faults.add(where, "is not a table", f"write it as [{where}] with keys below it")
        return Row(where, {key.name: key.default for key in keys})
    found = cast("dict[str, object]", raw)
    known = [key.name for key in keys]
    for name in found:
        if name not in known:
            faults.add(f"{where}.{name}", "unknown key", nearest(name, known))
    return Row(where, {key.name: _read_key(found, key, where, faults) for key in keys})


def read_rows(raw: object, keys: Sequence[Key], where: str, faults: Faults) -> tuple[Row, ...]:
    """Read an array of tables; each row is known by its place and its name."""
    if not isinstance(raw, list):
        faults.add(where, "is not a list of tables", f"write each as [[{where}]]")
        return ()
    rows = enumerate(cast("list[object]", raw), start=1)
    return tuple(read_row(row, keys, _place(where, place, row), faults) for place, row in rows)


def _place(where: str, place: int, raw: object) -> str:
    found = cast("dict[str, object]", raw) if isinstance(raw, dict) else {}
    named = found.get("name", found.get("item"))
    return f'{where}[{place}] "{named}"' if isinstance(named, str) else f"{where}[{place}]"


def _read_key(found: Mapping[str, object], key: Key, where: str, faults: Faults) -> Any:
    if key.name not in found:
        if key.required:
            faults.add(f"{where}.{key.name}", "missing key", "add it (docs/terms.md explains it)")
        return key.default
    if key.columns:
        return read_rows(found[key.name], key.columns, f"{where}.{key.name}", faults)
    try:
        return key.read(found[key.name])
    except WrongValueError as fault:
        faults.add(f"{where}.{key.name}", fault.wrong, fault.remedy)
        return key.default
