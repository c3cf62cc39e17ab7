"""A submitted modal as values, and what a form is: shown, carried out, refused at a field."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, cast

from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Outcome, Refused, Seen
from bot.cases.overview import Overview
from bot.slack.modal import View
from bot.slack.payload import Json, part
from bot.store.work import Work
from mail.message import Attachment

VALUE_KEYS = {
    "static_select": "selected_option",
    "datetimepicker": "selected_date_time",
    "datepicker": "selected_date",
    "users_select": "selected_user",
    "file_input": "files",
}
"""Where each kind of field holds what was filled in; the others do in ``value``."""


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal as it came in: what it was about, the values by block, and the view's own id.

    `values` may hold a licence key; `files` and `issued` are what an errand has brought.
    """

    seen: Seen
    values: Mapping[str, Any] = field(repr=False)
    view: str
    item: int | None
    letters: Letters
    actor: Actor
    files: tuple[Attachment, ...] = ()
    issued: str = field(default="", repr=False)


Answer = Outcome | View
Carry = Callable[[Work, Submission], Answer]
Show = Callable[[Work, Overview, Letters, datetime], View]


class Outside(Protocol):
    """What lies outside of the database: files people gave to Slack, the vendor's issuer."""

    async def fetch(self, files: Sequence[str], most: int) -> tuple[Attachment, ...] | Refused:
        """Return files by their ids, `most` bytes together, or why they can't be had."""
        ...

    async def forget(self, files: Sequence[str]) -> bool:
        """Delete files in Slack; tell whether all are gone."""
        ...

    async def issue(self, given: Submission) -> str | Outcome:
        """Have a licence key issued for the request of a case."""
        ...


@dataclass(frozen=True, slots=True)
class Errand:
    """What a submission needs from outside first: too long for an acknowledgement.

    `after` is what is done once the command was carried out; it returns what the person is told.
    """

    needed: Callable[[Submission], bool]
    run: Callable[[Outside, Submission], Awaitable[Submission | Outcome]]
    after: Callable[[Outside, Submission], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Form:
    """One modal: the field a refusal is shown at, what it does, and how it is first shown.

    `operator` is the field that names a person, who then has to be one of the desk's operators;
    `any_version` says that it is about something that later changes of the case don't touch.
    """

    field: str | None
    carry: Carry
    show: Show | None = None
    operator: str | None = None
    any_version: bool = False
    errand: Errand | None = None


def blocks_of(view: Json) -> dict[str, str]:
    """Return the view's blocks by name: one that was filled in anew is called ``name:2``."""
    return {block.partition(":")[0]: block for block in part(view, "state", "values")}


def values_of(view: Json) -> dict[str, Any]:
    """Return what was filled in, by the name of the block."""
    state = part(view, "state", "values")
    return {name: _value(part(state, block, "value")) for name, block in blocks_of(view).items()}


def _value(element: Json) -> Any:
    key = VALUE_KEYS.get(str(element.get("type")), "value")
    found = element.get(key)
    if key == "files":
        return [str(file["id"]) for file in cast("list[Json]", found or [])]
    return part(element, key).get("value") if isinstance(found, dict) else found
