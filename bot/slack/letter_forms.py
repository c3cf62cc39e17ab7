"""The forms whose end is a mail to a customer, or a licence key."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import cast

from bot.cases import approval, judgement, override, reissue, reply
from bot.cases.letter import Letters
from bot.cases.outcome import Outcome, Refused
from bot.cases.overview import Overview
from bot.cases.screening import MEGABYTE
from bot.slack import letter_views
from bot.slack.modal import View, notice
from bot.slack.submission import Answer, Errand, Form, Outside, Submission
from bot.store.work import Work

APPROVED = "承認しました。ライセンスキーは、お客さまへのメールで送信されます。"
STILL_THERE = (
    "\n⚠ 添付したキーのファイルを Slack から削除できませんでした。手動で削除してください。"
)


def _text(given: Submission, name: str) -> str:
    return str(given.values.get(name) or "")


def _reply(work: Work, given: Submission) -> Answer:
    written = reply.Written(_text(given, letter_views.TEXT), given.files)
    made = reply.draft(work, given.letters, given.seen, written, given.actor)
    if not isinstance(made, reply.Draft):
        return made
    case = work.cases.get(given.seen.number)
    needs_another = case is not None and case.queue in given.letters.replies.second_person
    return letter_views.preview(made, given.seen, needs_another=needs_another)


def _confirm(work: Work, given: Submission) -> Answer:
    return reply.confirm(work, given.letters, given.seen, given.item or 0, given.actor)


def _review(work: Work, given: Submission) -> Answer:
    return approval.approve(work, given.seen, given.item or 0, given.actor)


def _send_back(work: Work, given: Submission) -> Answer:
    return approval.send_back(work, given.seen, _text(given, "why"), given.actor)


def _approve(work: Work, given: Submission) -> Answer:
    keys = given.issued or _text(given, "keys")
    granted = reissue.Grant(keys, _text(given, "note"), given.files)
    return reissue.approve(work, given.letters, given.seen, granted, given.actor)


def _refuse(work: Work, given: Submission) -> Answer:
    why = _text(given, "why")
    return reissue.refuse(work, given.letters, given.seen, why, given.actor)


def _withdraw(work: Work, given: Submission) -> Answer:
    reason = _text(given, "reason")
    return reissue.withdraw(work, given.letters, given.seen, reason, given.actor)


def _judge(work: Work, given: Submission) -> Answer:
    counts = given.values["judgement"] == letter_views.COUNT
    judged = judgement.Judgement(counts, _text(given, "reason"))
    return judgement.judge(work, given.letters, given.seen, judged, given.actor)


def _ask(work: Work, given: Submission) -> Answer:
    return override.ask(work, given.letters, given.seen, _text(given, "reason"), given.actor)


def _grant(work: Work, given: Submission) -> Answer:
    return override.grant(work, given.letters, given.seen, given.actor)


async def _fetched(outside: Outside, given: Submission) -> Submission | Refused:
    most = given.letters.replies.file_megabytes * MEGABYTE
    fetched = await outside.fetch(_files(given), most)
    return fetched if isinstance(fetched, Refused) else replace(given, files=fetched)


def _files(given: Submission) -> list[str]:
    return cast("list[str]", given.values.get("files") or [])


def _has_files(given: Submission) -> bool:
    return bool(_files(given))


def _needs_key(given: Submission) -> bool:
    return _has_files(given) or _is_issued(given)


def _is_issued(given: Submission) -> bool:
    empty = not _text(given, "keys").strip() and not _has_files(given)
    return empty and bool(given.letters.reissue.command)


async def _key_brought(outside: Outside, given: Submission) -> Submission | Outcome:
    if not _is_issued(given):
        return await _fetched(outside, given)
    issued = await outside.issue(given)
    return replace(given, issued=issued) if isinstance(issued, str) else issued


async def _key_forgotten(outside: Outside, given: Submission) -> str:
    gone = await outside.forget(_files(given))
    return APPROVED if gone else APPROVED + STILL_THERE


async def _previewed(outside: Outside, given: Submission) -> str:
    del outside, given
    return "送信内容を確認してください。"


def _show_reply(work: Work, seen: Overview, letters: Letters, now: datetime) -> View:
    del work, letters, now
    if not seen.case.contact:
        return notice("宛先のメールアドレスがないため、返信できません。")
    return letter_views.reply_form(seen)


def _show_approve(work: Work, seen: Overview, letters: Letters, now: datetime) -> View:
    del work, now
    return letter_views.approve_form(seen, issuer=bool(letters.reissue.command))


def _show_review(work: Work, seen: Overview, letters: Letters, now: datetime) -> View:
    del letters, now
    waits = approval.waiting(work, seen.case.number)
    return letter_views.review(waits, seen) if waits else notice(approval.NOTHING_WAITS)


def _show_grant(work: Work, seen: Overview) -> View:
    notes = work.notes.of_case(seen.case.number)
    reason = next((note.text for note in reversed(notes) if note.kind == "event"), "")
    return letter_views.grant_form(seen, reason)


LETTER_FORMS: Mapping[str, Form] = {
    "reply": Form("text", _reply, _show_reply, errand=Errand(_has_files, _fetched, _previewed)),
    "confirm": Form(None, _confirm),
    "review": Form(None, _review, _show_review),
    "send_back": Form(
        "why", _send_back, lambda _w, seen, _l, _n: letter_views.send_back_form(seen)
    ),
    "approve": Form(
        "keys",
        _approve,
        _show_approve,
        errand=Errand(_needs_key, _key_brought, _key_forgotten),
    ),
    "refuse": Form("why", _refuse, lambda _w, seen, _l, _n: letter_views.refuse_form(seen)),
    "withdraw": Form(
        "reason", _withdraw, lambda _w, seen, _l, _n: letter_views.withdraw_form(seen)
    ),
    "judge": Form("reason", _judge, lambda _w, seen, _l, _n: letter_views.judge_form(seen)),
    "ask": Form("reason", _ask, lambda _w, seen, _l, _n: letter_views.ask_form(seen)),
    "grant": Form(None, _grant, lambda work, seen, _l, _n: _show_grant(work, seen)),
}
"""By name, to be put among all forms of the desk."""
