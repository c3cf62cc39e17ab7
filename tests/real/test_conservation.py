"""What others do to a mailbox loses nothing and doubles nothing, and the audit tells every gap."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update
from typer.testing import CliRunner

from bot.audit_mail import Audit, audit_mail
from bot.cli.audit import app
from bot.desk import MessageDesk
from bot.house import House
from bot.receiving import inbox_of
from bot.store.tables import messages
from tests.bot.houses import TOKYO, Hands, mail, open_desk, write_settings
from tests.real.dovecot import Dovecot
from tests.real.served import PASSWORDS, imap, questions, reopened

pytestmark = pytest.mark.real


@dataclass
class Mailroom:
    """A mailbox, others who use it, and a desk that looks into it when told."""

    house: House
    dovecot: Dovecot
    user: str

    def put(self, *raws: bytes) -> None:
        self.dovecot.append(self.user, *raws)

    def look(self) -> None:
        """Fetch what is new and decide it."""
        desk = MessageDesk(self.house)
        inbox_of(self.house, desk, self.house.settings.mailboxes[0]).pull()
        with self.house.store.reading() as work:
            waiting = work.messages.unfinished()
        desk.decide_now(waiting)

    def states(self) -> dict[str, int]:
        with self.house.store.reading() as work:
            return work.messages.counts()

    def answered(self) -> list[str]:
        """Return the subjects that got a reply, once for each reply."""
        with self.house.store.reading() as work:
            mails = [item for item in work.outbox.listed() if item.kind == "mail"]
            answered = work.messages.get_many([i.answers for i in mails if i.answers])
        return sorted(message.subject or "" for message in answered.values())

    def audit(self) -> Audit:
        return audit_mail(self.house)


@pytest.fixture
def config(tmp_path: Path, dovecot: Dovecot, user: str) -> Path:
    database = f"sqlite:///{tmp_path}/desk.db"
    way_in = imap(dovecot, user, first_run="answer")
    made = write_settings(tmp_path, database, way_in=way_in)
    text = made.read_text(encoding="utf-8")
    made.write_text(text.replace("[desk]\n", "[desk]\nreplies_per_day = 1000\n"), "utf-8")
    open_desk(made, Hands()).close()
    return made


@pytest.fixture
def room(config: Path, dovecot: Dovecot, user: str) -> Iterator[Mailroom]:
    house = reopened(config)
    yield Mailroom(house, dovecot, user)
    house.close()


SUBJECTS = ["質問0", "質問1", "質問2"]


def test_a_new_uidvalidity_answers_nothing_again(room: Mailroom) -> None:
    room.put(*questions(3))
    room.look()
    room.dovecot.change_uidvalidity(room.user)
    assert [f.code for f in room.audit().findings] == ["uidvalidity", *["not_fetched"] * 3]
    room.put(*questions(1, first=3))
    room.look()
    assert room.states() == {"answered": 4, "duplicate": 3}
    assert room.answered() == [*SUBJECTS, "質問3"]
    assert room.audit().findings == ()


def test_a_message_moved_away_and_back_is_a_duplicate(room: Mailroom) -> None:
    room.put(*questions(3))
    room.look()
    with room.dovecot.client(room.user) as others:
        others.move([1, 2], "Done")
    assert room.audit().mailboxes[0].gone == 2
    with room.dovecot.client(room.user, "Done") as others:
        others.move(others.search(), "INBOX")
    room.look()
    assert room.states() == {"answered": 3, "duplicate": 2}
    assert room.answered() == SUBJECTS
    assert room.audit().findings == ()


def test_a_message_moved_away_before_it_was_seen_is_answered_when_it_is_back(
    room: Mailroom,
) -> None:
    room.put(*questions(3))
    with room.dovecot.client(room.user) as others:
        others.move([2], "Done")
    room.look()
    assert room.answered() == ["質問0", "質問2"]
    with room.dovecot.client(room.user, "Done") as others:
        others.move([1], "INBOX")
    room.look()
    assert room.answered() == SUBJECTS


def test_deleted_mail_stays_stored_and_appended_again_is_a_duplicate(room: Mailroom) -> None:
    room.put(*questions(2))
    room.look()
    with room.dovecot.client(room.user) as others:
        others.delete_messages([1, 2])
        others.expunge()
    audit = room.audit()
    assert (audit.mailboxes[0].on_server, audit.mailboxes[0].gone, audit.findings) == (0, 2, ())
    room.put(*questions(2))
    room.look()
    assert room.states() == {"answered": 2, "duplicate": 2}


def test_two_copies_in_one_batch_are_answered_once(room: Mailroom) -> None:
    (raw,) = questions(1)
    room.put(raw, raw, b"Received: from a by b\r\n" + raw)
    room.look()
    assert room.states() == {"answered": 1, "duplicate": 2}
    assert room.answered() == ["質問0"]


def test_without_message_id_the_content_tells_copies_from_others(room: Mailroom) -> None:
    first = mail("DX-1024-7731\n操作方法を教えてください（一）。", subject="一", message_id="")
    second = mail("DX-1024-7731\n操作方法を教えてください（二）。", subject="二", message_id="")
    room.put(first, second, first)
    room.look()
    assert room.answered() == ["一", "二"]
    assert room.states() == {"answered": 2, "duplicate": 1}


def test_one_message_id_on_two_messages_hides_neither(room: Mailroom) -> None:
    room.put(
        mail("DX-1024-7731\n操作方法を教えてください（一）。", subject="一"),
        mail("DX-1024-7731\n操作方法を教えてください（二）。", subject="二"),
    )
    room.look()
    assert room.answered() == ["一", "二"]


def test_what_others_have_read_or_flagged_is_answered_all_the_same(room: Mailroom) -> None:
    room.put(*questions(3))
    with room.dovecot.client(room.user) as others:
        others.add_flags([1], [rb"\Seen"])
        others.add_flags([2], [rb"\Deleted"])
        others.add_flags([3], [rb"\Answered"])
    room.look()
    assert room.answered() == SUBJECTS
    with room.dovecot.client(room.user) as others:
        flags = [
            set(f[b"FLAGS"]) - {rb"\Recent"} for f in others.fetch([1, 2, 3], "FLAGS").values()
        ]
    assert flags == [{rb"\Seen"}, {rb"\Deleted"}, {rb"\Answered"}]


def move_some(room: Mailroom, here: str, there: str, chance: random.Random) -> None:
    with room.dovecot.client(room.user, here) as others:
        if uids := others.search():
            others.move(chance.sample(uids, min(2, len(uids))), there)


def write_two(room: Mailroom, written: list[bytes]) -> None:
    fresh = questions(2, first=len(written))
    written += fresh
    room.put(*fresh)


def mark_read(room: Mailroom) -> None:
    with room.dovecot.client(room.user) as others:
        others.add_flags(others.search(), [rb"\Seen"])


@pytest.mark.parametrize("seed", range(3))
def test_whatever_others_do_each_mail_seen_is_answered_once(room: Mailroom, seed: int) -> None:
    chance, written = random.Random(seed), list[bytes]()
    deeds: list[Callable[[], None]] = [
        lambda: write_two(room, written),
        lambda: room.put(chance.choice(written)),
        lambda: move_some(room, "INBOX", "Done", chance),
        lambda: move_some(room, "Done", "INBOX", chance),
        lambda: mark_read(room),
        lambda: room.dovecot.change_uidvalidity(room.user),
        room.look,
    ]
    write_two(room, written)
    for _ in range(14):
        chance.choice(deeds)()
    with room.dovecot.client(room.user, "Done") as others:
        if uids := others.search():
            others.move(uids, "INBOX")
    room.look()
    assert room.answered() == sorted(f"質問{n}" for n in range(len(written)))
    assert set(room.states()) <= {"answered", "duplicate"}
    assert room.audit().findings == ()


def test_the_audit_names_what_was_lost_late_or_damaged(room: Mailroom, config: Path) -> None:
    room.put(*questions(4))
    room.look()
    assert CliRunner(env=PASSWORDS).invoke(app, ["mail", "--config", str(config)]).exit_code == 0
    stored = room.house.clock() - timedelta(hours=1)
    with room.house.store.work() as work:
        damaged = work.messages.get(3)
        assert damaged is not None
        work.connection.execute(update(messages).where(messages.c.uid == 4).values(uid=99))
        late = {"state": "received", "stored_at": stored}
        work.connection.execute(update(messages).where(messages.c.id == 2).values(late))
    blobs = Path(room.house.settings.desk.blobs)
    (blobs / damaged.sha256[:2] / damaged.sha256).unlink()
    room.put(*questions(1, first=9))
    result = CliRunner(env=PASSWORDS).invoke(app, ["mail", "--json", "--config", str(config)])
    assert result.exit_code == 1
    told = json.loads(result.output)
    named = {(f["code"], f["number"]) for f in told["findings"]}
    assert named == {("lost", 4), ("not_fetched", 5), ("stuck", 2), ("raw_missing", 3)}
    assert told["mailboxes"] == [{"mailbox": "dax", "on_server": 5, "stored": 4, "gone": 1}]
    assert (told["messages"], told["states"]["answered"], told["open"]) == (4, 3, 1)


def test_the_audit_of_a_day_looks_at_that_day_only(room: Mailroom) -> None:
    with room.dovecot.client(room.user) as others:
        yesterday = room.house.clock() - timedelta(days=1)
        others.append("INBOX", questions(1)[0], msg_time=yesterday)
    room.put(*questions(2, first=1))
    room.look()
    today = room.house.clock().astimezone(TOKYO).date()
    audits = [audit_mail(room.house, today - timedelta(days=n)) for n in (0, 1, 2)]
    assert [(a.mailboxes[0].on_server, a.messages) for a in audits] == [(2, 2), (1, 1), (0, 0)]


def test_an_audit_without_its_server_says_so(config: Path, own_dovecot: Dovecot) -> None:
    text = config.read_text(encoding="utf-8")
    port = text.split("port = ")[2].split(",", maxsplit=1)[0]
    own_dovecot.stop()
    config.write_text(text.replace(f"port = {port},", f"port = {own_dovecot.imap},"), "utf-8")
    house = reopened(config)
    assert [f.code for f in audit_mail(house).findings] == ["unreachable"]
    house.close()
