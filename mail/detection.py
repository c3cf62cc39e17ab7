"""Which Japanese encoding are these bytes in, when no label or a wrong one is given."""

import re
from collections.abc import Callable
from functools import cache

from mail.jis import Decoded, decode_euc_jp

_ESCAPE = re.compile(rb"\x1b(?:\$[@AB]|\$\([@BCDOPQ]|\(I)")
_LONGEST_SAMPLE = 20_000
_LEAST_JAPANESE = 0.5
# Kanji of family names outside JIS X 0208 (NEC-selected and IBM rows).
_NAME_KANJI = frozenset("髙德濵栁靍彅鄧﨑塚閒")
_HIGH_RUN = re.compile(rb"[\x80-\xff]")


@cache
def _level_one() -> frozenset[str]:
    """Return the kanji of JIS level 1 (rows 16 to 47), those of everyday writing."""
    rows = (bytes((row + 0xA0, cell + 0xA0)) for row in range(16, 48) for cell in range(1, 95))
    return frozenset(pair.decode("euc_jp", "ignore") for pair in rows) - {""}


# Points a character of each class earns; a kana letter says more than a kanji, and half-width
# kana or a rare kanji is what the wrong decoder makes of the right bytes.
_POINTS: tuple[tuple[str, str, float], ...] = (
    ("\u3041", "\u3096", 3.0),
    ("\u30a1", "\u30fe", 3.0),
    ("\u3000", "\u301f", 2.0),
    ("\uff01", "\uff5e", 1.5),
    ("\uff61", "\uff9f", -0.6),
    ("\u2460", "\u24ff", 1.0),
    ("\u2160", "\u217f", 1.0),
    ("\u3220", "\u33ff", 1.0),
    ("\u0391", "\u0451", -0.5),
    ("\u2500", "\u257f", 0.0),
    ("\ue000", "\uf8ff", -6.0),
    ("\u0000", "\u0008", -4.0),
    ("\u0080", "\u009f", -4.0),
)


def _points(character: str) -> float:
    if "\u4e00" <= character <= "\u9fff" or character == "﨑":
        return 2.0 if character in _level_one() or character in _NAME_KANJI else -1.5
    for first, last, points in _POINTS:
        if first <= character <= last:
            return points
    return 0.0


def japanese_score(text: str) -> float:
    """Return how much `text` looks Japanese: about 2 a character when it does, below 0 if not."""
    sample = text[:_LONGEST_SAMPLE]
    counted = [_points(character) for character in sample if character > "\x7f" or character < " "]
    return sum(counted) / len(counted) if counted else 0.0


def has_escapes(data: bytes) -> bool:
    """Tell whether `data` holds an ISO-2022-JP escape sequence."""
    return _ESCAPE.search(data) is not None


def is_utf8(data: bytes) -> bool:
    """Tell whether `data` is UTF-8 with at least one character beyond ASCII."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.isascii()


def read_shift_jis(data: bytes) -> Decoded:
    """Decode `data` as CP932, each unreadable byte as U+FFFD."""
    text = data.decode("cp932", "replace")
    return Decoded(text, text.count("\ufffd"))


def _high_bytes(data: bytes) -> int:
    return len(_HIGH_RUN.findall(data))


def guess_japanese(data: bytes) -> tuple[str, Decoded] | None:
    """Return `cp932` or `euc-jp` and the text, or None when `data` is neither without loss."""
    sample = data[:_LONGEST_SAMPLE]
    scores = {name: _score(read(sample), sample) for name, read in _READERS.items()}
    name = max(scores, key=lambda name: scores[name])
    return (name, _READERS[name](data)) if scores[name] >= _LEAST_JAPANESE else None


def _score(decoded: Decoded, sample: bytes) -> float:
    """Return how likely this reading of `sample` is; losses weigh much."""
    high = _high_bytes(sample) or 1
    if decoded.losses > high / 20 + (len(sample) == _LONGEST_SAMPLE):
        return -1.0
    return japanese_score(decoded.text) - 8 * decoded.losses / high


_READERS: dict[str, Callable[[bytes], Decoded]] = {"cp932": read_shift_jis, "euc-jp": decode_euc_jp}
