"""Shapes of mail made to hang or crash a reader; run as a program it reads each of them once."""

import base64
import sys
from pathlib import Path

_H = b"From: a@b.example\r\nSubject: x\r\n"
_JIS = b"Content-Type: text/plain; charset=iso-2022-jp\r\n\r\n"
_HTML = b"Content-Type: text/html\r\n\r\n"
_MIXED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

SHAPES: dict[str, bytes] = {
    "parts": _H + _MIXED + b"--b\r\n\r\nx\r\n" * 100_000,
    "nested": b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n" * 990,
    "from addresses": b"From: " + b"a@b.example, " * 4000 + b"\r\n\r\n",
    "from quotes": b"From: " + b'"\\' * 15_000 + b"\r\n\r\n",
    "from angles": b"From: " + b'"<' * 15_000 + b"\r\n\r\n",
    "from comments": b"From: " + b"(" * 30_000 + b"\r\n\r\n",
    "encoded words": b"Subject: " + b"=?a?q? " * 9_000 + b"\r\n\r\n",
    "many words": b"Subject: " + b"=?utf-8?b?YQ==?=" * 4_000 + b"\r\n\r\n",
    "folds": b"Subject: " + b"\r\n " * 80_000 + b"\r\n\r\n",
    "header lines": b"X-A: b\r\n" * 400_000,
    "no colon": b"aaaa\r\n" * 400_000,
    "divs": _H + _HTML + b"<div>" * 200_000,
    "open tags": _H + _HTML + b"<b><i><a>" * 100_000,
    "comments": _H + _HTML + b"<!--" * 300_000,
    "escapes": _H + _JIS + b"\x1b" * 2_000_000,
    "escape pairs": _H + _JIS + b"\x1b$B\x1b(B" * 300_000,
    "8-bit lines": _H + _JIS + b"\x1b(B" + b"\xb1\n" * 400_000,
    "lost escapes": _H + _JIS + b"$B" * 1_000_000,
    "broken euc": _H + b"Content-Type: text/plain; charset=euc-jp\r\n\r\n" + b"\xa4\n" * 500_000,
    "high bytes": _H + b"\r\n" + b"\xff" * 2_000_000,
    "base64 noise": _H + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ!\n" * 1_000_000,
    "base64 runs": _H + b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QQ==\n" * 400_000,
    "soft breaks": _H + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=   " * 500_000,
    "uuencode": _H + b"\r\n" + b"begin 644 a\r\n" * 200_000,
    "boundary blanks": _H + _MIXED + (b"\r\n--b" + b" " * 1000 + b"x") * 2_000,
    "parameters": _H + b"Content-Type: text/plain; " + b"f*0*=%41; " * 5_000 + b"\r\n\r\nx",
    "results": b"Authentication-Results: " + b'"\\' * 30_000 + b"\r\n\r\n",
    "ids": _H + b"References: " + b"<" * 60_000 + b"\r\n\r\n",
    "rules": _H + b"\r\n" + (b"text\r\n" + b"-=*_" * 90 + b"x\r\nTEL 03\r\n") * 2_000,
    "quoted dates": _H + b"\r\n" + b"2024/05/20 10:00 <a@b\r\n" * 40_000,
    "cyrillic words": _H + b"\r\n" + b"\xd4\xc5\xd3\xd4 " * 200_000,
    "wide zeros": _H + b"\r\n" + b"\x00\xd8" * 400_000,
    "bounce": _H.replace(b"a@", b"postmaster@") + b"\r\nundeliverable\r\n" + b"a.a" * 300_000,
    "quotes": _H + b"\r\n" + b"On " * 50_000,
    "utf-7": _H + b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+2AA-" * 200_000,
    "tnef": _H
    + b"Content-Type: application/ms-tnef\r\nContent-Transfer-Encoding: base64\r\n\r\n"
    + base64.b64encode(b"\x78\x9f\x3e\x22\x01\x00" + b"\x02\x0f\x80\x06\0\0\0\0\0\0\0" * 200_000),
}


def main() -> int:
    """Read every shape; name those that could only be given up."""
    sys.path.insert(0, str(Path(__file__).parents[2]))
    from mail.authentication import judge  # noqa: PLC0415 - after the path is set
    from mail.parse import parse  # noqa: PLC0415
    from mail.quotes import split  # noqa: PLC0415

    failed: list[str] = []
    for name, raw in SHAPES.items():
        message = parse(raw)
        judge(message.authentication_results, "b.example", "mx.example")
        split(message.text)
        if any(defect.startswith("unreadable") for defect in message.defects):
            failed.append(f"{name}: {message.defects}")
    sys.stdout.write("\n".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
