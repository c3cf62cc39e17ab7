"""A programme's terms as they stand on one day: plain values for the screen and for programs."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, TypeVar

from quotas.contract import Status
from quotas.programme import Category, Coverage, Programme
from quotas.provision import Dated, Provision, last_day

T = TypeVar("T")
View = dict[str, Any]

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def terms_on(programme: Programme, day: date) -> View:
    """Return the terms in force on `day`; of a quota, those of a contract year begun that day."""
    return {
        "id": programme.id,
        "name": programme.name,
        "source": programme.source,
        "revision": programme.revision,
        "on": day,
        "number": _number(programme),
        "statuses": {status.value: name for status, name in programme.statuses.items()},
        "titles": dict(programme.titles),
        "channels": _channels(programme, day),
        "hours": _hours(programme, day),
        "contacts": _contacts(programme, day),
        "coverage": [
            _coverage(programme, row) for row in programme.coverage.on(day).value.values()
        ],
        "quotas": [_quota(name, term.on(day)) for name, term in programme.quotas.items()],
        "categories": [_category(each) for each in programme.categories.on(day).value],
        "rules": [_rule(name, each) for name, each in _in_force(programme.rules, day)],
        "questions": [
            {"name": name, "text": each.text, "article": each.article}
            for name, each in programme.questions.items()
        ],
        "clauses": [
            {"name": name, "title": each.value.title, "text": each.value.text, **_dating(each)}
            for name, each in _in_force(programme.clauses, day)
        ],
        "articles_left_out": dict(programme.articles_left_out),
    }


def _in_force(terms: Mapping[str, Dated[T]], day: date) -> list[tuple[str, Provision[T]]]:
    return [(name, each) for name, term in terms.items() for each in term if each.holds_on(day)]


def _dating(provision: Provision[T]) -> View:
    """Return article and days in force, the last one inclusive as the file writes it."""
    until = last_day(provision.until) if provision.until else None
    return {"article": provision.article, "since": provision.since, "until": until}


def _number(programme: Programme) -> View:
    number = programme.number
    return {
        "pattern": number.pattern,
        "labels": list(number.labels),
        "check": number.check,
        "head_required": number.head_required,
        "article": number.article,
    }


def _channels(programme: Programme, day: date) -> View:
    provision = programme.channels.on(day)
    return {"accepted": sorted(provision.value), **_dating(provision)}


def _hours(programme: Programme, day: date) -> View:
    provision = programme.hours.on(day)
    hours = provision.value
    return {
        "weekdays": [WEEKDAYS[weekday] for weekday in sorted(hours.weekdays)],
        "intervals": [f"{_clock(start)}-{_end(stop)}" for start, stop in hours.intervals],
        "closed_on_national_holidays": hours.national_holidays_closed,
        **_dating(provision),
    }


def _contacts(programme: Programme, day: date) -> View:
    provision = programme.contacts_maximum.on(day)
    return {"maximum": provision.value, **_dating(provision)}


def _coverage(programme: Programme, row: Coverage) -> View:
    def named(values: Mapping[Status, Any]) -> View:
        return {programme.statuses[status]: value for status, value in values.items()}

    return {
        "item": row.item,
        "title": row.title,
        "covered": named(row.by_status),
        "prices": named(row.prices),
        "questions": named(row.questions),
        "quota": row.quota,
        "note": row.note,
        "article": row.article,
    }


def _quota(name: str, provision: Provision[Any]) -> View:
    terms = provision.value
    return {
        "name": name,
        "title": terms.title,
        "unit": terms.unit,
        "limit": terms.limit,
        "at_limit": terms.at_limit,
        "notices": list(terms.notices),
        "guideline_minutes": terms.guideline_minutes,
        "suggested_price": terms.suggested_price,
        "question": terms.question,
        **_dating(provision),
    }


def _category(category: Category) -> View:
    return {
        "name": category.name,
        "title": category.title,
        "kind": category.kind,
        "item": category.item,
        "quota": category.quota,
        "channels": sorted(category.channels),
        "reply_channel": category.reply_channel,
        "queue": category.queue,
        "facts": [fact.title for fact in category.facts],
        "due_business_days": category.due_business_days,
        "question": category.question,
        "words": {word.text: word.weight for word in category.words},
        "article": category.article,
    }


def _rule(name: str, provision: Provision[Mapping[str, Any]]) -> View:
    parameters = {key: value for key, value in provision.value.items() if key != "calculator"}
    return {
        "name": name,
        "calculator": provision.value.get("calculator"),
        "parameters": parameters,
        **_dating(provision),
    }


def _clock(at: time) -> str:
    return f"{at:%H:%M}"


def _end(at: time) -> str:
    """Return the end of an interval; midnight belongs to the day it ends."""
    return "24:00" if at == time(0) else _clock(at)
