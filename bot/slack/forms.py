"""What a submitted modal does: its values read, a command carried out, the next view if any."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cases import commands, counting, linking, override, reissue, reply
from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Conflict, Outcome, Refused, Seen
from bot.cases.overview import Overview, overview
from bot.slack import views
from bot.slack.payload import Json, part
from bot.store.work import Work

ATTACHMENT = "添付"


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal as it came in: what it was about, the values by block, and the view's own id."""

    seen: Seen
    values: Mapping[str, Any]
    view: str
    item: int | None
    letters: Letters
    actor: Actor


Answer = Outcome | views.View
Carry = Callable[[Work, Submission], Answer]
Show = Callable[[Work, Overview, Letters, datetime], views.View]


def values_of(view: Json) -> dict[str, Any]:
    """Return what was filled in, by block."""
    state = part(view, "state", "values")
    return {block: _value(part(state, block, "value")) for block in state}


def _value(element: Json) -> Any:
    kinds = {
        "static_select": lambda: part(element, "selected_option").get("value"),
        "datetimepicker": lambda: element.get("selected_date_time"),
    }
    read = kinds.get(str(element.get("type")))
    return read() if read else element.get("value")


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
    return views.preview(letter, given.seen, item, warnings)


def _confirm(work: Work, given: Submission) -> Answer:
    return reply.confirm(work, given.seen, given.item or 0, given.actor)


def _use(work: Work, given: Submission) -> Answer:
    values, now = given.values, given.actor.at
    use = counting.Use(
        key=f"slack:{given.view}",
        quota=str(values["quota"]),
        contact=str(values["contact"]),
        start=datetime.fromtimestamp(int(values["start"]), now.tzinfo),
        minutes=int(values["minutes"]),
        summary=str(values["summary"]),
    )
    if use.start > now:
        return Refused("開始日時には、すでに始まった日時を指定してください。")
    programmes = given.letters.programmes
    return counting.record_use(work, programmes, given.seen.number, use, given.actor)


def _approve(work: Work, given: Submission) -> Answer:
    granted = str(given.values["keys"]), str(given.values.get("note") or "")
    return reissue.approve(work, given.letters, given.seen, granted, given.actor)


def _refuse(work: Work, given: Submission) -> Answer:
    why = str(given.values["why"])
    return reissue.refuse(work, given.letters, given.seen, why, given.actor)


def _ask(work: Work, given: Submission) -> Answer:
    return override.ask(work, given.letters, given.seen, str(given.values["reason"]), given.actor)


def _link(work: Work, given: Submission) -> Answer:
    number, reason = str(given.values["number"]), str(given.values["reason"])
    return linking.link(work, given.seen, number, reason, given.actor)


def _grant(work: Work, given: Submission) -> Answer:
    return override.grant(work, given.letters, given.seen, given.actor)


def _snooze(work: Work, given: Submission) -> Answer:
    until = datetime.fromtimestamp(int(given.values["until"]), given.actor.at.tzinfo)
    return commands.snooze(work, given.seen, until, given.actor)


def _show_use(work: Work, seen: Overview, letters: Letters, now: datetime) -> views.View:
    del work
    programme = letters.programmes.get(seen.case.programme)
    quotas = counting.countable(programme, seen.case) if programme else ()
    if not quotas or seen.contract is None:
        return views.notice("この案件で回数を数えるサポートはありません。")
    return views.use_form(seen, quotas, now)


def _show_reply(work: Work, seen: Overview, letters: Letters, now: datetime) -> views.View:
    del work, letters, now
    if not seen.case.contact:
        return views.notice("宛先のメールアドレスがないため、返信できません。")
    return views.reply_form(seen)


def _show_grant(work: Work, seen: Overview) -> views.View:
    notes = work.notes.of_case(seen.case.number)
    reason = next((note.text for note in reversed(notes) if note.kind == "event"), "")
    return views.grant_form(seen, reason)


@dataclass(frozen=True, slots=True)
class Form:
    """One modal: the field a refusal is shown at, what it does, and how it is first shown."""

    field: str | None
    carry: Carry
    show: Show | None = None


FORMS: Mapping[str, Form] = {
    "reply": Form("text", _reply, _show_reply),
    "confirm": Form(None, _confirm),
    "use": Form("minutes", _use, _show_use),
    "approve": Form("keys", _approve, lambda _w, seen, _l, _n: views.approve_form(seen)),
    "refuse": Form("why", _refuse, lambda _w, seen, _l, _n: views.refuse_form(seen)),
    "ask": Form("reason", _ask, lambda _w, seen, _l, _n: views.ask_form(seen)),
    "link": Form("number", _link, lambda _w, seen, _l, _n: views.link_form(seen)),
    "grant": Form(None, _grant, lambda work, seen, _l, _n: _show_grant(work, seen)),
    "snooze": Form("until", _snooze, lambda _w, seen, _l, now: views.snooze_form(seen, now)),
}
