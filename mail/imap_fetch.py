"""New messages of a folder in batches, whole and untouched (BODY.PEEK, the seen flag stays)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo
from typing import Any, Literal

from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientAbortError, IMAPClientError

BATCH_MESSAGES = 50
BATCH_BYTES = 64 << 20  # what one batch may hold in memory, unless one message is larger
Extent = Literal["whole", "headers", "nothing"]


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a folder is read: all UIDs up to `last_uid` in this `uidvalidity` are stored."""

    uidvalidity: int
    last_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """One message of the server; `size` in bytes as the server tells it.

    `extent` is `headers` when it is larger than the mailbox takes, and `nothing` when the server
    lists it but can't give it: both belong in quarantine, visible. `received_at` is INTERNALDATE.
    """

    uid: int
    raw: bytes = field(repr=False)
    size: int
    received_at: datetime | None
    extent: Extent = "whole"


@dataclass(frozen=True, slots=True)
class Batch:
    """Messages in UID order, and the `cursor` to store together with them.

    `relisted` is true when the folder got a new UIDVALIDITY: they may be known already.
    """

    messages: tuple[Fetched, ...]
    cursor: Cursor
    relisted: bool = False


def uids_after(client: IMAPClient, last_uid: int) -> list[int]:
    """Return the UIDs above `last_uid`, ascending.

    `n:*` always includes the last message (RFC 3501 6.4.8), hence the second look.
    """
    found = client.search(["UID", f"{last_uid + 1}:*"])
    return sorted(uid for uid in found if uid > last_uid)


def uids_of_day(client: IMAPClient, day: date, zone: tzinfo) -> list[int]:
    """Return the UIDs of messages whose INTERNALDATE lies in `day` in `zone`."""
    one = timedelta(days=1)
    near = client.search(["SINCE", day - one, "BEFORE", day + one + one])
    answers = client.fetch(near, ["INTERNALDATE"]) if near else {}
    return [u for u, a in answers.items() if a[b"INTERNALDATE"].astimezone(zone).date() == day]


def batches(client: IMAPClient, uids: Sequence[int], max_size: int) -> Iterator[list[Fetched]]:
    """Fetch `uids` a batch at a time; UIDs that are gone meanwhile are left out."""
    for start in range(0, len(uids), BATCH_MESSAGES):
        envelopes = _fetch(client, uids[start : start + BATCH_MESSAGES], "RFC822.SIZE")
        for group in _groups(envelopes, max_size):
            yield [*_bodies(client, group, max_size)]


def _groups(
    envelopes: dict[int, dict[bytes, Any]], max_size: int
) -> Iterator[dict[int, dict[bytes, Any]]]:
    """Divide a batch so that its bodies stay below BATCH_BYTES."""
    group: dict[int, dict[bytes, Any]] = {}
    held = 0
    for uid, envelope in sorted(envelopes.items()):
        size = min(_size(envelope), max_size)
        if group and held + size > BATCH_BYTES:
            yield group
            group, held = {}, 0
        group[uid] = envelope
        held += size
    if group:
        yield group


def _size(envelope: dict[bytes, Any]) -> int:
    return int(envelope.get(b"RFC822.SIZE", 0))


def _bodies(
    client: IMAPClient, envelopes: dict[int, dict[bytes, Any]], max_size: int
) -> Iterable[Fetched]:
    large = [uid for uid, envelope in envelopes.items() if _size(envelope) > max_size]
    whole = [uid for uid in envelopes if uid not in large]
    bodies = _fetch_each(client, whole, "BODY.PEEK[]")
    heads = _fetch_each(client, large, "BODY.PEEK[HEADER]")
    for uid, envelope in envelopes.items():
        size, received_at = _size(envelope), envelope.get(b"INTERNALDATE")
        answer = {**bodies.get(uid, {}), **heads.get(uid, {})}
        key, extent = _CONTENT[uid in heads or uid in large]
        raw = answer.get(key)
        if raw is not None:
            yield Fetched(uid, bytes(raw), size, received_at, extent)
        elif client.search(["UID", str(uid)]):
            yield Fetched(uid, b"", size, received_at, "nothing")


_CONTENT: dict[bool, tuple[bytes, Extent]] = {
    False: (b"BODY[]", "whole"),
    True: (b"BODY[HEADER]", "headers"),
}


def _fetch_each(client: IMAPClient, uids: list[int], item: str) -> dict[int, dict[bytes, Any]]:
    """Fetch together; when the server refuses, one by one, so that one can't block the others."""
    if not uids:
        return {}
    try:
        return _fetch(client, uids, item)
    except IMAPClientAbortError:
        raise
    except IMAPClientError:
        if len(uids) == 1:
            return {}
        return {k: v for uid in uids for k, v in _fetch_each(client, [uid], item).items()}


def _fetch(client: IMAPClient, uids: Sequence[int], item: str) -> dict[int, dict[bytes, Any]]:
    return client.fetch(uids, [item, "INTERNALDATE"])
