"""The registers inside the store: contracts with all that belongs to them."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Connection,
    Row,
    Select,
    String,
    cast,
    delete,
    insert,
    literal,
    null,
    select,
    union_all,
)

from bot.store.tables import contacts, contracts, licences, periods, products
from quotas.contract import Contact, Contract, Licence, Period, Product, Status

PARTS = ("periods", "contacts", "licences", "products")
_PART_TABLES = {
    "periods": periods,
    "contacts": contacts,
    "licences": licences,
    "products": products,
}
_PART_COLUMNS = {
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
_WIDTH = max(len(columns) for columns in _PART_COLUMNS.values())
_CHUNK = 500


class Contracts:
    """The contracts inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def find(self, support_number: str) -> Contract | None:
        """Return the contract with this canonical number, or ``None``."""
        return self.find_many([support_number]).get(support_number)

    def find_many(self, numbers: Iterable[str]) -> dict[str, Contract]:
        """Return those contracts of `numbers` that exist, in two statements."""
        return self._load(list(numbers), lock=False)

    def lock(self, support_number: str) -> Contract | None:
        """Lock a contract until the work ends and return it, or ``None``.

        Whoever counts holds this lock: sum, check and insert are then one step.
        """
        return self.lock_many([support_number]).get(support_number)

    def lock_many(self, numbers: Iterable[str]) -> dict[str, Contract]:
        """Lock and return contracts, always in one order so that two works can't deadlock."""
        return self._load(sorted(set(numbers)), lock=True)

    def all(self) -> Iterator[Contract]:
        """Yield every contract by number, a few hundred at a time."""
        last = ""
        while numbers := self.numbers(after=last, limit=_CHUNK):
            yield from self.find_many(numbers).values()
            last = numbers[-1]

    def numbers(self, after: str = "", limit: int | None = None) -> list[str]:
        """Return up to `limit` support numbers above `after`, in order."""
        query = (
            select(contracts.c.support_number)
            .where(contracts.c.support_number > after)
            .order_by(contracts.c.support_number)
            .limit(limit)
        )
        return list(self._connection.scalars(query))

    def of_contact(self, email: str) -> list[str]:
        """Return the numbers of contracts that name `email`, whenever it is or was registered."""
        query = (
            select(contacts.c.support_number)
            .where(contacts.c.email_folded == email.casefold())
            .distinct()
            .order_by(contacts.c.support_number)
        )
        return list(self._connection.scalars(query))

    def replace_parts(self, part: str, rows: Sequence[dict[str, Any]], numbers: set[str]) -> None:
        """Make `rows` all the periods, contacts, licences or products that `numbers` have.

        `part` is one of `PARTS`; each row names its `support_number`.
        """
        table = _PART_TABLES[part]
        for some in _chunks(sorted(numbers)):
            self._connection.execute(delete(table).where(table.c.support_number.in_(some)))
        for some in _chunks(list(rows)):
            self._connection.execute(insert(table), some)

    def _load(self, numbers: list[str], *, lock: bool) -> dict[str, Contract]:
        if not numbers:
            return {}
        query = (
            select(contracts)
            .where(contracts.c.support_number.in_(numbers))
            .order_by(contracts.c.support_number)
        )
        rows = self._connection.execute(query.with_for_update() if lock else query).all()
        if not rows:
            return {}
        found = [row.support_number for row in rows]
        parts = _sorted_parts(self._connection.execute(_all_parts(found)))
        return {row.support_number: _contract(row, parts) for row in rows}


_Parts = dict[tuple[str, str], list[tuple[Any, ...]]]


def _all_parts(numbers: list[str]) -> CompoundSelect[Any]:
    return union_all(*(_part(part, numbers) for part in PARTS)).order_by("part", "id")


def _part(part: str, numbers: list[str]) -> Select[Any]:
    """Select one kind of part as text columns, so that all kinds come in one statement."""
    table, columns = _PART_TABLES[part], _PART_COLUMNS[part]
    padding = [null()] * (_WIDTH - len(columns))
    texts = [
        cast(column, String).label(f"c{index}") for index, column in enumerate((*columns, *padding))
    ]
    head = (literal(part).label("part"), table.c.id.label("id"), table.c.support_number)
    return select(*head, *texts).where(table.c.support_number.in_(numbers))


def _sorted_parts(rows: Iterable[Row[Any]]) -> _Parts:
    parts: _Parts = defaultdict(list)
    for row in rows:
        part, _, number, *values = tuple[Any, ...](row)
        parts[part, number].append(tuple(values))
    return parts


def _contract(row: Row[Any], parts: _Parts) -> Contract:
    number = row.support_number
    owned = [
        sorted(parts[part, number]) if part == "periods" else parts[part, number] for part in PARTS
    ]
    spans, people, sets, goods = owned
    return Contract(
        support_number=number,
        programme=row.programme,
        customer=row.customer,
        customer_email=row.customer_email,
        reseller=row.reseller,
        note=row.note,
        served_from=row.served_from,
        card_received_on=row.card_received_on,
        card_awaited=row.card_awaited,
        periods=tuple(Period(_day(a), _day(b), Status(c)) for a, b, c, *_ in spans),
        contacts=tuple(_contact(values) for values in people),
        licences=tuple(Licence(_day(a), int(b), c, _day(d)) for a, b, c, d, *_ in sets),
        products=tuple(Product(a, int(b)) for a, b, *_ in goods),
    )


def _contact(values: tuple[Any, ...]) -> Contact:
    name, email, fax, phone, *days = values
    since, last, exception = (None if day is None else _day(day) for day in days)
    return Contact(name, email, fax, phone, since, last, exception)


def _day(written: str) -> date:
    return date.fromisoformat(written)


def _chunks(items: list[Any]) -> Iterator[list[Any]]:
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
