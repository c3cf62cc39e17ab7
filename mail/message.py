"""A received message (RFC 5322) as values, whatever state its bytes were in."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Attachment:
    """A part kept as a file: safe `name`, media `type`, `data` and its `size` in bytes."""

    name: str
    type: str
    data: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """The number of bytes."""
        return len(self.data)


@dataclass(frozen=True, slots=True)
class BounceReport:
    """What a delivery status notification says (RFC 3464, or plain text of a carrier).

    `original_message_id` is the Message-ID of what was sent, with angle brackets, if it is told;
    `recipients` the failed addresses; `permanent` true for 5.x.x, false for delays and 4.x.x.
    """

    why: str
    original_message_id: str | None = None
    recipients: tuple[str, ...] = ()
    status: str = ""
    permanent: bool = True


@dataclass(frozen=True, slots=True)
class Message:
    """One received message; every string is free of lone surrogates, NUL and, in headers, CR/LF.

    `from_address` is empty unless From holds exactly one mailbox. `text` is the whole readable
    text, `automatic` says in a few words why the message is automatic (RFC 3834), else None.
    `authentication_results`, `arc_results` and `arc_seals` are the raw bodies of
    Authentication-Results, ARC-Authentication-Results and ARC-Seal from top to bottom.
    `fingerprint` is equal for two copies of one message, whatever trace headers were added.
    `in_reply_to` and `references` are Message-IDs with angle brackets. `over_limit` names the cap
    the message was over (`raw`, `header`, `parts`, `depth`, `html`, …): such a message, read only
    in part, is set aside for a person.
    """

    message_id: str
    from_address: str
    from_name: str
    to: tuple[str, ...]
    subject: str
    date: datetime | None
    in_reply_to: tuple[str, ...]
    references: tuple[str, ...]
    text: str
    attachments: tuple[Attachment, ...]
    automatic: str | None
    bounce: BounceReport | None
    lossy: bool
    defects: tuple[str, ...]
    authentication_results: tuple[str, ...]
    fingerprint: str
    return_path: str | None = None
    html: bool = False
    language: str = ""
    over_limit: str | None = None
    arc_results: tuple[str, ...] = ()
    arc_seals: tuple[str, ...] = ()
