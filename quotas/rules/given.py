"""Reading what a rule is given: every key known, every value of the type the rule declares.

A calculator declares its keys as keyword-only arguments; their annotations are the types read
here: `date`, `datetime`, `int`, `str`, `Literal` words, `Count` and `Yen`, dataclasses for
tables, and ``tuple[T, ...]`` for lists of any of these.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from inspect import Parameter, signature
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin, get_type_hints


class RuleError(ValueError):
    """Raised, with one clear line, when a rule can't be computed from what it is given."""


@dataclass(frozen=True, slots=True)
class AtLeast:
    """The least value a number may have."""

    least: int


Count = Annotated[int, AtLeast(1)]
Yen = Annotated[int, AtLeast(0)]

WORDS = {date: "a date", datetime: "a date-time", int: "a whole number", str: "a text"}


@dataclass(frozen=True, slots=True)
class Key:
    """One key a rule takes: its type and whether it may be left out."""

    name: str
    type: Any
    optional: bool


def keys_of(function: Callable[..., object]) -> tuple[Key, ...]:
    """Return the keys that `function` declares as its keyword-only arguments."""
    hints = get_type_hints(function, include_extras=True)
    return tuple(
        Key(name, hints[name], parameter.default is not Parameter.empty)
        for name, parameter in signature(function).parameters.items()
        if parameter.kind is Parameter.KEYWORD_ONLY
    )


def read_given(keys: tuple[Key, ...], given: Mapping[str, object]) -> dict[str, Any]:
    """Return `given` as the typed arguments declared by `keys`.

    Raises `RuleError` for an unknown or missing key and for a value of another type.
    """
    return _read_table(keys, given, "given")


def _read_table(keys: tuple[Key, ...], table: Mapping[str, object], where: str) -> dict[str, Any]:
    known = {key.name: key for key in keys}
    for name in table:
        if name not in known:
            raise RuleError(f"{where}: unknown key {name!r}; known are {_listed(known)}")
    missing = [key.name for key in keys if not key.optional and key.name not in table]
    if missing:
        raise RuleError(f"{where}: missing {_listed(missing)}")
    return {name: _read(value, known[name].type, name) for name, value in table.items()}


def _read(value: object, kind: Any, where: str) -> Any:
    origin = get_origin(kind)
    if origin in _SPECIAL:
        return _SPECIAL[origin](value, get_args(kind), where)
    if is_dataclass(kind):
        return _read_record(value, kind, where)
    if type(value) is not kind:
        raise RuleError(f"{where}: {value!r} is not {WORDS[kind]}")
    return value


def _read_record(value: object, kind: Any, where: str) -> Any:
    if not isinstance(value, Mapping):
        raise RuleError(f"{where}: {value!r} is not a table")
    hints = get_type_hints(kind, include_extras=True)
    keys = tuple(Key(field.name, hints[field.name], optional=False) for field in fields(kind))
    return kind(**_read_table(keys, cast("Mapping[str, object]", value), where))


def _read_list(value: object, kinds: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise RuleError(f"{where}: {value!r} is not a list")
    items = cast("Sequence[object]", value)
    return tuple(_read(item, kinds[0], f"{where}[{n}]") for n, item in enumerate(items))


def _read_choice(value: object, words: tuple[Any, ...], where: str) -> object:
    if not isinstance(value, str) or value not in words:
        raise RuleError(f"{where}: {value!r} is none of {_listed(words)}")
    return value


def _read_number(value: object, kinds: tuple[Any, ...], where: str) -> int:
    number: int = _read(value, kinds[0], where)
    if number < kinds[1].least:
        raise RuleError(f"{where}: {number} is less than {kinds[1].least}")
    return number


def _read_optional(value: object, kinds: tuple[Any, ...], where: str) -> Any:
    return _read(value, next(kind for kind in kinds if kind is not NoneType), where)


_SPECIAL: Mapping[Any, Callable[[object, tuple[Any, ...], str], Any]] = {
    tuple: _read_list,
    Literal: _read_choice,
    Annotated: _read_number,
    UnionType: _read_optional,
    Union: _read_optional,
}


def _listed(names: Any) -> str:
    return ", ".join(str(name) for name in names) or "none"
