"""Japanese coded characters as they are sent: CP50221, EUC-JP with NEC rows, JIS X 0212 and 0213.

Python's ISO-2022-JP codecs refuse NEC row 13, the NEC-selected IBM rows and half-width kana, and
a missing return to ASCII swallows the next line. Characters follow Windows (JIS 0x2141 is U+FF5E),
as browsers do (WHATWG Encoding, index jis0208).
"""

import re
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

_REPLACEMENT = "\ufffd"
_TOKEN = re.compile(
    rb"\x1b(?:\$\([@BCDOPQ]|\$[@AB]|\([A-Za-z@]|&@|\.[AF]|N[\xa0-\xff\x20-\x7f])"
    rb"|\x1b|[\x0e\x0f]|[^\x1b\x0e\x0f]+"
)
_LINE_END = re.compile(rb"[\r\n]")
_PAIRS = re.compile(rb"[\x21-\x7e]{2}|[\x00-\x20\x7f-\xff]+|[\x21-\x7e]")
_HIGH = re.compile(rb"[\x80-\xff]+")
_EUC = re.compile(
    rb"[\x00-\x7f]+|\x8e[\xa1-\xdf]|\x8f[\xa1-\xfe]{2}|(?:[\xa1-\xfe]{2})+|[\x80-\xff]"
)


class Decoded(NamedTuple):
    """Text, and how many characters could not be read (shown as U+FFFD)."""

    text: str
    losses: int


def _sjis(row: int, cell: int) -> bytes:
    """Return the Shift_JIS bytes of a JIS position (both 1 to 94)."""
    lead = (row + 1) // 2 + (0x80 if row <= 62 else 0xC0)
    offset = cell + (0x9E if row % 2 == 0 else (0x3F if cell < 64 else 0x40))
    return bytes((lead, offset))


def _one(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError:
        return ""


@cache
def _x0208() -> dict[bytes, str]:
    """Return JIS X 0208 with NEC row 13 and NEC-selected IBM rows; gaps filled from JIS X 0213."""
    table: dict[bytes, str] = {}
    for row in range(1, 95):
        for cell in range(1, 95):
            euc = bytes((row + 0xA0, cell + 0xA0))
            found = _one(_sjis(row, cell), "cp932") or _one(euc, "euc_jis_2004")
            if found:
                table[bytes((row + 0x20, cell + 0x20))] = found
    return table


def _high(pair: bytes) -> bytes:
    return bytes(byte | 0x80 for byte in pair)


def _from_x0208(pair: bytes) -> str:
    return _x0208().get(pair, "")


def _by_codec(codec: str, prefix: bytes = b"") -> Callable[[bytes], str]:
    return lambda pair: _one(prefix + _high(pair), codec)


_SETS: dict[bytes, Callable[[bytes], str]] = {
    b"$@": _from_x0208,
    b"$B": _from_x0208,
    b"$(@": _from_x0208,
    b"$(B": _from_x0208,
    b"$A": _by_codec("gb2312"),
    b"$(C": _by_codec("euc_kr"),
    b"$(D": _by_codec("euc_jp", b"\x8f"),
    b"$(O": _by_codec("euc_jis_2004"),
    b"$(Q": _by_codec("euc_jis_2004"),
    b"$(P": _by_codec("euc_jis_2004", b"\x8f"),
}


def _kana(data: bytes) -> str:
    """Return JIS X 0201 kana for 7-bit or 8-bit bytes; others stay ASCII."""
    return "".join(
        chr(0xFF61 + (byte & 0x7F) - 0x21) if 0x21 <= byte & 0x7F <= 0x5F else chr(byte & 0x7F)
        for byte in data
    )


class _Reader:
    """The state of one ISO-2022 stream."""

    def __init__(self, eight_bit: Callable[[bytes], Decoded]) -> None:
        self.out: list[str] = []
        self.losses = 0
        self.shifted = False
        self.charset = b"(B"
        self._eight_bit = eight_bit

    def read(self, data: bytes) -> Decoded:
        for match in _TOKEN.finditer(data):
            self._token(match.group())
        return Decoded("".join(self.out), self.losses)

    def _token(self, token: bytes) -> None:
        if token[0] == 0x1B:
            self._escape(token[1:])
        elif token in (b"\x0e", b"\x0f"):
            self.shifted = token == b"\x0e"
        else:
            self._run(token)

    def _escape(self, sequence: bytes) -> None:
        if sequence in _SETS or sequence.startswith(b"("):
            self.charset, self.shifted = sequence, False
        elif sequence.startswith(b"N"):
            self.out.append(chr(sequence[1] | 0x80))

    def _run(self, run: bytes) -> None:
        """Read a run; a line end brings ASCII back even if the sender forgot to."""
        if self.shifted or self.charset == b"(I" or self.charset in _SETS:
            end = _LINE_END.search(run)
            self._special(run[: end.start()] if end else run)
            if end is None:
                return
            self.shifted, self.charset, run = False, b"(B", run[end.start() :]
        self._ascii(run)

    def _special(self, run: bytes) -> None:
        if self.shifted or self.charset == b"(I":
            self.out.append(_kana(run))
        else:
            self._double(run, _SETS[self.charset])

    def _double(self, run: bytes, lookup: Callable[[bytes], str]) -> None:
        for match in _PAIRS.finditer(run):
            pair = match.group()
            if len(pair) == 2 and 0x21 <= pair[0] <= 0x7E and 0x21 <= pair[1] <= 0x7E:
                self._add(lookup(pair))
            else:
                self._ascii(pair)

    def _add(self, character: str) -> None:
        self.losses += not character
        self.out.append(character or _REPLACEMENT)

    def _ascii(self, run: bytes) -> None:
        at = 0
        for match in _HIGH.finditer(run):
            # A second byte of Shift_JIS may look like ASCII, so the rest of the run goes along.
            self.out.append(run[at : match.start()].decode("ascii"))
            text, losses = self._eight_bit(run[match.start() :])
            self.out.append(text)
            self.losses += losses
            return
        self.out.append(run.decode("ascii"))


def decode_iso_2022_jp(data: bytes, eight_bit: Callable[[bytes], Decoded]) -> Decoded:
    """Decode CP50221 and its relatives (RFC 1468, 1554, 2237; JIS X 0202, 0213).

    `eight_bit` reads what remains of a line from its first byte over 0x7F on.
    """
    return _Reader(eight_bit).read(data)


def decode_euc_jp(data: bytes) -> Decoded:
    """Decode EUC-JP with NEC row 13, NEC-selected IBM rows, half-width kana and JIS X 0212."""
    known: dict[bytes, list[str]] = {}
    out: list[str] = []
    for run in _EUC.findall(data):
        characters = known.get(run)
        if characters is None:
            characters = _euc(run)
            if len(run) < 8:
                known[run] = characters
        out.extend(characters)
    losses = out.count("")
    return Decoded("".join(c or _REPLACEMENT for c in out) if losses else "".join(out), losses)


def _euc(run: bytes) -> list[str]:
    if run[0] < 0x80:
        return [run.decode("ascii")]
    if run[0] == 0x8E and len(run) == 2:
        return [_kana(run[1:])]
    if run[0] == 0x8F and len(run) == 3:
        return [_one(run, "euc_jp") or _one(run, "euc_jis_2004")]
    if len(run) == 1:
        return [""]
    table = _x0208()
    low = bytes(byte & 0x7F for byte in run)
    return [table.get(low[at : at + 2], "") for at in range(0, len(low), 2)]
