"""Japanese support mails made by code: the same ones in every run."""

import base64
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.header import Header
from quopri import encodestring

CONTRACTS = 400
"""So many that no sender reaches the limit of automatic replies a day."""

_QUESTIONS = (
    "スケジュールの操作方法を教えてください。",
    "アドレス帳の設定を変更する手順を知りたいです。",
    "バックアップから復元する方法を教えてください。",
    "インストール中にエラーが表示されました。対処方法をお願いします。",
)
_REISSUE = (
    "お客様コード：A1B2-C3D4\n再発行の理由：サーバの入れ替え\n新しいサーバ：Windows Server 2022\n"
    "ライセンスキーの再発行をお願いします。"
)
_FILLING = (
    "いつもお世話になっております。情報システム部の担当者です。",
    "先週の金曜日から一部の利用者の画面で表示が遅くなっているようです。",
    "再起動は試しましたが、状況は変わりませんでした。",
    "利用者は約百五十名で、全員が社内のネットワークから接続しています。",
    "お忙しいところ恐れ入りますが、ご確認のほどよろしくお願いいたします。",
)
_DATE = "Mon, 16 Nov 2026 10:29:00 +0900"
_CODINGS = (
    ("utf-8", "base64"),
    ("iso-2022-jp", "7bit"),
    ("shift_jis", "base64"),
    ("utf-8", "8bit"),
    ("euc-jp", "quoted-printable"),
)


@dataclass(frozen=True)
class Sample:
    """One mail's bytes; `answered` is False for one that only goes on in a thread."""

    raw: bytes
    answered: bool


def registers(today: date) -> tuple[str, str]:
    """Return contracts and contacts as CSV, valid on `today`."""
    start, end = today - timedelta(days=100), today + timedelta(days=264)
    contracts = ["support_number,programme,customer,starts_on,ends_on,status"]
    contacts = ["support_number,name,email"]
    for n in range(CONTRACTS):
        contracts.append(f"{_number(n)},desknets-dax,株式会社青葉{n}号,{start},{end},paid")
        contacts.append(f"{_number(n)},佐藤 美咲,{_sender(n)}")
    return "\n".join(contracts) + "\n", "\n".join(contacts) + "\n"


def samples(count: int, name: str) -> Iterator[Sample]:
    """Yield `count` mails; `name` keeps the Message-IDs of several corpora apart.

    Of twenty: eleven questions, four complete re-issues, three without a number, two that go on
    in the thread of the mail before. A third carries an attachment of 10 to 60 kB.
    """
    chance = random.Random(name)
    for n in range(count):
        follows = n % 20 in {8, 17}
        customer = (n - follows) * 7 % CONTRACTS
        before = f"<{name}.{n - 1}@aoba{customer}.example.co.jp>" if follows else ""
        yield Sample(_mail(n, customer, name, before, chance), not follows)


def _number(contract: int) -> str:
    return f"DX-{1000 + contract}-{9999 - contract}"


def _sender(contract: int) -> str:
    return f"sato@aoba{contract}.example.co.jp"


def _mail(n: int, customer: int, name: str, before: str, chance: random.Random) -> bytes:
    charset, coding = _CODINGS[n % len(_CODINGS)]
    text = _text(n % 20, customer, chance)
    head = [
        f"Authentication-Results: mx.desk.example; dmarc=pass header.from={_sender(customer)[5:]}",
        f"Received: from mail.aoba{customer}.example.co.jp by mx.desk.example; {_DATE}",
        f"Message-ID: <{name}.{n}@aoba{customer}.example.co.jp>",
        f"Date: {_DATE}",
        f"From: {Header('佐藤 美咲', charset).encode()} <{_sender(customer)}>",
        "To: <dax@desk.example>",
        f"Subject: {Header(f'操作についての質問{n}', charset).encode()}",
        "MIME-Version: 1.0",
    ]
    if before:
        head.append(f"In-Reply-To: {before}")
    part = _part(text.replace("\n", "\r\n"), charset, coding)
    body = _mixed(part, chance) if chance.random() < 1 / 3 else part
    return "\r\n".join(head).encode() + b"\r\n" + body


def _text(place: int, customer: int, chance: random.Random) -> str:
    number = "" if place in {3, 9, 15} else f"{_number(customer)}\n"
    asked = _REISSUE if place in {1, 6, 11, 16} else chance.choice(_QUESTIONS)
    filling = "\n".join(chance.choice(_FILLING) for _ in range(chance.randint(3, 40)))
    return f"{number}{asked}\n\n{filling}\n-- \n佐藤 美咲\n情報システム部\n"


def _quoted(data: bytes) -> bytes:
    return encodestring(data).replace(b"\n", b"\r\n")


_CODERS: dict[str, Callable[[bytes], bytes]] = {
    "7bit": bytes,
    "8bit": bytes,
    "base64": base64.encodebytes,
    "quoted-printable": _quoted,
}


def _part(text: str, charset: str, coding: str) -> bytes:
    data = text.encode(charset)
    coded = _CODERS[coding](data)
    head = f"Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: {coding}"
    return head.encode() + b"\r\n\r\n" + coded


def _mixed(part: bytes, chance: random.Random) -> bytes:
    data = base64.encodebytes(chance.randbytes(chance.randint(10_000, 60_000)))
    return (
        b'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n--edge\r\n'
        + part
        + b'\r\n--edge\r\nContent-Type: image/png; name="screen.png"\r\n'
        + b'Content-Disposition: attachment; filename="screen.png"\r\n'
        + b"Content-Transfer-Encoding: base64\r\n\r\n"
        + data.replace(b"\n", b"\r\n")
        + b"--edge--\r\n"
    )
