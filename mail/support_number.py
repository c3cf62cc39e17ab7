"""The support number in a mail: found however people write it, and where it stands.

It is looked for in the whole text, before anything is cut. The head (冒頭) is the start of the
sender's own words: greetings, who is writing, form labels, rules and blank lines may stand before
the number, the question may not.
"""

import re
from typing import NamedTuple

from mail.head import head_lines
from mail.number_shape import Candidate, NumberShape, Reader
from mail.quotes import Kind, line_kinds
from mail.readable import Readable, plain, readable

__all__ = ["FoundNumber", "NumberShape", "find_misshapen", "find_numbers"]

_MOST = 50
_FEWEST_DIGITS = 3
_MISSHAPEN = r"[A-Z0-9][A-Z0-9 -]{2,30}+(?![年月日時分件回台本名])"
_AFTER_LABEL = r"[ 」』】\])>]{0,4}[:=は]?[ 「『【\[(<]{0,4}"


class FoundNumber(NamedTuple):
    """A support number as read.

    `number` is canonical, `position` one of `head`, `body`, `subject`, `quote`; `written` is what
    stood there, and `exact` is false when letters and digits had to be confused (O for 0) to read
    it, or when its check digits don't hold for how it was written.
    """

    number: str
    position: str
    written: str
    exact: bool


_RANK = {"head": 0, "body": 1, "subject": 2, "quote": 3}


def find_numbers(
    text: str, subject: str, shape: NumberShape, *, own_text: str | None = None
) -> tuple[FoundNumber, ...]:
    """Return the numbers of `shape` in `text` and `subject`, best first, each number once.

    Best is: at the head, then exact, then by position. `own_text` is what `mail.quotes.split`
    found to be the sender's own words; without it the text is split here.
    """
    reader = Reader(shape)
    found = [*_in_text(text, reader, own_text), *_in_subject(subject, reader)]
    best: dict[str, FoundNumber] = {}
    for number in sorted(found, key=lambda n: (_RANK[n.position], not n.exact)):
        held = best.get(number.number)
        if held is None or (number.exact and not held.exact):
            position = held.position if held else number.position
            best[number.number] = number._replace(position=position)
    return tuple(sorted(best.values(), key=lambda n: (_RANK[n.position], not n.exact))[:_MOST])


def find_misshapen(own_text: str, shape: NumberShape) -> tuple[str, ...]:
    """Return what the sender wrote behind a label of `shape` although it is no number of it.

    At least `_FEWEST_DIGITS` digits make it one: an empty field or 「不明」 is no number at all.
    Upper case, half width, in the order written.
    """
    labels = "|".join(re.escape(plain(label)) for label in shape.labels)
    if not labels:
        return ()
    labelled = re.compile(rf"(?:{labels}){_AFTER_LABEL}({_MISSHAPEN})")
    written = (match.group(1).rstrip(" -") for match in labelled.finditer(plain(own_text)))
    many = (w for w in written if sum(c.isdigit() for c in w) >= _FEWEST_DIGITS)
    return tuple(dict.fromkeys(many))[:_MOST]


def _in_text(text: str, reader: Reader, own_text: str | None) -> list[FoundNumber]:
    lines = line_kinds(text)
    own = _own(lines, own_text)
    page = readable("".join(line for line, _ in lines))
    candidates = reader.read(page)
    spans = _spans([line for line, _ in lines])
    by_line: dict[int, list[Candidate]] = {}
    at = 0
    for candidate in candidates:
        while at + 1 < len(spans) and spans[at + 1] <= candidate.start:
            at += 1
        by_line.setdefault(at, []).append(candidate)
    begins = {at: group[0].start - spans[at] for at, group in by_line.items()}
    head = head_lines([line for line, _ in lines], own, begins, reader.shape.labels)
    return [
        _found(candidate, page, _position(at, head, own, lines))
        for at, group in by_line.items()
        for candidate in group
    ]


def _own(lines: list[tuple[str, Kind]], own_text: str | None) -> list[bool]:
    """Return for each line whether it is the sender's own; `own_text` decides when it is given."""
    if own_text is None:
        return [kind is Kind.OWN for _, kind in lines]
    wanted = own_text.splitlines(keepends=True)
    at = 0
    own: list[bool] = []
    for line, kind in lines:
        same = at < len(wanted) and wanted[at] == line and kind is not Kind.QUOTED
        at += same
        own.append(same)
    return own


def _position(at: int, head: set[int], own: list[bool], lines: list[tuple[str, Kind]]) -> str:
    if at in head:
        return "head"
    return "body" if own[at] or lines[at][1] is Kind.SIGNATURE else "quote"


def _spans(lines: list[str]) -> list[int]:
    """Return where each line starts in the original text."""
    starts = [0]
    for line in lines[:-1]:
        starts.append(starts[-1] + len(line))
    return starts


def _found(candidate: Candidate, page: Readable, position: str) -> FoundNumber:
    written = page.original[candidate.start : candidate.stop]
    return FoundNumber(candidate.number, position, written, candidate.exact)


def _in_subject(subject: str, reader: Reader) -> list[FoundNumber]:
    page = readable(subject)
    return [_found(candidate, page, "subject") for candidate in reader.read(page)]
