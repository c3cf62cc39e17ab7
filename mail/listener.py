"""Receiving over LMTP (RFC 2033) and SMTP (RFC 5321): 250 only when the message is durable.

Smuggling: aiosmtpd reads DATA up to CRLF dot CRLF only, so a bare LF or CR never ends a message
here; such bytes are kept as they came. Lines may be up to 1 MiB, because real mailers break the
limit of 998 and a refused line is a lost customer.
"""

import asyncio
import logging
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Literal

from aiosmtpd.smtp import SMTP
from aiosmtpd.smtp import Envelope as _WireEnvelope
from aiosmtpd.smtp import Session as _WireSession

_log = logging.getLogger(__name__)
MAX_LINE = 1 << 20


@dataclass(frozen=True, slots=True)
class Envelope:
    """One message for one of the desk's mailboxes, with what the connection said about it.

    `mail_from` is empty for the null reverse-path. `client_ip` is the peer's address: with LMTP
    that is the mail server in front, not the sender.
    """

    mailbox: str
    raw: bytes = field(repr=False)
    mail_from: str
    recipients: tuple[str, ...]
    client_ip: str
    helo: str
    smtputf8: bool = False


class TakeResult(Enum):
    """What the desk says of a message: its value is the reply to the client."""

    STORED = "250 2.0.0 stored"
    DISK_LOW = "452 4.3.1 not enough room, try again later"
    REFUSED = "554 5.7.1 refused"


_TEMPORARY = "451 4.3.0 could not be stored, try again later"
_UNKNOWN = "550 5.1.1 no such mailbox here"
_CLOSING = b"421 4.3.2 closing, try again later\r\n"
Take = Callable[[Envelope], Awaitable[TakeResult]]


def delivered(envelope: Envelope, *fields: str) -> bytes:
    """Return the raw message with Return-Path (RFC 5321 4.4) and `fields` put on top.

    `fields` are whole header fields, such as the Authentication-Results of mail.verify.
    """
    top = [f"Return-Path: <{envelope.mail_from}>", *fields]
    head = "".join(f"{line}\r\n" for line in top).encode("utf-8", "surrogateescape")
    return head + envelope.raw


@dataclass(frozen=True, slots=True)
class ListenerSettings:
    """Where to listen; port 0 takes a free one. `max_size` is in bytes.

    `tls` is a server context that makes STARTTLS available, `hostname` the name in the greeting.
    """

    kind: Literal["lmtp", "smtp"]
    host: str
    port: int
    max_size: int = 40 << 20
    tls: ssl.SSLContext | None = None
    hostname: str = "localhost"


class Listener:
    """A server for LMTP or SMTP; `accepts` names the mailbox of an address, or None.

    `take` is awaited once per mailbox of a transaction; it returns when the message is durable.
    An exception from it is a temporary failure to the client (451). With SMTP several mailboxes
    share one reply, so all must be stored for a 250; `take` must know copies by fingerprint.
    """

    def __init__(
        self, settings: ListenerSettings, take: Take, accepts: Callable[[str], str | None]
    ) -> None:
        self.port = settings.port
        self._settings = settings
        self._take, self._accepts = take, accepts
        self._server: asyncio.Server | None = None
        self._connections: set[_Connection] = set()
        self._storing: set[asyncio.Future[str]] = set()

    async def start(self) -> None:
        """Listen; with port 0, `port` tells the one chosen. Raises OSError when it is taken."""
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, self._settings.host, self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self, grace: float = 10.0) -> None:
        """Take no more; finish the messages whose DATA has begun, for at most `grace` seconds."""
        if self._server is None:
            return
        self._server.close()
        self._server = None
        for connection in tuple(self._connections):
            connection.finish()
        busy = [connection.gone.wait() for connection in tuple(self._connections)]
        if busy:
            await asyncio.wait([asyncio.ensure_future(wait) for wait in busy], timeout=grace)
        for connection in tuple(self._connections):
            connection.abort()
        if self._storing:
            await asyncio.wait(self._storing, timeout=grace)

    def _connection(self) -> "_Connection":
        settings = self._settings
        return _Connection(
            self,
            self._connections,
            settings.kind,
            data_size_limit=settings.max_size,
            enable_SMTPUTF8=True,
            hostname=settings.hostname,
            ident="Madoguchi",
            tls_context=settings.tls,
            auth_exclude_mechanism=("LOGIN", "PLAIN"),
            loop=asyncio.get_running_loop(),
        )

    # The hooks below are called by aiosmtpd by name.

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name and arguments
        self,
        server: SMTP,
        session: _WireSession,
        envelope: _WireEnvelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        """Offer what the server can do, without the empty AUTH of aiosmtpd."""
        del server, envelope
        session.host_name = hostname
        return [line for line in responses if not line[4:].startswith("AUTH")]

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,
        session: _WireSession,
        envelope: _WireEnvelope,
        address: str,
        options: list[str],
    ) -> str:
        """Accept an address only when it belongs to a mailbox of the desk."""
        del server, session
        if self._accepts(address) is None:
            return _UNKNOWN
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 recipient ok"

    async def handle_DATA(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: _WireSession, envelope: _WireEnvelope
    ) -> str:
        """Hand the message over, once per mailbox, and answer per recipient or in one line."""
        del server
        by_mailbox: dict[str, list[str]] = {}
        for address in envelope.rcpt_tos:
            by_mailbox.setdefault(self._accepts(address) or "", []).append(address)
        replies: dict[str, str] = {}
        for mailbox, addresses in by_mailbox.items():
            reply = await self._stored(_envelope(mailbox, addresses, session, envelope))
            replies.update(dict.fromkeys(addresses, reply))
        if self._settings.kind == "lmtp":
            return "\r\n".join(replies[address] for address in envelope.rcpt_tos)
        return next((r for r in replies.values() if not r.startswith("2")), *replies.values())

    async def handle_exception(self, error: Exception) -> str:
        """Answer a fault of the desk with a temporary failure, never with its text."""
        _log.error("listener: %s while handling a connection", type(error).__name__)
        return _TEMPORARY

    async def _stored(self, envelope: Envelope) -> str:
        """Run `take` to its end even when the client hangs up meanwhile."""
        task = asyncio.ensure_future(self._reply(envelope))
        self._storing.add(task)
        task.add_done_callback(self._storing.discard)
        return await asyncio.shield(task)

    async def _reply(self, envelope: Envelope) -> str:
        try:
            return (await self._take(envelope)).value
        except Exception as error:  # noqa: BLE001 - whatever failed, the client keeps the mail
            # No traceback: it could hold a customer's text.
            _log.error("mailbox %s: could not store: %s", envelope.mailbox, type(error).__name__)
            return _TEMPORARY


def _envelope(
    mailbox: str, addresses: list[str], session: _WireSession, wire: _WireEnvelope
) -> Envelope:
    content = wire.original_content
    return Envelope(
        mailbox=mailbox,
        raw=bytes(content or b""),
        mail_from="" if wire.mail_from in {None, "<>"} else str(wire.mail_from),
        recipients=tuple(addresses),
        client_ip=str(session.peer[0]) if isinstance(session.peer, tuple) else "",
        helo=session.host_name or "",
        smtputf8=bool(wire.smtp_utf8),
    )


class _Connection(SMTP):
    """One connection of aiosmtpd, taught LMTP's replies per recipient and an orderly end."""

    line_length_limit = MAX_LINE

    def __init__(
        self, handler: Listener, peers: "set[_Connection]", kind: str, **options: Any
    ) -> None:
        super().__init__(handler, **options)
        self._peers = peers
        self._lmtp = kind == "lmtp"
        self._in_data = False
        self._replies_due = 0
        self._ending = False
        self.gone = asyncio.Event()
        greetings = {"LHLO"} if self._lmtp else {"HELO", "EHLO"}
        for name in {"HELO", "EHLO", "LHLO"} - greetings:
            self._smtp_methods.pop(name, None)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember the connection so that a stop can end it."""
        self._peers.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """Forget the connection."""
        super().connection_lost(error)
        self._peers.discard(self)
        self.gone.set()

    def finish(self) -> None:
        """End the connection now, or after the reply when DATA has begun."""
        self._ending = True
        if not self._in_data and isinstance(self.transport, asyncio.WriteTransport):
            self.transport.write(_CLOSING)
            self.transport.close()

    def abort(self) -> None:
        """End the connection whatever it is doing."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    async def smtp_LHLO(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Greet an LMTP client; the answer is that of EHLO."""
        await super().smtp_EHLO(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
        """Read the message and answer, once per recipient with LMTP (RFC 2033 4.2)."""
        self._in_data = True
        try:
            await super().smtp_DATA(arg)
        finally:
            self._in_data = False
            self._replies_due = 0
            if self._ending:
                self.finish()

    async def push(self, status: str | bytes) -> None:
        """Send a reply; after LMTP's DATA aiosmtpd's single refusals are said for each recipient.

        aiosmtpd answers a message that is too long once, and a client that waits for as many
        answers as recipients would hang.
        """
        text = status.decode("utf-8") if isinstance(status, bytes) else status
        if self._in_data and text.startswith("354") and self.envelope is not None:
            self._replies_due = len(self.envelope.rcpt_tos) if self._lmtp else 1
        elif self._replies_due > 1 and "\r\n" not in text:
            text = "\r\n".join([text] * self._replies_due)
        await super().push(text)
