"""The outcome of `decide`: a value that explains itself."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from quotas.contract import Contact, Contract
from quotas.facts import Awaited
from quotas.ledger import Balance


class Reason(StrEnum):
    """Stable codes, also the names of reply templates."""

    ACCEPTED = "accepted"
    FOLLOW_UP = "follow_up"
    NUMBER_MISSING = "number_missing"
    NUMBER_NOT_AT_HEAD = "number_not_at_head"
    NUMBER_UNKNOWN = "number_unknown"
    SENDER_UNREGISTERED = "sender_unregistered"
    SENDER_UNAUTHENTICATED = "sender_unauthenticated"
    CONTRACT_NOT_STARTED = "contract_not_started"
    CONTRACT_ENDED = "contract_ended"
    NOT_COVERED = "not_covered"
    CHANNEL_NOT_ACCEPTED = "channel_not_accepted"
    FACTS_MISSING = "facts_missing"
    REISSUE_REQUESTED = "reissue_requested"
    QUOTA_EXHAUSTED = "quota_exhausted"
    QUOTA_STATEMENT = "quota_statement"
    CALL_REQUESTED = "call_requested"
    REMOTE_SUPPORT_REQUESTED = "remote_support_requested"
    CONTACT_CHANGE_REQUESTED = "contact_change_requested"
    RENEWAL_QUESTION = "renewal_question"
    ASK_OPERATOR = "ask_operator"
    AUTOMATIC_MAIL = "automatic_mail"
    BOUNCE = "bounce"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"


class State(StrEnum):
    """The one visible state a message ends in."""

    ANSWERED = "answered"
    ROUTED = "routed"
    WAITING = "waiting"
    AUTOMATIC = "automatic"
    BOUNCE = "bounce"
    DUPLICATE = "duplicate"
    QUARANTINED = "quarantined"
    ARCHIVED = "archived"


class CaseStep(StrEnum):
    """What recording does about a case."""

    NONE = "none"
    OPEN = "open"
    JOIN = "join"


@dataclass(frozen=True, slots=True)
class Step:
    """One rule that was applied: its name, what came of it, and in a sentence why."""

    rule: str
    result: str
    detail: str = ""
    article: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A reply to be sent: the template and the values it may speak of; never customer text."""

    template: str
    to: str
    values: Mapping[str, Any] = field(default_factory=dict[str, Any])


@dataclass(frozen=True, slots=True)
class Charge:
    """A reservation to be written: under the contract's lock, in the recording transaction."""

    quota: str
    units: int
    charged_on: date
    article: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done about one message, and why.

    `support_number` is the canonical number believed, `contact` the sender as registered,
    `queue` the operators' queue or None, `due` the aware time by which the terms promise an
    answer, `question` what an operator is asked where the terms leave it open, `marks` short
    codes shown on the card (see `quotas.marks`). `challenge` is the address on file asked to
    confirm by the template ``sender_unauthenticated`` with `challenge_values`, `awaits` what the
    message then waits for. `balance` is the count with this request's own charge in it.
    `takes_up` is the id of the waiting message that is decided with this one, `facts` what the
    request states of the required facts, by name.
    """

    reason: Reason
    state: State
    trace: tuple[Step, ...]
    article: str = ""
    support_number: str | None = None
    contract: Contract | None = None
    contact: Contact | None = None
    category: str | None = None
    item: str | None = None
    balance: Balance | None = None
    charge: Charge | None = None
    reply: Reply | None = None
    case: CaseStep = CaseStep.NONE
    case_number: str | None = None
    queue: str | None = None
    due: datetime | None = None
    question: str | None = None
    marks: tuple[str, ...] = ()
    takes_up: int | None = None
    challenge: str | None = None
    challenge_values: Mapping[str, Any] = field(default_factory=dict[str, Any])
    awaits: Awaited | None = None
    facts: Mapping[str, str] = field(default_factory=dict[str, str])
