"""What belongs to a contract, row by row: periods, contacts, licences and products."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from sqlalchemy import (
    Column,
    CompoundSelect,
    Row,
    Select,
    String,
    Table,
    cast,
    literal,
    null,
    select,
    union_all,
)

from bot.store.tables import contacts, licences, periods, products
from quotas.contract import Contact, Contract, Licence, Period, Product, Status

PART_TABLES: Mapping[str, Table] = {
    "periods": periods,
    "contacts": contacts,
    "licences": licences,
    "products": products,
}
_COLUMNS: Mapping[str, tuple[Column[Any], ...]] = {
    "periods": (periods.c.start, periods.c.until, periods.c.status),
    "contacts": (
        contacts.c.name,
        contacts.c.email,
        contacts.c.fax,
        contacts.c.phone,
        contacts.c.since,
        contacts.c.last,
        contacts.c.unauthenticated_until,
    ),
    "licences": (
        licences.c.purchased_on,
        licences.c.quantity,
        licences.c.kind,
        licences.c.maintenance_until,
    ),
    "products": (products.c.name, products.c.list_price),
}
_WIDTH = max(len(columns) for columns in _COLUMNS.values())

Texts = tuple[Any, ...]
Parts = dict[tuple[str, str], list[Texts]]


def all_parts(numbers: list[str]) -> CompoundSelect[Any]:
    """Select all that belongs to contracts, as text columns: all kinds in one statement."""
    return union_all(*(_part(part, numbers) for part in PART_TABLES)).order_by("part", "id")


def sorted_parts(rows: Iterable[Row[Any]]) -> Parts:
    """Return the rows of `all_parts` by kind and support number, in the order they were written."""
    parts: Parts = defaultdict(list)
    for row in rows:
        part, _, number, *values = tuple[Any, ...](row)
        parts[part, number].append(tuple(values))
    return parts


def _part(part: str, numbers: list[str]) -> Select[Any]:
    table, columns = PART_TABLES[part], _COLUMNS[part]
    padded = (*columns, *[null()] * (_WIDTH - len(columns)))
    texts = [cast(column, String).label(f"c{index}") for index, column in enumerate(padded)]
    head = (literal(part).label("part"), table.c.id.label("id"), table.c.support_number)
    return select(*head, *texts).where(table.c.support_number.in_(numbers))


def _periods(rows: list[Texts]) -> tuple[Period, ...]:
    """Return periods oldest first, whatever order they were imported in."""
    return tuple(Period(_day(a), _day(b), Status(c)) for a, b, c, *_ in sorted(rows))


def _contacts(rows: list[Texts]) -> tuple[Contact, ...]:
    return tuple(_contact(*row) for row in rows)


def _contact(name: str, email: str, fax: str, phone: str, *days: str | None) -> Contact:
    since, last, exception = (None if day is None else _day(day) for day in days)
    return Contact(name, email, fax, phone, since, last, exception)


def _licences(rows: list[Texts]) -> tuple[Licence, ...]:
    return tuple(Licence(_day(a), int(b), c, _day(d)) for a, b, c, d, *_ in rows)


def _products(rows: list[Texts]) -> tuple[Product, ...]:
    return tuple(Product(a, int(b)) for a, b, *_ in rows)


def _day(written: str) -> date:
    return date.fromisoformat(written)


PARTS_OF: Mapping[str, Callable[[list[Texts]], tuple[Any, ...]]] = {
    "periods": _periods,
    "contacts": _contacts,
    "licences": _licences,
    "products": _products,
}
"""How the rows of each kind become values of the terms."""


def _period_rows(contract: Contract) -> list[dict[str, Any]]:
    return [
        {"start": period.start, "until": period.until, "status": period.status.value}
        for period in contract.periods
    ]


def _contact_rows(contract: Contract) -> list[dict[str, Any]]:
    return [
        {
            "name": contact.name,
            "email": contact.email,
            "email_folded": contact.email.casefold() if contact.email else None,
            "fax": contact.fax,
            "phone": contact.phone,
            "since": contact.since,
            "last": contact.last,
            "unauthenticated_until": contact.unauthenticated_until,
        }
        for contact in contract.contacts
    ]


def _licence_rows(contract: Contract) -> list[dict[str, Any]]:
    return [
        {
            "purchased_on": licence.purchased_on,
            "quantity": licence.quantity,
            "kind": licence.kind,
            "maintenance_until": licence.maintenance_until,
        }
        for licence in contract.licences
    ]


def _product_rows(contract: Contract) -> list[dict[str, Any]]:
    return [{"name": p.name, "list_price": p.list_price} for p in contract.products]


PART_ROWS: Mapping[str, Callable[[Contract], list[dict[str, Any]]]] = {
    "periods": _period_rows,
    "contacts": _contact_rows,
    "licences": _licence_rows,
    "products": _product_rows,
}
"""How the values of the terms become rows."""
