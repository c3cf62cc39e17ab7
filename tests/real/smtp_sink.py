"""An SMTP server that keeps what it accepts and fails in the way it is told."""

# ruff: noqa: N802 - aiosmtpd calls its hooks by these names

import asyncio
import contextlib
import re
import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from aiosmtpd.smtp import Envelope as WireEnvelope
from aiosmtpd.smtp import Session as WireSession


class Fault(Enum):
    """What happens to the next transaction (or connection); None of them is random."""

    GREETING_421 = "421 4.3.2 closing"
    GREETING_554 = "554 5.3.2 no service here"
    MAIL_421 = "421 4.7.0 too many messages"
    MAIL_451 = "451 4.7.1 greylisted"
    MAIL_GARBAGE = "XYZZY nothing happens"
    MAIL_CUT = "mail cut"
    RCPT_450 = "450 4.2.0 mailbox busy"
    RCPT_550 = "550 5.1.1 no such user"
    DATA_451 = "451 4.3.0 try again"
    DATA_421 = "421 4.3.2 shutting down"
    DATA_452 = "452 4.3.1 disk full"
    DATA_552 = "552 5.3.4 too big"
    DATA_554 = "554 5.7.1 policy"
    DATA_530 = "530 5.7.0 sign in first"
    CUT_AFTER_DATA = "cut, not stored"
    STORED_THEN_CUT = "cut, stored"
    STORED_THEN_SILENT = "silent, stored"
    STORED_THEN_GARBAGE = "XYZZY a hollow voice says plugh"
    STORED_IN_TWO_LINES = "250-first\r\n250 second"


_BEFORE_DATA = {
    "MAIL": {Fault.MAIL_421, Fault.MAIL_451, Fault.MAIL_GARBAGE, Fault.MAIL_CUT},
    "RCPT": {Fault.RCPT_450, Fault.RCPT_550},
}
_STORED = {f for f in Fault if f.name.startswith("STORED")}
_CUT = {Fault.MAIL_CUT, Fault.CUT_AFTER_DATA, Fault.STORED_THEN_CUT}
_MESSAGE_ID = re.compile(rb"^Message-ID:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


@dataclass(frozen=True)
class Stored:
    """One message the server has accepted."""

    mail_from: str
    recipients: tuple[str, ...]
    options: tuple[str, ...]
    raw: bytes = field(repr=False)

    @property
    def message_id(self) -> str:
        found = _MESSAGE_ID.search(self.raw)
        return found.group(1).decode() if found else ""


class SmtpSink:
    """The server; `faults` are used up one a transaction, then all goes well.

    Counts `connections`, `sign_ins` and RSETs, and keeps every accepted message in `stored`.
    """

    def __init__(
        self, tls: ssl.SSLContext | None = None, users: dict[str, str] | None = None
    ) -> None:
        self.port = 0
        self.faults: list[Fault] = []
        self.stored: list[Stored] = []
        self.connections = 0
        self.resets = 0
        self.sign_ins = 0
        self.extensions: set[str] = {"SIZE", "8BITMIME", "SMTPUTF8"}
        self._tls, self._users = tls, users
        self._server: asyncio.Server | None = None
        self._open: set[_Connection] = set()
        self.idle = asyncio.Event()  # nobody is connected
        self._hang = asyncio.Event()

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(self._connection, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        self._hang.set()
        self.cut_all()
        await asyncio.sleep(0)

    def cut_all(self) -> None:
        """Cut every open connection, as a server does that restarts."""
        for connection in tuple(self._open):
            connection.cut()

    def answer(self) -> None:
        """Let those who wait for an answer have it."""
        self._hang.set()

    def copies(self, message_id: str) -> int:
        return sum(message.message_id == message_id for message in self.stored)

    def _connection(self) -> "_Connection":
        self.connections += 1
        return _Connection(
            self,
            self._open,
            self.idle,
            hostname="sink.test",
            enable_SMTPUTF8="SMTPUTF8" in self.extensions,
            data_size_limit=1 << 20 if "SIZE" in self.extensions else None,
            tls_context=self._tls,
            authenticator=self._authenticate if self._users else None,
            auth_required=bool(self._users),
            auth_require_tls=False,
            loop=asyncio.get_running_loop(),
        )

    def _authenticate(
        self, server: SMTP, session: WireSession, envelope: WireEnvelope, mechanism: str, data: Any
    ) -> AuthResult:
        del server, session, envelope, mechanism
        self.sign_ins += 1
        assert isinstance(data, LoginPassword)
        assert self._users is not None
        good = self._users.get(data.login.decode()) == data.password.decode()
        return AuthResult(success=good, handled=False)

    async def handle_EHLO(
        self,
        server: SMTP,
        session: WireSession,
        envelope: WireEnvelope,
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        del server, envelope
        session.host_name = hostname
        known = {"SIZE", "8BITMIME", "SMTPUTF8"}
        return [r for r in responses if r[4:].split()[0] not in known - self.extensions]

    async def handle_RSET(self, server: SMTP, session: WireSession, envelope: WireEnvelope) -> str:
        del server, session, envelope
        self.resets += 1
        return "250 OK"

    async def handle_MAIL(
        self,
        server: "_Connection",
        session: WireSession,
        envelope: WireEnvelope,
        address: str,
        options: list[str],
    ) -> str | None:
        del session
        if fault := self._next("MAIL"):
            return server.fail(fault)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self,
        server: "_Connection",
        session: WireSession,
        envelope: WireEnvelope,
        address: str,
        options: list[str],
    ) -> str | None:
        del session, options
        if fault := self._next("RCPT"):
            return server.fail(fault)
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(
        self, server: "_Connection", session: WireSession, envelope: WireEnvelope
    ) -> str | None:
        del session
        fault = self.faults.pop(0) if self.faults else None
        if fault is None or fault in _STORED:
            sender = str(envelope.mail_from)
            self.stored.append(
                Stored(
                    "" if sender == "<>" else sender,
                    tuple(envelope.rcpt_tos),
                    tuple(envelope.mail_options),
                    bytes(envelope.original_content or b""),
                )
            )
        if fault is Fault.STORED_THEN_SILENT:
            await self._hang.wait()
            fault = None
        return "250 2.0.0 queued" if fault is None else server.fail(fault)

    def greeting_fault(self) -> Fault | None:
        if self.faults and self.faults[0].name.startswith("GREETING"):
            return self.faults.pop(0)
        return None

    def _next(self, stage: str) -> Fault | None:
        if self.faults and self.faults[0] in _BEFORE_DATA[stage]:
            return self.faults.pop(0)
        return None


class _Connection(SMTP):
    def __init__(
        self, sink: SmtpSink, peers: "set[_Connection]", idle: asyncio.Event, **options: Any
    ) -> None:
        super().__init__(sink, **options)
        self._sink, self._peers, self._idle = sink, peers, idle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._peers.add(self)
        self._idle.clear()
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._peers.discard(self)
        if not self._peers:
            self._idle.set()
        super().connection_lost(error)

    def cut(self) -> None:
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()

    def fail(self, fault: Fault) -> str | None:
        """Cut the connection, or return the reply; a 421 closes after it is said."""
        if fault in _CUT:
            self.cut()
            return None
        return fault.value

    async def push(self, status: str | bytes | None) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        if text is None or self.transport is None:
            return
        fault = self._sink.greeting_fault() if text.startswith("220 sink.test") else None
        text = fault.value if fault else text
        with contextlib.suppress(ConnectionError):
            await super().push(text)
        if fault or text.startswith("421"):
            assert isinstance(self.transport, asyncio.WriteTransport)
            self.transport.close()


SinkFactory = Callable[..., Awaitable[SmtpSink]]


@contextlib.asynccontextmanager
async def sinks() -> AsyncGenerator[SinkFactory]:
    """Give a function that starts sinks; all end with the block."""
    started: list[SmtpSink] = []

    async def start(**options: Any) -> SmtpSink:
        sink = SmtpSink(**options)
        await sink.start()
        started.append(sink)
        return sink

    try:
        yield start
    finally:
        for sink in started:
            await sink.stop()
