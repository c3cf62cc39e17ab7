"""Everything a face shows about one case, read in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.cases.held import asked
from bot.cases.requests import is_free, is_open, quota_asked
from bot.cases.states import CaseState
from bot.store.cases import Case
from bot.store.messages import StoredMessage
from bot.store.work import Work
from quotas.contract import Contact, Contract, Status
from quotas.counting import balance_on, terms_in
from quotas.decision import Reason
from quotas.ledger import Balance
from quotas.programme import Programme, QuotaTerms

Programmes = Mapping[str, Programme]


@dataclass(frozen=True, slots=True)
class Count:
    """One quota of the contract year that holds today, with its terms."""

    terms: QuotaTerms
    balance: Balance


@dataclass(frozen=True, slots=True)
class Overview:
    """A case with its contract, who wrote, what is left, and the head of what was written.

    `contact` is the sender as registered on the day the case was opened, or None; `status` and
    `category` are the programme's own words for them; `reserved` tells of a re-issue that is
    neither granted nor refused, `exhausted` of one the limit stopped, `undecided` of one the terms
    leave open; `reply_waits` of a reply that another person has to approve,
    `unauthenticated` of mail that stands only because its sender is not proven.
    """

    case: Case
    programme: str
    contract: Contract | None
    contact: Contact | None
    status: str
    category: str
    counts: tuple[Count, ...]
    excerpt: str
    opened_by: int | None
    reserved: bool
    exhausted: bool
    undecided: bool = False
    reply_waits: bool = False
    unauthenticated: bool = False


def overview(work: Work, number: str, programmes: Programmes, now: datetime) -> Overview | None:
    """Return what is known about case `number` at the aware local time `now`, or None."""
    case = work.cases.get(number)
    if case is None:
        return None
    programme = programmes.get(case.programme)
    contract = work.contracts.find(case.support_number) if case.support_number else None
    message = work.messages.get(case.opened_by) if case.opened_by else None
    opened_on = case.opened_at.astimezone(now.tzinfo).date()
    known = contract.contact_of(case.contact, opened_on) if contract and case.contact else None
    left = counts(work, programme, contract, now.date())
    undecided = is_open(work, programme, case)
    return Overview(
        case=case,
        programme=programme.name if programme else case.programme,
        contract=contract,
        contact=known,
        status=_status(programme, contract, now.date()),
        category=_category(programme, case, opened_on),
        counts=left,
        excerpt=(message.excerpt or "") if message else _first_note(work, number),
        opened_by=case.opened_by,
        reserved=bool(work.ledger.reserved_in(number)) or is_free(work, number),
        exhausted=_stopped(work, message, number)
        or (undecided and _used_up(programme, case, left)),
        undecided=undecided,
        reply_waits=case.state == CaseState.APPROVAL and bool(asked(work, number)),
        unauthenticated=awaits_vouching(message),
    )


def awaits_vouching(message: StoredMessage | None) -> bool:
    """Tell whether a message stands undecided only because its sender isn't authenticated."""
    return message is not None and message.reason == Reason.SENDER_UNAUTHENTICATED


def _first_note(work: Work, number: str) -> str:
    """Return what was written when a case was opened by hand."""
    return next((note.text for note in work.notes.of_case(number)), "")


def _used_up(programme: Programme | None, case: Case, left: tuple[Count, ...]) -> bool:
    """Tell whether nothing is left of what a case asks for."""
    quota = quota_asked(programme, case) if programme else None
    remaining = (c.balance.remaining for c in left if c.terms.name == quota)
    return any(rest is not None and rest < 1 for rest in remaining)


def _stopped(work: Work, message: StoredMessage | None, number: str) -> bool:
    """Tell whether the case began as a request the limit stopped, and still is one."""
    asked = message is not None and message.reason == Reason.QUOTA_EXHAUSTED
    return asked and not work.ledger.of_case(number)


def _status(programme: Programme | None, contract: Contract | None, today: date) -> str:
    if programme is None or contract is None:
        return ""
    period = contract.period_on(today)
    return programme.status_title(period.status if period else Status.NONE)


def _category(programme: Programme | None, case: Case, day: date) -> str:
    if programme is None or case.category is None:
        return case.category or ""
    titles = {c.name: c.title for c in programme.categories.on(day).value}
    return titles.get(case.category, case.category)


def counts(
    work: Work, programme: Programme | None, contract: Contract | None, today: date
) -> tuple[Count, ...]:
    """Return what is left of every quota in the contract year that holds `today`."""
    if programme is None or contract is None:
        return ()
    entries = work.ledger.entries(contract.support_number)
    balances = (balance_on(contract, programme, q, entries, today) for q in programme.quotas)
    return tuple(Count(terms_in(programme, b.quota, b.year), b) for b in balances if b)
