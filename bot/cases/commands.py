"""The commands on a case that move it from state to state, and the notes about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.states import ALIVE, MOVES, TITLES, CaseState, at_work
from bot.drawing import draw_card
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.work import Work

NOTE_CHARACTERS = 10_000
MERGED = "案件 {number} は {into} に統合済みです。{into} で対応してください。"
PRIORITIES: Mapping[int, str] = {1: "高", 0: "通常", -1: "低"}
UNKNOWN = "案件が見つかりません。番号をご確認ください。"


def claim(work: Work, seen: Seen, actor: Actor) -> Outcome:
    """担当する: make `actor` the assignee; whoever claims it again is told that it is done."""
    case = work.cases.lock(seen.number)
    if case and case.assignee == actor.id and case.state == CaseState.CLAIMED:
        return Done(case)
    return _move(work, "claim", seen, actor, assignee=actor.id)


def assign(work: Work, seen: Seen, to: str, actor: Actor) -> Outcome:
    """Give the case to the operator whose actor id is `to`; its state stays, unless untouched."""
    case = work.cases.lock(seen.number)
    if case is None or case.state != CaseState.OPEN:
        return _alter(work, "assign", seen, actor, assignee=to)
    return _alter(work, "assign", seen, actor, assignee=to, state=str(CaseState.CLAIMED))


def prioritise(work: Work, seen: Seen, priority: int, actor: Actor) -> Outcome:
    """Put the case before others (a `priority` above 0) or after them (below 0)."""
    if priority not in PRIORITIES:
        return Refused("優先度は、高・通常・低のいずれかを選んでください。")
    return _alter(work, "prioritise", seen, actor, priority=priority)


def wait(work: Work, seen: Seen, actor: Actor) -> Outcome:
    """Mark that the customer has to answer first."""
    return _move(work, "wait", seen, actor)


def snooze(work: Work, seen: Seen, until: datetime, actor: Actor) -> Outcome:
    """保留: take the case out of sight until the aware instant `until`."""
    if until <= actor.at:
        return Refused("保留の期限には、これからの日時を指定してください。")
    return _move(work, "snooze", seen, actor, snoozed_until=until)


def wake(work: Work, seen: Seen, actor: Actor) -> Outcome:
    """End a snooze."""
    return _move(work, "wake", seen, actor)


def resolve(work: Work, seen: Seen, actor: Actor) -> Outcome:
    """解決: the matter is settled; refused while a reservation is neither granted nor refused."""
    if work.ledger.reserved_in(seen.number):
        return Refused("再発行の予約が残っています。先に承認または却下してください。")
    return _move(work, "resolve", seen, actor, resolved_at=actor.at)


def reopen(work: Work, seen: Seen, actor: Actor) -> Outcome:
    """Take a resolved case up again."""
    return _move(work, "reopen", seen, actor)


def close(work: Work, seen: Seen, actor: Actor) -> Outcome:
    """完了: end a resolved case for good."""
    case = work.cases.lock(seen.number)
    resolved_at = case.resolved_at if case else None
    return _move(work, "close", seen, actor, resolved_at=resolved_at)


def note(work: Work, number: str, text: str, actor: Actor, ref: str | None = None) -> Outcome:
    """Write an internal note; it never reaches the customer. `ref` makes it be written once.

    The note itself is not copied into the audit: what operators write may name people.
    """
    case = work.cases.lock(number)
    if case is None:
        return Refused(UNKNOWN)
    kept = text[:NOTE_CHARACTERS]
    if not kept.strip():
        return Refused("メモの本文を入力してください。")
    if work.notes.add(Note(number, actor.at, "note", actor.id, kept, ref)):
        after = {"characters": len(kept)}
        work.audit.add(AuditEvent(actor.at, actor.id, "note", case_number=number, after=after))
    return Done(case)


def _move(work: Work, action: str, seen: Seen, actor: Actor, **values: Any) -> Outcome:
    """Carry out one move of `MOVES`, if the case still is as the actor saw it."""
    case = work.cases.lock(seen.number)
    if case is None:
        return Refused(UNKNOWN)
    if case.version != seen.version:
        return Conflict(case, by=last_actor(work, case))
    move = MOVES[action]
    if case.merged_into:
        return Refused(MERGED.format(number=case.number, into=case.merged_into))
    if case.state not in move.starts:
        return Refused(f"{TITLES[case.state]}の案件には「{move.title}」はできません。")
    assignee: str | None = values.get("assignee", case.assignee)
    state = move.to or at_work(assignee)
    values = {"resolved_at": None, "snoozed_until": None, **values, "state": str(state)}
    changed = work.cases.change(case.number, case.version, actor.at, **values)
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    record_change(work, action, case, changed, actor)
    return Done(changed)


def _alter(work: Work, action: str, seen: Seen, actor: Actor, **values: Any) -> Outcome:
    """Change a case that is not ended without moving it to another state."""
    case = work.cases.lock(seen.number)
    if case is None:
        return Refused(UNKNOWN)
    if case.version != seen.version:
        return Conflict(case, by=last_actor(work, case))
    if case.state not in ALIVE:
        return Refused(f"{TITLES[case.state]}の案件です。先に「再開」してください。")
    changed = work.cases.change(case.number, case.version, actor.at, **values)
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    record_change(work, action, case, changed, actor)
    return Done(changed)


def record_change(work: Work, action: str, before: Case, after: Case, actor: Actor) -> None:
    """Audit a change of a case and ask for its card to be drawn again."""
    work.audit.add(
        AuditEvent(
            actor.at,
            actor.id,
            action,
            case_number=after.number,
            support_number=after.support_number,
            before=_shown(before),
            after=_shown(after),
        )
    )
    draw_card(work, after, actor.at)


def last_actor(work: Work, case: Case) -> str:
    """Return who changed the case last: whom a second operator is told was first."""
    events = [e for e in work.audit.of_case(case.number) if e.after and "version" in e.after]
    return events[-1].actor if events else (case.assignee or "desk")


def _shown(case: Case) -> dict[str, Any]:
    shown = ("state", "assignee", "version", "priority", "merged_into")
    return {name: value for name in shown if (value := getattr(case, name)) is not None}
