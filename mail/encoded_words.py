"""Header bytes to text: encoded words (RFC 2047) joined by bytes, raw bytes of any encoding."""

import binascii
import re
from collections.abc import Iterator
from typing import NamedTuple

from mail.charset import Text, codec_of, decode

_START = re.compile(rb"=\?([^?\s]{0,80})\?([bBqQ])\?")
_BLANK = re.compile(rb"[ \t\r\n]*")
_SPACES = re.compile(rb"[ \t\r\n]+")
_HEX = re.compile(rb"=([0-9A-Fa-f]{2})")
_NOT_BASE64 = re.compile(rb"[^A-Za-z0-9+/]+")
_JIS_SPAN = re.compile(rb"\x1b\$[^\r\n]*?\x1b\([BJ]|\x1b\$[^\r\n]*")


class _Word(NamedTuple):
    """One encoded word: its charset label and its bytes."""

    label: str
    data: bytes


def _base64(text: bytes) -> bytes:
    digits = _NOT_BASE64.sub(b"", text)
    digits = digits[: len(digits) - (len(digits) % 4 == 1)]
    return binascii.a2b_base64(digits + b"=" * (-len(digits) % 4))


def _q(text: bytes) -> bytes:
    return _HEX.sub(lambda m: bytes((int(m.group(1), 16),)), text.replace(b"_", b" "))


def _word(match: re.Match[bytes], text: bytes) -> _Word:
    label = match.group(1).decode("ascii", "replace").partition("*")[0]
    read = _base64 if match.group(2) in b"bB" else _q
    return _Word(label, read(text))


def _pieces(raw: bytes) -> Iterator[bytes | _Word]:
    """Yield runs of plain bytes and encoded words; linear, as the end mark is looked for once."""
    at = plain = 0
    end = -1
    while (match := _START.search(raw, at)) is not None:
        if end < match.end():
            end = raw.find(b"?=", match.end())
        if end < 0:
            break
        stop, at = _stop(raw, match, end), match.end()
        if stop >= 0:
            yield raw[plain : match.start()]
            yield _word(match, raw[match.end() : stop])
            at = plain = stop + 2
    yield raw[plain:]


def _stop(raw: bytes, match: re.Match[bytes], end: int) -> int:
    """Return where the text of the word ends, or -1 when another word begins before that."""
    inner = raw.find(b"=?", match.end(), end)
    return -1 if inner >= 0 and _START.match(raw, inner) else end


def _joined(pieces: Iterator[bytes | _Word]) -> list[bytes | _Word]:
    """Drop blanks between encoded words and join neighbouring words of one charset."""
    out: list[bytes | _Word] = []
    for piece in pieces:
        if isinstance(piece, bytes) or not out:
            out.append(piece)
            continue
        if isinstance(out[-1], bytes) and len(out) > 1 and _BLANK.fullmatch(out[-1]):
            out.pop()
        last = out[-1]
        if isinstance(last, _Word) and codec_of(last.label) == codec_of(piece.label):
            out[-1] = _Word(last.label, last.data + piece.data)
        else:
            out.append(piece)
    return out


def decode_words(raw: bytes) -> Text:
    """Return a header value as text; nothing is stripped but folding between encoded words."""
    raw = unfold(raw)
    if b"=?" not in raw:
        return decode(raw)
    out: list[str] = []
    lossy = False
    for piece in _joined(_pieces(raw)):
        text = decode(piece.data, piece.label) if isinstance(piece, _Word) else decode(piece)
        out.append(text.text)
        lossy = lossy or text.lossy
    return Text("".join(out), "", lossy)


def unfold(raw: bytes) -> bytes:
    """Return a folded header value as one line (RFC 5322, 2.2.3)."""
    return re.sub(rb"\r*\n(?=[ \t])|[\r\n]+$", b"", raw)


def raw_text(raw: bytes) -> str:
    """Return header bytes as text with encoded words left as they stand, to be cut into tokens.

    Raw Japanese is decoded first: its bytes may look like quotes, commas, `@` or a backslash.
    """
    return decode(unfold(raw)).text


def decode_token(token: str) -> str:
    """Return a token (display name, parameter value) with its encoded words decoded."""
    if "=?" not in token:
        return token
    raw = token.encode("utf-8", "replace")
    return decode_words(raw).text
