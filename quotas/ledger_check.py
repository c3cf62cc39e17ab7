"""Whether a new ledger entry may be written: asked under the contract's lock, before writing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from quotas.ledger import CLOSING, ContractYear, Kind, LedgerEntry, balance, effect_of
from quotas.programme import AtLimit, QuotaTerms

REFERS_TO: Mapping[Kind, frozenset[Kind]] = {
    Kind.CONSUME: frozenset({Kind.RESERVE}),
    Kind.RELEASE: frozenset({Kind.RESERVE}),
    Kind.EXPIRE: frozenset({Kind.RESERVE}),
    Kind.WAIVE: frozenset({Kind.RESERVE, Kind.CONSUME}),
    Kind.REVERSE: frozenset(Kind) - {Kind.REVERSE},
}
"""Which kinds of entry each kind may refer to; the others refer to none."""
MOST = 100_000
"""The most units or minutes of one entry: a slip of the hand must not end in the database."""
MUST_REFER = frozenset({Kind.RELEASE, Kind.EXPIRE, Kind.WAIVE, Kind.REVERSE})


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an entry may not be written: a stable `code`, and one line in Japanese and English."""

    code: str
    japanese: str
    english: str


REFUSALS: Mapping[str, Refusal] = {
    refusal.code: refusal
    for refusal in (
        Refusal("no_units", "数量は1以上にしてください", "give at least one unit"),
        Refusal(
            "too_large",
            "数量または時間（分）が大きすぎます",
            "more units or minutes than a contract year can hold",
        ),
        Refusal("no_minutes", "時間（分）は1以上にしてください", "give at least one minute"),
        Refusal(
            "other_year",
            "計上日がこの契約年度に含まれません",
            "the day it is charged on lies outside this contract year",
        ),
        Refusal(
            "reference_missing",
            "対象の記録を指定してください",
            "name the entry it is about",
        ),
        Refusal(
            "reference_not_allowed",
            "この種類の記録は他の記録を対象にできません",
            "an entry of this kind refers to no other",
        ),
        Refusal(
            "reference_unknown",
            "対象の記録がこの契約の同じ利用枠にありません",
            "there is no such entry for this contract and quota",
        ),
        Refusal(
            "reference_kind",
            "対象の記録の種類が合いません",
            "the entry it refers to is of a kind it can't be about",
        ),
        Refusal(
            "reference_differs",
            "数量または計上日が対象の記録と一致しません",
            "units or the day charged on differ from the entry it refers to",
        ),
        Refusal(
            "already_closed",
            "対象の記録はすでに利用・取り下げ・免除・取り消し済みです",
            "the entry it refers to is already consumed, released, waived or reversed",
        ),
        Refusal(
            "has_followers",
            "対象の記録には続きの記録があります。先にそれを取り消してください",
            "later entries rest on it: reverse them first",
        ),
        Refusal(
            "limit_reached",
            "この契約年度の残りがありません",
            "nothing is left in this contract year",
        ),
    )
}
"""Every refusal by its code."""


@dataclass(frozen=True, slots=True)
class Intent:
    """An entry that somebody wants to write, and what it has to agree with."""

    entry: LedgerEntry
    entries: tuple[LedgerEntry, ...]
    terms: QuotaTerms
    year: ContractYear
    override: bool

    @property
    def referred(self) -> LedgerEntry | None:
        """The entry it refers to, when there is such an entry."""
        return next((e for e in self.entries if e.id == self.entry.refers_to), None)


def check_entry(
    entry: LedgerEntry,
    entries: Iterable[LedgerEntry],
    terms: QuotaTerms,
    year: ContractYear,
    *,
    override: bool = False,
) -> Refusal | None:
    """Return why `entry` may not follow `entries`, or None when it may.

    `entries` are those of the same contract (other quotas' are left aside), `terms` the quota's
    in force when `year` began; the id of `entry` doesn't matter. With `override` (a person with
    a reason) a hard limit does not stop it.
    """
    own = tuple(e for e in entries if _same_count(e, entry))
    last = max((e.id for e in own), default=0)
    following = replace(entry, id=max(last, entry.refers_to or 0) + 1)
    intent = Intent(following, own, terms, year, override)
    broken = next((code for code, holds in CHECKS if holds(intent)), None)
    return None if broken is None else REFUSALS[broken]


def _same_count(one: LedgerEntry, other: LedgerEntry) -> bool:
    return one.support_number == other.support_number and one.quota == other.quota


def _no_units(intent: Intent) -> bool:
    units = intent.entry.units
    return units == 0 if intent.entry.kind is Kind.ADJUST else units < 1


def _too_large(intent: Intent) -> bool:
    return max(abs(intent.entry.units), intent.entry.minutes or 0) > MOST


def _no_minutes(intent: Intent) -> bool:
    return intent.entry.minutes is not None and intent.entry.minutes < 1


def _other_year(intent: Intent) -> bool:
    return not intent.year.holds_on(intent.entry.charged_on)


def _reference_missing(intent: Intent) -> bool:
    return intent.entry.refers_to is None and intent.entry.kind in MUST_REFER


def _reference_not_allowed(intent: Intent) -> bool:
    return intent.entry.refers_to is not None and intent.entry.kind not in REFERS_TO


def _reference_unknown(intent: Intent) -> bool:
    return intent.entry.refers_to is not None and intent.referred is None


def _reference_kind(intent: Intent) -> bool:
    referred = intent.referred
    return referred is not None and referred.kind not in REFERS_TO[intent.entry.kind]


def _reference_differs(intent: Intent) -> bool:
    referred, entry = intent.referred, intent.entry
    if referred is None:
        return False
    same_units = abs(referred.units) == entry.units
    return not same_units or referred.charged_on != entry.charged_on


def _already_closed(intent: Intent) -> bool:
    if intent.referred is None:
        return False
    closing = {Kind.REVERSE} if intent.entry.kind is Kind.REVERSE else {Kind.REVERSE, *CLOSING}
    return any(e.kind in closing for e in _live_followers(intent))


def _has_followers(intent: Intent) -> bool:
    return intent.entry.kind is Kind.REVERSE and bool(_live_followers(intent))


def _live_followers(intent: Intent) -> list[LedgerEntry]:
    """Return what refers to the referred entry and has not been reversed itself."""
    reversed_ids = {e.refers_to for e in intent.entries if e.kind is Kind.REVERSE}
    about = intent.entry.refers_to
    return [e for e in intent.entries if e.refers_to == about and e.id not in reversed_ids]


def _limit_reached(intent: Intent) -> bool:
    if intent.override or intent.terms.at_limit is not AtLimit.BLOCK:
        return False
    by_id = {e.id: e for e in intent.entries}
    taken = effect_of(intent.entry, by_id).remaining
    left = balance(intent.entries, intent.terms.name, intent.terms, intent.year).remaining
    return left is not None and taken < 0 and left + taken < 0


CHECKS: tuple[tuple[str, Callable[[Intent], bool]], ...] = (
    ("no_units", _no_units),
    ("too_large", _too_large),
    ("no_minutes", _no_minutes),
    ("other_year", _other_year),
    ("reference_missing", _reference_missing),
    ("reference_not_allowed", _reference_not_allowed),
    ("reference_unknown", _reference_unknown),
    ("reference_kind", _reference_kind),
    ("reference_differs", _reference_differs),
    ("already_closed", _already_closed),
    ("has_followers", _has_followers),
    ("limit_reached", _limit_reached),
)
"""What every new entry must pass, in this order; the first that holds refuses it."""
