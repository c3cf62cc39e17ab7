"""winmail.dat (application/ms-tnef, MS-OXTNEF) unpacked into the files it holds."""

from importlib import import_module
from typing import NamedTuple

from mail.charset import decode

_SIGNATURE = b"\x78\x9f\x3e\x22"
_LARGEST = 25_000_000


class TnefFile(NamedTuple):
    """A file inside a winmail.dat."""

    name: str
    data: bytes


class Tnef(NamedTuple):
    """Files, and the message's text or HTML if the container holds one."""

    files: tuple[TnefFile, ...]
    text: str = ""
    html: bytes = b""


def looks_like_tnef(data: bytes) -> bool:
    """Tell whether `data` begins with the TNEF signature."""
    return data.startswith(_SIGNATURE)


def unpack_tnef(data: bytes, most: int, room: int) -> Tnef | None:
    """Return what a winmail.dat holds (up to `most` files, `room` bytes), None if unreadable."""
    if not looks_like_tnef(data) or len(data) > _LARGEST:
        return None
    try:
        # Imported here, as it is rarely needed; by name, as it has no types.
        container = import_module("tnefparse").TNEF(data, do_checksum=False)
        files = [
            TnefFile(_text(found.long_filename() or found.name), bytes(found.data or b""))
            for found in container.attachments[:most]
        ]
        text, html = _text(container.body), _bytes(container.htmlbody)
    except Exception:  # noqa: BLE001 - the library raises whatever a damaged container provokes
        return None
    if sum(len(found.data) for found in files) > room:
        return None
    return Tnef(tuple(files), text, html)


def _text(value: object) -> str:
    if isinstance(value, bytes):
        return decode(value.split(b"\0")[0]).text
    return str(value or "").split("\0")[0]


def _bytes(value: object) -> bytes:
    if isinstance(value, bytes):
        return value
    return str(value or "").encode("utf-8", "replace")
