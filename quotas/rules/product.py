"""Products: which of the software a customer owns counts, under which name and at what price."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from quotas.rules.calculator import Parameters
from quotas.rules.given import Yen

BRACKETS = str.maketrans("〔【〖(〕】〗)‐‑‒–—−", "[[[[]]]]------")
QUOTES = str.maketrans("", "", "「」『』 ")


@dataclass(frozen=True, slots=True)
class ListedProduct:
    """A product owned, with its list price in yen without tax."""

    name: str
    list_price: Yen


@dataclass(frozen=True, slots=True)
class Counting:
    """What of the products counts: with list prices, whether the one outside the total is owned.

    `unknown` are products that count at the price of a counterpart that nobody has told.
    """

    total: int
    anything: bool
    separate: bool
    unknown: tuple[str, ...]


def plain_name(name: str) -> str:
    """Return a product name by which width, case, spaces and kinds of bracket don't matter."""
    return "".join(
        unicodedata.normalize("NFKC", name).translate(BRACKETS).translate(QUOTES).split()
    ).casefold()


def count_products(products: Iterable[ListedProduct], parameters: Parameters) -> Counting:
    """Return how owned products count.

    Parameters: `separate`, how the names begin that stand outside the total; `not_counted`, names
    that count nothing; `counts_as`, name to counterpart, whose list price counts instead, once;
    `list_prices`, what counterparts cost that a customer need not own.
    """
    owned = [ListedProduct(plain_name(p.name), p.list_price) for p in products]
    beginnings = tuple(plain_name(name) for name in parameters["separate"])
    ignored = {plain_name(name) for name in parameters["not_counted"]}
    separate = [p for p in owned if p.name.startswith(beginnings)]
    counted = [p for p in owned if p not in separate and p.name not in ignored]
    replaced = _replaced(counted, parameters["counts_as"])
    kept = [p for p in counted if p.name not in replaced]
    missing = _missing(counted, replaced, {p.name for p in kept})
    known = {plain_name(name): price for name, price in parameters["list_prices"].items()}
    return Counting(
        total=sum(p.list_price for p in kept)
        + sum(known.get(name, own) for name, own in missing.items()),
        anything=bool(counted),
        separate=bool(separate),
        unknown=tuple(
            name
            for name in parameters["counts_as"].values()
            if plain_name(name) in missing and plain_name(name) not in known
        ),
    )


def _replaced(counted: Iterable[ListedProduct], counts_as: Mapping[str, str]) -> Mapping[str, str]:
    """Return owned names that count as a counterpart, to the counterpart's name."""
    table = {plain_name(name): plain_name(other) for name, other in counts_as.items()}
    return {p.name: table[p.name] for p in counted if p.name in table}


def _missing(
    counted: Iterable[ListedProduct], replaced: Mapping[str, str], kept: set[str]
) -> Mapping[str, int]:
    """Return counterparts that are not owned themselves, to the price of what stands for them."""
    return {
        replaced[p.name]: p.list_price
        for p in counted
        if p.name in replaced and replaced[p.name] not in kept
    }
