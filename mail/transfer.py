"""Content-Transfer-Encoding (RFC 2045, 6), with the damage it meets on the way."""

import binascii
import re
from typing import NamedTuple

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOISE = bytes(byte for byte in range(256) if byte not in _ALPHABET)
_SPACE = b" \t\r\n\x0b\x0c\x00"
_TRAILING = re.compile(rb"=[ \t]+(?=\r?\n|$)")
_NAME = re.compile(r"[a-z0-9_-]+(?: printable)?")
_UU_BEGIN = re.compile(rb"^begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,300})\r?\n", re.MULTILINE)
_UU_END = re.compile(rb"^(?:end|====)[ \t]*(?:\r?\n|\Z)", re.MULTILINE)
_ENCODINGS = {
    "base64": "base64",
    "b64": "base64",
    "base-64": "base64",
    "b": "base64",
    "quoted-printable": "quoted-printable",
    "quoted_printable": "quoted-printable",
    "quoted printable": "quoted-printable",
    "quotedprintable": "quoted-printable",
    "q": "quoted-printable",
    "qp": "quoted-printable",
    "x-uuencode": "uuencode",
    "uuencode": "uuencode",
    "x-uue": "uuencode",
    "uue": "uuencode",
}


class Content(NamedTuple):
    """Decoded bytes, plain bytes that stood after the encoded ones, and what was wrong."""

    data: bytes
    footer: bytes = b""
    defect: str = ""


class UuFile(NamedTuple):
    """A uuencoded file inside a text: its name and bytes."""

    name: bytes
    data: bytes


def encoding_of(label: str) -> str:
    """Return `base64`, `quoted-printable`, `uuencode` or, for all others, `identity`."""
    match = _NAME.search(label.lower())
    return _ENCODINGS.get(match.group(), "identity") if match else "identity"


def decode_transfer(data: bytes, label: str) -> Content:
    """Undo the transfer encoding named by `label`; unknown ones leave the bytes alone."""
    readers = {"base64": _base64, "quoted-printable": _quoted_printable, "uuencode": _uuencode}
    reader = readers.get(encoding_of(label))
    return reader(data) if reader else Content(data)


def _quoted_printable(data: bytes) -> Content:
    return Content(binascii.a2b_qp(_TRAILING.sub(b"=", data)))


def _base64(data: bytes) -> Content:
    if _is_prose(data):
        return Content(data, b"", "text that isn't in the base64 it is said to be in")
    compact = data.translate(None, _SPACE)
    noise = compact.translate(None, _ALPHABET)
    if not noise:
        return _digits(compact)
    encoded, footer = _without_footer(data)
    found = _digits(encoded.translate(None, _NOISE))
    return Content(found.data, footer, "characters in base64 that don't belong there")


def _is_prose(data: bytes) -> bool:
    """Tell whether most lines hold words with blanks between, as no encoder writes them."""
    lines = [words for line in data[:4_000].splitlines() if (words := line.split())]
    return sum(any(len(word) % 4 for word in words[:-1]) for words in lines) * 2 > len(lines)


def _without_footer(data: bytes) -> tuple[bytes, bytes]:
    """Split at the first line that isn't base64, if little or no base64 follows it."""
    at = 0
    for line in data.splitlines(keepends=True):
        if line.translate(None, _SPACE).translate(None, _ALPHABET):
            break
        at += len(line)
    rest = data[at:]
    long_lines = sum(
        len(line)
        for line in rest.splitlines()
        if len(line) >= 60 and not line.translate(None, _ALPHABET)
    )
    return (data, b"") if at == 0 or long_lines * 2 > len(rest) else (data[:at], rest)


def _digits(compact: bytes) -> Content:
    """Decode digits; padding in the middle ends one run and begins the next."""
    out: list[bytes] = []
    defect = ""
    for run in re.findall(rb"[^=]+", compact):
        cut = run[:-1] if len(run) % 4 == 1 else run
        defect = defect or ("base64 cut off" if cut != run else "")
        out.append(binascii.a2b_base64(cut + b"=" * (-len(cut) % 4)))
    return Content(b"".join(out), b"", defect)


def _uuencode(data: bytes) -> Content:
    begin = _UU_BEGIN.search(data)
    start = begin.end() if begin else 0
    end = _UU_END.search(data, start)
    body = data[start : end.start() if end else len(data)]
    return Content(_uu_lines(body))


def _uu_lines(body: bytes) -> bytes:
    out: list[bytes] = []
    for line in body.splitlines():
        try:
            out.append(binascii.a2b_uu(line + b"\n"))
        except (binascii.Error, ValueError):
            count = (((line[:1] or b" ")[0] - 32 & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:count] + b"\n"))
            except (binascii.Error, ValueError):
                continue
    return b"".join(out)


def extract_uuencoded(data: bytes, most: int) -> tuple[bytes, list[UuFile]]:
    """Take uuencoded files (at most `most`) out of a text; returns the rest and the files."""
    rest: list[bytes] = []
    files: list[UuFile] = []
    at = 0
    while len(files) < most and (begin := _UU_BEGIN.search(data, at)) is not None:
        end = _UU_END.search(data, begin.end())
        if end is None:
            break
        content = _uu_lines(data[begin.end() : end.start()])
        if content:
            rest.append(data[at : begin.start()])
            files.append(UuFile(begin.group(1).strip(), content))
        else:
            rest.append(data[at : end.end()])
        at = end.end()
    return b"".join([*rest, data[at:]]), files
