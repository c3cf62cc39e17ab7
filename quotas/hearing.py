"""A request while it is being judged: what has been established so far, step by step."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from quotas.contract import Contact, Contract, Status
from quotas.decision import Decision, Step
from quotas.facts import Facts, Waiting
from quotas.programme import Category
from quotas.request import Request


@dataclass(frozen=True, slots=True)
class Hearing:
    """What the guards have made out of a request; never changed, only followed by another.

    `received_at` is when the request was received: that of the waiting message it completes
    (`takes_up`), else its own. `text` and `subject` are the words judged, joined likewise.
    `case_number` is the case it goes on in. `item` is the covered item when it is sure.
    """

    request: Request
    facts: Facts
    received_at: datetime
    text: str
    subject: str
    trace: tuple[Step, ...] = ()
    marks: tuple[str, ...] = ()
    remind_head: bool = False
    contract: Contract | None = None
    contact: Contact | None = None
    status: Status = Status.NONE
    category: Category | None = None
    item: str | None = None
    sure: bool = False
    takes_up: Waiting | None = None
    case_number: str | None = None

    @property
    def day(self) -> date:
        """The day the request was received, which the terms are read on."""
        return self.received_at.date()

    @property
    def today(self) -> date:
        """The day this very message came, which the sender is verified on."""
        return self.request.received_at.date()

    def found(
        self, rule: str, result: str, detail: str, article: str = "", **made: Any
    ) -> "Hearing":
        """Return the hearing with one more step and what it `made` out."""
        return replace(self, trace=(*self.trace, Step(rule, str(result), detail, article)), **made)

    def taking_up(self, waiting: Waiting, text: str) -> "Hearing":
        """Return the hearing of `waiting`, which this message completes, with `text` as its words.

        It was received when the waiting message was, by the clock of the desk.
        """
        return replace(
            self,
            received_at=waiting.received_at.astimezone(self.request.received_at.tzinfo),
            subject=waiting.subject,
            text=text,
            takes_up=waiting,
            case_number=waiting.case_number,
        )

    def marked(self, *marks: str) -> "Hearing":
        """Return the hearing with `marks` for the card, each once."""
        new = tuple(mark for mark in marks if mark not in self.marks)
        return replace(self, marks=(*self.marks, *new))


Guard = Callable[[Hearing], Hearing | Decision]


def open_hearing(request: Request, facts: Facts) -> Hearing:
    """Begin to judge `request`."""
    return Hearing(
        request,
        facts,
        request.received_at,
        request.own_text,
        request.subject,
        case_number=facts.opened,
    )
