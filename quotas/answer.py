"""The values a reply may speak of, as plain data; `quotas.reply_values` says what each means."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from quotas.contract import Contract
from quotas.decision import Reason
from quotas.hearing import Hearing
from quotas.ledger import Balance
from quotas.programme import AtLimit, Channel, Hours, QuotaTerms
from quotas.provision import last_day
from quotas.quotation import Quotation
from quotas.statement import KIND_TITLES, Statement, StatementLine

Values = dict[str, Any]

CHANNEL_TITLES: Mapping[Channel, str] = {
    Channel.EMAIL: "電子メール",
    Channel.FAX: "FAX",
    Channel.WEB: "Webフォーム",
    Channel.PHONE: "お電話",
}
WEEKDAYS = "月火水木金土日"
STRANGERS = frozenset(
    {
        Reason.NUMBER_UNKNOWN,
        Reason.SENDER_UNREGISTERED,
        Reason.SENDER_UNAUTHENTICATED,
    }
)
"""Reasons whose reply must not tell whether the number exists."""


def values_of(
    hearing: Hearing,
    reason: Reason,
    due: datetime | None,
    special: Mapping[str, Any],
    article: str = "",
) -> Values:
    """Return the values of a reply for `reason`; `special` are those of this reason only.

    `article` is what the decision rests on, as the terms name it.
    """
    programme = hearing.facts.programme
    values: Values = {
        "subject": hearing.subject,
        "programme_name": programme.name,
        "number_label": programme.number.labels[0],
    }
    if reason in STRANGERS:
        return values
    values |= {
        "number_shape": programme.number.pattern,
        "remind_head": hearing.remind_head,
        "received_at": hearing.received_at,
    }
    if reason is not Reason.NUMBER_MISSING:
        values |= _known(hearing) | hours_values(hearing) | {"due": due, "article": article}
    return {**values, **special}


def _known(hearing: Hearing) -> Values:
    contract, contact, category = hearing.contract, hearing.contact, hearing.category
    verified = contract if contact else None
    return {
        "support_number": verified.support_number if verified else None,
        "customer": verified.customer if verified else None,
        "contact_name": contact.name if contact else None,
        "category_title": category.title if category and hearing.sure else None,
    }


def hours_values(hearing: Hearing) -> Values:
    """Return the opening hours, and whether and when the clock starts for this message."""
    at, calendar = hearing.request.received_at, hearing.facts.calendar
    hours = calendar.hours.on(at.date()).value
    return {
        "hours": hours_text(hours, has_holidays=bool(calendar.closed)),
        "outside_hours": not calendar.is_open(at),
        "next_opening": calendar.next_opening(at),
    }


def hours_text(hours: Hours, *, has_holidays: bool) -> str:
    """Return opening hours in Japanese: ``月～金曜日 10:00～12:00、13:00～18:00（祝日を除く）``."""
    spans = "、".join(f"{start:%-H:%M}～{end:%-H:%M}" for start, end in hours.intervals)
    closed = ["祝日"] if hours.national_holidays_closed else []
    closed += ["当社休業日"] if has_holidays else []
    without = f"（{'・'.join(closed)}を除く）" if closed else ""
    return f"{_weekdays_text(sorted(hours.weekdays))} {spans}{without}"


def _weekdays_text(days: list[int]) -> str:
    if len(days) > 2 and days == list(range(days[0], days[-1] + 1)):
        return f"{WEEKDAYS[days[0]]}～{WEEKDAYS[days[-1]]}曜日"
    return "・".join(WEEKDAYS[day] for day in days) + "曜日"


def channel_titles(channels: Iterable[Channel]) -> list[str]:
    """Return what customers call `channels`, in a fixed order."""
    taken = frozenset(channels)
    return [title for channel, title in CHANNEL_TITLES.items() if channel in taken]


def quota_values(balance: Balance, terms: QuotaTerms) -> Values:
    """Return a ``quota``."""
    return {
        "name": balance.quota,
        "title": terms.title,
        "unit": terms.unit,
        "guideline": terms.at_limit is AtLimit.ALLOW_OVERAGE,
        "limit": balance.limit,
        "used": balance.used,
        "reserved": balance.reserved,
        "remaining": balance.remaining,
        "resets_on": balance.resets_on,
        "year_start": balance.year.start,
        "year_end": last_day(balance.year.until),
    }


def statement_values(made: Statement) -> Values:
    """Return a ``statement``."""
    return quota_values(made.balance, made.terms) | {
        "opening": made.opening,
        "lines": [line_values(line) for line in made.lines],
        "closing": made.closing,
    }


def line_values(line: StatementLine) -> Values:
    """Return a ``line``."""
    return {
        "on": line.on,
        "case_number": line.case_number,
        "kind": str(line.kind),
        "kind_title": KIND_TITLES[line.kind],
        "units": line.units,
        "balance": line.balance,
        "article": line.article,
    }


def quotations_values(quotations: Iterable[Quotation]) -> list[Values]:
    """Return a ``quote`` for each quotation that has something to tell."""
    return [quotation_values(quotation) for quotation in quotations if quotation.lines]


def quotation_values(quotation: Quotation) -> Values:
    """Return a ``quote``."""
    return {
        "kind": str(quotation.kind),
        "lines": [
            {"text": line.text, "amount": line.amount, "article": line.article}
            for line in quotation.lines
        ],
        "total": quotation.total,
        "total_with_tax": quotation.total_with_tax,
        "questions": list(quotation.questions),
    }


def first_answer_due(hearing: Hearing) -> datetime | None:
    """Return by when a person answers: the category's business days, else the desk's goal."""
    at, calendar = hearing.request.received_at, hearing.facts.calendar
    days = hearing.category.due_business_days if hearing.category else None
    minutes = hearing.facts.programme.reply_minutes
    if days is not None:
        return calendar.due_after(at, days)
    return None if minutes is None else calendar.add(at, timedelta(minutes=minutes))


def reseller_of(contract: Contract | None) -> str | None:
    """Return the reseller on file."""
    return contract.reseller if contract else None
