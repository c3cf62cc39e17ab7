"""What the parameters of rules may be; docs/terms.md explains each of them."""

from collections.abc import Mapping
from typing import Any, cast

from quotas.terms_reader import values
from quotas.terms_reader.faults import nearest
from quotas.terms_reader.values import Reader, WrongValueError, shown


def table_of(required: Mapping[str, Reader], optional: Mapping[str, Reader]) -> Reader:
    """Return a reader of a table with these keys."""
    known = {**required, **optional}

    def read(value: object) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise WrongValueError(f"{shown(value)} is not a table", "write it in { }")
        found = cast("dict[str, object]", value)
        for key in (*found, *required):
            if key not in known:
                raise WrongValueError(f"unknown key {key}", nearest(key, known))
            if key not in found:
                raise WrongValueError(f"missing key {key}", "add it")
        return {key: values.inside(key, known[key], each) for key, each in found.items()}

    return read


def tables_of(required: Mapping[str, Reader], optional: Mapping[str, Reader]) -> Reader:
    """Return a reader of a list of such tables, one or more."""
    table = table_of(required, optional)

    def read(value: object) -> tuple[Mapping[str, Any], ...]:
        found = cast("list[object]", value) if isinstance(value, list) else []
        if not found:
            what = shown(cast("object", value))
            raise WrongValueError(f"{what} is not a list of tables", "write it in [{ }]")
        rows = enumerate(found, start=1)
        return tuple(values.inside(f"row {place}", table, row) for place, row in rows)

    return read


_COUNT = values.number(0)
_NAMES = values.list_of(values.name)
_TEXTS = values.list_of(values.text, least=0)
_BY_NAME = values.mapping_of(values.name)
_FEE = {"class": values.text, "fee": _COUNT}
_CLASSES = tables_of(_FEE, {"users": values.number(1), "below": values.number(1)})
_AMONG = values.mapping_of(values.list_of(values.text))
_LINE = {
    "amount": values.name,
    "when": values.name,
    "unless": values.name,
    "each": values.name,
    "article": values.text,
}
_STEP: Mapping[str, Reader] = {
    "rule": values.name,
    "optional": values.yes_or_no,
    "facts": _BY_NAME,
    "one_of": _NAMES,
    "among": _AMONG,
    "ask": values.name,
    "rename": _BY_NAME,
    "lines": tables_of({"text": values.text}, _LINE),
}

PARAMETER_READERS: Mapping[str, Reader] = {
    "allowed": values.yes_or_no,
    "asks": tables_of({"ask": values.name}, {"when": values.name, "among": _AMONG}),
    "bought_from_months": _COUNT,
    "category": values.name,
    "charged": _NAMES,
    "classes": _CLASSES,
    "classes_with_separate": _CLASSES,
    "counts_as": values.mapping_of(values.text),
    "days": _COUNT,
    "days_in_year": values.number(1),
    "editions": values.mapping_of(table_of(_FEE, {})),
    "fees": values.name,
    "free_months": _COUNT,
    "free_years": _COUNT,
    "from_months": _COUNT,
    "included": values.name,
    "item": values.name,
    "joining_fee": _COUNT,
    "least_years": _COUNT,
    "list_prices": values.mapping_of(_COUNT),
    "months": _COUNT,
    "months_after": _COUNT,
    "months_after_on_first": _COUNT,
    "not_counted": _TEXTS,
    "question": values.name,
    "quota": values.name,
    "rate_percent": _COUNT,
    "rate_permille": _COUNT,
    "separate": _TEXTS,
    "separate_alone": table_of(_FEE, {}),
    "starts_in": values.number(1, 12),
    "steps": tables_of({}, _STEP),
    "to_months": _COUNT,
    "version_up": tables_of({"years": values.number(1), "percent": _COUNT}, {}),
    "years": values.number(1),
}
"""How each parameter a rule may have is read."""
