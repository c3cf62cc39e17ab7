"""From a received message to the request the terms judge: mail's words become the desk's."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.settings import MailboxSettings
from mail.authentication import Arc, judge
from mail.message import Message
from mail.quotes import split
from mail.support_number import FoundNumber, NumberShape, find_misshapen, find_numbers
from quotas.programme import Programme
from quotas.request import Authentication, NumberSeen, Position, Request, Verdict


@dataclass(frozen=True, slots=True)
class Arrival:
    """One message as its source handed it over, before anything was read.

    `source_key` names it for ever (mailbox, UIDVALIDITY and UID, or a transaction), `envelope_from`
    is the RFC 5321 reverse-path where it is known, `verified` the desk's own verdict on the sender
    where the desk received the mail itself, `archived` says that it is only recorded, `withheld`
    why the source did not give the whole message, which then is quarantined.
    """

    mailbox: str
    source_key: str
    raw: bytes
    received_at: datetime
    envelope_from: str | None = None
    uidvalidity: int | None = None
    uid: int | None = None
    verified: Authentication | None = None
    archived: bool = False
    withheld: str | None = None


def shape_of(programme: Programme) -> NumberShape:
    """Return how the programme's support numbers look, as mail reads them."""
    number = programme.number
    return NumberShape(pattern=number.pattern, labels=number.labels, check=number.check)


def request_in(
    message: Message,
    box: MailboxSettings,
    programme: Programme,
    received_at: datetime,
    verified: Authentication | None = None,
) -> Request:
    """Return what `message`, received in `box` at the aware `received_at`, asks of `programme`.

    `verified` is the desk's own verdict on the sender; without it the trusted
    Authentication-Results of the message are judged.
    """
    parts = split(message.text)
    found = find_numbers(message.text, message.subject, shape_of(programme), own_text=parts.own)
    return Request(
        programme=programme.id,
        channel=box.channel,
        mailbox=box.name,
        received_at=received_at,
        sender=message.from_address,
        sender_name=message.from_name,
        subject=message.subject,
        text=message.text,
        own_text=parts.own,
        numbers=_seen(found) or _misshapen(parts.own, programme),
        authentication=verified or authentication_of(message, box),
        policy=box.authentication,
        automatic=message.automatic,
        bounce=message.bounce.why if message.bounce else None,
        lossy=message.lossy,
        attachments=tuple(attachment.name for attachment in message.attachments),
    )


def _seen(found: Iterable[FoundNumber]) -> tuple[NumberSeen, ...]:
    return tuple(NumberSeen(n.number, Position(n.position), n.written, n.exact) for n in found)


def _misshapen(own_text: str, programme: Programme) -> tuple[NumberSeen, ...]:
    """Return numbers in a wrong shape: of no contract, and yet a number was given."""
    written = find_misshapen(own_text, shape_of(programme))
    return tuple(NumberSeen(number, Position.BODY, number) for number in written)


def authentication_of(message: Message, box: MailboxSettings) -> Authentication:
    """Judge the sender by what the mailbox's own receiver wrote into the message."""
    verdict, detail = judge(
        message.authentication_results,
        message.from_address.rpartition("@")[2],
        box.trusted_authserv or "",
        mode="microsoft365" if box.microsoft365 else "standard",
        arc_forwarders=box.arc_forwarders,
        arc=Arc(message.arc_results, message.arc_seals),
    )
    return Authentication(Verdict(verdict), detail)


def canonical_numbers(written: str, programmes: Iterable[Programme]) -> list[str]:
    """Return the canonical numbers a person may mean by `written`, in each programme's shape."""
    found = (find_numbers(written, "", shape_of(p), own_text=written) for p in programmes)
    return [each.number for numbers in found for each in numbers]
