"""The ways in: mailboxes watched over IMAP and mail taken by LMTP or SMTP, on one path."""

import asyncio
import errno
import logging
import shutil
import uuid
from collections.abc import Callable, Collection, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from bot.crashpoints import reach
from bot.desk import MessageDesk
from bot.house import House
from bot.intake import Arrival
from bot.measures import POLLED
from bot.settings import ImapSettings, MailboxSettings
from bot.store import cursors
from bot.store.errors import DiskFullError
from bot.store.messages import imap_key, transaction_key
from bot.verifying import lookup_of, verified
from mail import imap_connection
from mail.imap_connection import InboxError
from mail.imap_fetch import Batch, Cursor, Fetched
from mail.inbox import FolderStatus, Inbox
from mail.listener import Envelope, TakeResult, delivered
from quotas.request import Authentication

MARKED_EVERY = timedelta(minutes=1)
"""How exactly it is written down when a mailbox was looked into."""
LOWEST_FREE = 256 * 1024 * 1024
"""Bytes of free disk below which the desk takes no more mail, before it can't work any more."""

NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
"""What the system says of a full disk, a used-up quota or a file at its limit."""

log = logging.getLogger(__name__)


def has_room(house: House) -> bool:
    """Tell whether mail may be taken: it is refused before the desk can't work any more."""
    if shutil.disk_usage(Path(house.settings.desk.blobs)).free >= LOWEST_FREE:
        return True
    log.error("less than %d MB of disk are free: no mail is taken", LOWEST_FREE >> 20)
    return False


def imap_settings(settings: ImapSettings) -> imap_connection.ImapSettings:
    """Return the wire's settings for `imap = {…}` of desk.toml."""
    return imap_connection.ImapSettings(
        host=settings.host,
        port=settings.port,
        user=settings.user,
        folder=settings.folder,
        security=settings.security,
        sign_in=settings.sign_in,
        ca_file=str(settings.ca_file or ""),
        move_to=settings.move_to or "",
        poll_seconds=float(settings.poll_seconds),
    )


class ImapReceiver:
    """The desk's side of one IMAP mailbox: stores each batch with its cursor, in one transaction.

    On the first run over a folder that already holds mail, that mail is archived, unless the
    mailbox says ``first_run = "answer"``. `status` looks into the folder.
    """

    def __init__(
        self,
        house: House,
        desk: MessageDesk,
        box: MailboxSettings,
        status: Callable[[], FolderStatus],
    ) -> None:
        self._house = house
        self._desk = desk
        self._box = box
        self._status = status
        self._archived_up_to = 0
        self._uidvalidity = 0
        self._polled_at: datetime | None = None

    def cursor(self) -> Cursor | None:
        """Return how far the folder is stored; before the first run, note what it holds."""
        with self._house.store.reading() as work:
            known = work.cursors.get(self._box.name)
        if known is not None:
            self._archived_up_to, self._uidvalidity = known.archived_up_to, known.uidvalidity
            return Cursor(known.uidvalidity, known.last_uid)
        if self._box.first_run == "archive":
            self._begin(self._status())
        return None

    def _begin(self, status: FolderStatus) -> None:
        """Fix, before anything is fetched, which messages were there before the desk."""
        end = status.end
        self._archived_up_to, self._uidvalidity = end.last_uid, end.uidvalidity
        first = cursors.Cursor(self._box.name, end.uidvalidity, 0, end.last_uid)
        with self._house.store.work() as work:
            work.cursors.set(first, self._house.clock())
        if status.messages:
            log.info("mailbox %s: archiving %d old messages", self._box.name, status.messages)

    def take(self, batch: Batch) -> None:
        """Store a batch durably together with its cursor."""
        if batch.cursor.uidvalidity != self._uidvalidity:
            self._archived_up_to, self._uidvalidity = 0, batch.cursor.uidvalidity
        place = cursors.Cursor(
            self._box.name, batch.cursor.uidvalidity, batch.cursor.last_uid, self._archived_up_to
        )
        if not has_room(self._house):
            raise OSError(errno.ENOSPC, "the disk is nearly full: mail stays on the server")
        arrivals = [self._arrival(message, batch.cursor.uidvalidity) for message in batch.messages]
        self._desk.take(arrivals, place)
        reach("before_move")

    def _arrival(self, message: Fetched, uidvalidity: int) -> Arrival:
        received_at = message.received_at or self._house.clock()
        return Arrival(
            mailbox=self._box.name,
            source_key=imap_key(self._box.name, uidvalidity, message.uid),
            raw=message.raw,
            received_at=received_at,
            uidvalidity=uidvalidity,
            uid=message.uid,
            archived=message.uid <= self._archived_up_to,
            withheld=_WITHHELD.get(message.extent),
        )

    def stored(self, uidvalidity: int, uids: Sequence[int]) -> Collection[int]:
        """Return those of `uids` that are stored."""
        with self._house.store.reading() as work:
            return work.messages.uids(self._box.name, uidvalidity) & set(uids)

    def uidvalidity_changed(self, old: int, new: int) -> None:
        """Note that the folder is listed again; what is known will be found as duplicates."""
        log.warning("mailbox %s: UIDVALIDITY %d became %d", self._box.name, old, new)

    def connected(self) -> None:
        """Note that the mailbox is being watched."""
        log.info("mailbox %s: connected", self._box.name)

    def polled(self) -> None:
        """Note when the mailbox was last looked into, once a minute at most."""
        now = self._house.clock()
        if self._polled_at is None or abs(now - self._polled_at) >= MARKED_EVERY:
            with self._house.store.work() as work:
                work.marks.set(POLLED, self._box.name, now)
            self._polled_at = now

    def interrupted(self, error: InboxError, retry_in: float) -> None:
        """Note why it isn't."""
        log.warning("mailbox %s: %s; next try in %.0f s", self._box.name, error, retry_in)


_WITHHELD = {
    "headers": "larger than the mailbox takes; only its header was fetched",
    "nothing": "the server lists it but does not give it",
}


def inbox_of(house: House, desk: MessageDesk, box: MailboxSettings) -> Inbox:
    """Return the watcher of an IMAP mailbox."""
    if box.imap is None:
        raise ValueError(f"mailbox {box.name} is not read over IMAP")
    wire, given = imap_settings(box.imap), box.imap.secret

    def secret() -> str:
        return given() or ""

    def status() -> FolderStatus:
        return looker.status()

    looker = Inbox(wire, secret, ImapReceiver(house, desk, box, status))
    return looker


class ListenerReceiver:
    """The desk's side of its LMTP and SMTP listeners."""

    def __init__(self, house: House, desk: MessageDesk) -> None:
        self._house = house
        self._desk = desk
        self._boxes = {box.address.casefold(): box.name for box in house.settings.mailboxes}
        self._lookup = lookup_of(house.settings)

    def accepts(self, address: str) -> str | None:
        """Return the mailbox of an address, None when it is none of the desk's."""
        return self._boxes.get(address.casefold())

    async def take(self, envelope: Envelope) -> TakeResult:
        """Store one message durably; refuse for now while the disk is nearly full."""
        if not has_room(self._house):
            return TakeResult.DISK_LOW
        arrival = Arrival(
            mailbox=envelope.mailbox,
            source_key=transaction_key(envelope.mailbox, uuid.uuid4().hex),
            raw=delivered(envelope),
            received_at=self._house.clock(),
            envelope_from=envelope.mail_from,
            verified=await self._verified(envelope),
        )
        try:
            await asyncio.to_thread(self._desk.take, [arrival])
        except (OSError, DiskFullError) as error:
            if isinstance(error, OSError) and error.errno not in NO_ROOM:
                raise
            log.error("no room to store a message: it was refused for now")  # noqa: TRY400
            return TakeResult.DISK_LOW
        return TakeResult.STORED

    async def _verified(self, envelope: Envelope) -> Authentication | None:
        """Return the desk's own verdict on the sender, None where it is left to another server."""
        box = self._house.settings.mailbox(envelope.mailbox)
        if self._lookup is None or box is None:
            return None
        return await asyncio.to_thread(verified, envelope, box, self._lookup)
