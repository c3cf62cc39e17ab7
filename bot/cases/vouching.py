"""Vouching for a sender: mail that failed authentication, confirmed by hand and decided again."""

from bot.cases.commands import record_change
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.overview import awaits_vouching
from bot.cases.reply import checked
from bot.deciding import decide_soon
from bot.drawing import post_line
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.work import Work

ACTION = "vouched"
NOTHING_TO_CONFIRM = "この案件には、送信者の確認を待っているメールがありません。"


def vouch(work: Work, seen: Seen, reason: str, actor: Actor) -> Outcome:
    """Let the case's mail be decided as if its sender were authenticated; `reason` is kept.

    The decision itself is made by the one path of every message; the case it opened goes on.
    """
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    if not reason.strip():
        return Refused("確認した方法と理由を入力してください。")
    message = work.messages.lock(case.opened_by) if case.opened_by else None
    if message is None or not awaits_vouching(message):
        return Refused(NOTHING_TO_CONFIRM)
    work.messages.vouch(message.id, f"担当者（{actor.id}）が手動で確認")
    decide_soon(work, message.id, actor.at)
    changed = work.cases.change(case.number, case.version, actor.at)
    if changed is None:
        return Conflict(case, by=case.assignee or "desk")
    work.audit.add(
        AuditEvent(
            actor.at,
            actor.id,
            ACTION,
            case_number=case.number,
            support_number=case.support_number,
            message=message.id,
            before={"verified": message.verified, "state": message.state},
            after={"verdict": "pass"},
        )
    )
    ref = f"{ACTION}:{message.id}:{case.version}"
    text = f"送信者を手動で確認：{reason.strip()}"
    work.notes.add(Note(case.number, actor.at, "event", actor.id, text, ref))
    line = "✅ 送信者を手動で確認しました。認証済みのメールとして判定します。"
    post_line(work, case, ref, line, actor.at)
    record_change(work, "vouch", case, changed, actor)
    return Done(changed)
