"""A desk for tests: its settings in a throw-away folder, a clock that is set, registers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from bot.config import Environment, load
from bot.desk import MessageDesk
from bot.house import House, open_house
from bot.intake import Arrival
from bot.registers import Importer
from bot.store.messages import StoredMessage
from quotas.decision import Decision

TOKYO = ZoneInfo("Asia/Tokyo")
MONDAY = datetime(2026, 11, 16, 10, 30, tzinfo=TOKYO)
"""A Monday within the hours of all programmes."""

SETTINGS = """\
[desk]
name = "サポート窓口"
database = "{database}"

[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"

[[mailbox]]
name = "dax"
programme = "desknets-dax"
address = "dax@desk.example"
trusted_authserv = "mx.desk.example"
{way_in}
"""

CONTRACTS = """\
support_number,programme,customer,starts_on,ends_on,status
DX-1024-7731,desknets-dax,株式会社青葉設計事務所,2026-06-01,2027-05-31,paid
DX-2048-1190,desknets-dax,みなと物流株式会社,2026-02-01,2027-01-31,free
"""
CONTACTS = """\
support_number,name,email
DX-1024-7731,佐藤 美咲,sato@aoba.example.co.jp
DX-1024-7731,高橋 健,takahashi@aoba.example.co.jp
DX-2048-1190,鈴木 一郎,suzuki@minato.example.jp
"""
REISSUE = (
    "お客様コード：A1B2-C3D4\n再発行の理由：サーバの入れ替え\n新しいサーバ：Windows Server 2022\n"
    "ライセンスキーの再発行をお願いします。\n"
)


@dataclass
class Hands:
    """A clock whose time the test sets."""

    now: datetime = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **span: float) -> None:
        self.now += timedelta(**span)


def write_settings(folder: Path, database: str, *, smtp: int = 1, way_in: str = "") -> Path:
    """Write a desk.toml with one mailbox for desknets-dax and return its path."""
    file = folder / "desk.toml"
    file.write_text(SETTINGS.format(database=database, smtp=smtp, way_in=way_in), encoding="utf-8")
    return file


def open_desk(config: Path, clock: Hands, secrets: Mapping[str, str] | None = None) -> House:
    """Open the desk of `config`, its tables made, with two contracts registered."""
    env = Environment(dict(secrets or {}))
    house = open_house(load(config, env), env, clock)
    house.blobs.prepare()
    house.store.migrate()
    files = [config.with_name("contracts.csv"), config.with_name("contacts.csv")]
    for file, text in zip(files, (CONTRACTS, CONTACTS), strict=True):
        file.write_text(text, encoding="utf-8")
    result = Importer(house.store, house.programmes).run(files, clock())
    assert not result.errors
    return house


def mail(
    text: str,
    *,
    sender: str = "sato@aoba.example.co.jp",
    subject: str = "お問い合わせ",
    message_id: str = "<1@aoba.example.co.jp>",
    headers: str = "",
    authentic: bool = True,
) -> bytes:
    """Return a mail in UTF-8 as the desk's receiver passes it on."""
    domain = sender.rpartition("@")[2]
    results = f"dmarc=pass header.from={domain}" if authentic else "none"
    head = (
        f"Authentication-Results: mx.desk.example; {results}\n"
        f"Message-ID: {message_id}\nDate: Mon, 16 Nov 2026 10:29:00 +0900\n"
        f"From: <{sender}>\nTo: <dax@desk.example>\nSubject: {subject}\n{headers}"
        "MIME-Version: 1.0\nContent-Type: text/plain; charset=utf-8\n"
        "Content-Transfer-Encoding: 8bit\n\n"
    )
    return (head + text).replace("\n", "\r\n").encode()


class Post:
    """Puts mails into a desk the way its listeners do, and decides them at once."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.desk = MessageDesk(house)
        self._count = 0

    def take(self, *raws: bytes) -> list[int]:
        """Take mails in; return their ids."""
        arrivals = [self._arrival(raw) for raw in raws]
        return [id_ for id_ in self.desk.take(arrivals) if id_ is not None]

    def put(self, *raws: bytes) -> list[Decision]:
        """Take mails in and decide them in one batch."""
        return self.desk.decide_now(self.take(*raws))

    def stored(self, message: int) -> StoredMessage:
        """Return a message as the store holds it."""
        with self.house.store.reading() as work:
            found = work.messages.get(message)
        assert found is not None
        return found

    def _arrival(self, raw: bytes) -> Arrival:
        self._count += 1
        return Arrival("dax", f"test:{self._count}", raw, self.house.clock())
