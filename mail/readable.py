"""Text in the one form in which numbers and labels are looked for."""

import unicodedata
from functools import lru_cache
from typing import NamedTuple

# NFKC leaves these dashes as they are; a full-width dash from ISO-2022-JP is U+2212, and the
# long-vowel mark is what a Japanese keyboard types for a dash between digits.
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−－ー﹣ｰ─━˗⁃➖"), "-")
_SPACES = dict.fromkeys(map(ord, "\u3000\u00a0\u2002\u2003\u2009\u202f\t"), " ")
_INVISIBLE = "\ufeff\u200b\u200c\u200d\u2060\u00ad\u200e\u200f\u202a\u202b\u202c\u202d\u202e"
_DROPPED = dict.fromkeys(map(ord, _INVISIBLE), "")
_FIXED: dict[int, str] = _DASHES | _SPACES | _DROPPED
_VOICING = ("\u3099", "\u309a")


class Readable(NamedTuple):
    """`text` in NFKC with one dash and one space, upper case; `origin` maps back to `original`."""

    text: str
    origin: list[int]
    original: str


def readable(original: str) -> Readable:
    """Return `original` ready to be searched; `origin[i]` is where character i came from."""
    if original.isascii():
        text = original.translate(_SPACES).upper()
        return Readable(text, list(range(len(text) + 1)), original)
    out: list[str] = []
    origin: list[int] = []
    for at, character in enumerate(original):
        for made in _form(character):
            if made in _VOICING and out and _composed(out[-1], made):
                out[-1] = _composed(out[-1], made)
            else:
                out.append(made)
                origin.append(at)
    origin.append(len(original))
    return Readable("".join(out), origin, original)


@lru_cache(maxsize=8192)
def _form(character: str) -> str:
    fixed = _FIXED.get(ord(character))
    if fixed is not None:
        return fixed
    if character < "\x80":
        return character.upper()
    made = unicodedata.normalize("NFKC", character).translate(_FIXED)
    return "".join(one.upper() if len(one.upper()) == 1 else one for one in made)


def _composed(base: str, mark: str) -> str:
    if not "\u3041" <= base <= "\u30ff":
        return ""
    made = unicodedata.normalize("NFC", base + mark)
    return made if len(made) == 1 else ""


def plain(text: str) -> str:
    """Return `text` in the searched form, without the way back."""
    return readable(text).text
