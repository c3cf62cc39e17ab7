"""Which other encoding are these bytes in, when no label tells and they aren't Japanese.

A support desk in Japan meets such mail seldom, so a few counts do: how many of the characters a
reading yields are those of everyday writing. The result is a guess, and said to be one.
"""

import re
from collections.abc import Callable
from typing import NamedTuple

_SAMPLE = 20_000
_LEAST_HIGH = 4
_LEAST_RUN = 2.2
_LEAST_SHARE = 0.6
_MOST_LOST = 0.02
_RUN = re.compile(rb"[\x80-\xff]+(?:[\x40-\x7e][\x80-\xff]+)*")
_BLANK = re.compile(rb"[\x80-\xff] [\x80-\xff]")

# The letters that make up nine tenths of a text; capitals are rare, which tells the Cyrillic
# code pages from each other: what is a small letter in one is a capital in the next.
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчйхжшюцщэфъіїєґё")
_GREEK = frozenset("αοιετσνηυρπκμλςόίάέήύώδγωχθφβξζψ")
_WIDE_MARKS = frozenset("，。、：；？！「」（）《》“”・·‘’→▶■●ㆍ　—…")


class _Reading(NamedTuple):
    """A codec, and which characters are everyday ones in it."""

    codec: str
    everyday: Callable[[str], bool]


def _in_rows(codec: str, first: int, last: int) -> Callable[[str], bool]:
    """Return a test for characters whose lead byte lies among the everyday ones."""

    def test(character: str) -> bool:
        try:
            lead = character.encode(codec)[0]
        except UnicodeEncodeError:
            return False
        return first <= lead <= last or character in _WIDE_MARKS

    return test


def _hangul(character: str) -> bool:
    return "\uac00" <= character <= "\ud7a3" or character in _WIDE_MARKS


# Alphabets come first: of equal shares theirs is the stranger coincidence.
_KOREAN = _Reading("cp949", _hangul)
_CHINESE = _Reading("gb18030", _in_rows("gb2312", 0xB0, 0xD7))
_READINGS = (
    _Reading("koi8-r", _CYRILLIC.__contains__),
    _Reading("cp1251", _CYRILLIC.__contains__),
    _Reading("iso8859-5", _CYRILLIC.__contains__),
    _Reading("cp1253", _GREEK.__contains__),
    _KOREAN,
    _CHINESE,
    _Reading("cp950", _in_rows("big5", 0xA4, 0xC6)),
)


def guess_foreign(data: bytes) -> str | None:
    """Return the codec whose reading looks most like a language, None if it may be Western."""
    sample = data[:_SAMPLE]
    runs = _RUN.findall(sample)
    high = sum(len(run) for run in runs)
    if high < _LEAST_HIGH or high / len(runs) < _LEAST_RUN:
        return None
    shares = {reading.codec: _share(sample, reading) for reading in _READINGS}
    best = max(shares, key=lambda codec: shares[codec])
    return best if shares[best] >= _LEAST_SHARE else None


def _share(sample: bytes, reading: _Reading) -> float:
    text = sample.decode(reading.codec, "replace")
    beyond = [character for character in text if character > "\x7f"]
    if not beyond or beyond.count("\ufffd") > 1 + len(beyond) * _MOST_LOST:
        return 0.0
    return sum(reading.everyday(character) for character in beyond) / len(beyond)


def looks_korean(data: bytes) -> bool:
    """Tell whether bytes that could be EUC-JP kanji are rather words of hangul with blanks."""
    sample = data[:_SAMPLE]
    korean = _share(sample, _KOREAN) > 0.8
    return korean and len(_BLANK.findall(sample)) >= 2


def looks_chinese(data: bytes) -> bool:
    """Tell whether bytes that could be EUC-JP kanji are rather everyday characters of GB2312."""
    return _share(data[:_SAMPLE], _CHINESE) > 0.85
