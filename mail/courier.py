"""Sending over SMTP (RFC 5321) on reused connections; each end is an `Outcome`, no exception."""

import asyncio
import contextlib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from aiosmtplib import (
    SMTP,
    SMTPAuthenticationError,
    SMTPException,
    SMTPHeloError,
    SMTPResponseException,
)

from mail.outgoing_field import addr_spec

Kind = Literal["sent", "temporary", "permanent", "uncertain"]
_OUR_SETTINGS = frozenset({530, 534, 535, 538})  # authentication: not the message's fault
_DROPPED = (OSError, SMTPException)


@dataclass(frozen=True, slots=True)
class SmtpSettings:
    """The outgoing server; `timeout` and `data_timeout` (after the final dot) in seconds.

    `idle_seconds` is how long a connection is kept for the next message, `helo` the name given
    in EHLO (empty: the machine's), `ca_file` a PEM file for a private certificate authority.
    """

    host: str
    port: int
    security: Literal["none", "starttls", "tls"] = "starttls"
    user: str = ""
    password: str = ""
    ca_file: str = ""
    timeout: float = 30.0
    data_timeout: float = 300.0
    connections: int = 1
    idle_seconds: float = 20.0
    helo: str = ""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one message.

    `sent`: the server took it. `temporary`: certainly not taken, try again. `permanent`: refused
    for good. `uncertain`: the connection ended after DATA had begun, so the server may have it;
    send it again with the same Message-ID. `code` is the SMTP reply, None without one.
    """

    kind: Kind
    code: int | None
    text: str


class _Connection:
    """One SMTP connection with what the pool must know about it."""

    def __init__(self, smtp: SMTP) -> None:
        self.smtp = smtp
        self.used = False
        self.idle_timer: asyncio.TimerHandle | None = None

    def stop_timer(self) -> None:
        if self.idle_timer is not None:
            self.idle_timer.cancel()
            self.idle_timer = None


class Courier:
    """Sends messages over at most `settings.connections` connections; safe from several tasks."""

    def __init__(self, settings: SmtpSettings) -> None:
        self._settings = settings
        self._free: list[_Connection] = []
        self._slots = asyncio.Semaphore(settings.connections)
        self._closing: set[asyncio.Task[None]] = set()

    async def send(self, envelope_from: str, recipients: Sequence[str], raw: bytes) -> Outcome:
        """Send `raw` to all of `recipients`, or to none when the server refuses one of them.

        `envelope_from` is the reverse-path, empty for automatic replies (RFC 3834 3.3).
        """
        async with self._slots:
            while True:
                try:
                    connection = await self._acquire()
                except (*_DROPPED, ValueError) as error:
                    return self._no_connection(error)
                outcome = await self._transact(connection, envelope_from, recipients, raw)
                if outcome is not None:
                    return outcome

    async def close(self) -> None:
        """Say QUIT on all idle connections."""
        free, self._free = self._free, []
        for connection in free:
            await _quit(connection)
        if self._closing:
            await asyncio.gather(*self._closing)

    async def check(self) -> str | None:
        """Connect, greet and sign in; return None, or one line that says what is wrong."""
        async with self._slots:
            try:
                connection = await self._acquire()
            except (*_DROPPED, ValueError) as error:
                return self._no_connection(error).text
            self._release(connection)
            return None

    async def _acquire(self) -> _Connection:
        while self._free:
            connection = self._free.pop()
            connection.stop_timer()
            if connection.smtp.is_connected:
                return connection
        s = self._settings
        context = ssl.create_default_context(cafile=s.ca_file or None)
        smtp = SMTP(
            hostname=s.host,
            port=s.port,
            use_tls=s.security == "tls",
            start_tls=s.security == "starttls",
            username=s.user or None,
            password=s.password or None,
            tls_context=context if s.security != "none" else None,
            timeout=s.timeout,
            local_hostname=s.helo or None,
        )
        try:
            await smtp.connect()
            await _greet(smtp)
        except BaseException:
            smtp.close()
            raise
        return _Connection(smtp)

    def _release(self, connection: _Connection) -> None:
        if not connection.smtp.is_connected:
            return
        connection.used = True
        loop = asyncio.get_running_loop()
        connection.idle_timer = loop.call_later(
            self._settings.idle_seconds, self._close_idle, connection
        )
        self._free.append(connection)

    def _close_idle(self, connection: _Connection) -> None:
        if connection in self._free:
            self._free.remove(connection)
            task = asyncio.create_task(_quit(connection))
            self._closing.add(task)
            task.add_done_callback(self._closing.discard)

    async def _transact(
        self, connection: _Connection, sender: str, recipients: Sequence[str], raw: bytes
    ) -> Outcome | None:
        """Run one mail transaction; None when a reused connection proved dead before DATA."""
        outcome: Outcome | None = None
        try:
            outcome = await self._converse(connection.smtp, sender, recipients, raw)
        except (_RefusedHereError, ValueError, *_DROPPED) as error:
            outcome = None if connection.used and _is_stale(error) else _failed(error)
        finally:
            if outcome is None or not _leaves_usable(outcome):
                connection.smtp.close()
        await self._keep(connection, outcome)
        return outcome

    async def _converse(
        self, smtp: SMTP, sender: str, recipients: Sequence[str], raw: bytes
    ) -> Outcome:
        sender = addr_spec(sender) if sender else ""
        recipients = [addr_spec(recipient) for recipient in recipients]
        options, utf8 = _mail_options(smtp, sender, recipients, raw)
        encoding = "utf-8" if utf8 else "ascii"
        await smtp.mail(sender, options=options, encoding=encoding)
        for recipient in recipients:
            await smtp.rcpt(recipient, encoding=encoding)
        return await self._data(smtp, raw)

    async def _keep(self, connection: _Connection, outcome: Outcome | None) -> None:
        """Put the connection back for the next message, with RSET after a refusal."""
        if outcome is not None and outcome.kind != "sent" and connection.smtp.is_connected:
            try:
                await connection.smtp.rset()
            except _DROPPED:
                connection.smtp.close()
        self._release(connection)

    async def _data(self, smtp: SMTP, raw: bytes) -> Outcome:
        """Send the content; without a readable reply nobody can know whether it was taken."""
        try:
            response = await smtp.data(raw, timeout=self._settings.data_timeout)
        except SMTPResponseException as error:
            return _replied(error, unreadable="uncertain")
        except _DROPPED as error:
            return Outcome("uncertain", None, f"connection ended after DATA: {error}")
        return Outcome("sent", response.code, response.message)

    def _no_connection(self, error: Exception) -> Outcome:
        """Explain why there is no connection: always temporary, for no message is at fault."""
        s = self._settings
        where, remedy = f"{s.host}:{s.port}", "check [smtp] host, port and security"
        if isinstance(error, SMTPAuthenticationError):
            remedy = "check [smtp] user and MADOGUCHI_SMTP_PASSWORD"
        elif _is_certificate(error):
            remedy = "check the server's certificate, or name its authority in [smtp] ca_file"
        code = error.code if isinstance(error, SMTPResponseException) else None
        return Outcome("temporary", code, f"no SMTP connection to {where}: {error}; {remedy}")


class _RefusedHereError(Exception):
    """The message can't go over this server, known before MAIL."""


async def _greet(smtp: SMTP) -> None:
    """Say EHLO unless TLS or sign-in have done so, HELO to a server that knows no other."""
    if smtp.is_ehlo_or_helo_needed:
        try:
            await smtp.ehlo()
        except SMTPHeloError:
            await smtp.helo()


async def _quit(connection: _Connection) -> None:
    connection.stop_timer()
    with contextlib.suppress(*_DROPPED):
        await connection.smtp.quit(timeout=2)
    connection.smtp.close()


def _mail_options(
    smtp: SMTP, sender: str, recipients: Sequence[str], raw: bytes
) -> tuple[list[str], bool]:
    """Return the parameters of MAIL for this message, and whether it needs SMTPUTF8."""
    head = raw.partition(b"\r\n\r\n")[0]
    utf8 = not (head.isascii() and "".join((sender, *recipients)).isascii())
    needs = {"size": True, "8bitmime": not raw.isascii(), "smtputf8": utf8}
    for extension in ("8bitmime", "smtputf8"):
        if needs[extension] and not smtp.supports_extension(extension):
            raise _RefusedHereError(f"the server doesn't offer {extension.upper()}")
    limit = smtp.esmtp_extensions.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(raw):
        raise _RefusedHereError(f"the message has {len(raw)} bytes, the server takes {limit}")
    options = [f"SIZE={len(raw)}"] if smtp.supports_extension("size") else []
    options += ["BODY=8BITMIME"] if needs["8bitmime"] else []
    options += ["SMTPUTF8"] if utf8 else []
    return options, utf8


def _is_stale(error: Exception) -> bool:
    """Tell whether the server had closed a kept connection: worth a fresh one at once."""
    if isinstance(error, SMTPResponseException):
        return error.code == 421
    return isinstance(error, _DROPPED) and not isinstance(error, TimeoutError)


def _leaves_usable(outcome: Outcome) -> bool:
    return outcome.code not in {None, 421}


def _failed(error: Exception) -> Outcome:
    """Read what went wrong before DATA: the server has certainly not taken the message."""
    if isinstance(error, SMTPResponseException):
        return _replied(error, unreadable="temporary")
    if isinstance(error, _DROPPED):
        return Outcome("temporary", None, f"connection ended before DATA: {error}")
    return Outcome("permanent", None, f"the message can't be sent: {error}")


def _replied(error: SMTPResponseException, unreadable: Kind) -> Outcome:
    """Read a reply that wasn't the expected one (RFC 5321 4.2.1)."""
    code, text = error.code, error.message
    if 200 <= code < 300:
        return Outcome("sent", code, text)
    if 500 <= code < 600 and code not in _OUR_SETTINGS:
        return Outcome("permanent", code, text)
    if 400 <= code < 600:
        return Outcome("temporary", code, text)
    return Outcome(unreadable, None, f"unreadable reply: {text}")


def _is_certificate(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
