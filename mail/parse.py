"""The reading of one message: bytes in, values out, whatever the bytes are."""

import hashlib
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from mail.address import mailboxes, sole_mailbox
from mail.automatic import why_automatic
from mail.body import Body, BodyReader
from mail.bounce import read_bounce
from mail.encoded_words import decode_words
from mail.header import Header
from mail.limits import Limits
from mail.message import Message
from mail.mime import Part, TreeReader
from mail.names import clean_line

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,900}>")
_MOST_REFERENCES = 200
_BLANKS = re.compile(rb"[ \t\r\n]+")
_KANA = re.compile("[\u3041-\u30fe]")
_LATIN = re.compile("[A-Za-z]")


def parse(raw: bytes, *, limits: Limits = Limits()) -> Message:  # noqa: B008 - frozen value
    """Read a message (RFC 5322, MIME) as a good mail client shows it; never raises.

    `raw` is the message as received. What is over one of `limits` is left out and named in
    `Message.over_limit`; such a message goes to a person. Whatever was guessed, repaired or lost
    stands in `defects` and `lossy`.
    """
    try:
        return _parse(raw, limits)
    except (RecursionError, MemoryError):
        return _unreadable(raw, "memory")
    except Exception as error:  # noqa: BLE001 - the promise: nothing ever raises out of here
        return _unreadable(raw, f"unreadable: {type(error).__name__}")


def _parse(raw: bytes, limits: Limits) -> Message:
    tree = TreeReader(limits)
    if len(raw) > limits.raw:
        tree.over = "raw"
        raw = raw[: limits.header]
    root = tree.read(raw)
    reader = BodyReader(limits)
    if not root.children and root.type == "text/plain":
        reader.read_uuencoded(root)
    body = reader.read(root)
    text = body.text()
    return _message(root, body, text, tree, limits)


def _message(root: Part, body: Body, text: str, tree: TreeReader, limits: Limits) -> Message:
    header = root.header
    sender = sole_mailbox(header.all("from"), limits.address_header)
    subject = decode_words(header.raw("subject")[: limits.field])
    over = tree.over or body.over
    if any(len(raw) > limits.address_header for raw in header.all("from")):
        over = over or "address header"
    return Message(
        message_id=_first_id(header, "message-id"),
        from_address=sender.address,
        from_name=sender.name,
        to=_recipients(header, limits),
        subject=clean_line(subject.text),
        date=_date(header),
        in_reply_to=_ids(header, "in-reply-to"),
        references=_ids(header, "references"),
        text=text,
        attachments=tuple(body.files),
        automatic=why_automatic(header, clean_line(subject.text), sender.address, text),
        bounce=read_bounce(root, sender.address, clean_line(subject.text), text),
        lossy=body.lossy or subject.lossy,
        defects=tuple(dict.fromkeys([*tree.defects, *body.defects])),
        authentication_results=_raw_lines(header, "authentication-results"),
        fingerprint=_fingerprint(header, root.content),
        return_path=_return_path(header),
        html=body.html,
        language=_language(text),
        over_limit=over,
        arc_results=_raw_lines(header, "arc-authentication-results"),
        arc_seals=_raw_lines(header, "arc-seal"),
    )


def _recipients(header: Header, limits: Limits) -> tuple[str, ...]:
    boxes = (box for raw in header.all("to") for box in mailboxes(raw, limits.address_header))
    return tuple(box.address for box in boxes)


def _ids(header: Header, name: str) -> tuple[str, ...]:
    text = header.raw(name)[:64_000].decode("utf-8", "replace")
    return tuple(clean_line(found) for found in _MESSAGE_ID.findall(text)[:_MOST_REFERENCES])


def _first_id(header: Header, name: str) -> str:
    ids = _ids(header, name)
    return ids[0] if ids else header.text(name, 900)


def _raw_lines(header: Header, name: str) -> tuple[str, ...]:
    return tuple(
        clean_line(raw[:64_000].decode("utf-8", "replace")) for raw in header.all(name)[:50]
    )


def _return_path(header: Header) -> str | None:
    if not header.has("return-path"):
        return None
    boxes = mailboxes(header.raw("return-path")[:1000])
    return boxes[0].address if boxes else ""


def _date(header: Header) -> datetime | None:
    try:
        found = parsedate_to_datetime(header.text("date", 200))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _fingerprint(header: Header, content: bytes) -> str:
    """Return a digest of what doesn't change on the way: identity fields and body."""
    digest = hashlib.sha256()
    for name in ("message-id", "from", "date", "subject"):
        digest.update(_BLANKS.sub(b" ", header.raw(name)).strip() + b"\0")
    digest.update(content.translate(None, b" \t\r\n"))
    return digest.hexdigest()


def _language(text: str) -> str:
    if _KANA.search(text):
        return "ja"
    return "en" if len(_LATIN.findall(text[:10_000])) >= 20 else ""


def _unreadable(raw: bytes, why: str) -> Message:
    return Message(
        message_id="", from_address="", from_name="", to=(), subject="", date=None,
        in_reply_to=(), references=(), text="", attachments=(), automatic=None, bounce=None,
        lossy=True, defects=(why,), authentication_results=(),
        fingerprint=hashlib.sha256(raw).hexdigest(), over_limit=why,
    )  # fmt: skip
