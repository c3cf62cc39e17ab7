"""What a submitted modal does: its values read, a command carried out, the next view if any."""

from collections.abc import Mapping
from datetime import datetime

from bot.cases import commands, counting, linking
from bot.cases.letter import Letters
from bot.cases.outcome import Refused
from bot.cases.overview import Overview
from bot.slack import views
from bot.slack.case_forms import CASE_FORMS
from bot.slack.letter_forms import LETTER_FORMS
from bot.slack.modal import View, notice
from bot.slack.submission import Answer, Form, Submission
from bot.store.work import Work


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
    return counting.record_use(work, given.letters, given.seen.number, use, given.actor)


def _link(work: Work, given: Submission) -> Answer:
    number, reason = str(given.values["number"]), str(given.values["reason"])
    return linking.link(work, given.seen, number, reason, given.actor)


def _snooze(work: Work, given: Submission) -> Answer:
    until = datetime.fromtimestamp(int(given.values["until"]), given.actor.at.tzinfo)
    return commands.snooze(work, given.seen, until, given.actor)


def _show_use(work: Work, seen: Overview, letters: Letters, now: datetime) -> View:
    del work
    programme = letters.programmes.get(seen.case.programme)
    quotas = counting.countable(programme, seen.case) if programme else ()
    if not quotas or seen.contract is None:
        return notice("この案件で回数を数えるサポートはありません。")
    return views.use_form(seen, quotas, now)


FORMS: Mapping[str, Form] = {
    **LETTER_FORMS,
    **CASE_FORMS,
    "use": Form("minutes", _use, _show_use),
    "link": Form("number", _link, lambda _w, seen, _l, _n: views.link_form(seen)),
    "snooze": Form("until", _snooze, lambda _w, seen, _l, now: views.snooze_form(seen, now)),
}
