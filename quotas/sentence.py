"""Japanese text made comparable, and cut into sentences whatever the line breaks."""

import re
import unicodedata

LONGEST_TEXT = 20_000

_SPACES = re.compile(r"\s+")
_FINAL_LONG_VOWEL = re.compile(r"(?<=[ァ-ヺ])ー(?![ァ-ヺー])")
_SENTENCE_END = re.compile(r"[。!?]+")
_LINE_ENDS_SENTENCE = re.compile(
    r"(?:[。!?]|ます|です|ました|でした|ません|ください|下さい|ますか|ですか|でしょうか|ませんか)$"
)
_LINE_STARTS_SENTENCE = re.compile(
    r"^(?:[・■□●○◆◇★※▼*#>【\[(]|[-=_]{2,}|\d{1,2}[.)、]|[^。、!?]{1,20}[:=])"
)


def comparable(text: str) -> str:
    """Return `text` in NFKC, without case, spaces and the long vowel that may end a word."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return _FINAL_LONG_VOWEL.sub("", _SPACES.sub("", plain))


def sentences(text: str) -> tuple[str, ...]:
    """Cut `text` into comparable sentences; a line break alone doesn't end one.

    A line that starts like a list item or a form field begins a new sentence, a line that ends
    in a polite verb ends one. Only the first `LONGEST_TEXT` characters are read.
    """
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).casefold()
    gathered: list[str] = [""]
    for line in (line.strip() for line in plain.splitlines()):
        if not line or _LINE_STARTS_SENTENCE.match(line):
            gathered.append("")
        gathered[-1] += line
        if _LINE_ENDS_SENTENCE.search(line):
            gathered.append("")
    pieces = (piece for part in gathered for piece in _SENTENCE_END.split(part))
    return tuple(cut for cut in (comparable(piece) for piece in pieces) if cut)
