"""The tree of parts (RFC 2046), from bytes that keep to it or don't."""

import re
from dataclasses import dataclass, field

from mail.header import Header, split_header
from mail.limits import Limits
from mail.parameters import Value, parse_value
from mail.transfer import Content, decode_transfer

_MEDIA_TYPE = re.compile(r"[a-z0-9!#$&^_.+-]+/[a-z0-9!#$&^_.+*-]+")
_ANY_BOUNDARY = re.compile(
    rb"(?:\A|\n)--(?:([^\s-][^\r\n]{0,200})\r*\n|(-[^\r\n]{1,200})\r*\n(?=Content-[A-Za-z-]{2,40}:))"
)
_SHORT_TYPES = {
    "text": "text/plain",
    "html": "text/html",
    "multipart": "multipart/mixed",
    "plain": "text/plain",
    "message": "message/rfc822",
    "pdf": "application/pdf",
    "text/": "text/plain",
    "text/text": "text/plain",
    "text/ascii": "text/plain",
}


@dataclass(slots=True)
class Part:
    """One entity: header, raw content, and children when it is a multipart."""

    header: Header
    content: bytes = field(repr=False)
    type: str
    content_type: Value
    disposition: Value
    parent: str = ""
    children: list["Part"] = field(default_factory=list["Part"])

    def decoded(self) -> Content:
        """Return the content with its transfer encoding undone."""
        label = self.header.raw("content-transfer-encoding").decode("ascii", "replace")
        return decode_transfer(self.content, label)


class TreeReader:
    """Reads one message into parts, counting them against the limits."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.count = 0
        self.over: str | None = None
        self.defects: list[str] = []

    def read(self, data: bytes, *, depth: int = 0, parent: str = "") -> Part:
        """Return the entity in `data` with all its children."""
        self.count += 1
        header, content = split_header(data, self.limits.header, part=depth > 0)
        self._note(header, content, data)
        content_type = parse_value(header.raw("content-type"), self.limits.field)
        part = Part(
            header,
            content,
            _type(content_type.value, parent),
            content_type,
            parse_value(header.raw("content-disposition"), self.limits.field),
            parent,
        )
        if part.type.startswith("multipart/"):
            self._split(part, depth)
        return part

    def _note(self, header: Header, content: bytes, data: bytes) -> None:
        self.defects.extend(header.defects)
        if len(data) - len(content) > self.limits.header:
            self.over = self.over or "header"

    def _split(self, part: Part, depth: int) -> None:
        if depth >= self.limits.depth:
            self.over = self.over or "depth"
            return
        for piece in self._pieces(part):
            if self.count >= self.limits.parts:
                self.over = self.over or "parts"
                return
            part.children.append(self.read(piece, depth=depth + 1, parent=part.type))
        if not part.children:
            self.defects.append("multipart without parts")
            part.type = _content_guess(part.content)

    def _pieces(self, part: Part) -> list[bytes]:
        """Return the slices between boundaries; the declared one, else the first that is there."""
        declared = part.content_type.parameters.get("boundary", "")
        room = self.limits.parts + 1
        for boundary in _spellings(declared):
            pieces = _cut(part.content, boundary, room)
            if pieces:
                return pieces
        found = _ANY_BOUNDARY.search(part.content)
        if found is None:
            return []
        self.defects.append("boundary not declared")
        return _cut(part.content, (found.group(1) or found.group(2)).rstrip(), room)


def _spellings(declared: str) -> list[bytes]:
    """Return the declared boundary as bytes, and without the blanks that folding put into it."""
    if not declared:
        return []
    raw = declared.encode("utf-8", "replace").rstrip()
    return list(dict.fromkeys((raw, b"".join(raw.split()), raw.strip(b"'\""))))


def _cut(content: bytes, boundary: bytes, room: int) -> list[bytes]:
    """Return what stands between delimiter lines, at most `room` pieces."""
    if not boundary:
        return []
    delimiter = re.compile(
        rb"(?:\A|\r?\n|\r)--" + re.escape(boundary) + rb"(--)?[ \t]*(?=[\r\n]|\Z)"
    )
    pieces: list[bytes] = []
    start = -1
    for match in delimiter.finditer(content):
        if start >= 0:
            pieces.append(_after_break(content[start : match.start()]))
        start = -1 if match.group(1) else match.end()
        if len(pieces) >= room:
            return pieces
    if start >= 0:
        pieces.append(_after_break(content[start:]))
    return [piece for piece in pieces if piece] if len(pieces) > 1 else pieces


def _after_break(piece: bytes) -> bytes:
    return re.sub(rb"\A\r*\n|\A\r", b"", piece, count=1)


def _type(value: str, parent: str) -> str:
    if _MEDIA_TYPE.fullmatch(value):
        return _SHORT_TYPES.get(value, value)
    if value in _SHORT_TYPES:
        return _SHORT_TYPES[value]
    return "message/rfc822" if parent == "multipart/digest" and not value else "text/plain"


def _content_guess(content: bytes) -> str:
    return (
        "text/html"
        if content.lstrip()[:200].lower().startswith((b"<html", b"<!doctype"))
        else "text/plain"
    )
