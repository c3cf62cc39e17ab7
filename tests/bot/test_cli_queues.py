"""`madoguchi outbox`, `quarantine` and `ledger`: what waits, what failed, and trying again."""

import json
import sqlite3
from pathlib import Path

import pytest

from bot.config import load
from bot.desk import MessageDesk
from bot.house import House, open_house
from bot.intake import Arrival
from tests.bot.commands import Commands
from tests.bot.houses import Hands
from tests.messages.stage import SECRET

MESSAGES = Path(__file__).parents[1] / "messages"
TOO_DEEP = MESSAGES / "message_over_the_limits_is_quarantined.eml"
QUESTION = MESSAGES / "accepted_question_with_number_at_head.eml"


def decide(desk: Commands, clock: Hands, *mails: Path) -> None:
    """Take mails in and decide them, as the running desk would."""
    house = opened(desk, clock)
    arrivals = [Arrival("dax", m.stem, m.read_bytes(), clock()) for m in mails]
    ids = MessageDesk(house).take(arrivals)
    MessageDesk(house).decide_now([id_ for id_ in ids if id_ is not None])
    house.close()


def opened(desk: Commands, clock: Hands) -> House:
    return open_house(load(desk.config, SECRET), SECRET, clock)


def test_the_outbox_shows_what_waits_to_be_sent(desk: Commands, clock: Hands) -> None:
    assert desk("outbox", "list", "--json").json == []
    decide(desk, clock, QUESTION)
    listed = desk("outbox", "list", "--json").json
    (mail,) = [item for item in listed if item["kind"] == "mail"]
    assert (mail["state"], mail["recipient"], mail["template"]) == (
        "queued", "sato@aoba.example.co.jp", "accepted"
    )  # fmt: skip
    assert mail["message_id"].endswith("@desk.example>")
    in_words = desk("outbox", "list").out
    assert "sato@aoba.example.co.jp" in in_words
    assert in_words.endswith("2件\n")


def test_a_failed_mail_is_sent_again_when_asked(desk: Commands, clock: Hands) -> None:
    decide(desk, clock, QUESTION)
    house = opened(desk, clock)
    with house.store.work() as work:
        (mail,) = [item for item in work.outbox.listed() if item.kind == "mail"]
        work.outbox.fail(mail.id, "550 no such user")
    house.close()
    (failed,) = [i for i in desk("outbox", "list", "--json").json if i["kind"] == "mail"]
    assert (failed["state"], failed["last_error"]) == ("failed", "550 no such user")
    assert desk("outbox", "retry", "--json").json == {"retried": [mail.id]}
    (queued,) = [i for i in desk("outbox", "list", "--json").json if i["kind"] == "mail"]
    assert queued["state"] == "queued"
    assert desk("outbox", "retry", "--json").json == {"retried": []}


def test_quarantine_keeps_the_source_and_can_try_again(desk: Commands, clock: Hands) -> None:
    assert desk("quarantine", "list", "--json").json == []
    decide(desk, clock, TOO_DEEP)
    (held,) = desk("quarantine", "list", "--json").json
    assert (held["mailbox"], held["cause"], held["size"]) == (
        "dax", "over_limit", TOO_DEEP.stat().st_size
    )  # fmt: skip
    in_words = desk("quarantine", "list").out
    assert "over_limit" in in_words
    assert "2026-11-16 10:30" in in_words
    shown = desk("quarantine", "show", str(held["id"]))
    assert shown.out.encode() == TOO_DEEP.read_bytes()
    assert held.items() <= desk("quarantine", "show", str(held["id"]), "--json").json.items()
    assert desk("quarantine", "retry", "--json").json == {"retried": [held["id"]]}
    assert desk("quarantine", "list", "--json").json == []


def test_the_ledger_is_proven(desk: Commands) -> None:
    told = desk("ledger", "verify", "--json").json
    assert told["findings"] == []
    assert told["entries"] == 3 + 2 + 4 + 40 + 2 + 50 + 1
    assert desk("ledger", "verify").out == f"{told['entries']} entries, 0 findings\n"


def test_a_ledger_that_was_tampered_with_is_a_finding(desk: Commands) -> None:
    with sqlite3.connect(desk.folder / "desk.db") as database:
        triggers = database.execute(
            "select name from sqlite_master where type = 'trigger' and tbl_name = 'ledger'"
        ).fetchall()
        for (name,) in triggers:
            database.execute(f'drop trigger "{name}"')
        database.execute("update ledger set units = 2 where id = 1")
    ran = desk("ledger", "verify", "--json")
    assert ran.status == 1
    assert json.loads(ran.out)["findings"]
    assert desk("ledger", "verify").status == 1


@pytest.mark.parametrize("command", ["outbox", "quarantine"])
def test_nothing_to_show_is_no_mistake(command: str, desk: Commands) -> None:
    assert desk(command, "list").out == "0件\n"
    assert desk(command, "retry").status == 0
