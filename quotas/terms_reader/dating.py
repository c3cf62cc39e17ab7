"""From rows with `since` and `until` to terms that tile time without gap or overlap."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Generic, TypeVar

from quotas.provision import Dated, Provision, last_day
from quotas.terms_reader.faults import Faults
from quotas.terms_reader.keys import Row

T = TypeVar("T")

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Version(Generic[T]):
    """One provision with the place in the file it came from."""

    where: str
    provision: Provision[T]

    @property
    def begins(self) -> date:
        """The first day in force; the first of all days when open."""
        return self.provision.since or date.min


def version(row: Row, value: T, faults: Faults) -> Version[T]:
    """Return `value` dated as `row` says: inclusive in the file, half-open here."""
    since: date | None = row["since"]
    until: date | None = row["until"]
    if since and until and until < since:
        faults.add(f"{row.where}.until", f"{until} is before since = {since}", "swap the two days")
    after = until + ONE_DAY if until else None
    return Version(row.where, Provision(value, row["article"], since, after))


def tile(versions: Iterable[Version[T]], faults: Faults, *, whole: bool = True) -> Dated[T]:
    """Return the term the `versions` make up, oldest first.

    `whole` terms must hold on every day; others may begin late and end early.
    """
    ordered = sorted(versions, key=lambda each: each.begins)
    if whole:
        _check_ends(ordered, faults)
    for before, after in pairwise(ordered):
        _check_border(before, after, faults)
    return Dated(tuple(each.provision for each in ordered))


def tile_each(
    named: Iterable[tuple[str, Version[T]]], faults: Faults, *, whole: Collection[str] | None = None
) -> dict[str, Dated[T]]:
    """Return one term for each name, in the order of the file.

    Those named in `whole` must hold on every day; `None` demands it of all.
    """
    groups: dict[str, list[Version[T]]] = {}
    for name, each in named:
        groups.setdefault(name, []).append(each)
    return {
        name: tile(group, faults, whole=whole is None or name in whole)
        for name, group in groups.items()
    }


def together(terms: Mapping[str, Dated[T]]) -> Dated[Mapping[str, T]]:
    """Return all `terms` as one: a new provision begins wherever one of them changes."""
    provisions = [each for term in terms.values() for each in term]
    borders = {each.since for each in provisions} | {each.until for each in provisions}
    starts: Sequence[date | None] = [None, *sorted(day for day in borders if day is not None)]
    stops: Sequence[date | None] = [*starts[1:], None]
    return Dated(
        tuple(_segment(terms, begin, stop) for begin, stop in zip(starts, stops, strict=True))
    )


def _segment(
    terms: Mapping[str, Dated[T]], since: date | None, until: date | None
) -> Provision[Mapping[str, T]]:
    probe = since or (last_day(until) if until else date.min)
    held = {
        name: provision
        for name, term in terms.items()
        for provision in term
        if provision.holds_on(probe)
    }
    articles = dict.fromkeys(provision.article for provision in held.values())
    values = {name: provision.value for name, provision in held.items()}
    return Provision(values, "、".join(articles), since, until)


def _check_ends(ordered: Sequence[Version[T]], faults: Faults) -> None:
    first, last = ordered[0], ordered[-1]
    if first.provision.since:
        faults.add(
            f"{first.where}.since",
            f"nothing is in force before {first.provision.since}",
            "leave since out of the oldest row, or add an older one",
        )
    if last.provision.until:
        faults.add(
            f"{last.where}.until",
            f"nothing is in force after {last_day(last.provision.until)}",
            "leave until out of the newest row, or add a newer one",
        )


def _check_border(before: Version[T], after: Version[T], faults: Faults) -> None:
    stop, begin = before.provision.until, after.provision.since
    if begin is None:
        faults.add(
            f"{after.where}.since",
            f"missing: {before.where} has the same name and holds from the beginning too",
            "give it another name, or date the two rows with since and until",
        )
    elif stop is None or stop > begin:
        faults.add(
            f"{after.where}.since",
            f"overlaps {before.where}, which still holds on {begin}",
            f"end {before.where} with until = {begin - ONE_DAY}",
        )
    elif stop < begin:
        faults.add(
            f"{after.where}.since",
            f"gap: nothing is in force from {stop} to {begin - ONE_DAY}",
            f"let {before.where} end with until = {begin - ONE_DAY}",
        )
