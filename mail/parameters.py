"""Values with parameters (Content-Type, Content-Disposition): RFC 2045, 2183, 2231 and the wild."""

import re
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from mail.charset import decode
from mail.encoded_words import decode_token, raw_text

_NAME = re.compile(r"\s*;?\s*([^\s=;\"]{1,100})\s*=\s*")
_QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"?', re.DOTALL)
_UNQUOTED = re.compile(r"[^;]*")
_SECTION = re.compile(r"(.+?)(?:\*(\d{1,4}))?(\*)?")
_ESCAPE = re.compile(r'\\(["\\])')


class Value(NamedTuple):
    """The value before the first semicolon, in lower case, and parameters by lower-case name."""

    value: str
    parameters: dict[str, str]


class _Piece(NamedTuple):
    number: int
    encoded: bool
    text: str


def parse_value(raw: bytes, cap: int = 64_000) -> Value:
    """Read a structured header body; later parameters of one name never replace earlier ones."""
    text = raw_text(raw[:cap])
    value, _, rest = text.partition(";")
    if "=" in value and "/" not in value.partition("=")[0]:
        value, rest = "", text
    return Value(_media(value), _combined(_pairs(rest)))


def _media(value: str) -> str:
    value = re.sub(r"\([^()]*\)", "", value).strip().strip("\"'").lower()
    return value.split()[0] if value else ""


def _pairs(rest: str) -> list[tuple[str, str]]:
    """Return the parameters as written, values unquoted; linear in the length."""
    found: list[tuple[str, str]] = []
    at = 0
    while at < len(rest) and len(found) < 500:
        match = _NAME.match(rest, at)
        if match is None:
            semicolon = rest.find(";", at)
            if semicolon < 0:
                break
            at = semicolon + 1
            continue
        value, at = _value(rest, match.end())
        found.append((match.group(1).lower(), value))
    return found


def _value(rest: str, at: int) -> tuple[str, int]:
    quoted = _QUOTED.match(rest, at)
    if quoted is None:
        plain = _UNQUOTED.match(rest, at)
        text = plain.group() if plain else ""
        return text.strip(), at + len(text)
    semicolon = rest.find(";", quoted.end())
    end = len(rest) if semicolon < 0 else semicolon
    tail = rest[quoted.end() : end]
    inner = quoted.group(1)
    if tail.strip() and "=" not in tail:
        # filename="a" b".pdf": quotes inside a quoted name.
        return (inner + '"' + tail).strip().strip('"'), end
    return _ESCAPE.sub(r"\1", inner), quoted.end()


def _combined(pairs: list[tuple[str, str]]) -> dict[str, str]:
    plain: dict[str, str] = {}
    pieces: dict[str, list[_Piece]] = {}
    for name, value in pairs:
        match = _SECTION.fullmatch(name)
        if match is None or not (match.group(2) or match.group(3)):
            plain.setdefault(name, decode_token(value))
            continue
        number = int(match.group(2) or 0)
        pieces.setdefault(match.group(1), []).append(_Piece(number, bool(match.group(3)), value))
    return plain | {name: _extended(parts) for name, parts in pieces.items()}


def _extended(parts: list[_Piece]) -> str:
    """Join the pieces as bytes, then decode: a piece may end inside a character."""
    parts = sorted({piece.number: piece for piece in reversed(parts)}.values())
    if not any(piece.encoded for piece in parts):
        return decode_token("".join(piece.text for piece in parts))
    charset, first = "", parts[0].text
    if parts[0].encoded and first.count("'") >= 2:
        charset, _, first = first.split("'", 2)
    data = _bytes(first, encoded=parts[0].encoded, charset=charset)
    for piece in parts[1:]:
        data += _bytes(piece.text, encoded=piece.encoded, charset=charset)
    return decode_token(decode(data, charset or None).text)


def _bytes(text: str, *, encoded: bool, charset: str) -> bytes:
    if encoded:
        return unquote_to_bytes(text)
    try:
        return text.encode(charset or "utf-8")
    except (LookupError, UnicodeEncodeError):
        return text.encode("utf-8", "replace")
