"""Header fields as they leave: cleaned, folded (RFC 5322) and encoded (RFC 2047, RFC 2231)."""

import base64
import re
import unicodedata
from urllib.parse import quote

FOLD_AT = 76
MAX_LINE = 900  # the hard limit of RFC 5322 2.1.1 is 998 octets
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_DOT_ATOM = re.compile(r"[^\s()<>@,;:\\\".\[\]]+(?:\.[^\s()<>@,;:\\\".\[\]]+)*")
_LOOSE_LOCAL = re.compile(r"[^\s()<>@,;:\\\"\[\]]+")
_QUOTED_LOCAL = re.compile(r'"(?:[^"\\]|\\.)+"')
_DOMAIN = re.compile(r"(?!-)[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+)*|\[[A-Fa-f0-9.:IPv]+\]")
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._ ()+-]{1,60}")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class AddressError(ValueError):
    """An address that can't stand in a header or an SMTP command."""


def clean(value: str) -> str:
    """Return `value` on one line: controls become spaces, lone surrogates U+FFFD.

    This is what makes header injection impossible: no CR, LF, NUL, or Unicode line end survives.
    """
    if value.isascii() and value.isprintable():
        return value.strip()
    return "".join(map(_clean_character, value)).strip()


def _clean_character(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    return "\ufffd" if category == "Cs" else character


def encode_words(value: str, charset: str, first: int) -> list[str]:
    """Return `value` as encoded words of at most 75 characters (RFC 2047 section 2).

    `first` is the room in characters already used on the first line. A word never splits a
    character, and each is complete in its charset (ISO-2022-JP ends in ASCII).
    """
    words: list[str] = []
    used, piece = first, ""
    for character in value:
        room = FOLD_AT - 1 - used if not words else FOLD_AT - 1
        if piece and _encoded_length(piece + character, charset) > room:
            words.append(_encoded_word(piece, charset))
            piece = ""
        piece += character
    if piece:
        words.append(_encoded_word(piece, charset))
    return words


def _encoded_length(piece: str, charset: str) -> int:
    return len(charset) + 7 + (len(piece.encode(charset)) + 2) // 3 * 4


def _encoded_word(piece: str, charset: str) -> str:
    return f"=?{charset}?B?{base64.b64encode(piece.encode(charset)).decode('ascii')}?="


def unstructured(name: str, value: str, charset: str = "utf-8", longest: int = FOLD_AT) -> str:
    """Return the field `name: value` folded, with encoded words where ASCII won't do.

    `longest` is the length in characters above which an ASCII word is encoded, not kept whole.
    """
    value = clean(value)
    words = value.split(" ")
    if value.isascii() and "=?" not in value and "" not in words[1:] and _fits(words, longest):
        return _folded(f"{name}:", words)
    return _folded(f"{name}:", encode_words(value, charset, len(name) + 2))


def _fits(words: list[str], longest: int) -> bool:
    return max(map(len, words)) <= longest


def _folded(start: str, tokens: list[str]) -> str:
    """Join `tokens` with single spaces, a new line where the next would pass the fold."""
    lines: list[str] = []
    line = start
    for token in tokens:
        if line != start and len(line) + 1 + len(token) > FOLD_AT:
            lines.append(line)
            line = ""
        line = f"{line} {token}"
    return "\r\n".join([*lines, line])


def identifiers(name: str, values: list[str]) -> str:
    """Return a field of Message-IDs, folded between them."""
    return _folded(f"{name}:", values)


def mailbox(name: str, display: str, address: str, charset: str = "utf-8") -> str:
    """Return the field `name` holding one mailbox (RFC 5322 3.4): display name and address.

    Raises AddressError when the address can't be written safely.
    """
    display, spec = clean(display), f"<{addr_spec(address)}>"
    if not display:
        return f"{name}: {spec[1:-1]}"
    if not display.isascii() or "=?" in display or len(display) > FOLD_AT - len(name) - 4:
        phrase = encode_words(display, charset, len(name) + 2)
    elif _ATOMS.fullmatch(display):
        phrase = display.split()
    else:
        escaped = display.replace("\\", "\\\\").replace('"', '\\"')
        phrase = [f'"{escaped}"']
    return _folded(f"{name}:", [*phrase, spec])


def addr_spec(address: str) -> str:
    """Return `address` as it may stand in a header: local part quoted where needed, IDNA domain.

    Japanese carriers handed out local parts with dots in a row or at the end; they are quoted
    (RFC 5321 4.1.2). Raises AddressError for anything that isn't one address.
    """
    local, at, domain = address.rpartition("@")
    if not at or len(address) > 320 or clean(address) != address:
        raise AddressError(f"not one mail address: {address!r}")
    domain = _ascii_domain(domain, address)
    if _DOT_ATOM.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local):
        return f"{local}@{domain}"
    if _LOOSE_LOCAL.fullmatch(local):
        return f'"{local}"@{domain}'
    raise AddressError(f"not one mail address: {address!r}")


def _ascii_domain(domain: str, address: str) -> str:
    try:
        ascii_domain = domain if domain.isascii() else domain.encode("idna").decode("ascii")
    except UnicodeError:
        ascii_domain = ""
    if not _DOMAIN.fullmatch(ascii_domain):
        raise AddressError(f"not one mail address: {address!r}")
    return ascii_domain


def file_name(value: str) -> str:
    """Return a name safe to show and to save: no path, control or bidi character."""
    kept = "".join(c for c in clean(value) if c not in _BIDI)
    kept = re.sub(r'[/\\:*?"<>|]', "_", kept).strip(" .")
    return kept[:150] or "file"


def disposition(name: str) -> str:
    """Return Content-Disposition for the attachment `name` (RFC 2183; RFC 2231 when needed)."""
    name = file_name(name)
    if _PLAIN_NAME.fullmatch(name):
        return f'Content-Disposition: attachment; filename="{name}"'
    pieces = _percent_pieces(name)
    if len(pieces) == 1:
        parameters = [f"filename*=utf-8''{pieces[0]}"]
    else:
        parameters = [
            f"filename*{i}*={_lead(i)}{piece}" + (";" if i < len(pieces) - 1 else "")
            for i, piece in enumerate(pieces)
        ]
    return "\r\n ".join(["Content-Disposition: attachment;", *parameters])


def _lead(index: int) -> str:
    return "utf-8''" if index == 0 else ""


def _percent_pieces(name: str) -> list[str]:
    """Cut the percent-encoded name into pieces that fit a line, never inside a character."""
    pieces = [""]
    for character in name:
        encoded = quote(character, safe="")
        if len(pieces[-1]) + len(encoded) > 50:
            pieces.append("")
        pieces[-1] += encoded
    return pieces
