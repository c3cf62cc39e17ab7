"""A message of the desk as bytes (RFC 5322, MIME): pure, fast, and the same for the same input."""

import base64
import hashlib
import re
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from mail.message import Attachment
from mail.outgoing_field import MAX_LINE, disposition, identifiers, mailbox, unstructured

Charset = Literal["utf-8", "iso-2022-jp"]
MAX_REFERENCES = 20
MAX_REFERENCES_LENGTH = 900
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,240}>")
_FIELD_NAME = re.compile(r"[!-9;-~]{1,70}")
_MEDIA_TYPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]{0,60}/[A-Za-z0-9][A-Za-z0-9.+_-]{0,80}")
_EOL = "\r\n"
_BOUNDARY = "=_"
_CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))
_OWN_FIELDS = frozenset(
    [
        "from",
        "to",
        "subject",
        "date",
        "message-id",
        "in-reply-to",
        "references",
        "reply-to",
        "mime-version",
        "content-type",
        "content-transfer-encoding",
        "auto-submitted",
        "x-auto-response-suppress",
        "bcc",
        "sender",
    ]
)


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What is to be sent; every string may be hostile, none can add a header or a body.

    `date` is aware. `message_id`, `in_reply_to` and `references` carry angle brackets;
    malformed ones among the last two are left out. `headers` are extra (name, value) pairs.
    `charset` falls back to utf-8 for text that ISO-2022-JP can't hold.
    """

    from_address: str
    to: str
    subject: str
    text: str
    message_id: str
    date: datetime
    from_name: str = ""
    to_name: str = ""
    reply_to: str = ""
    in_reply_to: str = ""
    references: tuple[str, ...] = ()
    auto_submitted: Literal["auto-replied", "auto-generated"] | None = None
    headers: tuple[tuple[str, str], ...] = ()
    attachments: tuple[Attachment, ...] = ()
    charset: Charset = "utf-8"


def compose(message: Outgoing) -> bytes:
    """Return `message` as it goes on the wire: CRLF, lines below 998 octets, 7 bit.

    Only an address with a non-ASCII local part makes it 8 bit (RFC 6532). Raises ValueError
    (AddressError for addresses) when an address, the Message-ID or an extra header name is
    malformed, or an extra header would replace one of the desk's own.
    """
    head = [*_head(message), "MIME-Version: 1.0"]
    body = _text_part(message)
    if message.attachments:
        body = _multipart(message, body)
    return "\r\n".join([*head, body]).encode("utf-8")


def _head(message: Outgoing) -> list[str]:
    charset = message.charset if _encodable(message.from_name + message.to_name) else "utf-8"
    subject_charset = message.charset if _encodable(message.subject) else "utf-8"
    fields = [
        mailbox("From", message.from_name, message.from_address, charset),
        mailbox("To", message.to_name, message.to, charset),
        unstructured("Subject", message.subject, subject_charset),
        f"Date: {format_datetime(message.date)}",
        f"Message-ID: {_own_message_id(message.message_id)}",
    ]
    if message.reply_to:
        fields.append(mailbox("Reply-To", "", message.reply_to))
    return [*fields, *_threading(message), *_automatic(message), *_extra(message)]


def _threading(message: Outgoing) -> list[str]:
    parent = [message.in_reply_to] if _MESSAGE_ID.fullmatch(message.in_reply_to) else []
    chain = references((*message.references, *parent))
    fields = [("In-Reply-To", parent), ("References", list(chain))]
    return [identifiers(name, values) for name, values in fields if values]


def references(chain: tuple[str, ...]) -> tuple[str, ...]:
    """Return the well-formed, distinct ids of `chain`: the root and as many of the last as fit.

    At most 20 ids and 900 characters (RFC 5322 3.6.4 lets old ones in the middle be dropped).
    """
    ids = [i for i in dict.fromkeys(reversed(chain)) if _MESSAGE_ID.fullmatch(i)]
    if not ids:
        return ()
    root, room = ids[-1], MAX_REFERENCES_LENGTH - len(ids[-1])
    kept: list[str] = []
    for identifier in ids[:-1][: MAX_REFERENCES - 1]:
        room -= len(identifier) + 1
        if room < 0:
            break
        kept.append(identifier)
    return (root, *reversed(kept))


def _automatic(message: Outgoing) -> list[str]:
    if message.auto_submitted is None:
        return []
    return [f"Auto-Submitted: {message.auto_submitted}", "X-Auto-Response-Suppress: All"]


def _extra(message: Outgoing) -> list[str]:
    for name, _ in message.headers:
        if not _FIELD_NAME.fullmatch(name) or name.lower() in _OWN_FIELDS:
            raise ValueError(f"not a header the desk may add: {name!r}")
    return [unstructured(name, value, longest=MAX_LINE) for name, value in message.headers]


def _own_message_id(value: str) -> str:
    if not _MESSAGE_ID.fullmatch(value):
        raise ValueError(f"malformed Message-ID: {value!r}")
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode("iso2022_jp")
    except UnicodeEncodeError:
        return False
    return True


def _text_part(message: Outgoing) -> str:
    """Return the text as a MIME entity: 7bit where the lines allow it, else base64."""
    text = message.text.replace("\r\n", "\n").replace("\r", "\n").translate(_CONTROLS)
    text = text.encode("utf-8", "replace").decode("utf-8").rstrip("\n") + "\n"
    charset = message.charset if _encodable(text) else "utf-8"
    data = text.replace("\n", "\r\n").encode(charset)
    seven_bit = data.isascii() and _BOUNDARY not in text
    seven_bit = seven_bit and max(map(len, data.split(b"\r\n"))) <= MAX_LINE
    encoding, body = ("7bit", data.decode("ascii")) if seven_bit else ("base64", _base64(data))
    return (
        f"Content-Type: text/plain; charset={charset}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n\r\n{body}"
    )


def _base64(data: bytes) -> str:
    return base64.encodebytes(data).decode("ascii").replace("\n", "\r\n")


def _multipart(message: Outgoing, text_part: str) -> str:
    """Wrap the text and the attachments; the boundary follows from the Message-ID.

    No part can hold it: base64 has no `_`, and a 7bit text with such a start goes as base64.
    """
    boundary = _BOUNDARY + hashlib.sha256(message.message_id.encode()).hexdigest()[:32]
    parts = [text_part, *map(_attachment_part, message.attachments)]
    inside = "".join(f"--{boundary}\r\n{part.removesuffix(_EOL)}{_EOL}" for part in parts)
    return f'Content-Type: multipart/mixed; boundary="{boundary}"\r\n\r\n{inside}--{boundary}--\r\n'


def _attachment_part(attachment: Attachment) -> str:
    media_type = attachment.type.lower()
    if not _MEDIA_TYPE.fullmatch(media_type) or media_type.startswith(("multipart/", "message/")):
        media_type = "application/octet-stream"
    return (
        f"Content-Type: {media_type}\r\n{disposition(attachment.name)}\r\n"
        f"Content-Transfer-Encoding: base64\r\n\r\n{_base64(attachment.data)}"
    )
