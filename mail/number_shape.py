"""What a programme's support numbers look like, and reading them out of a prepared text."""

import re
from dataclasses import dataclass
from typing import NamedTuple

from mail.readable import Readable, plain

_TOKEN = re.compile(r"[A-Z0-9._%+@:/?#&=~-]+")
_TOKEN_LOOK = 2_000
_NOT_OURS = re.compile(
    r"(?:T ?E ?L|F ?A ?X|℡|〒|電話|携帯|ファックス|ファクス|内線|直通|代表|郵便|PHONE|MOBILE|口座|"
    r"注文|伝票|受注|請求書|見積|追跡|シリアル|製造|ORDER|INVOICE|TRACKING|SERIAL)[^A-Z0-9]{0,12}$"
)
# What follows a number that is nobody's telephone: not "0312345678 に", not "0312345678 (代表)".
_WORDS_OF_ITS_OWN = re.compile(r" (?![にへまでをがはのか(/]|電話|携帯|代表|直通|内線|TEL|FAX)")
_DIGITS = "[0-9OILS|]"
_LETTERS = "[A-Z0-9|]"
_AS_DIGIT = str.maketrans("OIL|S", "01115")
_AS_LETTER = str.maketrans("01|58", "OIISB")
_AFTER_LABEL = (
    r"(?: ?(?:[:=は)\]】」』》>*#・.、,のが]|番号|NO|→|\()){0,4} ?(?:\r?\n ?){0,3}"
    r"[(【「『\[<*#■□●・>]{0,2} ?"
)
# A label nobody declared; believed less: not after a word for a telephone.
_ANY_LABEL = r"(?<![A-Z0-9])(?P<any>NO\.?|ID)[ :.=-]{0,3}"


@dataclass(frozen=True, slots=True)
class NumberShape:
    """The canonical `pattern` of a support number, its `labels` and its `check` scheme.

    In `pattern`, ``A`` is a letter, ``9`` a digit, all else stands for itself. `check` is
    ``none`` (or empty), ``luhn`` (over the digits) or ``mod97`` (ISO 7064 over the whole number).
    """

    pattern: str
    labels: tuple[str, ...]
    check: str


class Candidate(NamedTuple):
    """A number at `start`..`stop` of the original text."""

    number: str
    start: int
    stop: int
    exact: bool


class Reader:
    """Finds numbers of one shape; built once a message."""

    def __init__(self, shape: NumberShape) -> None:
        self.shape = shape
        self._lettered = any(c.isalpha() for c in shape.pattern)
        self._strict = re.compile(_BEFORE + _fenced(self._regex(loose=False)))
        labels = "|".join(re.escape(plain(label)) for label in _by_length(shape.labels))
        declared = f"(?:{labels}){_AFTER_LABEL}|" if labels else ""
        loose = _fenced(self._regex(loose=True))
        self._labelled = re.compile(f"(?:{declared}{_ANY_LABEL}){loose}")

    def read(self, page: Readable) -> list[Candidate]:
        """Return the numbers in `page` from left to right; labelled ones are read more freely."""
        masked = _masks(page.text)
        found: dict[int, Candidate] = {}
        for match in self._labelled.finditer(page.text):
            if not match["any"] or self._ours(page.text, match.start()):
                self._take(match, page, found)
        for match in self._strict.finditer(page.text):
            if match.start("n") not in found and not masked[match.start("n")]:
                self._plain(match, page, found)
        return [found[start] for start in sorted(found)]

    def _plain(self, match: re.Match[str], page: Readable, found: dict[int, Candidate]) -> None:
        """Take a number without a label, unless what stands around it says it is another.

        A bare run of digits before other words is never exact: it may be a telephone number.
        """
        bare = not self._lettered and match["n"].isdigit()
        alone = not bare or _alone(page.text, match)
        if (alone or _leads(page.text, match)) and self._ours(page.text, match.start("n")):
            self._take(match, page, found, sure=alone)

    def _ours(self, text: str, start: int) -> bool:
        """Tell whether nothing right before `start` says that this is a telephone number."""
        near = text[max(0, start - 40) : start]
        return self._lettered or not _NOT_OURS.search(near.rpartition("\n")[2])

    def _take(
        self,
        match: re.Match[str],
        page: Readable,
        found: dict[int, Candidate],
        *,
        sure: bool = True,
    ) -> None:
        canonical, exact = self._canonical(match["n"])
        if not canonical:
            return
        start, stop = match.span("n")
        origin = page.origin
        found[start] = Candidate(canonical, origin[start], origin[stop - 1] + 1, exact and sure)

    def _regex(self, *, loose: bool) -> str:
        """Return the pattern as an expression; separators may be missing, spaced or doubled."""
        gap = "[ ]?-{0,2}[ ]?"
        free = "[ -]?" if loose or self._lettered else ""
        parts: list[str] = []
        for character in self.shape.pattern:
            if character in "A9":
                parts.append((_LETTERS if character == "A" else _DIGITS) + free)
            elif character.isalnum():
                parts.append(re.escape(character.upper()) + free)
            else:
                parts.append(gap if character == "-" else re.escape(character) + "?")
        expression = "".join(parts)
        return expression.removesuffix(free) if free else expression

    def _canonical(self, written: str) -> tuple[str, bool]:
        """Return the number in its pattern, and whether nothing was confused; or nothing."""
        marks = iter(c for c in written if c.isalnum() or c == "|")
        out: list[str] = []
        exact = True
        for slot in self.shape.pattern:
            if slot not in "A9" and not slot.isalnum():
                out.append(slot)
                continue
            mark = next(marks, "")
            read = mark.translate(_AS_DIGIT if slot == "9" else _AS_LETTER)
            fits = {"9": read.isdigit() and read.isascii(), "A": "A" <= read <= "Z"}
            if not mark or not fits.get(slot, mark == slot.upper()):
                return "", False
            exact = exact and (read == mark or slot not in "A9")
            out.append(read if slot in "A9" else slot)
        if _confused(written, self.shape.pattern):
            return "", False
        number = "".join(out)
        return (number, exact) if holds(number, self.shape.check) else ("", False)


def _confused(written: str, pattern: str) -> bool:
    """Tell whether more than half of the places would have to be confused: a word, not a number."""
    marks = [c for c in written if c.isalnum() or c == "|"]
    slots = [c for c in pattern if c.isalnum()]
    pairs = list(zip(slots, marks, strict=False))
    letters = [mark.isalpha() for slot, mark in pairs if slot == "A"]
    wrong = letters.count(False) + sum(s == "9" and not mark.isdigit() for s, mark in pairs)
    return wrong * 2 > len(slots) or (bool(letters) and not any(letters))


def holds(number: str, check: str) -> bool:
    """Tell whether the check digits of `number` hold: ``luhn``, ``mod97``, or nothing to check."""
    if check == "luhn":
        digits = [int(c) for c in reversed(number) if c.isdigit()]
        doubled = (d if at % 2 == 0 else sum(divmod(2 * d, 10)) for at, d in enumerate(digits))
        return sum(doubled) % 10 == 0
    if check == "mod97":
        return int("".join(str(int(c, 36)) for c in number if c.isalnum())) % 97 == 1
    return True


def _by_length(labels: tuple[str, ...]) -> list[str]:
    return sorted((label for label in labels if label.strip()), key=len, reverse=True)


# A number must not be part of a longer number, word, path or date.
_BEFORE = r"(?<![A-Z0-9])(?<![A-Z0-9][-.@/_=+#])(?<![0-9]:)"


def _fenced(expression: str) -> str:
    return rf"(?P<n>{expression})(?![A-Z0-9])(?![-/._@=][A-Z0-9])(?!:[0-9])"


def _alone(text: str, match: re.Match[str]) -> bool:
    """Tell whether a bare run of digits is all that stands on its line."""
    start, stop = match.span("n")
    before = text[max(0, text.rfind("\n", 0, start) + 1, start - 20) : start]
    end = text.find("\n", stop)
    after = text[stop : min(stop + 20, end if end >= 0 else len(text))]
    return not (before + after).strip(" \r()[]【】「」<>《》『』#*■□●・:")


def _leads(text: str, match: re.Match[str]) -> bool:
    """Tell whether a bare run of digits opens its line, apart from the words that follow."""
    start, stop = match.span("n")
    before = text[max(0, text.rfind("\n", 0, start) + 1, start - 20) : start]
    return not before.strip() and bool(_WORDS_OF_ITS_OWN.match(text, stop))


def _masks(text: str) -> bytearray:
    """Return 1 for characters inside a URL, an address or a Message-ID."""
    mask = bytearray(len(text) + 1)
    for match in _TOKEN.finditer(text):
        look = match.group()[:_TOKEN_LOOK]
        if "@" in look or "://" in look or look.startswith("WWW."):
            start, stop = match.span()
            mask[start:stop] = b"\1" * (stop - start)
    return mask
