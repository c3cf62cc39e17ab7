"""What the modals that arrange cases do."""

from collections.abc import Callable, Mapping
from datetime import date

from bot.cases import commands, counting, merging, opening, registering, vouching
from bot.cases.outcome import Refused
from bot.cases.overview import Overview
from bot.slack import case_views
from bot.slack.modal import View
from bot.slack.submission import Answer, Form, Show, Submission
from bot.store.work import Work


def _assign(work: Work, given: Submission) -> Answer:
    return commands.assign(work, given.seen, f"slack:{given.values['operator']}", given.actor)


def _prioritise(work: Work, given: Submission) -> Answer:
    return commands.prioritise(work, given.seen, int(given.values["priority"]), given.actor)


def _merge(work: Work, given: Submission) -> Answer:
    return merging.merge(work, given.seen, str(given.values["into"]), given.actor)


def _register(work: Work, given: Submission) -> Answer:
    values = given.values
    person = registering.Person(
        str(values["name"]), str(values["email"]), _day(values["since"]), _day(values["last"])
    )
    programmes = given.letters.programmes
    return registering.register(work, programmes, given.seen, person, given.actor)


def _day(chosen: str | None) -> date | None:
    return date.fromisoformat(chosen) if chosen else None


def _vouch(work: Work, given: Submission) -> Answer:
    return vouching.vouch(work, given.seen, str(given.values["reason"]), given.actor)


def _reverse(work: Work, given: Submission) -> Answer:
    reason = str(given.values["reason"])
    return counting.reverse_use(work, given.letters, given.item or 0, reason, given.actor)


def _new(work: Work, given: Submission) -> Answer:
    values = given.values
    call = opening.Call(
        f"slack:{given.view}",
        str(values["number"]),
        str(values["contact"]),
        str(values["subject"]),
        str(values["text"]),
    )
    return opening.open_by_phone(work, given.letters, call, given.actor)


def _keep(work: Work, given: Submission) -> Answer:
    number = work.cases.standing(str(given.values["number"]).strip().upper())
    text, ref = str(given.values["text"]), f"keep:{given.view}"
    outcome = commands.note(work, number, text, given.actor, ref=ref)
    if isinstance(outcome, Refused):
        return Refused(outcome.why, "number")
    return outcome


def _shown(view: Callable[[Overview], View]) -> Show:
    return lambda _work, seen, _letters, _now: view(seen)


CASE_FORMS: Mapping[str, Form] = {
    "assign": Form("operator", _assign, _shown(case_views.assign_form), operator="operator"),
    "prioritise": Form("priority", _prioritise, _shown(case_views.priority_form)),
    "merge": Form("into", _merge, _shown(case_views.merge_form)),
    "register": Form("email", _register, _shown(case_views.register_form)),
    "vouch": Form("reason", _vouch, _shown(case_views.vouch_form)),
    "reverse": Form("reason", _reverse, _shown(case_views.reverse_form), any_version=True),
    "new": Form("number", _new),
    "keep": Form("number", _keep),
}
