"""What one message asks, stated without mail's words; made by `bot.desk`, judged by `decide`."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from quotas.programme import Channel


class Position(StrEnum):
    """Where in the message a support number was found."""

    HEAD = "head"
    BODY = "body"
    SUBJECT = "subject"
    QUOTE = "quote"
    FORM = "form"


@dataclass(frozen=True, slots=True)
class NumberSeen:
    """A support number as read: canonical `number`, `position`, and the text it was read from.

    `exact` is false when letters and digits had to be confused (O for 0) to read it; such a
    number is only believed when its contract names the sender as contact.
    """

    number: str
    position: Position
    written: str
    exact: bool = True


class Verdict(StrEnum):
    """What sender authentication found for the From address."""

    PASS = "pass"  # noqa: S105
    FAIL = "fail"
    NONE = "none"


class Policy(StrEnum):
    """A mailbox's demand on sender authentication."""

    REQUIRE = "require"
    PREFER = "prefer"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Authentication:
    """The verdict on the sender and, in one line, what it rests on."""

    verdict: Verdict
    detail: str


@dataclass(frozen=True, slots=True)
class Request:
    """One message as the terms see it.

    `received_at` is aware, in the desk's timezone. `sender` is the one From address, or empty
    when there is not exactly one. `text` is the whole text, `own_text` the sender's own words
    without quotes and signature. `automatic` and `bounce` say why the message is one, or None.
    `lossy` marks text that could not be decoded without loss.
    """

    programme: str
    channel: Channel
    mailbox: str
    received_at: datetime
    sender: str
    subject: str
    text: str
    own_text: str
    numbers: tuple[NumberSeen, ...]
    authentication: Authentication
    policy: Policy
    automatic: str | None = None
    bounce: str | None = None
    lossy: bool = False
    sender_name: str = ""
    attachments: tuple[str, ...] = ()
