"""A programme's terms as values, each dated and with its article; loaded by `quotas.terms_file`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time
from enum import StrEnum
from typing import Any

from quotas.contract import Status
from quotas.provision import Dated, always


class Channel(StrEnum):
    """How a message came or an answer goes."""

    EMAIL = "email"
    FAX = "fax"
    WEB = "web"
    PHONE = "phone"


class Cover(StrEnum):
    """Whether an item is covered in a status."""

    YES = "yes"
    NO = "no"
    ASK_OPERATOR = "ask_operator"


class QuotationKind(StrEnum):
    """What can be quoted from the terms."""

    RENEWAL = "renewal"
    REJOIN = "rejoin"
    RESTART = "restart"
    ADD = "add"
    MERGE = "merge"
    SWITCH = "switch"


class AtLimit(StrEnum):
    """超過時の扱い: what happens when a quota has nothing left."""

    BLOCK = "block"
    ASK_OPERATOR = "ask_operator"
    ALLOW_OVERAGE = "allow_overage"


@dataclass(frozen=True, slots=True)
class NumberTerms:
    """How the programme's support numbers look and are labelled.

    `pattern` is the canonical shape: ``A`` a letter, ``9`` a digit, all else stands for itself
    (``AA-9999-9999``, ``9999-9999-99``, ``M99999999``).
    `check` names a check-digit scheme: ``none``, ``luhn`` or ``mod97``.
    """

    pattern: str
    labels: tuple[str, ...]
    check: str
    head_required: bool
    article: str


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours: half-open intervals of local time on weekdays (0 is Monday)."""

    weekdays: frozenset[int]
    intervals: tuple[tuple[time, time], ...]
    national_holidays_closed: bool


@dataclass(frozen=True, slots=True)
class QuotaTerms:
    """One limited or counted thing of a contract year.

    `during` names the quota within a use of which this one is used, such as a session in a call.
    """

    name: str
    title: str
    unit: str
    limit: int | None
    at_limit: AtLimit
    notices: tuple[int, ...] = ()
    guideline_minutes: int | None = None
    suggested_price: int | None = None
    question: str | None = None
    during: str | None = None


@dataclass(frozen=True, slots=True)
class Coverage:
    """Whether one item is covered, by status; `questions` holds what an operator is asked.

    `prices` is what a status pays for the item: yen without tax, or a word such as ``discount``.
    `quota` names the quota that limits the item, `article` the article of this row.
    """

    item: str
    title: str
    by_status: Mapping[Status, Cover]
    prices: Mapping[Status, str | int] = field(default_factory=dict[Status, str | int])
    questions: Mapping[Status, str] = field(default_factory=dict[Status, str])
    note: str = ""
    quota: str | None = None
    article: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A term that speaks for a category, or with a negative weight against it.

    It is matched in NFKC, case-folded text without spaces; ``*`` in it stands for a few characters.
    """

    text: str
    weight: int


@dataclass(frozen=True, slots=True)
class RequiredFact:
    """Something a request must state: found by its labels, asked for by its title."""

    name: str
    title: str
    labels: tuple[str, ...]
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict[str, tuple[str, ...]])


@dataclass(frozen=True, slots=True)
class Category:
    """One kind of thing customers ask for.

    `kind` selects what `decide` does with it: ``question``, ``quota_request`` (reserves `quota`
    when `facts` are complete), ``quota_statement``, ``contact_change``, ``renewal``, ``call``,
    ``remote_support``, ``ask_operator``. `channels` are those it may come by; `item` is the row
    of the coverage table. `asks` maps the value of a fact to the operator's question where
    the terms leave open whether it counts (``cause = hardware_failure``).
    `reply_channel` is the channel the result goes by, ``None`` the one the request came by.
    `quotes` are the quotations that answer it, as far as the registers let compute them.
    """

    name: str
    title: str
    kind: str
    item: str | None
    words: tuple[Word, ...]
    queue: str
    channels: frozenset[Channel]
    article: str
    quota: str | None = None
    facts: tuple[RequiredFact, ...] = ()
    asks: Mapping[str, str] = field(default_factory=dict[str, str])
    due_business_days: int | None = None
    threshold: int = 2
    question: str | None = None
    reply_channel: Channel | None = None
    quotes: tuple[QuotationKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause that people apply and replies may cite; nothing is computed from it."""

    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Question:
    """What an operator is asked where the source is silent or garbled ([ask])."""

    text: str
    article: str


EVERY_CHANNEL = always(frozenset(Channel), "")


@dataclass(frozen=True, slots=True)
class Programme:
    """Everything the desk knows about one support programme.

    `statuses` holds the programme's own name of each status; `contacts_maximum` is ``None``
    where the source states none. `channels` are those the programme takes requests by, `clauses`
    what people apply, `questions` what an operator is asked where the source leaves a rule open.
    `titles` is what customers read for the programme's names of statuses and words for prices.
    """

    id: str
    name: str
    source: str
    revision: str
    number: NumberTerms
    statuses: Mapping[Status, str]
    hours: Dated[Hours]
    contacts_maximum: Dated[int | None]
    coverage: Dated[Mapping[str, Coverage]]
    quotas: Mapping[str, Dated[QuotaTerms]]
    categories: Dated[tuple[Category, ...]]
    default_category: str
    rules: Mapping[str, Dated[Mapping[str, Any]]]
    articles_left_out: Mapping[str, str]
    reply_minutes: int | None = None
    channels: Dated[frozenset[Channel]] = EVERY_CHANNEL
    clauses: Mapping[str, Dated[Clause]] = field(default_factory=dict[str, Dated[Clause]])
    questions: Mapping[str, Question] = field(default_factory=dict[str, Question])
    titles: Mapping[str, str] = field(default_factory=dict[str, str])
    replaces_shipped: bool = False

    def quota_on(self, name: str, year_start: date) -> QuotaTerms:
        """Return a quota's terms in force when its contract year began."""
        return self.quotas[name].on(year_start).value

    def status_title(self, status: Status) -> str:
        """Return what customers read for a status (非保守会員)."""
        return self.titles.get(self.statuses[status], self.statuses[status])

    def category(self, name: str, day: date) -> Category:
        """Return the category called `name` as it stands on `day`."""
        return next(c for c in self.categories.on(day).value if c.name == name)
