"""Registering a contact 登録担当者 from a case: who wrote becomes one of the contract's."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from bot.cases.commands import record_change
from bot.cases.linking import UNLINKED
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.overview import Programmes
from bot.cases.reply import checked
from bot.registers.cells import email as mail_address
from bot.registers.crowd import Crowd, first_crowd
from bot.registers.problems import CellError
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.work import Work
from quotas.contract import Contact, Contract

NAME_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class Person:
    """Who is to be registered: name, mail address, first and last day (inclusive, None is open)."""

    name: str
    email: str
    since: date | None
    last: date | None


def register(
    work: Work, programmes: Programmes, seen: Seen, person: Person, actor: Actor
) -> Outcome:
    """Register `person` for the case's contract, refused above the programme's maximum on any day.

    A refusal names the field that is wrong: name, email, since or last.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    contract = work.contracts.lock(case.support_number) if case.support_number else None
    if contract is None:
        return Refused(UNLINKED)
    contact = _contact(person)
    if isinstance(contact, Refused):
        return contact
    contacts = (*contract.contacts, contact)
    why = _why_not(contract, contact, contacts, programmes)
    if why is not None:
        return why
    work.contracts.put_parts("contacts", [replace(contract, contacts=contacts)])
    return _recorded(work, case, contract, contact, actor)


def _contact(person: Person) -> Contact | Refused:
    """Return the contact as registered, or what is wrong with it."""
    name = person.name.strip()[:NAME_CHARACTERS]
    if not name:
        return Refused("お名前を入力してください。", "name")
    try:
        email = mail_address(person.email)
    except CellError:
        return Refused("メールアドレスの形が正しくありません。", "email")
    if person.since and person.last and person.last < person.since:
        return Refused("登録終了日は開始日以降にしてください。", "last")
    return Contact(name, email, since=person.since, last=person.last)


def _why_not(
    contract: Contract, contact: Contact, contacts: tuple[Contact, ...], programmes: Programmes
) -> Refused | None:
    same = [c for c in contract.contacts if (c.email or "").casefold() == _folded(contact)]
    if any(_overlap(known, contact) for known in same):
        return Refused("このメールアドレスは、その期間にすでに登録されています。", "email")
    crowd = first_crowd(contract, contacts, programmes[contract.programme].contacts_maximum)
    return Refused(_crowded(crowd), "since") if crowd else None


def _folded(contact: Contact) -> str:
    return (contact.email or "").casefold()


def _overlap(one: Contact, other: Contact) -> bool:
    """Tell whether two spans of inclusive days, open where None, have a day in common."""
    begins = max(one.since or date.min, other.since or date.min)
    return begins <= min(one.last or date.max, other.last or date.max)


def _crowded(crowd: Crowd) -> str:
    return (
        f"{crowd.day} に登録担当者が{crowd.count}名になります（上限{crowd.allowed}名）。"
        "ほかの担当者の終了日の翌日以降を指定してください。"
    )


def _recorded(
    work: Work, case: Case, contract: Contract, contact: Contact, actor: Actor
) -> Outcome:
    changed = work.cases.change(case.number, case.version, actor.at)
    if changed is None:
        return Conflict(case, by=case.assignee or "desk")
    after: Mapping[str, object] = {
        "since": contact.since.isoformat() if contact.since else None,
        "last": contact.last.isoformat() if contact.last else None,
        "contacts": len(contract.contacts) + 1,
    }
    work.audit.add(
        AuditEvent(
            actor.at,
            actor.id,
            "contact_registered",
            case_number=case.number,
            support_number=contract.support_number,
            before={"contacts": len(contract.contacts)},
            after=after,
        )
    )
    text = f"登録担当者に追加：{contact.name}（{contact.email}）"
    ref = f"register:{case.number}:{case.version}"
    work.notes.add(Note(case.number, actor.at, "event", actor.id, text, ref))
    record_change(work, "register", case, changed, actor)
    return Done(changed)
