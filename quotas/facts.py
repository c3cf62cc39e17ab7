"""Everything `decide` needs besides the request, gathered before it in one transaction."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from quotas.calendar import BusinessCalendar
from quotas.contract import Contract
from quotas.ledger import LedgerEntry
from quotas.programme import Programme


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """The case a message claims to belong to, by a reference whose keyed hash agreed."""

    number: str
    support_number: str | None
    contacts: frozenset[str]
    state: str
    category: str | None
    notes_outside_hours_sent: bool = False


class Awaited(StrEnum):
    """What an earlier message in this thread still waits for."""

    NUMBER = "number"
    FACTS = "facts"
    CONFIRMATION = "confirmation"


@dataclass(frozen=True, slots=True)
class Waiting:
    """An earlier message of the same sender in this thread that the desk could not finish.

    One that awaits `CONFIRMATION` is known only when this message refers to the challenge itself,
    which went to the address on file: whoever forged the earlier message knows its Message-ID.
    """

    message_id: int
    awaits: Awaited
    received_at: datetime
    subject: str
    text: str
    case_number: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """Automatic replies to one address so far today, and templates sent in this case or thread."""

    today: int = 0
    templates_in_case: frozenset[str] = frozenset()
    stopped_by_bounce: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What the desk knows when it judges a request.

    `contracts` maps every canonical number seen in the message that exists to its contract, and
    the case's number to its contract although it may not stand in the message; `ledger` holds
    all entries of those contracts. `forged_reference` names a thread or case reference in the
    message whose keyed hash did not agree, or which belongs to someone else.
    `duplicate_of` is the id of the same message received before. `limit_per_day` caps automatic
    replies to one address. `opened` is the case this very message opened when it was decided
    before: decided again, it goes on there.
    """

    programme: Programme
    calendar: BusinessCalendar
    contracts: dict[str, Contract] = field(default_factory=dict[str, Contract])
    ledger: tuple[LedgerEntry, ...] = ()
    case: CaseFacts | None = None
    waiting: Waiting | None = None
    sent: Sent = Sent()
    duplicate_of: int | None = None
    forged_reference: str | None = None
    own_addresses: frozenset[str] = frozenset()
    limit_per_day: int = 5
    opened: str | None = None
