"""One IMAP connection (RFC 3501): sign in, select the folder, and say in one line what is wrong."""

import socket
import ssl
from collections.abc import Callable, Generator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Literal

from imapclient import IMAPClient, SocketTimeout
from imapclient.exceptions import (
    CapabilityError,
    IMAPClientAbortError,
    IMAPClientError,
    LoginError,
)

_KEEPALIVE = {"TCP_KEEPIDLE": 60, "TCP_KEEPINTVL": 15, "TCP_KEEPCNT": 4}


@dataclass(frozen=True, slots=True)
class ImapSettings:
    """The mailbox to read; times in seconds, sizes in bytes.

    `move_to` is a folder for messages that are stored, empty to leave them where they are.
    `sign_in` with xoauth2 takes an access token as the secret. `poll_seconds` bounds how late a
    message can be noticed when the server doesn't announce it.
    """

    host: str
    port: int
    user: str
    folder: str = "INBOX"
    security: Literal["none", "starttls", "tls"] = "tls"
    ca_file: str = ""
    sign_in: Literal["password", "xoauth2"] = "password"
    move_to: str = ""
    poll_seconds: float = 60.0
    timeout: float = 30.0
    max_size: int = 40 << 20

    @property
    def place(self) -> str:
        """The mailbox in words, for messages to the administrator."""
        return f"{self.user}@{self.host}:{self.port}/{self.folder}"


class InboxError(Exception):
    """Mail can't be fetched; the text is one line with place, cause and remedy."""


class PermanentInboxError(InboxError):
    """It won't go away by itself: settings, password, folder or certificate are wrong."""


class TemporaryInboxError(InboxError):
    """The server or the network is not there now."""


Secret = Callable[[], str]


def connect(settings: ImapSettings, secret: Secret) -> IMAPClient:
    """Connect, secure the connection and sign in; `secret` gives the password or token."""
    with explained(settings):
        context = ssl.create_default_context(cafile=settings.ca_file or None)
        client = IMAPClient(
            settings.host,
            settings.port,
            ssl=settings.security == "tls",
            ssl_context=context,
            timeout=SocketTimeout(min(settings.timeout, 15.0), settings.timeout),
        )
        client.normalise_times = False  # keep the offset of INTERNALDATE
    try:
        with explained(settings):
            _keep_alive(client)
            if settings.security == "starttls":
                client.starttls(context)
            _sign_in(client, settings, secret())
    except BaseException:
        drop(client)
        raise
    return client


@contextmanager
def connected(settings: ImapSettings, secret: Secret) -> Generator[IMAPClient]:
    """Connect for the length of a block; hang up politely only when all went well."""
    client = connect(settings, secret)
    try:
        with explained(settings):
            yield client
            client.logout()
    finally:
        drop(client)


def _sign_in(client: IMAPClient, settings: ImapSettings, secret: str) -> None:
    if settings.sign_in == "xoauth2":
        client.oauth2_login(settings.user, secret)
    else:
        client.login(settings.user, secret)


def _keep_alive(client: IMAPClient) -> None:
    """Let the kernel find out that the other side is gone (within about two minutes)."""
    sock = client.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in _KEEPALIVE.items():
        if hasattr(socket, name):  # not on every system
            sock.setsockopt(socket.IPPROTO_TCP, getattr(socket, name), value)


def select(client: IMAPClient, settings: ImapSettings) -> tuple[int, int]:
    """Select the folder; return its UIDVALIDITY and the number of messages in it.

    Without `move_to` the folder is opened read-only, so that nothing in it can change.
    """
    with explained(settings):
        try:
            answer = client.select_folder(settings.folder, readonly=not settings.move_to)
        except IMAPClientAbortError:
            raise
        except IMAPClientError as error:
            raise PermanentInboxError(
                f"{settings.place}: the folder can't be opened ({error}); check imap folder"
            ) from error
        if settings.move_to and not client.folder_exists(settings.move_to):
            raise PermanentInboxError(
                f"{settings.place}: the folder {settings.move_to!r} does not exist;"
                " create it, or correct imap move_to"
            )
        return int(answer[b"UIDVALIDITY"]), int(answer[b"EXISTS"])


def cut(client: IMAPClient) -> None:
    """Break the connection at once, from any thread; a blocked read returns with an error."""
    # SSLSocket.shutdown would drop its TLS state under the reader's feet.
    with suppress(OSError):
        socket.socket.shutdown(client.socket(), socket.SHUT_RDWR)


def drop(client: IMAPClient) -> None:
    """Break the connection and free its socket; only in the thread that uses it."""
    cut(client)
    with suppress(OSError, IMAPClientError):
        client.shutdown()


@contextmanager
def explained(settings: ImapSettings) -> Generator[None]:
    """Turn what the libraries raise into an InboxError with cause and remedy."""
    try:
        yield
    except InboxError:
        raise
    except ssl.SSLCertVerificationError as error:
        raise PermanentInboxError(
            f"{settings.place}: the server's certificate is not trusted"
            f" ({error.verify_message}); check imap host, or name its authority in ca_file"
        ) from error
    except CapabilityError as error:
        raise PermanentInboxError(
            f"{settings.place}: the server lacks what is asked of it ({error}); check imap security"
        ) from error
    except LoginError as error:
        raise _login_error(settings, error) from error
    except (OSError, IMAPClientError) as error:
        raise TemporaryInboxError(
            f"{settings.place}: {str(error) or type(error).__name__};"
            " check that the mail server runs and imap host and port are right"
        ) from error


def _login_error(settings: ImapSettings, error: LoginError) -> InboxError:
    """Tell a refused sign-in from a server that is busy or gone (RFC 5530 codes)."""
    text = str(error)
    if isinstance(error.__context__, IMAPClientAbortError) or "[UNAVAILABLE]" in text.upper():
        return TemporaryInboxError(
            f"{settings.place}: sign-in was interrupted ({text}); tries again"
        )
    return PermanentInboxError(
        f"{settings.place}: user or password is refused ({text});"
        " check imap user and the mailbox's password variable"
    )
