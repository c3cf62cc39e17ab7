"""Opening a case by hand: what a customer told on the telephone becomes a case like any other."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.cases.commands import record_change
from bot.cases.letter import Letters
from bot.cases.mailbox import mailbox_of
from bot.cases.outcome import Actor, Done, Outcome, Refused
from bot.cases.states import CaseState
from bot.intake import canonical_numbers
from bot.programmes import calendar_of
from bot.store.cases import NewCase
from bot.store.notes import Note
from bot.store.work import Work
from quotas.calendar import BusinessCalendar
from quotas.contract import Contact, Contract
from quotas.programme import Category, Channel, Programme

SUBJECT_CHARACTERS = 150


@dataclass(frozen=True, slots=True)
class Call:
    """What was told: by which contact of which contract, about what; `key` makes it be one case."""

    key: str
    number: str
    contact: str
    subject: str
    text: str


def open_by_phone(work: Work, letters: Letters, call: Call, actor: Actor) -> Outcome:
    """Open a case for a call, assigned to whoever took it; the text is its first note.

    The same `key` again opens nothing. A refusal names the field that is wrong.
    """
    contract = _contract(work, letters.programmes.values(), call.number)
    if contract is None or contract.programme not in letters.programmes:
        return Refused("この番号の契約はありません。番号をご確認ください。", "number")
    if not call.subject.strip():
        return Refused("件名を入力してください。", "subject")
    if not call.text.strip():
        return Refused("お問い合わせの内容を入力してください。", "text")
    before = work.notes.of_ref(call.key)
    known = work.cases.get(before.case_number) if before else None
    if known is not None:
        return Done(known)
    programme = letters.programmes[contract.programme]
    number = work.cases.open(_new_case(letters, programme, contract, call, actor))
    work.notes.add(Note(number, actor.at, "call", actor.id, call.text.strip(), call.key))
    case = work.cases.get(number)
    if case is None:
        raise LookupError(f"case {number} is gone")
    claimed = work.cases.change(
        number, case.version, actor.at, assignee=actor.id, state=str(CaseState.CLAIMED)
    )
    record_change(work, "open_by_phone", case, claimed or case, actor)
    return Done(claimed or case)


def _contract(work: Work, programmes: Iterable[Programme], written: str) -> Contract | None:
    """Return the contract a person means by a number as written; a literal one goes first."""
    literal = unicodedata.normalize("NFKC", written).strip().upper()
    tried = [literal, *canonical_numbers(written, programmes)]
    found = work.contracts.find_many(tried)
    return next((found[number] for number in tried if number in found), None)


def _new_case(
    letters: Letters, programme: Programme, contract: Contract, call: Call, actor: Actor
) -> NewCase:
    person = _person(contract, call.contact, actor.at)
    category = programme.category(programme.default_category, actor.at.date())
    return NewCase(
        programme=programme.id,
        channel=Channel.PHONE,
        mailbox=mailbox_of(letters, programme.id),
        subject=call.subject.strip()[:SUBJECT_CHARACTERS],
        queue=category.queue,
        opened_at=actor.at,
        support_number=contract.support_number,
        contact=person.email,
        contact_name=person.name or None,
        category=category.name,
        due_at=_due(calendar_of(programme, letters.closed), programme, category, actor.at),
    )


def _person(contract: Contract, said: str, at: datetime) -> Contact:
    """Return the contact registered that day under a name or address, else only the name."""
    wanted = unicodedata.normalize("NFKC", said).strip()
    folded = wanted.casefold()
    for contact in contract.contacts_on(at.date()):
        if folded in (contact.name.casefold(), (contact.email or "").casefold()):
            return contact
    return Contact(wanted)


def _due(
    calendar: BusinessCalendar, programme: Programme, category: Category, at: datetime
) -> datetime | None:
    """Return by when the first answer is due, as for a question by mail."""
    days = category.due_business_days
    if days is not None:
        return calendar.due_after(at, days)
    minutes = programme.reply_minutes
    return None if minutes is None else calendar.add(at, timedelta(minutes=minutes))
