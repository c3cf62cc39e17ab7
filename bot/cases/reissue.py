"""Licence-key re-issue: granted with a key, or refused with a reason.

The key is drawn into the mail and sealed in the same step; no note, audit or card ever holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from bot.cases.counting import counted
from bot.cases.letter import Letters, outgoing, write
from bot.cases.outcome import Actor, Conflict, Outcome, Refused, Seen
from bot.cases.reply import checked
from bot.drawing import post_line
from bot.outbox import SEALED, deliver_soon
from bot.sealing import Seal
from bot.store.cases import Case
from bot.store.ledger import following
from bot.store.work import Work
from quotas.answer import quota_values
from quotas.counting import balance_on, terms_in
from quotas.decision import Reply
from quotas.ledger import Kind, LedgerEntry
from quotas.ledger_check import Refusal
from quotas.programme import Programme

NO_REQUEST = "この案件には、承認を待っている再発行の予約がありません。"


@dataclass(frozen=True, slots=True)
class _Request:
    """A case with its open reservation."""

    case: Case
    entry: LedgerEntry
    programme: Programme


def approve(
    work: Work, letters: Letters, seen: Seen, granted: tuple[str, str], actor: Actor
) -> Outcome:
    """Send the key to the contact who asked and consume the reserved unit, in one step.

    `granted` holds the key or keys, one a line, and what the operator adds.
    """
    keys, note = granted
    if not keys.strip():
        return Refused("ライセンスキーを入力してください。")
    request = _request(work, letters, seen)
    if not isinstance(request, _Request):
        return request
    values = {"licence_keys": keys.strip(), "note": note.strip()}
    return _settle(work, letters, request, Reply("reissue_done", "", values), actor)


def refuse(work: Work, letters: Letters, seen: Seen, why: str, actor: Actor) -> Outcome:
    """Tell the contact why there is no key, and give the reserved unit back."""
    if not why.strip():
        return Refused("却下の理由を入力してください。")
    request = _request(work, letters, seen)
    if not isinstance(request, _Request):
        return request
    return _settle(work, letters, request, Reply("reissue_refused", "", {"why": why}), actor)


_WAYS: Mapping[str, tuple[Kind, str, str]] = {
    "reissue_done": (Kind.CONSUME, "reissue_approved", "🔑 再発行を承認し、お客さまへ送信します。"),
    "reissue_refused": (Kind.RELEASE, "reissue_refused", "再発行を却下し、予約を戻しました。"),
}
"""By template: what is written to the ledger, the audit's word, and the line in the thread."""


def _settle(work: Work, letters: Letters, request: _Request, reply: Reply, actor: Actor) -> Outcome:
    kind, action, line = _WAYS[reply.template]
    case, entry = request.case, request.entry
    key = f"{action}:{entry.id}"
    closing = following(entry, kind, key=key, actor=actor.id, at=actor.at)
    written = work.ledger.record(closing, request.programme)
    if isinstance(written, Refusal):
        return Refused(f"{written.japanese}。")
    values = {**reply.values, "quota": _count(work, request)}
    letter = write(work, letters, case, replace(reply, values=values), actor.at)
    if isinstance(letter, Refused):
        raise UndeliverableError(letter.why)
    row = outgoing(letter, case, f"mail:{key}", actor.at)
    if kind is Kind.CONSUME:
        sealed = Seal(letters.office.key).close(letter.raw)
        row = replace(row, raw=sealed, payload=SEALED)
    work.outbox.add(row)
    deliver_soon(work, actor.at)
    post_line(work, case, key, line, actor.at)
    return counted(work, case, action, written, actor)


class UndeliverableError(ValueError):
    """Raised to undo the whole work when the letter can't be made after the count was settled."""


def _request(work: Work, letters: Letters, seen: Seen) -> _Request | Conflict | Refused:
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    programme = letters.programmes.get(case.programme)
    reserved = work.ledger.reserved_in(case.number)
    if not reserved or programme is None:
        return Refused(NO_REQUEST)
    if not case.contact or case.mailbox not in letters.boxes:
        return Refused("宛先のメールアドレスがないため、再発行の手続きを進められません。")
    return _Request(case, reserved[0], programme)


def _count(work: Work, request: _Request) -> Mapping[str, Any] | None:
    entry, programme = request.entry, request.programme
    contract = work.contracts.find(entry.support_number)
    if contract is None:
        return None
    entries = work.ledger.entries(entry.support_number)
    left = balance_on(contract, programme, entry.quota, entries, entry.charged_on)
    return quota_values(left, terms_in(programme, entry.quota, left.year)) if left else None
