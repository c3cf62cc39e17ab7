"""Files that sample mails carry: a small picture, and what Outlook wraps as winmail.dat."""

import base64
import struct

from bot.demo.samples.letter import Enclosure

_PIXEL = (
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAA"
    "DUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)

SCREENSHOT = Enclosure("画面の写し（一覧）.png", "image/png", base64.b64decode(_PIXEL))

_TNEF_SIGNATURE = 0x223E9F78
_MESSAGE, _ATTACHMENT = 1, 2  # the level of an attribute (MS-OXTNEF 2.1.3.1)
_TNEF_VERSION, _ATTACH_REND_DATA, _ATTACH_TITLE, _ATTACH_DATA = (
    0x00089006,
    0x00069002,
    0x00018010,
    0x0006800F,
)


def _attribute(level: int, name: int, data: bytes) -> bytes:
    checksum = struct.pack("<H", sum(data) & 0xFFFF)
    return struct.pack("<BII", level, name, len(data)) + data + checksum


def _tnef(name: str, data: bytes) -> bytes:
    """Wrap one file the way Outlook does (MS-OXTNEF)."""
    return struct.pack("<IH", _TNEF_SIGNATURE, 1) + b"".join(
        (
            _attribute(_MESSAGE, _TNEF_VERSION, struct.pack("<I", 0x00010000)),
            _attribute(_ATTACHMENT, _ATTACH_REND_DATA, b"\x01\x00" + bytes(12)),
            _attribute(_ATTACHMENT, _ATTACH_TITLE, name.encode("cp932") + b"\0"),
            _attribute(_ATTACHMENT, _ATTACH_DATA, data),
        )
    )


WINMAIL = Enclosure(
    "winmail.dat",
    "application/ms-tnef",
    _tnef("server.csv", "項目,値\r\nメモリ,32GB\r\n".encode("cp932")),
)
