"""A second person for replies: who did not write one looks at the very mail and lets it go."""

import email
import email.policy
from dataclasses import dataclass

from bot.cases.held import ASKED_BY, asked
from bot.cases.letter import Letter
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.reply import checked, hold, turned
from bot.cases.screening import size_in_words
from bot.cases.states import CaseState
from bot.drawing import post_line
from bot.store.audit import AuditEvent
from bot.store.cases import Case
from bot.store.notes import Note
from bot.store.outbox import OutboxItem
from bot.store.work import Work

NOTHING_WAITS = "この案件には、承認を待っている返信がありません。"


@dataclass(frozen=True, slots=True)
class Waiting:
    """A reply that waits for another person: the mail as it would be sent, and its author."""

    item: int
    author: str
    letter: Letter


def waiting(work: Work, number: str) -> Waiting | None:
    """Return the reply of a case that waits for another person, read from its own bytes."""
    row = next(iter(asked(work, number)), None)
    return Waiting(row.id, _author(row), _letter(row)) if row else None


def approve(work: Work, seen: Seen, item: int, actor: Actor) -> Outcome:
    """Let another person's reply go, after its 30 seconds; never one's own."""
    found = _found(work, seen, item)
    if isinstance(found, Conflict | Refused):
        return found
    case, row = found
    author = _author(row)
    if author == actor.id:
        return Refused("返信を書いたご本人は承認できません。別の担当者に依頼してください。")
    work.audit.add(_event("reply_approved", case, row, actor))
    return hold(work, case, row, author=author, action="reply", actor=actor)


def send_back(work: Work, seen: Seen, reason: str, actor: Actor) -> Outcome:
    """差し戻す: a reply is not sent; the reason is kept as a note. One's own is taken back so."""
    if not reason.strip():
        return Refused("差し戻しの理由を入力してください。")
    found = _found(work, seen, None)
    if isinstance(found, Conflict | Refused):
        return found
    case, row = found
    work.outbox.withdraw(row.id)
    work.audit.add(_event("reply_sent_back", case, row, actor))
    text = f"返信の差し戻し：{reason}"
    work.notes.add(Note(case.number, actor.at, "event", actor.id, text, f"sent_back:{row.id}"))
    changed = turned(work, case, CaseState.CLAIMED, "reply_returned", actor, _author(row))
    if isinstance(changed, Done):
        line = f"↩ 返信は差し戻されました。理由：{reason}"
        post_line(work, changed.case, f"sent_back:{row.id}", line, actor.at)
    return changed


def _found(
    work: Work, seen: Seen, item: int | None
) -> tuple[Case, OutboxItem] | Conflict | Refused:
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    rows = [row for row in asked(work, case.number) if item in (None, row.id)]
    if case.state != CaseState.APPROVAL or not rows:
        return Refused(NOTHING_WAITS)
    return case, rows[-1]


def _event(action: str, case: Case, row: OutboxItem, actor: Actor) -> AuditEvent:
    after = {"item": row.id, "author": _author(row)}
    return AuditEvent(actor.at, actor.id, action, case_number=case.number, after=after)


def _author(row: OutboxItem) -> str:
    return str((row.payload or {}).get(ASKED_BY, ""))


def _letter(row: OutboxItem) -> Letter:
    mail = email.message_from_bytes(row.raw or b"", policy=email.policy.default)
    body = mail.get_body(("plain",))
    text = str(body.get_content()) if body else ""
    files = tuple(
        f"{part.get_filename()}（{size_in_words(len(part.get_content()))}）"
        for part in mail.iter_attachments()
    )
    return Letter(
        to=row.recipient or "",
        subject=row.subject or "",
        body=text.replace("\r\n", "\n"),
        template=row.template or "",
        mailbox=row.mailbox or "",
        message_id=row.message_id or "",
        raw=row.raw or b"",
        files=files,
    )
