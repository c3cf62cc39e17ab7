"""A re-issue beyond the limit: one person asks, another grants, and both stand in the record."""

from dataclasses import replace

from bot.cases.commands import last_actor, record_change
from bot.cases.counting import counted
from bot.cases.held import asked
from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.reply import checked
from bot.cases.requests import quota_asked
from bot.cases.states import CaseState
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.work import Work
from quotas.ledger import Kind, LedgerEntry
from quotas.ledger_check import Refusal

ASKED = "override_asked"
NOTHING_ASKED = "この案件には、上限超過の申請がありません。"


def ask(work: Work, letters: Letters, seen: Seen, reason: str, actor: Actor) -> Outcome:
    """Ask another person to grant a unit beyond the limit; `reason` is kept as a note."""
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    if not reason.strip():
        return Refused("申請の理由を入力してください。")
    programme = letters.programmes.get(case.programme)
    if programme is None or case.support_number is None or not quota_asked(programme, case):
        return Refused("この案件では、上限超過の申請はできません。")
    if work.ledger.reserved_in(case.number):
        return Refused("残数から予約済みです。申請は必要ありません。")
    ref = f"override:{case.number}:{case.version}"
    text = f"上限超過の申請：{reason}"
    work.notes.add(Note(case.number, actor.at, "event", actor.id, text, ref))
    return _turned(work, case, ASKED, CaseState.APPROVAL, actor)


def grant(work: Work, letters: Letters, seen: Seen, actor: Actor) -> Outcome:
    """Reserve a unit although none is left; never by the person who asked."""
    case = _asked(work, seen)
    if not isinstance(case, Case):
        return case
    if asker(work, case) == actor.id:
        return Refused("申請したご本人は承認できません。別の担当者に依頼してください。")
    programme = letters.programmes[case.programme]
    reserve = reservation(case, quota_asked(programme, case) or "", actor, "override")
    entry = replace(reserve, reason="上限超過の承認")
    written = work.ledger.record(entry, programme, override=True)
    if isinstance(written, Refusal):
        return Refused(f"{written.japanese}。")
    turned = _turned(work, case, "override_granted", CaseState.CLAIMED, actor)
    if not isinstance(turned, Done):
        return turned
    return counted(work, turned.case, "override_counted", written, actor)


def deny(work: Work, seen: Seen, actor: Actor) -> Outcome:
    """Refuse a unit beyond the limit, or take one's own request back."""
    case = _asked(work, seen)
    if not isinstance(case, Case):
        return case
    return _turned(work, case, "override_denied", CaseState.CLAIMED, actor)


def asker(work: Work, case: Case) -> str | None:
    """Return who asked last for a unit beyond the limit."""
    asked = [event.actor for event in work.audit.of_case(case.number) if event.action == ASKED]
    return asked[-1] if asked else None


def _asked(work: Work, seen: Seen) -> Case | Conflict | Refused:
    case = checked(work, seen)
    if isinstance(case, Case) and (case.state != CaseState.APPROVAL or asked(work, case.number)):
        return Refused(NOTHING_ASKED)  # or it is a reply that waits for approval
    return case


def _turned(work: Work, case: Case, action: str, state: CaseState, actor: Actor) -> Outcome:
    changed = work.cases.change(
        case.number,
        case.version,
        actor.at,
        state=str(state),
        assignee=case.assignee or actor.id,
        snoozed_until=None,
    )
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    record_change(work, action, case, changed, actor)
    return Done(changed)


def reservation(case: Case, quota: str, actor: Actor, cause: str) -> LedgerEntry:
    """Return the entry that reserves a unit for a case; `cause` keeps its key apart."""
    day = case.opened_at.astimezone(actor.at.tzinfo).date()
    return LedgerEntry(
        id=0,
        support_number=case.support_number or "",
        quota=quota,
        kind=Kind.RESERVE,
        units=1,
        charged_on=day,
        on=actor.at.date(),
        recorded_at=actor.at,
        key=f"{cause}:{case.number}:{case.version}",
        actor=actor.id,
        case_number=case.number,
        contact=case.contact,
    )
