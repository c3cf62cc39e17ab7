"""What comes of a command: it was done, somebody was faster, or it may not be done."""

from dataclasses import dataclass
from datetime import datetime

from bot.store.cases import Case


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts and when: `id` as the audit keeps it (``slack:U123``, ``web:taro``, ``desk``).

    `at` is aware, in the desk's timezone. `lead` may do what needs a lead; the face has checked
    both before it calls a command. `name` is how the person is called, where that is known.
    """

    id: str
    at: datetime
    lead: bool = False
    name: str = ""


@dataclass(frozen=True, slots=True)
class Seen:
    """The case as it stood on the actor's screen."""

    number: str
    version: int


@dataclass(frozen=True, slots=True)
class Done:
    """The command was carried out; `case` as it stands now."""

    case: Case


@dataclass(frozen=True, slots=True)
class Conflict:
    """The screen was old: `by` (an actor's id) changed the case before; nothing was done."""

    case: Case
    by: str


@dataclass(frozen=True, slots=True)
class Refused:
    """The command may not be done; `why` tells the operator in Japanese what to do instead.

    `field` names the one of a form's fields that is wrong, where it is not the form's usual one.
    """

    why: str
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """The command was carried out on no case; `what` tells the operator so, in Japanese."""

    what: str


Outcome = Done | Conflict | Refused | Told
