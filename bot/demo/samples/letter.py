"""Sample mail as real bytes: the encodings, transfer encodings and structures of the wild."""

import base64
import html
import quopri
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Literal

Charset = Literal["iso-2022-jp", "shift_jis", "euc-jp", "utf-8"]
Transfer = Literal["7bit", "8bit", "base64", "quoted-printable"]
Headers = tuple[tuple[str, str], ...]

RECEIVER = "mx.desk.example"
"""The demo's receiving server, whose Authentication-Results the desk trusts."""

_WORD_CHARACTERS = 10  # keeps an encoded word under 75 characters in every charset (RFC 2047)
_BOUNDARY = "=_madoguchi_sample"


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file sent along: its name, media type and bytes."""

    name: str
    type: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Letter:
    """What a customer writes, and in which form their mail program sends it.

    `text` may speak of nothing but itself; `answers` is the `name` of the sample this one answers,
    `headers` stand before all others, `authentic` is whether our receiver could verify the sender.
    """

    name: str
    sender: str
    address: str
    subject: str
    text: str
    charset: Charset = "utf-8"
    transfer: Transfer = "base64"
    answers: str | None = None
    as_html: bool = False
    authentic: bool = True
    headers: Headers = ()
    enclosures: tuple[Enclosure, ...] = field(default=())


def _jis(text: str) -> bytes:
    """Write ISO-2022-JP the way Japanese mail programs do: NEC's row 13 (①㈱№) under its name.

    Python's own codec refuses those characters, which customers use all the time.
    """
    written, wide = bytearray(), False
    for character in text:
        if wide == character.isascii():
            wide = not wide
            written += b"\x1b$B" if wide else b"\x1b(B"
        written += _jis_bytes(character) if wide else character.encode()
    return bytes(written + (b"\x1b(B" if wide else b""))


def _jis_bytes(character: str) -> bytes:
    """Return the two JIS X 0208 bytes of a character that Shift_JIS has, NEC's row 13 included."""
    lead, trail = character.encode("cp932")
    row = (lead - (0x70 if lead < 0xA0 else 0xB0)) * 2
    if trail >= 0x9F:
        return bytes((row, trail - 0x7E))
    return bytes((row - 1, trail - (0x20 if trail > 0x7F else 0x1F)))


_ENCODE: Mapping[Charset, Callable[[str], bytes]] = {
    "iso-2022-jp": _jis,
    "shift_jis": lambda text: text.encode("cp932"),
    "euc-jp": lambda text: text.encode("euc_jp"),
    "utf-8": str.encode,
}


def encoded_word(text: str, charset: Charset) -> str:
    """Write a header value as encoded words of base64 (RFC 2047), folded one a line."""
    if text.isascii():
        return text
    pieces = (text[i : i + _WORD_CHARACTERS] for i in range(0, len(text), _WORD_CHARACTERS))
    return "\r\n ".join(
        f"=?{charset.upper()}?B?{base64.b64encode(_ENCODE[charset](piece)).decode()}?="
        for piece in pieces
    )


def file_name_parameter(name: str) -> str:
    """Write a file name as RFC 2231 asks: percent-encoded UTF-8 in `filename*` unless ASCII."""
    if name.isascii():
        return f'filename="{name}"'
    encoded = "".join(f"%{byte:02X}" for byte in name.encode())
    return f"filename*=UTF-8''{encoded}"


def message_id(name: str, address: str, sent_at: datetime) -> str:
    """Return the Message-ID of the sample called `name`."""
    return f"<{name}.{sent_at:%Y%m%d%H%M%S}@{address.partition('@')[2]}>"


def _body(letter: Letter) -> bytes:
    text = letter.text.replace("\n", "\r\n")
    if letter.as_html:
        lines = "<br>\r\n".join(html.escape(line) for line in letter.text.split("\n"))
        text = f"<html><head><style>p{{color:#222}}</style></head><body>{lines}</body></html>"
    data = _ENCODE[letter.charset](text)
    if letter.transfer == "base64":
        return base64.encodebytes(data).replace(b"\n", b"\r\n")
    if letter.transfer == "quoted-printable":
        soft = (quopri.encodestring(line) for line in data.split(b"\r\n"))
        return b"\r\n".join(line.replace(b"\n", b"\r\n") for line in soft)
    return data


def _text_part(letter: Letter) -> bytes:
    kind = "html" if letter.as_html else "plain"
    head = (
        f"Content-Type: text/{kind}; charset={letter.charset}\r\n"
        f"Content-Transfer-Encoding: {letter.transfer}\r\n\r\n"
    )
    return head.encode() + _body(letter)


def _enclosure_part(enclosure: Enclosure) -> bytes:
    head = (
        f"Content-Type: {enclosure.type}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; {file_name_parameter(enclosure.name)}\r\n\r\n"
    )
    return head.encode() + base64.encodebytes(enclosure.data).replace(b"\n", b"\r\n")


def _content(letter: Letter) -> bytes:
    if not letter.enclosures:
        return _text_part(letter)
    parts = [_text_part(letter), *map(_enclosure_part, letter.enclosures)]
    opened = b"".join(b"--" + _BOUNDARY.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    head = f'Content-Type: multipart/mixed; boundary="{_BOUNDARY}"\r\n\r\n'.encode()
    return head + opened + f"--{_BOUNDARY}--\r\n".encode()


def received(address: str, sent_at: datetime, *, authentic: bool = True) -> Headers:
    """Return what the demo's receiver puts on top: path, arrival and its verdict on the sender."""
    domain, verdict = address.rpartition("@")[2] or RECEIVER, "pass" if authentic else "fail"
    arrived = format_datetime(sent_at + timedelta(seconds=2))
    results = f"{RECEIVER}; spf={verdict} smtp.mailfrom={domain}; dkim={verdict} header.d={domain}"
    return (
        ("Return-Path", f"<{address}>"),
        ("Received", f"from mail.{domain} (192.0.2.25) by {RECEIVER} with ESMTPS; {arrived}"),
        ("Authentication-Results", f"{results}; dmarc={verdict} header.from={domain}"),
    )


def written(letter: Letter, to: str, sent_at: datetime, answered: str | None) -> bytes:
    """Return `letter` as the bytes of a received message.

    `answered` is the Message-ID of the mail it answers, or None.
    """
    thread = (("In-Reply-To", answered), ("References", answered)) if answered else ()
    headers = (
        *letter.headers,
        *received(letter.address, sent_at, authentic=letter.authentic),
        ("Message-ID", message_id(letter.name, letter.address, sent_at)),
        *thread,
        ("Date", format_datetime(sent_at)),
        ("From", f"{encoded_word(letter.sender, letter.charset)} <{letter.address}>"),
        ("To", f"<{to}>"),
        ("Subject", encoded_word(letter.subject, letter.charset)),
        ("MIME-Version", "1.0"),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return head.encode() + _content(letter)
