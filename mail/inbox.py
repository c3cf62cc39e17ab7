"""Watching an IMAP mailbox: every message is handed over once, in order, and only then moved.

The place is UIDVALIDITY and UID, never the seen flag and never a date. Blocking, so it belongs in a
thread of its own: `await asyncio.to_thread(inbox.run)`.
"""

import random
import select as readiness
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from typing import Protocol, TypeVar

from imapclient import IMAPClient

from mail import imap_connection
from mail.imap_connection import (
    ImapSettings,
    InboxError,
    PermanentInboxError,
    Secret,
    TemporaryInboxError,
)
from mail.imap_fetch import BATCH_MESSAGES, Batch, Cursor, batches, uids_after, uids_of_day

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
LONGEST_IDLE = 28 * 60.0  # RFC 2177: renew before 29 minutes
# What arrives between a search and IDLE is announced inside another answer or lies in the library's
# buffer, where nobody sees it: so once more is looked soon, and only then the long wait begins.
_QUICK_LOOK = 1.0
T = TypeVar("T")
_SPREAD = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class FolderStatus:
    """What is in a folder: number of `messages`, and the cursor that lies behind all of them."""

    messages: int
    end: Cursor


@dataclass(frozen=True, slots=True)
class Listing:
    """The UIDs the server shows in a folder, for the audit."""

    uidvalidity: int
    uids: tuple[int, ...]


class Receiver(Protocol):
    """The desk's side of a mailbox; all are called in the inbox's thread."""

    def cursor(self) -> Cursor | None:
        """Return how far the folder is stored, None when it was never read."""
        ...

    def take(self, batch: Batch) -> None:
        """Store the messages and the batch's cursor durably; to raise means to try again."""
        ...

    def stored(self, uidvalidity: int, uids: Sequence[int]) -> Collection[int]:
        """Return which of `uids` are stored durably; asked only with `move_to`, after a break."""
        ...

    def uidvalidity_changed(self, old: int, new: int) -> None:
        """Learn that the folder will be listed again from its start."""
        ...

    def connected(self) -> None:
        """Learn that the mailbox is being watched."""
        ...

    def polled(self) -> None:
        """Learn that the folder was looked into, and what was new handed over."""
        ...

    def interrupted(self, error: InboxError, retry_in: float) -> None:
        """Learn why it isn't, and in how many seconds it is tried again."""
        ...


class Inbox:
    """Watches one folder for `receiver`; `secret` gives the password or token at each sign-in.

    `jitter` gives a number in 0..1 that spreads the reconnections of many desks.
    """

    def __init__(
        self,
        settings: ImapSettings,
        secret: Secret,
        receiver: Receiver,
        jitter: Callable[[], float] = _SPREAD.random,
    ) -> None:
        self._settings = settings
        self._secret = secret
        self._receiver = receiver
        self._jitter = jitter
        self._stopping = threading.Event()
        self._client: IMAPClient | None = None
        self._needs_no_cut = False
        self._progress = False
        self._wake, self._waker = socket.socketpair()

    def run(self) -> None:
        """Watch until `stop`; reconnect with growing pauses.

        Raises PermanentInboxError only before the first success: a desk that can't work from the
        start should say so, one that has worked keeps trying.
        """
        failures, worked = 0, False
        while not self._stopping.is_set():
            self._progress = self._needs_no_cut = False
            try:
                self._watch()
            except InboxError as error:
                worked = worked or self._progress
                failures = 1 if self._progress else failures + 1
                if self._stopping.is_set():
                    return
                if isinstance(error, PermanentInboxError) and not worked:
                    raise
                self._pause(error, failures)

    def stop(self) -> None:
        """End `run` within a second, from any thread; a running `take` is finished first."""
        self._stopping.set()
        self._waker.send(b"\0")
        client = self._client
        if client is not None and not self._needs_no_cut:
            imap_connection.cut(client)

    def pull(self) -> int:
        """Fetch once all that is new and hand it over; return the number of messages."""
        with imap_connection.connected(self._settings, self._secret) as client:
            return self._pull(client, self._position(client))[1]

    def status(self) -> FolderStatus:
        """Look into the folder without reading anything: choose the archive mode by it."""
        with imap_connection.connected(self._settings, self._secret) as client:
            uidvalidity, messages = imap_connection.select(client, self._settings)
            last = max(uids_after(client, 0), default=0)
            return FolderStatus(messages, Cursor(uidvalidity, last))

    def list_uids(self, folder: str = "", day: date | None = None, zone: tzinfo = UTC) -> Listing:
        """Return the UIDs in `folder` (this one when empty): all, or of one day in `zone`.

        A server searches by the days of its own timezone, so its neighbours are looked at too.
        """
        with imap_connection.connected(self._settings, self._secret) as client:
            answer = client.select_folder(folder or self._settings.folder, readonly=True)
            found = uids_of_day(client, day, zone) if day else client.search(["ALL"])
            return Listing(int(answer[b"UIDVALIDITY"]), tuple(sorted(found)))

    def _watch(self) -> None:
        """Stay connected: pull, wait for the server or the poll, pull again."""
        with imap_connection.connected(self._settings, self._secret) as client:
            self._client = client
            position = self._position(client)
            self._receiver.connected()
            look_soon = True
            while not self._stopping.is_set():
                position, count = self._pull(client, position)
                self._progress = True
                self._asked(self._receiver.polled)
                look_soon = look_soon or count > 0
                if not self._stopping.is_set():
                    self._wait(client, _QUICK_LOOK if look_soon else self._settings.poll_seconds)
                    look_soon = False

    def _position(self, client: IMAPClient) -> tuple[Cursor, bool]:
        """Select the folder and find where to go on, and whether it must be listed anew."""
        uidvalidity, _ = imap_connection.select(client, self._settings)
        known = self._asked(self._receiver.cursor)
        if known is None:
            return Cursor(uidvalidity, 0), False
        if known.uidvalidity == uidvalidity:
            self._finish_moves(client, known)
            return known, False
        self._receiver.uidvalidity_changed(known.uidvalidity, uidvalidity)
        return Cursor(uidvalidity, 0), True

    def _pull(
        self, client: IMAPClient, position: tuple[Cursor, bool]
    ) -> tuple[tuple[Cursor, bool], int]:
        """Hand over all that is new; the position moves only after `take` has returned."""
        cursor, relisted = position
        count = 0
        client.noop()  # a search alone may still see the folder as it was (RFC 3501 7.4.1)
        uids = uids_after(client, cursor.last_uid)
        for messages in batches(client, uids, self._settings.max_size):
            if self._stopping.is_set():
                return (cursor, relisted), count
            if messages:
                cursor = Cursor(cursor.uidvalidity, messages[-1].uid)
                self._needs_no_cut = True
                self._hand_over(Batch(tuple(messages), cursor, relisted))
                self._move(client, [message.uid for message in messages])
                self._needs_no_cut = False
                count += len(messages)
        return (cursor, False), count

    def _hand_over(self, batch: Batch) -> None:
        """Give a batch to the desk; whatever it raises, the batch comes again after a pause."""
        try:
            self._receiver.take(batch)
        except Exception as error:
            raise TemporaryInboxError(
                f"{self._settings.place}: {len(batch.messages)} messages could not be stored"
                f" ({type(error).__name__}); they stay on the server and are fetched again"
            ) from error

    def _asked(self, question: Callable[[], T]) -> T:
        """Ask the desk what it knows; while its store is away, the mailbox waits as well."""
        try:
            return question()
        except InboxError:
            raise
        except Exception as error:
            raise TemporaryInboxError(
                f"{self._settings.place}: the desk could not say how far it has read"
                f" ({type(error).__name__}); nothing is fetched until it can"
            ) from error

    def _finish_moves(self, client: IMAPClient, known: Cursor) -> None:
        """Move what a break between storing and moving has left behind."""
        if self._settings.move_to and known.last_uid:
            left = client.search(["UID", f"1:{known.last_uid}"])
            stored = self._asked(lambda: self._receiver.stored(known.uidvalidity, left))
            for start in range(0, len(stored), BATCH_MESSAGES):
                self._move(client, sorted(stored)[start : start + BATCH_MESSAGES])

    def _move(self, client: IMAPClient, uids: list[int]) -> None:
        """Move what is stored, with MOVE or COPY and UID EXPUNGE; else it stays where it is.

        A plain EXPUNGE is never used: it would delete what others have marked.
        """
        target = self._settings.move_to
        if not target:
            return
        if client.has_capability("MOVE"):
            client.move(uids, target)
        elif client.has_capability("UIDPLUS"):
            client.copy(uids, target)
            client.delete_messages(uids, silent=True)
            client.uid_expunge(uids)

    def _wait(self, client: IMAPClient, seconds: float) -> None:
        """Wait for news: with IDLE until the server speaks, without it for the poll alone."""
        seconds = min(seconds, LONGEST_IDLE)
        if not client.has_capability("IDLE"):
            self._sleep(None, seconds)
            return
        client.idle()
        self._sleep(client, seconds)
        client.idle_done()

    def _sleep(self, client: IMAPClient | None, seconds: float) -> None:
        """Sleep until the time is over, the server speaks, or `stop` is called."""
        poller = readiness.poll()
        poller.register(self._wake, readiness.POLLIN)
        if client is not None:
            poller.register(client.socket().fileno(), readiness.POLLIN)
        self._needs_no_cut = True
        if not self._stopping.is_set():
            poller.poll(seconds * 1000)
        self._needs_no_cut = False

    def _pause(self, error: InboxError, failures: int) -> None:
        """Wait before the next try: doubling up to five minutes, longest for a lasting cause."""
        longest = isinstance(error, PermanentInboxError)
        bound = LONGEST_PAUSE if longest else FIRST_PAUSE * 2 ** min(failures - 1, 9)
        pause = min(bound, LONGEST_PAUSE) * (0.5 + self._jitter() / 2)
        self._receiver.interrupted(error, pause)
        self._sleep(None, pause)
