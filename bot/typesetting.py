"""Plain text set for Japanese readers: columns, cleaning, shortening, padding, wrapping."""

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise

LINE_COLUMNS = 70
"""The longest line of a mail in columns: 35 full-width characters."""

KEEP = "\0"
"""Put at the start of a line that must not be wrapped; can't come from a value, see `one_line`."""

_NOT_AT_START = frozenset(
    "、。，．・：；？！゛゜ヽヾゝゞ々ー）］｝」』】〉》〕’”,.:;?!)]}〜～…‥％%"
    "ぁぃぅぇぉっゃゅょゎァィゥェォッャュョヮヵヶ様"
)
_NOT_AT_END = frozenset("（［｛「『【〈《〔‘“([{")
_TOKEN = re.compile(r"(?:[!-~]+[年月日時分円回件]?)+|\s|.")
_BULLET = re.compile(r"[ \u3000]*(?:[・■※○●]|\d+[.．])?[ \u3000]*")
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")


@lru_cache(maxsize=8192)
def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in {"Mn", "Me"}:
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WFA" else 1


def columns(text: str) -> int:
    """Count the columns `text` takes: two for a full-width character, one for a half-width."""
    return sum(map(_columns_of, text))


def _printable(text: str) -> str:
    """Drop control, bidi and other invisible format characters and lone surrogates."""
    return "".join(c for c in text if unicodedata.category(c) not in {"Cc", "Cf", "Cs"})


def visible(text: str) -> str:
    """Return `text` on one line without anything invisible; spaces are kept."""
    return _printable(_LINE_ENDS.sub(" ", text.replace("\t", " ")))


def one_line(text: str) -> str:
    """Return `text` on one line as it can stand in a header: visible, single spaces, no margins."""
    return re.sub(" {2,}", " ", visible(text)).strip()


def lines_of(text: str) -> list[str]:
    """Split `text` into lines of visible characters; tabs become spaces, indents are kept."""
    rows = _LINE_ENDS.split(text.expandtabs(4))
    return [_printable(row).rstrip() for row in rows]


def shorten(text: str, limit: int) -> str:
    """Cut `text` to at most `limit` columns, with an ellipsis where something was cut."""
    if columns(text) <= limit:
        return text
    kept, room = "", limit - 2
    for character in text:
        room -= _columns_of(character)
        if room < 0:
            break
        kept += character
    return kept + "…"


def pad(text: str, width: int, align: str = "left") -> str:
    """Fill `text` up to `width` columns with spaces, full-width ones as far as they go.

    `align` is ``left`` or ``right``.
    """
    full, half = divmod(max(width - columns(text), 0), 2)
    gap = " " * half + "\u3000" * full if align == "left" else "\u3000" * full + " " * half
    return text + gap if align == "left" else gap + text


def _may_break(before: str, after: str) -> bool:
    """Tell whether a line may end with `before` and the next begin with `after` (JIS X 4051)."""
    return before[-1] not in _NOT_AT_END and after[0] not in _NOT_AT_START


def _line_end(tokens: list[str], start: int, room: int) -> int:
    """Return where the line that begins at token `start` ends; it takes at least one token."""
    end, used = start, 0
    while end < len(tokens):
        used += columns(tokens[end])
        if used > room:
            break
        end += 1
    end = max(end, start + 1)
    if end == len(tokens):
        return end
    pairs = enumerate(pairwise(tokens[start : end + 1]), start + 1)
    return max((i for i, pair in pairs if _may_break(*pair)), default=end)


def wrap(line: str, limit: int = LINE_COLUMNS) -> list[str]:
    """Break one line into lines of at most `limit` columns, by the kinsoku rules.

    Words of ASCII and a number with its counter stay whole, however long; lines after the first
    stand under the text of a bullet.
    """
    if columns(line) <= limit:
        return [line]
    opening = _BULLET.match(line)
    first = opening.group() if opening else ""
    indent = pad("", columns(first)) if columns(first) < limit // 2 else ""
    tokens, wrapped, start = _TOKEN.findall(line[len(first) :]), list[str](), 0
    while start < len(tokens):
        lead = indent if start else first
        end = _line_end(tokens, start, limit - columns(lead))
        wrapped.append((lead + "".join(tokens[start:end])).rstrip())
        start = end
        while start < len(tokens) and tokens[start].isspace():
            start += 1
    return wrapped


def set_text(text: str, limit: int = LINE_COLUMNS) -> str:
    """Set `text` in lines of at most `limit` columns, each ended by LF.

    One blank line is left of several; lines marked `KEEP` are left as they are.
    """
    lines = list[str]()
    for line in text.strip("\n").split("\n"):
        if line.startswith(KEEP):
            lines.append(line)
        elif line.strip() or (lines and lines[-1]):
            lines += wrap(line.rstrip(), limit)
    return "\n".join(lines).replace(KEEP, "") + "\n"
