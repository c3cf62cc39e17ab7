"""Verifying senders where the desk itself receives: SPF, DKIM, DMARC, ARC of named forwarders."""

from bot.settings import MailboxSettings, Settings
from mail.dns_lookup import Lookup, dns_lookup
from mail.listener import Envelope
from mail.parse import parse
from mail.verify import Connection, Receiver, verify
from quotas.request import Authentication, Verdict

_VERDICTS = {"pass": Verdict.PASS, "fail": Verdict.FAIL}


def lookup_of(settings: Settings) -> Lookup | None:
    """Return the name lookup of `[dns] resolver`, None when the desk does not verify itself."""
    return dns_lookup([settings.resolver]) if settings.resolver else None


def verified(envelope: Envelope, box: MailboxSettings, lookup: Lookup) -> Authentication:
    """Return the desk's own verdict on the sender of `envelope`; blocking, it asks name servers.

    Over SMTP the client's address counts; over LMTP another server stands in front, so only what
    the message itself carries does. No answer in time is no verdict: policy decides then.
    """
    borders = box.listen is not None and box.listen.kind == "smtp"
    head = envelope.raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"
    result = verify(
        envelope.raw,
        parse(head).from_address,
        Connection(
            envelope.client_ip if borders else "",
            envelope.helo if borders else "",
            envelope.mail_from,
        ),
        Receiver(box.trusted_authserv or box.address.rpartition("@")[2], box.arc_forwarders),
        lookup,
    )
    return Authentication(_VERDICTS.get(result.verdict, Verdict.NONE), result.detail)
