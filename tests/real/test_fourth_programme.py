"""A vendor's own programme, from its terms file alone: registers, commands, a served desk."""

import asyncio
import smtplib
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

import pytest

from tests.bot.commands import Commands, set_clock
from tests.bot.houses import Hands, mail
from tests.quotas.fourth_programme import fourth_programme
from tests.real.served import reopened, serving, until
from tests.real.servers import free_port
from tests.real.smtp_sink import SmtpSink

NUMBER = "ZC-1234-5674"
SATO = "sato@zaiko.example.jp"
CONTRACTS = f"""\
support_number,programme,customer,starts_on,ends_on,status
{NUMBER},zaiko-cloud,在庫商事株式会社,2026-02-01,2040-01-31,paid
"""
CONTACTS = f"support_number,name,email\n{NUMBER},佐藤 渚,{SATO}\n"
VISIT = "訪問サポートをお願いします。\n訪問先: 大阪市北区\n地域: 本土\n"
SETTINGS = """\
[desk]
name = "在庫クラウド窓口"
database = "{database}"

[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"

[[mailbox]]
name = "zaiko"
programme = "zaiko-cloud"
address = "zaiko@desk.example"
trusted_authserv = "mx.desk.example"
lmtp = {{ listen = "127.0.0.1:{lmtp}" }}

[programmes]
folder = "terms"
"""


@pytest.fixture
def lmtp() -> int:
    return free_port()


@pytest.fixture
def desk(
    tmp_path: Path, database_url: str, sink: SmtpSink, lmtp: int, monkeypatch: pytest.MonkeyPatch
) -> Commands:
    """Set a desk up for the programme of docs/terms.md, by files and commands only."""
    (tmp_path / "terms").mkdir()
    (tmp_path / "terms" / "zaiko-cloud.toml").write_text(fourth_programme(), encoding="utf-8")
    settings = SETTINGS.format(database=database_url, smtp=sink.port, lmtp=lmtp)
    (tmp_path / "desk.toml").write_text(settings, encoding="utf-8")
    (tmp_path / "contracts.csv").write_text(CONTRACTS, encoding="utf-8")
    (tmp_path / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    set_clock(monkeypatch, Hands())
    commands = Commands(tmp_path / "desk.toml")
    files = (tmp_path / "contracts.csv", tmp_path / "contacts.csv")
    assert commands("import", *files).status == 0
    return commands


def written(text: str, message_id: str, subject: str = "訪問のお願い") -> bytes:
    text = f"サポートコード：{NUMBER}\n{text}"
    raw = mail(text, sender=SATO, subject=subject, message_id=message_id)
    return raw.replace(b"dax@desk.example", b"zaiko@desk.example")


def test_its_terms_are_shown_as_of_any_day(desk: Commands) -> None:
    before, after = (
        desk("terms", "show", "zaiko-cloud", "--on", day, "--json").json
        for day in ("2026-03-31", "2026-04-01")
    )
    assert [q["limit"] for q in before["quotas"]] == [1]
    assert [q["limit"] for q in after["quotas"]] == [2]
    assert before["hours"]["intervals"] != after["hours"]["intervals"]
    assert "訪問サポート" in desk("terms", "show", "zaiko-cloud").out
    assert desk("terms", "show", "zaiko").status == 2


def test_mail_is_explained_by_the_terms_of_its_day(desk: Commands) -> None:
    visit = desk.folder / "visit.eml"
    visit.write_bytes(written(VISIT, "<v@zaiko.example.jp>"))
    times = ("2026-02-28T10:00", "2026-11-16T10:00", "2027-02-01T10:00")
    told = [desk("explain", visit, "--at", at, "--json").json for at in times]
    assert {each["reason"] for each in told} == {"reissue_requested"}
    # The first contract year keeps the limit it began with; Saturdays came in April.
    assert [each["quota"]["remaining"] for each in told] == [0, 0, 1]
    assert told[0]["marks"] == ["outside_hours"]
    assert told[1]["marks"] == []
    assert told[1]["due"] == "2026-11-21T18:30:00+09:00"
    assert told[1]["route"] == {"queue": "zaiko-visit"}
    assert "在庫商事株式会社" in told[1]["reply"]["body"]


def test_its_quota_is_counted(desk: Commands) -> None:
    on = ("--on", "2027-02-01")
    visits = [desk("quota", "reserve", NUMBER, "onsite_visit", *on, "--json") for _ in range(3)]
    assert [visit.status for visit in visits] == [0, 0, 1]
    (quota,) = desk("quota", "show", "ｚｃ１２３４５６７４", *on, "--json").json["quotas"]
    assert (quota["limit"], quota["reserved"], quota["remaining"]) == (2, 2, 0)


def test_a_number_whose_check_digit_is_wrong_is_not_registered(desk: Commands) -> None:
    file = desk.folder / "wrong.csv"
    file.write_text(CONTRACTS.replace("5674", "5675"), encoding="utf-8")
    ran = desk("import", file)
    assert ran.status == 1
    assert "support_number" in ran.err


async def test_it_is_served(desk: Commands, sink: SmtpSink, lmtp: int) -> None:
    house = reopened(desk.config)
    letters = [
        written("画面の操作を教えてください。", "<q@zaiko.example.jp>", "操作について"),
        written(VISIT, "<v1@zaiko.example.jp>"),
        written("訪問サポートをお願いします。\n", "<v2@zaiko.example.jp>", "訪問"),
    ]
    async with serving(house):
        await asyncio.to_thread(deliver, lmtp, letters)
        await until(lambda: len(sink.stored) == 3, "three answers")
        with house.store.reading() as work:
            (entry,) = work.ledger.entries(NUMBER)
            queues = {case.queue for case in work.cases.listed()}
    assert (entry.quota, entry.kind, entry.units) == ("onsite_visit", "reserve", 1)
    assert queues == {"zaiko", "zaiko-visit"}
    subjects = [str(make_header(decode_header(parsed(m.raw)["Subject"]))) for m in sink.stored]
    told = sorted(subject.partition("】")[0] for subject in subjects)
    assert told == ["【お問い合わせ受付", "【ご依頼受付", "【ご記入のお願い"]


def parsed(raw: bytes) -> dict[str, str]:
    return dict(message_from_bytes(raw).items())


def deliver(port: int, letters: list[bytes]) -> None:
    with smtplib.LMTP("127.0.0.1", port) as client:
        for letter in letters:
            client.sendmail(SATO, ["zaiko@desk.example"], letter)


async def test_doctor_is_content_with_it(desk: Commands) -> None:
    ran = await asyncio.to_thread(desk, "doctor", "--json")
    assert ran.status == 0, ran.out
    assert {each["check"] for each in ran.json} >= {"terms zaiko-cloud", "mailbox zaiko", "smtp"}
    assert all(each["ok"] for each in ran.json)
