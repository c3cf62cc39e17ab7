"""parse never raises, whatever the bytes, and hostile shapes end soon."""

import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.limits import Limits
from mail.message import Message
from mail.parse import parse

_FRAGMENTS = st.sampled_from(
    [
        b"From: ",
        b"Subject: ",
        b"Content-Type: multipart/mixed; boundary=b\r\n",
        b"\r\n",
        b"\n\n",
        b"--b\r\n",
        b"--b--",
        b"=?utf-8?B?",
        b"=?iso-2022-jp?Q?",
        b"?=",
        b"\x1b$B",
        b"\x1b(B",
        b"\x00",
        b"\xff\xfe",
        b'"',
        b"<",
        b">",
        b"@",
        b"a@b.example",
        b"Content-Type: text/html\r\n",
        b"Content-Transfer-Encoding: base64\r\n",
        b"QUJD",
        b"=",
        b"filename*0*=utf-8''%ff",
        b"name=",
        b"charset=utf-16",
        b"charset=hex",
        b"message/rfc822",
        b";",
        b"(",
        b"\\",
        b"<div hidden>",
        b"\xed\xa0\x80",
        b"begin 644 a\r\n",
        b"Content-Disposition: attachment;",
        b"\x82\xa0",
    ]
)


def _strings(message: Message) -> list[str]:
    names = [a.name for a in message.attachments]
    return [message.text, message.subject, message.from_address, message.from_name,
            message.message_id, *message.to, *message.references, *names]  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(st.lists(_FRAGMENTS | st.binary(max_size=20), max_size=40))
def test_any_bytes_are_read(pieces: list[bytes]) -> None:
    message = parse(b"".join(pieces))
    assert not [d for d in message.defects if d.startswith("unreadable")]
    for string in _strings(message):
        string.encode("utf-8")
        assert "\0" not in string
    assert "\n" not in message.subject + message.from_name + message.from_address
    assert pickle.loads(pickle.dumps(message)) == message  # noqa: S301 - our own value


@pytest.mark.parametrize(
    ("raw", "limits", "over"),
    [
        (b"From: a@b.example\r\n\r\n" + b"x" * 2000, Limits(raw=1000), "raw"),
        (b"X: " + b"a" * 2000 + b"\r\nSubject: s\r\n\r\nx", Limits(header=1000), "header"),
        (
            b"From: " + b"a@b.example," * 100 + b"\r\n\r\nx",
            Limits(address_header=500),
            "address header",
        ),
        (b"Content-Type: text/html\r\n\r\n" + b"<p>" * 500, Limits(html=1000), "html"),
        (b"\r\n" + b"x" * 2000, Limits(text=1000), "text"),
        (
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + b"--b\r\n\r\nx\r\n" * 50,
            Limits(parts=10),
            "parts",
        ),
        (b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 9, Limits(depth=3), None),
    ],
)
def test_a_message_over_a_cap_is_named(raw: bytes, limits: Limits, over: str | None) -> None:
    assert parse(raw, limits=limits).over_limit == over


def test_deep_nesting_is_over_the_limit() -> None:
    raw = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(990)
    )
    assert parse(raw + b"\r\nhi").over_limit == "depth"


def test_copies_have_one_fingerprint() -> None:
    one = b"Message-ID: <1@x.example>\r\nSubject: s\r\n\r\nbody\r\n"
    two = b"Received: by mx\nMessage-ID:\n <1@x.example>\nSubject: s\n\nbody\n"
    assert parse(one).fingerprint == parse(two).fingerprint
    assert parse(one).fingerprint != parse(one.replace(b"body", b"bod")).fingerprint


_HOSTILE = Path(__file__).parent / "hostile_shapes.py"


def test_hostile_shapes_end_soon() -> None:
    """All shapes together within a minute, in a process that can be ended."""
    done = subprocess.run(
        [sys.executable, str(_HOSTILE)], capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
