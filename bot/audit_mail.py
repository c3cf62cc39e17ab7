"""The audit of mail: what the servers hold against what is stored, every difference by name."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from bot.desk import MessageDesk
from bot.house import House
from bot.receiving import inbox_of
from bot.settings import MailboxSettings
from bot.store.cursors import Cursor
from bot.store.messages import Standing
from mail.imap_connection import InboxError
from mail.inbox import Listing
from quotas.decision import State

LONGEST_OPEN = timedelta(minutes=10)
"""How long a message may be stored without having ended in a state."""


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference: its stable `code`, the mailbox (empty for the store), the UID or message.

    ``lost``: on the server, passed by the cursor, and not stored. ``not_fetched``: on the server,
    above the cursor. ``uidvalidity``: the folder has another UIDVALIDITY than the cursor.
    ``unreachable``: the server could not be asked. ``stuck``: received long ago and still open.
    ``raw_missing``: stored without its raw bytes. ``sum``: the states don't add up.
    """

    code: str
    mailbox: str
    number: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Audited:
    """One IMAP mailbox: how many the server shows, are stored, and left the folder since.

    `gone` were stored and then moved or deleted, which is no difference: the desk has them.
    """

    mailbox: str
    on_server: int
    stored: int
    gone: int


@dataclass(frozen=True, slots=True)
class Audit:
    """The whole audit: `states` counts all messages by state, and `open` those in none yet."""

    mailboxes: tuple[Audited, ...]
    messages: int
    states: Mapping[str, int]
    open: int
    findings: tuple[Finding, ...]


def audit_mail(house: House, day: date | None = None) -> Audit:
    """Compare every IMAP mailbox of `house` with the store, one `day` or everything.

    A day is one of the desk's timezone, by when the server took the message. Reads only.
    """
    with house.store.reading() as work:
        rows = work.messages.standings()
        cursors = {box.name: work.cursors.get(box.name) for box in house.settings.mailboxes}
    chosen = [row for row in rows if day is None or _day(house, row) == day]
    mailboxes: list[Audited] = []
    findings: list[Finding] = []
    for box in house.settings.mailboxes:
        if box.imap is None:
            continue
        mine = [row for row in rows if row.mailbox == box.name]
        audited, found = _mailbox(house, box, mine, cursors[box.name], day)
        mailboxes += audited
        findings += found
    findings += _stored(house, chosen)
    states = {str(state): sum(row.state == state for row in chosen) for state in State}
    open_ = sum(row.state == "received" for row in chosen)
    if sum(states.values()) + open_ != len(chosen):
        findings.append(Finding("sum", "", None, "messages stand in a state there is not"))
    return Audit(tuple(mailboxes), len(chosen), states, open_, tuple(findings))


def _mailbox(
    house: House,
    box: MailboxSettings,
    rows: list[Standing],
    cursor: Cursor | None,
    day: date | None,
) -> tuple[list[Audited], list[Finding]]:
    try:
        inbox = inbox_of(house, MessageDesk(house), box)
        listing = inbox.list_uids(day=day, zone=house.settings.desk.timezone)
    except InboxError as error:
        return [], [Finding("unreachable", box.name, None, str(error))]
    ours = {row.uid for row in rows if row.uidvalidity == listing.uidvalidity}
    of_day = [row for row in rows if day is None or _day(house, row) == day]
    here = ours & set(listing.uids)
    gone = sum(row.uidvalidity != listing.uidvalidity or row.uid not in here for row in of_day)
    audited = Audited(box.name, len(listing.uids), len(of_day), gone)
    return [audited], [*_missing(box.name, listing, ours, cursor)]


def _missing(
    mailbox: str, listing: Listing, stored: set[int | None], cursor: Cursor | None
) -> Iterator[Finding]:
    known = cursor is not None and cursor.uidvalidity == listing.uidvalidity
    if cursor is not None and not known:
        detail = f"the folder had {cursor.uidvalidity}, it has {listing.uidvalidity}"
        yield Finding("uidvalidity", mailbox, None, f"{detail}; it will be listed again")
    passed = cursor.last_uid if cursor is not None and known else 0
    for uid in listing.uids:
        if uid in stored:
            continue
        if uid <= passed:
            yield Finding("lost", mailbox, uid, "on the server and passed by, but not stored")
        else:
            yield Finding("not_fetched", mailbox, uid, "on the server, not fetched yet")


def _stored(house: House, rows: list[Standing]) -> Iterator[Finding]:
    latest = house.clock() - LONGEST_OPEN
    for row in rows:
        if row.state == "received" and row.stored_at < latest:
            since = f"{row.stored_at.astimezone(house.settings.desk.timezone):%Y-%m-%d %H:%M}"
            yield Finding("stuck", row.mailbox, row.id, f"received {since} and still open")
        if not house.blobs.holds(row.sha256):
            yield Finding("raw_missing", row.mailbox, row.id, f"no raw message {row.sha256}")


def _day(house: House, row: Standing) -> date:
    return row.received_at.astimezone(house.settings.desk.timezone).date()
