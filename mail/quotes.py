"""Own words, quoted words and signature of a mail text, by one pass over its lines.

Nothing is lost: every line belongs to exactly one of the three. Only the first few hundred
characters of a line are looked at, so the time is linear in the length of the text.
"""

from enum import StrEnum
from typing import NamedTuple

from mail.quote_words import (
    ATTRIBUTIONS,
    BEGIN_FORWARDED,
    BY_ADDRESS,
    CONTACT,
    CONTACT_LABEL,
    DATE_FIELDS,
    DELIMITER,
    FIELD,
    LABEL,
    MARKED,
    MOBILE,
    ORIGINAL,
    RULE,
    RULED,
    SENDER_FIELDS,
    SENTENCE,
    STRONG,
    WRAPPED_START,
)

_LOOK = 400
_WINDOW = 6
_LONGEST_SIGNATURE = 25
_LONGEST_ATTRIBUTION = 4


class Kind(StrEnum):
    """Whose words a line holds."""

    OWN = "own"
    QUOTED = "quoted"
    SIGNATURE = "signature"


class Split(NamedTuple):
    """The lines of each kind, in order and with their line ends."""

    own: str
    quoted: str
    signature: str


class _Lines:
    """The lines of one text and what each became."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines(keepends=True)
        self.looks = [line[:_LOOK].rstrip("\r\n") for line in self.lines]
        self.kinds = [Kind.OWN] * len(self.lines)

    def scan(self) -> None:
        """Mark quotes from the top, then the signatures of what is left."""
        at = 0
        while at < len(self.lines):
            if MARKED.match(self.looks[at]):
                self.kinds[at] = Kind.QUOTED
            elif self._begins_rest(at):
                self.kinds[at:] = [Kind.QUOTED] * (len(self.lines) - at)
                break
            else:
                at += self._attribution(at)
                continue
            at += 1
        self._signature()

    def _begins_rest(self, at: int) -> bool:
        """Tell whether everything from this line on is an older message."""
        look = self.looks[at]
        if any(p.fullmatch(look) for p in (BEGIN_FORWARDED, ORIGINAL, RULED)):
            return True
        return self._header_block(at)

    def _header_block(self, at: int) -> bool:
        """Tell whether a block of header fields begins here: From and two others close by."""
        if not FIELD.match(self.looks[at]):
            return False
        names = [m["name"].lower() for look in self._near(at) if (m := FIELD.match(look))]
        if names[0] in SENDER_FIELDS:
            return len(set(names) - SENDER_FIELDS) >= 2
        return names[0] in DATE_FIELDS and bool(SENDER_FIELDS & set(names)) and len(set(names)) > 2

    def _near(self, at: int) -> list[str]:
        return self.looks[at : at + _WINDOW + 1]

    def _attribution(self, at: int) -> int:
        """Mark a line such as `On … wrote:` (one line or wrapped to two); return lines consumed."""
        size = self._attribution_size(at)
        if not size:
            return 1
        follows = self._next_nonblank(at + size)
        if follows is None:
            return size
        if MARKED.match(self.looks[follows]):
            self.kinds[at:follows] = [Kind.QUOTED] * (follows - at)
            return follows - at
        if size > 1 or STRONG.search(self.looks[at].strip()):
            self.kinds[at:] = [Kind.QUOTED] * (len(self.lines) - at)
            return len(self.lines) - at
        return size

    def _attribution_size(self, at: int) -> int:
        """Return over how many lines an attribution that begins here goes, else 0."""
        look = self.looks[at].strip()
        if _attributes(look):
            return 1
        if not WRAPPED_START.fullmatch(look) or SENTENCE.search(look):
            return 0
        joined = look
        for size in range(1, _LONGEST_ATTRIBUTION + 1):
            if size > 1 and joined.endswith((":", "：")) and _attributes(joined):
                return size
            if "@" in joined and self._marked_after(at + size) and BY_ADDRESS.fullmatch(joined):
                return size
            if at + size >= len(self.looks) or not self.looks[at + size].strip():
                return 0
            joined = f"{joined} {self.looks[at + size].strip()}"[:_LOOK]
        return 0

    def _marked_after(self, at: int) -> bool:
        follows = self._next_nonblank(at)
        return follows is not None and MARKED.match(self.looks[follows]) is not None

    def _next_nonblank(self, at: int) -> int | None:
        stop = min(at + 4, len(self.looks))
        return next((n for n in range(at, stop) if self.looks[n].strip()), None)

    def _signature(self) -> None:
        """Mark the signature at the end of the last run of own lines."""
        own = [at for at, kind in enumerate(self.kinds) if kind is Kind.OWN]
        start = self._delimited(own)
        if start is None:
            start = self._boxed(own)
        for at in own[start:] if start is not None else ():
            self.kinds[at] = Kind.SIGNATURE

    def _delimited(self, own: list[int]) -> int | None:
        """Return the place of the last `-- ` or `Sent from my …` with something before it."""
        for place in range(len(own) - 1, max(0, len(own) - 4 * _LONGEST_SIGNATURE), -1):
            look = self.looks[own[place]]
            if DELIMITER.fullmatch(look) or MOBILE.fullmatch(look):
                return place if self._says_something(own[:place]) else None
        return None

    def _says_something(self, own: list[int]) -> bool:
        return any(self.looks[at].strip() and not _is_rule(self.looks[at]) for at in own)

    def _boxed(self, own: list[int]) -> int | None:
        """Return where a box of contact data begins: no sentence and no form may follow."""
        start: int | None = None
        contacts = labels = size = 0
        for place in range(len(own) - 1, 0, -1):
            look = self.looks[own[place]]
            if _is_rule(look):
                start = place if contacts else start
                continue
            contacts += bool(CONTACT.search(look))
            labels += _is_form_line(look)
            size += bool(look.strip())
            if size > _LONGEST_SIGNATURE or labels > 1 or SENTENCE.search(look.rstrip()):
                break
        return start if start is not None and self._says_something(own[:start]) else None


# How an attribution ends, or begins when it ends as it likes; most lines are told by that alone.
_ENDS = (":", "：", "。", "メール", "メッセージ", "ました", "wrote", "said", "writes")


def _attributes(look: str) -> bool:
    if not look.endswith(_ENDS) and not look.startswith("In "):
        return False
    return any(pattern.fullmatch(look) for pattern in ATTRIBUTIONS)


def _is_rule(look: str) -> bool:
    return len(look.strip()) >= 4 and RULE.fullmatch(look) is not None


def _is_form_line(look: str) -> bool:
    match = LABEL.match(look)
    return match is not None and not CONTACT_LABEL.match(match.group(1).strip())


def line_kinds(text: str) -> list[tuple[str, Kind]]:
    """Return every line of `text` with its line end, and whose words it holds."""
    lines = _Lines(text)
    lines.scan()
    return list(zip(lines.lines, lines.kinds, strict=True))


def split(text: str) -> Split:
    """Return the sender's own words, what is quoted or forwarded, and the signature."""
    parts: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for line, kind in line_kinds(text):
        parts[kind].append(line)
    return Split(*("".join(parts[kind]) for kind in Kind))
