"""`madoguchi explain` and `receive`: what would be done about a message, and taking one in."""

import sqlite3
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from tests.bot.commands import Commands
from tests.bot.houses import mail

MESSAGES = Path(__file__).parents[1] / "messages"
QUESTION = MESSAGES / "accepted_question_with_number_at_head.eml"
REISSUE = MESSAGES / "reissue_complete_reserves_a_unit.eml"
EXHAUSTED = MESSAGES / "quota_exhausted_by_fourth_reissue.eml"
OUT_OF_OFFICE = MESSAGES / "out_of_office_is_silent.eml"
FORGED = MESSAGES / "sender_forged_gets_no_answer.eml"
TOO_DEEP = MESSAGES / "message_over_the_limits_is_quarantined.eml"
AT = "2026-11-16T10:30"

KEYS = {
    "reason", "support_number", "programme", "channel", "sender", "sender_registered", "category",
    "item", "case_number", "quota", "reply", "route", "due", "trace",
}  # fmt: skip
QUOTA_KEYS = {"name", "limit", "used", "reserved", "remaining", "resets_on"}


def explained(desk: Commands, *mails: Path, at: str = AT, box: str = "dax") -> list[Any]:
    ran = desk("explain", *mails, "--mailbox", box, "--at", at, "--json")
    assert (ran.status, ran.err) == (0, "")
    return ran.documents


def test_every_promised_key_is_there_whatever_the_reason(desk: Commands) -> None:
    mails = [QUESTION, REISSUE, EXHAUSTED, OUT_OF_OFFICE, FORGED]
    documents = explained(desk, *mails)
    assert len(documents) == len(mails)
    for document in documents:
        assert document.keys() >= KEYS
        assert document["trace"]
        assert all(
            step.keys() == {"rule", "result", "detail", "article"} for step in document["trace"]
        )
        assert document["quota"] is None or document["quota"].keys() == QUOTA_KEYS
        reply, route = document["reply"], document["route"]
        assert reply is None or reply.keys() == {"template", "to", "subject", "body"}
        assert route is None or route.keys() == {"queue"}
        assert document["due"] is None or datetime.fromisoformat(document["due"]).tzinfo
    question, reissue, exhausted, silent, forged = documents
    assert question["reply"]["body"].startswith("株式会社青葉設計事務所\n佐藤 美咲 様\n")
    assert (question["sender_registered"], question["route"]) == (True, {"queue": "dax"})
    assert reissue["due"] == "2026-11-19T18:00:00+09:00"
    assert reissue["quota"]["remaining"] == 2
    assert exhausted["quota"]["resets_on"] == "2027-06-01"
    assert (silent["reply"], silent["route"], silent["due"]) == (None, None, None)
    assert (forged["reply"], forged["reason"]) == (None, "sender_unauthenticated")


def test_nothing_is_written(desk: Commands) -> None:
    before = rows(desk)
    explained(desk, REISSUE, EXHAUSTED)
    assert rows(desk) == before


def rows(desk: Commands) -> dict[str, int]:
    """Return how many rows each table has."""
    with sqlite3.connect(desk.folder / "desk.db") as database:
        tables = database.execute("select name from sqlite_master where type = 'table'")
        names = [name for (name,) in tables if name != "sqlite_sequence"]
        counts = {n: database.execute(f'select count(*) from "{n}"') for n in names}  # noqa: S608
        return {name: count.fetchone()[0] for name, count in counts.items()}


@pytest.mark.parametrize(
    ("at", "reason"),
    [
        ("2025-05-31T10:30", "contract_not_started"),
        ("2025-06-02T10:30", "accepted"),
        ("2027-05-31T10:30", "accepted"),
        ("2027-06-01T10:30", "contract_ended"),
    ],
)
def test_the_contract_as_it_stands_at_the_time(at: str, reason: str, desk: Commands) -> None:
    mail_ = desk.folder / "fault.eml"
    mail_.write_bytes(mail("DX-1024-7731\n不具合があり、ログインできません。"))
    (document,) = explained(desk, mail_, at=at)
    assert document["reason"] == reason


def test_the_contacts_as_they_stood_at_the_time(desk: Commands) -> None:
    left, came = desk.folder / "watanabe.eml", desk.folder / "takahashi.eml"
    left.write_bytes(mail("DX-1024-7731\n使い方について", sender="watanabe@aoba.example.co.jp"))
    came.write_bytes(mail("DX-1024-7731\n使い方について", sender="takahashi@aoba.example.co.jp"))
    before = explained(desk, left, came, at="2026-10-06T17:00")
    after = explained(desk, left, came, at="2026-10-07T10:00")
    assert [d["reason"] for d in before] == ["accepted", "sender_unregistered"]
    assert [d["reason"] for d in after] == ["sender_unregistered", "accepted"]


def test_the_count_as_it_stood_at_the_time(desk: Commands) -> None:
    at = ["2026-06-14", "2026-06-16", "2026-09-30", "2026-10-21"]
    left = [explained(desk, EXHAUSTED, at=f"{day}T11:00")[0] for day in at]
    assert [d["reason"] for d in left] == ["reissue_requested"] * 3 + ["quota_exhausted"]
    assert [d["quota"]["used"] for d in left] == [0, 1, 2, 3]


def test_an_offset_means_the_same_instant(desk: Commands) -> None:
    here = explained(desk, QUESTION, at="2026-11-16T19:00+09:00")
    there = explained(desk, QUESTION, at="2026-11-16T10:00+00:00")
    naive = explained(desk, QUESTION, at="2026-11-16T19:00")
    assert here == there == naive
    assert here[0]["marks"] == ["outside_hours"]


def test_people_are_told_in_words(desk: Commands) -> None:
    ran = desk("explain", REISSUE, "--mailbox", "dax", "--at", AT)
    assert ran.status == 0
    assert "判定      reissue_requested（自動で回答）" in ran.out
    assert "差出人    suzuki@minato-butsuryu.example.jp（登録担当者）" in ran.out
    assert "期限      2026-11-19 18:00" in ran.out
    assert "［第14条、第15条］" in ran.out
    assert "件名: 【ご依頼受付】ライセンスキー再発行のお願い" in ran.out


def test_a_message_that_can_t_be_read_is_a_finding_and_the_others_are_explained(
    desk: Commands,
) -> None:
    ran = desk("explain", TOO_DEEP, QUESTION, "--mailbox", "dax", "--at", AT, "--json")
    deep, question = ran.documents
    assert ran.status == 1
    assert (deep["reason"], deep["cause"], deep["file"]) == (
        "quarantined", "over_limit", str(TOO_DEEP)
    )  # fmt: skip
    assert question["reason"] == "accepted"


def test_mail_can_t_steer_the_terminal(desk: Commands) -> None:
    nasty = desk.folder / "nasty.eml"
    nasty.write_bytes(mail("DX-1024-7731\n操作方法", subject="\x1b[2J\x1b]0;x\x07 画面"))
    ran = desk("explain", nasty, "--mailbox", "dax", "--at", AT)
    assert ran.status == 0
    assert "\x1b" not in ran.out
    assert "\x07" not in ran.out


def test_receive_takes_a_message_from_a_file_or_a_pipe(desk: Commands) -> None:
    assert desk("receive", QUESTION, "--mailbox", "dax") == desk(
        "receive", "--mailbox", "dax", stdin=REISSUE.read_bytes()
    )
    counted = rows(desk)
    assert (counted["messages"], counted["jobs"]) == (2, 2)


def test_receive_keeps_every_byte(desk: Commands) -> None:
    raw = b"From: <a@example.jp>\r\n\r\n\x00\xff\r\nno end"
    assert desk("receive", "--mailbox", "dax", stdin=raw).status == 0
    with sqlite3.connect(desk.folder / "desk.db") as database:
        ((sha256, size),) = database.execute("select sha256, size from messages").fetchall()
    assert size == len(raw)
    (blob,) = [path for path in (desk.folder / "blobs").rglob(f"{sha256}*") if path.is_file()]
    assert blob.exists()
