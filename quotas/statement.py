"""Statements 利用明細: a quota's contract year line by line, equal to the fold of its ledger."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import accumulate

from quotas.contract import Contract
from quotas.counting import entries_of, terms_in
from quotas.ledger import Balance as LedgerBalance
from quotas.ledger import ContractYear, Effect, Kind, LedgerEntry, balance, effects
from quotas.programme import Programme, QuotaTerms

KIND_TITLES: Mapping[Kind, str] = {
    Kind.GRANT: "追加付与",
    Kind.RESERVE: "受付（確保）",
    Kind.CONSUME: "利用",
    Kind.RELEASE: "取り下げ（戻し）",
    Kind.WAIVE: "免除（戻し）",
    Kind.ADJUST: "調整",
    Kind.REVERSE: "取り消し",
    Kind.EXPIRE: "期限切れ（戻し）",
}


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One entry as a customer reads it.

    `units` is what it did to the remaining count (negative: taken, 0: a reservation that was
    used), `balance` the remaining after it, or what was used so far when nothing limits it.
    """

    entry: LedgerEntry
    on: date
    case_number: str | None
    kind: Kind
    units: int
    balance: int
    article: str


@dataclass(frozen=True, slots=True)
class Statement:
    """All that happened to one quota in one contract year, from `opening` to `closing`.

    With a limit these are remaining units (`opening` is the limit), without one units used.
    `balance` is the fold of the same entries.
    """

    terms: QuotaTerms
    year: ContractYear
    opening: int
    lines: tuple[StatementLine, ...]
    closing: int
    balance: LedgerBalance

    @property
    def resets_on(self) -> date:
        """The first day of the next contract year."""
        return self.year.until


def statement(
    contract: Contract,
    programme: Programme,
    quota: str,
    year: ContractYear,
    entries: Iterable[LedgerEntry],
) -> Statement:
    """Return the statement of `quota` in `year`; `entries` may hold other contracts' too.

    For a statement as of a day hand in the entries made up to and with it (`made_by`).
    """
    terms = terms_in(programme, quota, year)
    paid = effects(entries_of(contract, entries), quota, year)
    limited = terms.limit is not None
    opening = terms.limit or 0
    moves = [_move(effect, limited=limited) for _, effect in paid]
    totals = list(accumulate(moves, initial=opening))
    lines = tuple(
        _line(entry, effect, total) for (entry, effect), total in zip(paid, totals[1:], strict=True)
    )
    folded = balance((entry for entry, _ in paid), quota, terms, year)
    return Statement(terms, year, opening, lines, totals[-1], folded)


def _move(effect: Effect, *, limited: bool) -> int:
    return effect.remaining if limited else effect.used + effect.reserved


def _line(entry: LedgerEntry, effect: Effect, total: int) -> StatementLine:
    return StatementLine(
        entry, entry.on, entry.case_number, entry.kind, effect.remaining, total, entry.article
    )
