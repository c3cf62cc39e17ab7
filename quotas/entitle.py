"""Whether the contract covers what is asked on the day it was received, by this channel."""

from datetime import date

from quotas import marks
from quotas.answer import (
    CHANNEL_TITLES,
    channel_titles,
    first_answer_due,
    quotations_values,
    reseller_of,
)
from quotas.conclusion import Outcome, conclude
from quotas.contract import Contract, Period, Status
from quotas.decision import Decision, Reason
from quotas.hearing import Hearing
from quotas.programme import Cover, Coverage, Programme, QuotationKind
from quotas.questions import NO_PERIOD, NO_QUESTION, UNCLEAR_CHANNEL
from quotas.quotation import Quotation, quote

WHATEVER_THE_PERIOD = frozenset({"quota_statement", "contact_change", "renewal", "ask_operator"})
"""Kinds that are answered outside all periods too."""

CARD_AWAITED = "card_awaited"
COVER_TITLES = {Cover.YES: "対象", Cover.NO: "対象外", Cover.ASK_OPERATOR: "担当者の確認が必要"}
RETURNING = (QuotationKind.RESTART, QuotationKind.REJOIN, QuotationKind.RENEWAL)
"""Quotations for a contract that has ended, the fullest first."""


def entitle_by_period(hearing: Hearing) -> Hearing | Decision:
    """Find the status of the contract on the day; outside all periods most is refused."""
    contract, category = hearing.contract, hearing.category
    if contract is None or category is None:
        return hearing
    status, why = _status(contract, hearing.day)
    if category.kind in WHATEVER_THE_PERIOD:
        return hearing.found("period", status, f"{why}（期間を問わずお受けします）", status=status)
    if contract.card_awaited:
        return _card_awaited(hearing)
    if status is not Status.NONE:
        return hearing.found("period", status, why, status=status)
    return _outside(hearing, contract, why)


def _status(contract: Contract, day: date) -> tuple[Status, str]:
    period = contract.period_on(day)
    if period:
        return period.status, f"{period.start}～{period.end}の期間内です"
    first = _first(contract)
    if first and contract.served_from and contract.served_from <= day < first.start:
        return (
            Status.FREE,
            f"期間の開始（{first.start}）前ですが、{contract.served_from}から提供します",
        )
    return Status.NONE, f"{day}はどの契約期間にも含まれません"


def _first(contract: Contract) -> Period | None:
    return min(contract.periods, key=lambda period: period.start, default=None)


def _card_awaited(hearing: Hearing) -> Decision:
    asked = hearing.facts.programme.questions.get(CARD_AWAITED)
    return _ask(
        hearing,
        "card",
        "会員証の到着がまだ登録されていません",
        asked.article if asked else "",
        asked.text if asked else NO_QUESTION,
    )


def _outside(hearing: Hearing, contract: Contract, why: str) -> Hearing | Decision:
    first = _first(contract)
    if first is None:
        return _ask(hearing, "period", "契約期間が登録されていません", "", NO_PERIOD)
    if hearing.day < first.start:
        return _not_started(hearing, first)
    row = _coverage(hearing)
    if row and row.by_status[Status.NONE] is not Cover.NO:
        return hearing.found("period", Status.NONE, why).marked(marks.OUTSIDE_PERIOD)
    return _ended(hearing, contract, why)


def _not_started(hearing: Hearing, first: Period) -> Decision:
    outcome = Outcome(
        Reason.CONTRACT_NOT_STARTED,
        "period",
        f"契約期間は{first.start}からです",
        _period_article(hearing),
        values={"period_start": first.start, "period_end": first.end},
    )
    return conclude(hearing, outcome)


def _ended(hearing: Hearing, contract: Contract, why: str) -> Decision:
    last = max((p for p in contract.periods if p.until <= hearing.day), key=lambda p: p.until)
    next_start = min((p.start for p in contract.periods if p.start > hearing.day), default=None)
    quotations = () if next_start else quotations_for(hearing, returning=True)
    values = {
        "period_start": last.start,
        "period_end": last.end,
        "next_start": next_start,
        "quotes": quotations_values(quotations),
        "reseller": reseller_of(contract),
    }
    outcome = Outcome(Reason.CONTRACT_ENDED, "period", why, _period_article(hearing), values=values)
    return conclude(hearing, outcome)


def _period_article(hearing: Hearing) -> str:
    """Return the article of what is asked for: a coverage row says in which status it is served."""
    row = _coverage(hearing)
    return (row.article if row else "") or (hearing.category.article if hearing.category else "")


def quotations_for(hearing: Hearing, *, returning: bool) -> tuple[Quotation, ...]:
    """Return what the terms let compute for the category, or for a contract that comes back."""
    programme, contract = hearing.facts.programme, hearing.contract
    kinds = _kinds_quoted(hearing, returning=returning)
    return tuple(quote(kind, contract, programme, hearing.day) for kind in kinds)


def _kinds_quoted(hearing: Hearing, *, returning: bool) -> tuple[QuotationKind, ...]:
    category = hearing.category
    asked = category.quotes if category and category.kind == "renewal" else None
    if asked is not None and not frozenset(asked) & frozenset(RETURNING):
        return asked
    if returning:
        offered = _offered(hearing.facts.programme, hearing.day)
        return tuple(kind for kind in RETURNING if kind in offered)[:1]
    return tuple(kind for kind in asked or () if kind is QuotationKind.RENEWAL)


def _offered(programme: Programme, day: date) -> frozenset[QuotationKind]:
    categories = programme.categories.on(day).value
    return frozenset(kind for category in categories for kind in category.quotes)


def price_of(hearing: Hearing) -> int | str | None:
    """Return what the item asked for costs in the status of the day, None where nothing is said."""
    row = _coverage(hearing)
    return row.prices.get(hearing.status) if row else None


def _coverage(hearing: Hearing) -> Coverage | None:
    if hearing.item is None:
        return None
    return hearing.facts.programme.coverage.on(hearing.day).value.get(hearing.item)


def entitle_by_coverage(hearing: Hearing) -> Hearing | Decision:
    """Read the coverage table for the item, when it is sure, and the status of the day."""
    row, category = _coverage(hearing), hearing.category
    if row is None or category is None or category.kind in WHATEVER_THE_PERIOD:
        return hearing
    covered = row.by_status[hearing.status]
    title = hearing.facts.programme.status_title(hearing.status)
    detail = f"「{row.title}」は{title}では{COVER_TITLES[covered]}です"
    if covered is Cover.YES:
        return hearing.found("coverage", covered, detail, row.article)
    if covered is Cover.ASK_OPERATOR:
        question = row.questions.get(hearing.status, NO_QUESTION)
        return _ask(hearing, "coverage", detail, row.article, question)
    values = {
        "item_title": row.title,
        "status_title": title,
        "price": row.prices.get(hearing.status),
        "note": row.note,
    }
    outcome = Outcome(Reason.NOT_COVERED, "coverage", detail, row.article, values=values)
    return conclude(hearing, outcome)


def entitle_by_channel(hearing: Hearing) -> Hearing | Decision:
    """Refuse a channel that the category may not come by; nothing is reserved then."""
    category, channel = hearing.category, hearing.request.channel
    if category is None or channel in category.channels:
        return hearing
    detail = f"「{category.title}」は{CHANNEL_TITLES[channel]}ではお受けしていません"
    if not hearing.sure:
        return _ask(hearing, "channel", detail, category.article, UNCLEAR_CHANNEL)
    values = {
        "came_by": CHANNEL_TITLES[channel],
        "channels": channel_titles(category.channels),
    }
    outcome = Outcome(
        Reason.CHANNEL_NOT_ACCEPTED, "channel", detail, category.article, values=values
    )
    return conclude(hearing, outcome)


def _ask(hearing: Hearing, rule: str, detail: str, article: str, question: str) -> Decision:
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        rule,
        detail,
        article,
        question=question,
        due=first_answer_due(hearing),
    )
    return conclude(hearing, outcome)
