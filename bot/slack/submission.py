"""A submitted modal as values, and what a form is: shown, carried out, refused at a field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Outcome, Seen
from bot.cases.overview import Overview
from bot.slack.modal import View
from bot.slack.payload import Json, part
from bot.store.work import Work


@dataclass(frozen=True, slots=True)
class Submission:
    """A modal as it came in: what it was about, the values by block, and the view's own id."""

    seen: Seen
    values: Mapping[str, Any]
    view: str
    item: int | None
    letters: Letters
    actor: Actor


Answer = Outcome | View
Carry = Callable[[Work, Submission], Answer]
Show = Callable[[Work, Overview, Letters, datetime], View]


@dataclass(frozen=True, slots=True)
class Form:
    """One modal: the field a refusal is shown at, what it does, and how it is first shown."""

    field: str | None
    carry: Carry
    show: Show | None = None


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
