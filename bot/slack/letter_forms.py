"""The forms whose end is a mail to a customer, or a licence key."""

from collections.abc import Mapping
from datetime import datetime

from bot.cases import override, reissue, reply
from bot.cases.letter import Letters
from bot.cases.outcome import Conflict, Refused
from bot.cases.overview import Overview, overview
from bot.slack import letter_views
from bot.slack.modal import View, notice
from bot.slack.submission import Answer, Form, Submission
from bot.store.work import Work

ATTACHMENT = "添付"


def _reply(work: Work, given: Submission) -> Answer:
    text = str(given.values.get("text") or "")
    made = reply.draft(work, given.letters, given.seen, text, given.actor)
    if isinstance(made, Conflict | Refused):
        return made
    item, letter = made
    seen = overview(work, given.seen.number, given.letters.programmes, given.actor.at)
    warnings = [
        *(["本文に「添付」とありますが、添付ファイルはありません。"] if ATTACHMENT in text else []),
        *(["宛先は登録担当者ではありません。"] if seen and not seen.contact else []),
    ]
    return letter_views.preview(letter, given.seen, item, warnings)


def _confirm(work: Work, given: Submission) -> Answer:
    return reply.confirm(work, given.seen, given.item or 0, given.actor)


def _approve(work: Work, given: Submission) -> Answer:
    granted = str(given.values["keys"]), str(given.values.get("note") or "")
    return reissue.approve(work, given.letters, given.seen, granted, given.actor)


def _refuse(work: Work, given: Submission) -> Answer:
    why = str(given.values["why"])
    return reissue.refuse(work, given.letters, given.seen, why, given.actor)


def _ask(work: Work, given: Submission) -> Answer:
    return override.ask(work, given.letters, given.seen, str(given.values["reason"]), given.actor)


def _grant(work: Work, given: Submission) -> Answer:
    return override.grant(work, given.letters, given.seen, given.actor)


def _show_reply(work: Work, seen: Overview, letters: Letters, now: datetime) -> View:
    del work, letters, now
    if not seen.case.contact:
        return notice("宛先のメールアドレスがないため、返信できません。")
    return letter_views.reply_form(seen)


def _show_grant(work: Work, seen: Overview) -> View:
    notes = work.notes.of_case(seen.case.number)
    reason = next((note.text for note in reversed(notes) if note.kind == "event"), "")
    return letter_views.grant_form(seen, reason)


LETTER_FORMS: Mapping[str, Form] = {
    "reply": Form("text", _reply, _show_reply),
    "confirm": Form(None, _confirm),
    "approve": Form("keys", _approve, lambda _w, seen, _l, _n: letter_views.approve_form(seen)),
    "refuse": Form("why", _refuse, lambda _w, seen, _l, _n: letter_views.refuse_form(seen)),
    "ask": Form("reason", _ask, lambda _w, seen, _l, _n: letter_views.ask_form(seen)),
    "grant": Form(None, _grant, lambda work, seen, _l, _n: _show_grant(work, seen)),
}
"""By name, to be put among all forms of the desk."""
