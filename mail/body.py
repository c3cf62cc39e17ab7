"""Which parts are the text a reader sees, and which are files."""

from dataclasses import dataclass, field

from mail.charset import Text, decode
from mail.flowed import unflow
from mail.html import decode_html, html_to_text
from mail.limits import Limits
from mail.message import Attachment
from mail.mime import Part, TreeReader
from mail.names import clean_text, safe_name
from mail.tnef import Tnef, looks_like_tnef, unpack_tnef
from mail.transfer import extract_uuencoded

_READABLE = frozenset({"text/plain", "text/html"})
_EXTENSIONS = {
    "text/plain": ".txt", "text/html": ".html", "text/calendar": ".ics", "text/csv": ".csv",
    "image/jpeg": ".jpg", "image/jpg": ".jpg", "image/png": ".png", "image/gif": ".gif",
    "image/tiff": ".tif", "image/bmp": ".bmp", "image/svg+xml": ".svg", "application/pdf": ".pdf",
    "application/zip": ".zip", "message/rfc822": ".eml", "application/pkcs7-signature": ".p7s",
    "application/pkcs7-mime": ".p7m", "application/pgp-signature": ".asc",
    "message/delivery-status": ".txt", "text/rfc822-headers": ".txt", "text/vcard": ".vcf",
    "text/x-vcard": ".vcf", "application/ms-tnef": ".dat", "text/rtf": ".rtf",
}  # fmt: skip

_LONGEST_COMPARED = 200_000


@dataclass(slots=True)
class Piece:
    """A readable text in its place: `plain` or from HTML."""

    text: str
    plain: bool


@dataclass(slots=True)
class Body:
    """What was found: pieces in order, files, marks."""

    pieces: list[Piece] = field(default_factory=list[Piece])
    files: list[Attachment] = field(default_factory=list[Attachment])
    lossy: bool = False
    html: bool = False
    over: str | None = None
    defects: list[str] = field(default_factory=list[str])

    def text(self) -> str:
        """Return the readable texts joined, without HTML that repeats what stands in plain text."""
        seen = [piece for piece in self.pieces if piece.text.strip()]
        plain = _compact("".join(piece.text for piece in seen if piece.plain))
        kept = [piece.text for piece in seen if piece.plain or not _repeats(piece.text, plain)]
        joined = "".join(
            text if text.endswith("\n") or at == len(kept) - 1 else text + "\n"
            for at, text in enumerate(kept)
        )
        return clean_text(joined).strip()


class BodyReader:
    """Walks a tree of parts once and sorts what it finds."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.body = Body()
        self._room = limits.unpacked

    def read(self, root: Part) -> Body:
        """Return texts and files of `root`."""
        named = self._named_body(root)
        self.body.pieces = self._visit(root, named)
        return self.body

    def _named_body(self, root: Part) -> Part | None:
        """Return the first inline text with a file name, if no text without one is there."""
        leaves = list(_leaves(root))
        if any(_is_text(part) and not _part_name(part) for part in leaves):
            return None
        return next((part for part in leaves if _is_text(part)), None)

    def _visit(self, part: Part, named: Part | None) -> list[Piece]:
        if part.children:
            found = [self._visit(child, named) for child in part.children]
            if part.type == "multipart/alternative":
                return _best(found)
            return [piece for pieces in found for piece in pieces]
        if _is_text(part) and (part is named or not _part_name(part)):
            return self._readable(part)
        return self._file(part)

    def _readable(self, part: Part) -> list[Piece]:
        content = part.decoded()
        self._defect(content.defect)
        data = content.data
        if part.type == "text/html":
            return [self._html(data, _label(part))]
        text = self._keep(decode(self._capped(data, self.limits.text), _label(part)))
        text = self._flowed(part, text)
        if content.footer:
            text += "\r\n" + self._keep(decode(content.footer)).lstrip("\r\n")
        return [Piece(text, plain=True)]

    def _html(self, data: bytes, label: str | None) -> Piece:
        self.body.html = True
        html = self._keep(decode_html(self._capped(data, self.limits.html, "html"), label))
        return Piece(html_to_text(clean_text(html)), plain=False)

    def _capped(self, data: bytes, cap: int, name: str = "text") -> bytes:
        if len(data) > cap:
            self.body.over = self.body.over or name
        return data[:cap]

    def _keep(self, text: Text) -> str:
        self.body.lossy = self.body.lossy or text.lossy
        return text.text

    def _defect(self, defect: str) -> None:
        if defect:
            self.body.defects.append(defect)

    def _flowed(self, part: Part, text: str) -> str:
        parameters = part.content_type.parameters
        flowed = parameters.get("format", "").lower() == "flowed"
        return unflow(text) if flowed and parameters.get("delsp", "").lower() == "yes" else text

    def _file(self, part: Part) -> list[Piece]:
        content = part.decoded()
        self._defect(content.defect)
        data, name = content.data, _part_name(part)
        if part.type == "application/ms-tnef" or (looks_like_tnef(data) and name):
            unpacked = unpack_tnef(data, self.limits.parts, self._room)
            if unpacked and (unpacked.files or unpacked.text or unpacked.html):
                return self._tnef(unpacked)
        if not data and not name and part.type in _READABLE:
            return []
        self._add(name or _inner_subject(part, data), part.type, data)
        return []

    def _tnef(self, unpacked: Tnef) -> list[Piece]:
        for found in unpacked.files:
            self._room -= len(found.data)
            self._add(found.name, "application/octet-stream", found.data)
        if unpacked.text.strip():
            return [Piece(unpacked.text, plain=True)]
        return [self._html(unpacked.html, None)] if unpacked.html else []

    def _add(self, name: str, media: str, data: bytes) -> None:
        safe = safe_name(name)
        if not safe:
            safe = f"attachment-{len(self.body.files) + 1}{_EXTENSIONS.get(media, '')}"
        self.body.files.append(Attachment(safe, media, data))

    def read_uuencoded(self, part: Part) -> None:
        """Take uuencoded files out of a plain text that has no MIME structure."""
        rest, files = extract_uuencoded(part.content, self.limits.parts)
        for found in files:
            self._add(decode(found.name).text, "application/octet-stream", found.data)
        part.content = rest


def _leaves(part: Part) -> list[Part]:
    if not part.children:
        return [part]
    return [leaf for child in part.children for leaf in _leaves(child)]


def _is_text(part: Part) -> bool:
    return part.type in _READABLE and part.disposition.value != "attachment"


def _part_name(part: Part) -> str:
    return part.disposition.parameters.get("filename", "") or part.content_type.parameters.get(
        "name", ""
    )


def _label(part: Part) -> str | None:
    return part.content_type.parameters.get("charset")


def _best(found: list[list[Piece]]) -> list[Piece]:
    """Return the pieces of the best alternative: plain text that says something, else HTML."""
    for plain in (True, False):
        for pieces in found:
            kept = [piece for piece in pieces if piece.plain is plain and piece.text.strip()]
            if kept:
                return kept
    return []


def _compact(text: str) -> str:
    return "".join(text[:_LONGEST_COMPARED].split())


def _repeats(html: str, plain: str) -> bool:
    """Tell whether most lines of `html` stand in `plain` (both without blanks)."""
    lines = [compact for line in html.splitlines() if (compact := _compact(line))]
    sample = lines[:: len(lines) // 100 + 1]
    return sum(line in plain for line in sample) * 2 > len(sample)


def _inner_subject(part: Part, data: bytes) -> str:
    """Return a name for an attached message: its subject."""
    if part.type != "message/rfc822":
        return ""
    subject = TreeReader(Limits(depth=0)).read(data[:100_000]).header.text("subject", 1000)
    return f"{safe_name(subject.replace('/', '_'))[:100]}.eml" if safe_name(subject) else ""
