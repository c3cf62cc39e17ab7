"""Licence-key re-issue: granted with a key, refused with a reason, or withdrawn.

The key is drawn into the mail and sealed in the same step; no note, audit or card ever holds it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.cases.commands import last_actor, record_change
from bot.cases.counting import counted
from bot.cases.letter import Letters, addressee_registered, outgoing, write
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.override import reservation
from bot.cases.reply import checked
from bot.cases.requests import is_free, quota_asked
from bot.cases.screening import screen, too_big
from bot.cases.threshold import notify
from bot.drawing import post_line
from bot.outbox import SEALED, deliver_soon
from bot.sealing import Seal
from bot.store.cases import Case
from bot.store.ledger import following
from bot.store.notes import Note
from bot.store.work import Work
from mail.message import Attachment
from quotas.answer import quota_values
from quotas.counting import balance_on, terms_in
from quotas.decision import Reply
from quotas.ledger import Kind, LedgerEntry
from quotas.ledger_check import Refusal
from quotas.programme import Programme

NO_REQUEST = "この案件には、承認を待っている再発行がありません。"
NO_KEY = "ライセンスキーを入力するか、ファイルを添付してください。"
NOT_REGISTERED = (
    "送付先が登録担当者ではないため、再発行の手続きを進められません。登録をご確認ください。"
)


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted: keys as text, one a line, or as files, and what the operator adds."""

    keys: str = field(default="", repr=False)
    note: str = ""
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class _Request:
    """A case whose re-issue waits: its open reservation, or None if it was decided not to count."""

    case: Case
    quota: str
    entry: LedgerEntry | None
    programme: Programme


class UndeliverableError(ValueError):
    """Raised to undo the whole work when the letter can't be made after the count was settled."""


def approve(work: Work, letters: Letters, seen: Seen, granted: Grant, actor: Actor) -> Outcome:
    """Send the key to the contact who asked and settle the count, in one step."""
    if not granted.keys.strip() and not granted.files:
        return Refused(NO_KEY)
    refused = screen([granted.note], letters.replies) or too_big(granted.files, letters.replies)
    if refused is not None:
        return refused
    request = _mailable(work, letters, seen, actor)
    if not isinstance(request, _Request):
        return request
    entry = _taken(work, request, actor)
    closing = (Kind.CONSUME, "") if request.entry else (Kind.WAIVE, "回数に数えない再発行")
    written = entry if isinstance(entry, Refusal) else _close(work, request, entry, closing, actor)
    if isinstance(written, Refusal):
        return Refused(f"{written.japanese}。")
    values = {
        "licence_keys": granted.keys.strip(),
        "key_files": [file.name for file in granted.files],
        "note": granted.note.strip(),
    }
    _send(work, letters, request, Reply("reissue_done", "", values), actor, granted.files)
    line = "🔑 再発行を承認し、お客さまへ送信します。"
    post_line(work, request.case, f"reissue_approved:{written.id}", line, actor.at)
    notify(work, letters, written, request.case, actor.at)
    return counted(work, request.case, "reissue_approved", written, actor)


def refuse(work: Work, letters: Letters, seen: Seen, why: str, actor: Actor) -> Outcome:
    """Tell the contact why there is no key, and give the reserved unit back."""
    if not why.strip():
        return Refused("却下の理由を入力してください。")
    refused = screen([why], letters.replies)
    if refused is not None:
        return refused
    request = _mailable(work, letters, seen, actor)
    if not isinstance(request, _Request):
        return request
    ended = _given_back(work, request, "reissue_refused", actor)
    if isinstance(ended, Done):
        _send(work, letters, request, Reply("reissue_refused", "", {"why": why}), actor)
        line = "再発行を却下し、予約を戻しました。"
        post_line(work, ended.case, f"reissue_refused:{seen.version}", line, actor.at)
    return ended


def withdraw(work: Work, letters: Letters, seen: Seen, reason: str, actor: Actor) -> Outcome:
    """取り下げ: give the reserved unit back without a mail; the reason is kept as a note."""
    if not reason.strip():
        return Refused("取り下げの理由を入力してください。")
    request = _request(work, letters, seen)
    if not isinstance(request, _Request):
        return request
    ended = _given_back(work, request, "reissue_withdrawn", actor, reason)
    if isinstance(ended, Done):
        text, ref = f"再発行の取り下げ：{reason}", f"withdrawn:{seen.number}:{seen.version}"
        work.notes.add(Note(seen.number, actor.at, "event", actor.id, text, ref))
        line = "↩ 再発行のご依頼は取り下げられ、予約を戻しました。"
        post_line(work, ended.case, ref, line, actor.at)
    return ended


def order(work: Work, letters: Letters, seen: Seen, actor: Actor) -> Mapping[str, Any] | Outcome:
    """Return what the vendor's issuer is told about a request, or why nothing is to be issued.

    `request` in it is equal whenever the same re-issue is asked for again.
    """
    request = _mailable(work, letters, seen, actor)
    if not isinstance(request, _Request):
        return request
    case, entry = request.case, request.entry
    contract = work.contracts.find(case.support_number or "")
    facts: dict[str, Any] = {}
    for message in work.messages.of_case(case.number):
        facts |= (message.decision or {}).get("facts") or {}
    return {
        "request": f"{case.number}:{entry.id}" if entry else f"{case.number}:free",
        "case_number": case.number,
        "programme": case.programme,
        "support_number": case.support_number,
        "customer": contract.customer if contract else None,
        "contact": {"name": case.contact_name, "email": case.contact},
        "quota": request.quota,
        "counted": entry is not None,
        "facts": facts,
    }


def _taken(work: Work, request: _Request, actor: Actor) -> LedgerEntry | Refusal:
    """Return the reservation that is settled; one that does not count is written only now."""
    if request.entry is not None:
        return request.entry
    entry = reservation(request.case, request.quota, actor, "uncounted")
    return work.ledger.record(entry, request.programme, override=True)


def _close(
    work: Work, request: _Request, entry: LedgerEntry, closing: tuple[Kind, str], actor: Actor
) -> LedgerEntry | Refusal:
    """Close a reservation; `closing` is how and why."""
    kind, reason = closing
    key = f"reissue_{kind}:{entry.id}"
    end = following(entry, kind, key=key, actor=actor.id, at=actor.at)
    return work.ledger.record(replace(end, reason=reason), request.programme)


def _given_back(
    work: Work, request: _Request, action: str, actor: Actor, reason: str = ""
) -> Outcome:
    """Release the reserved unit, if there is one, and record how the request ended."""
    case = request.case
    if request.entry is not None:
        written = _close(work, request, request.entry, (Kind.RELEASE, reason), actor)
        if isinstance(written, Refusal):
            return Refused(f"{written.japanese}。")
        return counted(work, case, action, written, actor)
    changed = work.cases.change(case.number, case.version, actor.at)
    if changed is None:
        return Conflict(case, by=last_actor(work, case))
    record_change(work, action, case, changed, actor)
    return Done(changed)


def _send(  # noqa: PLR0913, PLR0917 - the open work, and what makes one letter
    work: Work,
    letters: Letters,
    request: _Request,
    reply: Reply,
    actor: Actor,
    files: tuple[Attachment, ...] = (),
) -> None:
    """Put the letter about a settled request into the outbox; one with a key is sealed."""
    case = request.case
    reply = replace(reply, values={**reply.values, "quota": _count(work, request)})
    letter = write(work, letters, case, reply, actor.at, files)
    if isinstance(letter, Refused):
        raise UndeliverableError(letter.why)
    row = outgoing(letter, case, f"mail:{reply.template}:{case.number}:{case.version}", actor.at)
    if reply.template == "reissue_done":
        sealed = Seal(letters.office.key).close(letter.raw)
        row = replace(row, raw=sealed, payload=SEALED)
    work.outbox.add(row)
    deliver_soon(work, actor.at)


def _mailable(
    work: Work, letters: Letters, seen: Seen, actor: Actor
) -> _Request | Conflict | Refused:
    """Return the request whose outcome can be mailed: to a registered contact and nobody else."""
    request = _request(work, letters, seen)
    if not isinstance(request, _Request):
        return request
    case = request.case
    if case.mailbox not in letters.boxes:
        return Refused("送信に使うメールボックスの設定がないため、手続きを進められません。")
    if not addressee_registered(work, case.support_number, case.contact, actor.at.date()):
        return Refused(NOT_REGISTERED)
    return request


def _request(work: Work, letters: Letters, seen: Seen) -> _Request | Conflict | Refused:
    case = checked(work, seen)
    if not isinstance(case, Case):
        return case
    programme = letters.programmes.get(case.programme)
    entry = next(iter(work.ledger.reserved_in(case.number)), None)
    quota = entry.quota if entry else _free_quota(work, programme, case)
    if programme is None or quota is None:
        return Refused(NO_REQUEST)
    return _Request(case, quota, entry, programme)


def _free_quota(work: Work, programme: Programme | None, case: Case) -> str | None:
    if programme is None or not is_free(work, case.number):
        return None
    return quota_asked(programme, case)


def _count(work: Work, request: _Request) -> Mapping[str, Any] | None:
    case, programme = request.case, request.programme
    contract = work.contracts.find(case.support_number or "")
    if contract is None or request.entry is None:
        return None
    entries = work.ledger.entries(contract.support_number)
    left = balance_on(contract, programme, request.quota, entries, request.entry.charged_on)
    return quota_values(left, terms_in(programme, request.quota, left.year)) if left else None
