"""The header block of a message or part (RFC 5322, 2.2), read from whatever stands there."""

import re
from typing import NamedTuple

from mail.encoded_words import decode_words
from mail.names import clean_line

_FIELD = re.compile(rb"([\x21-\x39\x3b-\x7e]{1,100})[ \t]*:")
_NAMED = re.compile(rb"[\x21-\x39\x3b-\x7e]{0,100}[ \t]*:")
_BREAK = re.compile(rb"\r*\n")
_BLANK_LINES = re.compile(rb"(?:[ \t]*\r*\n)+")
_FROM_LINE = re.compile(rb">?From (?![ \t]*:)[^\r\n]*\r*\n")


class Header(NamedTuple):
    """Fields in order (name in lower case, raw body), and what was wrong with the block."""

    fields: tuple[tuple[str, bytes], ...]
    defects: tuple[str, ...] = ()

    def all(self, name: str) -> list[bytes]:
        """Return the raw bodies of all fields called `name` (lower case), top first."""
        return [body for field, body in self.fields if field == name]

    def raw(self, name: str) -> bytes:
        """Return the raw body of the first field called `name`, or nothing."""
        return next((body for field, body in self.fields if field == name), b"")

    def has(self, name: str) -> bool:
        """Tell whether there is a field called `name`."""
        return any(field == name for field, _ in self.fields)

    def text(self, name: str, cap: int = 64_000) -> str:
        """Return the first field called `name`, decoded, on one line and free of controls."""
        return clean_line(decode_words(self.raw(name)[:cap]).text)


def _end_of_block(data: bytes, start: int) -> tuple[int, int]:
    """Return where the header ends and where the body begins."""
    end = re.compile(rb"\r*\n\r*\n").search(data, start)
    if end is None:
        return len(data), len(data)
    return end.start(), end.end()


def split_header(data: bytes, cap: int = 256_000, *, part: bool = False) -> tuple[Header, bytes]:
    """Split `data` into header and body (line ends LF, CRLF, CR or mixed).

    Of a header longer than `cap` bytes only so much is read. A `part` of a message may begin with
    a blank line, as it may have no header; before a whole message such lines are skipped.
    """
    if b"\n" not in data:
        data = data.replace(b"\r", b"\n")
    start = 0 if part else _skip(data)
    first = re.compile(rb"\r*\n").match(data, start)
    if first:
        return Header(()), data[first.end() :]
    end, body = _end_of_block(data, start)
    lines = _BREAK.split(data[start : min(end, start + cap)])
    fields, stopped, defects = _fields(lines)
    if stopped is None:
        return Header(fields, defects), data[body:]
    rest = _BREAK.split(data[start:], maxsplit=stopped) if stopped else [data[start:]]
    return Header(fields, (*defects, "body without blank line")), rest[-1]


def _skip(data: bytes) -> int:
    """Return the start of the first field: after a BOM, blank lines and mbox From_ lines."""
    start = 3 if data.startswith(b"\xef\xbb\xbf") else 0
    blank = _BLANK_LINES.match(data, start)
    if blank and _FIELD.match(data, blank.end()):
        start = blank.end()
    while (line := _FROM_LINE.match(data, start)) is not None:
        start = line.end()
    return start


def _fields(
    lines: list[bytes],
) -> tuple[tuple[tuple[str, bytes], ...], int | None, tuple[str, ...]]:
    """Return the fields, the line at which the body began without a blank line, and defects."""
    names: list[str] = []
    bodies: list[list[bytes]] = []
    defects: set[str] = set()
    last = max((at for at, line in enumerate(lines) if _NAMED.match(line)), default=-1)
    for at, line in enumerate(lines):
        match = _FIELD.match(line)
        if match and not line[:1].isspace():
            names.append(match.group(1).decode("ascii").lower())
            bodies.append([line[match.end() :]])
        elif line[:1] in (b" ", b"\t") and bodies:
            bodies[-1].append(line)
        elif line.strip() and (at > last or _body_begins(lines[at - 1], line, bodies)):
            return _built(names, bodies), at, tuple(sorted(defects))
        elif line.strip():
            defects.add("line in header without a colon")
    return _built(names, bodies), None, tuple(sorted(defects))


def _body_begins(before: bytes, line: bytes, bodies: list[list[bytes]]) -> bool:
    """Tell whether `line`, with fields below it, begins the body: after blanks, or as boundary."""
    if not before.strip() and bodies:
        return True
    boundary = line.strip()[2:]
    return (
        line.startswith(b"--")
        and len(boundary) > 3
        and any(boundary in piece for body in bodies for piece in body)
    )


def _built(names: list[str], bodies: list[list[bytes]]) -> tuple[tuple[str, bytes], ...]:
    return tuple((name, b"\n".join(body).strip()) for name, body in zip(names, bodies, strict=True))
