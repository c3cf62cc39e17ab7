"""Bytes to text: labels as they are written, and what to do when the label is wrong."""

import re
from collections.abc import Callable
from typing import NamedTuple

from mail.charset_labels import CODECS
from mail.detection import guess_japanese, has_escapes, is_utf8, japanese_score, read_shift_jis
from mail.foreign import guess_foreign, looks_chinese, looks_korean
from mail.jis import Decoded, decode_euc_jp, decode_iso_2022_jp

_JIS = "iso-2022-jp"
_EUC = "euc-jp"
_ASCII = "ascii"

_LABEL_NOISE = re.compile(r"[-_ \t:/()\[\]'\"`;,<>=]+")
_LOST_ESCAPE = re.compile(rb"(?<!\x1b)\$([B@])((?:[!-~]{2}){1,60}?)\((?=[BJ])")
_JIS_SPAN = re.compile(rb"\x1b\$[^\r\n\x1b]*|\x1b\([A-Z]")
_BOMS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
_WESTERN_KANA = re.compile(rb"\x82[\x9f-\xf1]|\x83[\x40-\x96]|[\xa4\xa5][\xa1-\xf6]")
_SAMPLE = 100_000
_NOT_KANA = bytes(byte for byte in range(256) if not 0xA1 <= byte <= 0xDF)
_EUC_KANA = re.compile(rb"[\xa4\xa5][\xa1-\xf6]")
_KANA = re.compile("[\u3041-\u3096\u30a1-\u30fa]")
_LEAST_FOREIGN = 8
_DOUBTFUL = 1.6
_SINGLE_BYTE = frozenset({"cp1252", "iso8859-15", "mac-roman", _ASCII})


class Text(NamedTuple):
    """Decoded text, the codec that read it, and whether something was lost or only guessed."""

    text: str
    charset: str
    lossy: bool


def codec_of(label: str | None) -> str | None:
    """Return the codec a charset label means, or None when the label is missing or unknown."""
    if not label:
        return None
    label = label.lower().partition("*")[0].strip()
    return CODECS.get(_LABEL_NOISE.sub("", label.removeprefix("charset=").strip("\"' ")))


def decode(data: bytes, label: str | None = None) -> Text:
    """Decode `data` by its label if that works without loss, else by what the bytes look like."""
    codec = codec_of(label)
    if data.isascii() and b"\x1b" not in data and codec not in _SHIFTING:
        return Text(data.decode("ascii"), codec or _ASCII, lossy=False)
    for bom, name in _BOMS:
        if data.startswith(bom):
            return _replacing(data, name) if name != "utf-8" else decode(data[len(bom) :], "utf-8")
    if codec in (None, _ASCII) or (data.isascii() and has_escapes(data)):
        return _detected(data, None)
    return _labelled(data, str(codec))


_SHIFTING = frozenset(
    {
        _JIS,
        "utf-7",
        "utf-16",
        "utf-16-le",
        "utf-16-be",
        "utf-32",
        "utf-32-le",
        "utf-32-be",
        "hz",
        "iso2022_kr",
    }
)


def _labelled(data: bytes, codec: str) -> Text:
    if codec == _JIS:
        return _jis_labelled(data)
    if codec in _SINGLE_BYTE and _contradicts(data):
        return _detected(data, codec)
    if codec == "utf-16":
        codec = _utf16_order(data)
    if codec.startswith("utf-16"):
        data = data[: len(data) & ~1]
    text, losses = _read(data, codec)
    if not losses:
        return Text(text, codec, lossy=False)
    return _detected(data, codec)


def _read(data: bytes, codec: str) -> Decoded:
    if codec == _EUC:
        return decode_euc_jp(data)
    if codec == _JIS:
        return _read_jis(data)
    if codec == "cp1252":
        # The five holes of the code page are what ISO-8859-1 and browsers say: C1 controls.
        text = data.decode("cp1252", "replace")
        return Decoded(text.replace("\ufffd", ""), 0) if "\ufffd" in text else Decoded(text, 0)
    text = data.decode(codec, "replace")
    return Decoded(text, text.count("\ufffd") - data.count(b"\xef\xbf\xbd") * (codec == "utf-8"))


def _contradicts(data: bytes) -> bool:
    """Tell whether bytes labelled Latin or ASCII are plainly UTF-8 or Japanese."""
    if has_escapes(data) or is_utf8(data):
        return True
    return len(_WESTERN_KANA.findall(data)) >= 2 and guess_japanese(data) is not None


def _utf16_order(data: bytes) -> str:
    """Guess the order of UTF-16 without a byte order mark by where the zero bytes are."""
    return "utf-16-le" if data[1::2].count(0) >= max(1, data[0::2].count(0)) else "utf-16-be"


def _jis_labelled(data: bytes) -> Text:
    if b"\x1b" in data or b"\x0e" in data:
        text, losses = _read_jis(data)
        return Text(text, _JIS, lossy=losses > 0)
    if data.isascii():
        mended = data
        if len(data) <= _SAMPLE:  # the pattern may begin at every `$B`
            mended = _LOST_ESCAPE.sub(lambda m: b"\x1b$" + m[1] + m[2] + b"\x1b(", data)
        if mended == data:
            return Text(data.decode("ascii"), _JIS, lossy=False)
        text, losses = _read_jis(mended)
        if not losses and japanese_score(text) > 1:
            return Text(text, _JIS, lossy=False)
        return Text(data.decode("ascii"), _JIS, lossy=False)
    if _only_kana(data):
        return Text(read_shift_jis(data).text, _JIS, lossy=False)
    return _detected(data, _JIS)


def _only_kana(data: bytes) -> bool:
    """Tell whether all bytes over 0x7F are 8-bit kana of CP50220 and don't spell kana in EUC-JP."""
    high = data.translate(None, _NOT_KANA)
    if len(high) != len(data.translate(None, bytes(range(0x80)))):
        return False
    return not _EUC_KANA.search(data)


def _read_jis(data: bytes) -> Decoded:
    """Read 7-bit JIS; what turns 8-bit in between is UTF-8, CP932 (kana of CP50220) or EUC-JP."""
    rest = _JIS_SPAN.sub(b"", data)
    if rest.isascii() or _only_kana(rest):
        return decode_iso_2022_jp(data, read_shift_jis)
    guess = guess_japanese(rest)
    reader = _READERS["utf-8" if is_utf8(rest) else guess[0] if guess else "cp932"]
    return decode_iso_2022_jp(data, reader)


def _read_utf8(data: bytes) -> Decoded:
    text = data.decode("utf-8", "replace")
    return Decoded(text, text.count("\ufffd"))


_READERS: dict[str, Callable[[bytes], Decoded]] = {
    "utf-8": _read_utf8,
    "cp932": read_shift_jis,
    "euc-jp": decode_euc_jp,
}


def _detected(data: bytes, declared: str | None) -> Text:
    """Decode by what the bytes show: escapes, UTF-8, CP932 or EUC-JP by score, then others."""
    if has_escapes(data):
        text, losses = _read_jis(data)
        return Text(text, _JIS, lossy=losses > 0)
    if is_utf8(data):
        return Text(data.decode("utf-8"), "utf-8", lossy=False)
    wide = _wide(data) if declared is None and data.count(0) * 4 > len(data) else None
    if wide:
        return wide
    if _nearly_utf8(data, 4):
        return _replacing(data, "utf-8")
    return _japanese(data) or _guessed(data, declared)


def _wide(data: bytes) -> Text | None:
    """Return `data` as UTF-16 if it is that without loss."""
    codec = _utf16_order(data)
    text, losses = _read(data, codec)
    return None if losses else Text(text, codec, lossy=False)


def _japanese(data: bytes) -> Text | None:
    guess = guess_japanese(data)
    if guess is None or (guess[0] == _EUC and _rather_foreign(data, guess[1].text)):
        return None
    return Text(guess[1].text, guess[0], lossy=guess[1].losses > 0)


def _guessed(data: bytes, declared: str | None) -> Text:
    """Decode what is neither UTF-8 nor Japanese, by its looks or the label; marked as lossy."""
    if declared == "utf-8" and _nearly_utf8(data, 0.5):
        return _replacing(data, "utf-8")
    telling = declared not in _SINGLE_BYTE | {None, "utf-8"}
    foreign = None if telling else guess_foreign(data)
    if foreign:
        return Text(data.decode(foreign, "replace"), foreign, lossy=True)
    if declared in (None, _ASCII, "cp1252", "utf-8"):
        return Text(_read(data, "cp1252").text, "cp1252", lossy=True)
    return _replacing(data, str(declared))


def _rather_foreign(data: bytes, text: str) -> bool:
    """Tell whether a reading as EUC-JP, without kana and with odd kanji, is of another language."""
    wide = sum(character > "\x7f" for character in text[:_SAMPLE])
    if wide < _LEAST_FOREIGN or len(_KANA.findall(text[:_SAMPLE])) * 20 > wide:
        return False
    return looks_korean(data) or (japanese_score(text) < _DOUBTFUL and looks_chinese(data))


def _nearly_utf8(data: bytes, times: float) -> bool:
    """Tell whether characters of UTF-8 are more than `times` the bytes that spoil it."""
    sample = data[:_SAMPLE]
    bad = sample.decode("utf-8", "replace").count("\ufffd")
    good = len(sample.decode("utf-8", "ignore")) - len(sample.decode("ascii", "ignore"))
    return good > times * bad


def _replacing(data: bytes, codec: str) -> Text:
    text = _read(data, codec).text if codec in (_JIS, _EUC) else data.decode(codec, "replace")
    return Text(text, codec, lossy="\ufffd" in text)
