"""Strings that are safe to store, to show and to use as file names."""

import re
import unicodedata

_SURROGATE = re.compile("[\ud800-\udfff]")
_TEXT_CONTROL = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f]")
_LINE_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_BIDI = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_INVISIBLE = re.compile("[\ufeff\u200b\u2060\u00ad]")
_BREAKS = re.compile(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]+")
_LEADING_INVISIBLE = "\ufeff\u200b\u2060"
_LONGEST_NAME = 180
_PATH = re.compile(r"[/\\]")
_RESERVED = re.compile(r'[<>:"|?*]')


def clean_text(text: str) -> str:
    """Return `text` without NUL, lone surrogates, C0 controls and a leading BOM; breaks stay."""
    text = _SURROGATE.sub("\ufffd", text)
    return _TEXT_CONTROL.sub("", text).lstrip(_LEADING_INVISIBLE)


def clean_line(text: str) -> str:
    """Return a header value as one line without control, bidi and invisible characters."""
    text = _BREAKS.sub(" ", _SURROGATE.sub("\ufffd", text))
    return _INVISIBLE.sub("", _BIDI.sub("", _LINE_CONTROL.sub("", text))).strip()


def safe_name(name: str) -> str:
    """Return `name` as a bare file name: no path, no control, no bidi, not reserved, not too long.

    An empty result means that nothing usable was left.
    """
    line = unicodedata.normalize("NFC", clean_line(name))
    bare = _PATH.split(line)[-1] or _PATH.sub("", line)
    bare = _RESERVED.sub("_", bare).strip(" ")
    if not bare.strip("._ "):
        return ""
    return _shortened(bare)


def _shortened(name: str) -> str:
    if len(name) <= _LONGEST_NAME:
        return name
    stem, dot, extension = name.rpartition(".")
    if not dot or len(extension) > 16:
        return name[:_LONGEST_NAME]
    return stem[: _LONGEST_NAME - len(extension) - 1] + dot + extension
