"""Merging cases 統合: what belongs together goes on in one case, and nothing is counted twice."""

from bot.cases.commands import MERGED, UNKNOWN, record_change
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.reply import checked
from bot.cases.states import ALIVE, TITLES, CaseState
from bot.drawing import draw_card, post_line, post_moved
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.work import Work

RESERVED = "再発行の予約が残っています。先に承認または却下してください。"
HELD = "送信待ちの返信があります。送信されるか、取り消してから統合してください。"


def merge(work: Work, seen: Seen, into: str, actor: Actor) -> Outcome:
    """Let everything written in a case go on in the case `into`; the merged case is closed.

    What it has counted stays counted where it was, once: the ledger never moves, and a case with
    an open reservation is not merged. Later mail in its thread joins `into`.
    """
    wanted = into.strip().upper()
    for number in sorted({seen.number, wanted}):  # always in one order: no two merges deadlock
        work.cases.lock(number)
    case, target = checked(work, seen), work.cases.get(wanted)
    if not isinstance(case, Case):
        return case
    why = _why_not(work, case, target)
    if why is not None or target is None:
        return Refused(why or UNKNOWN)
    moved = work.messages.move(case.number, target.number)
    work.notes.move(case.number, target.number)
    merged = work.cases.change(
        case.number,
        case.version,
        actor.at,
        state=str(CaseState.CLOSED),
        resolved_at=actor.at,
        snoozed_until=None,
        merged_into=target.number,
    )
    grown = work.cases.change(target.number, target.version, actor.at)
    if merged is None or grown is None:
        return Conflict(case, by=case.assignee or "desk")
    _told(work, merged, grown, moved, actor)
    record_change(work, "merge", case, merged, actor)
    record_change(work, "merge_in", target, grown, actor)
    return Done(merged)


def _why_not(work: Work, case: Case, target: Case | None) -> str | None:
    """Return why `case` may not go on in `target`, or None when it may."""
    if target is None:
        return UNKNOWN
    stands, ended = target.merged_into or "", TITLES[target.state]
    rules = (
        (target.number == case.number, "同じ案件には統合できません。"),
        (bool(stands), MERGED.format(number=target.number, into=stands)),
        (target.state not in ALIVE, f"統合先は{ended}の案件です。先に「再開」してください。"),
        (_of_others(case, target), "契約が異なる案件とは統合できません。"),
        (bool(work.ledger.reserved_in(case.number)), RESERVED),
        (_holds_reply(work, case), HELD),
    )
    return next((why for holds, why in rules if holds), None)


def _of_others(case: Case, target: Case) -> bool:
    """Tell whether the case is another contract's; a stray may join any of its programme."""
    if case.programme != target.programme:
        return True
    return case.support_number is not None and case.support_number != target.support_number


def _holds_reply(work: Work, case: Case) -> bool:
    rows = work.outbox.of_case(case.number)
    return any(row.state == "held" and "due" in (row.payload or {}) for row in rows)


def _told(work: Work, merged: Case, target: Case, moved: list[int], actor: Actor) -> None:
    """Point from each of the two to the other, and post what was written where it goes on."""
    key = f"merge:{merged.number}"
    pointer = f"🔗 案件 {target.number} に統合しました。続きは統合先のスレッドをご覧ください。"
    post_line(work, merged, key, pointer, actor.at)
    post_line(work, target, key, f"🔗 案件 {merged.number} を統合しました。", actor.at)
    text = f"案件 {merged.number}「{merged.subject}」を統合"
    work.notes.add(Note(target.number, actor.at, "event", actor.id, text, key))
    for message in moved:
        post_moved(work, target, message, actor.at)
    draw_card(work, target, actor.at)
