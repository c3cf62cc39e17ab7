"""Every kind of message, from its bytes to the decision, the ledger, the outbox and the reply.

`NAME.eml`, or the numbered mails of the folder `NAME`, come to the desk of desk.toml in order;
`NAME.expected` is all that became of them. `pytest tests/messages --rewrite` writes those anew:
the difference is then to be read line by line. See README.md.
"""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime
from pathlib import Path

import pytest

from bot.desk import MessageDesk
from bot.house import House
from bot.intake import Arrival
from bot.reader import UnreadableError
from bot.store.ledger_proof import prove
from quotas.decision import Decision, Reason
from tests.bot.houses import TOKYO, Hands
from tests.messages.account import account
from tests.messages.stage import HERE, Stage, build

FIXTURES = sorted([*HERE.glob("*.eml"), *(each.parent for each in HERE.glob("*/1.eml"))])
REPLY_TO = re.compile(rb"<REPLY-TO-(\d+)>")
REASON_LINE = re.compile(r"^reason +(\S+)", re.MULTILINE)
STATE_LINE = re.compile(r"^state +(\S+)", re.MULTILINE)
NOT_SHOWN: dict[Reason, str] = {}
"""Reasons without a fixture, with the reason why."""


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    built = build(tmp_path_factory.mktemp("stage"))
    yield built
    built.house.close()


@pytest.fixture
def opened(stage: Stage, tmp_path: Path) -> Iterator[tuple[House, Hands]]:
    house, clock = stage.fresh(tmp_path)
    yield house, clock
    house.store.close()


@pytest.mark.parametrize("fixture", FIXTURES, ids=lambda path: path.stem)
def test_message(
    fixture: Path, opened: tuple[House, Hands], request: pytest.FixtureRequest
) -> None:
    told = Telling(*opened).of(mails_of(fixture))
    expected = HERE / f"{fixture.stem}.expected"
    if request.config.getoption("--rewrite"):
        expected.write_text(told, encoding="utf-8")
    assert expected.exists(), f"{expected.name} is missing; write it with --rewrite and read it"
    assert told.splitlines() == expected.read_text(encoding="utf-8").splitlines()


def test_every_reason_is_shown_or_said_why_not() -> None:
    shown = set(REASON_LINE.findall(everything_expected()))
    assert {reason.value for reason in Reason} - shown == set(NOT_SHOWN)


def test_nothing_is_expected_without_its_message() -> None:
    assert {path.stem for path in HERE.glob("*.expected")} == {path.stem for path in FIXTURES}


def everything_expected() -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in HERE.glob("*.expected"))


def mails_of(fixture: Path) -> list[Path]:
    """Return the mails of a fixture in order."""
    if fixture.is_file():
        return [fixture]
    return sorted(fixture.glob("*.eml"), key=lambda path: int(path.stem))


def gist(decision: Decision) -> tuple[object, ...]:
    """Return all of a decision but the number of the case that recording gave it."""
    return (decision.reason, decision.state, decision.trace, decision.balance, decision.charge,
            decision.reply, decision.case, decision.queue, decision.due, decision.question,
            decision.marks, decision.challenge, decision.awaits, decision.facts)  # fmt: skip


class Telling:
    """Puts the mails of one fixture into a desk and tells what became of each."""

    def __init__(self, house: House, clock: Hands) -> None:
        self.house = house
        self.clock = clock
        self.desk = MessageDesk(house)
        self.ids: list[int] = []

    def of(self, mails: list[Path]) -> str:
        """Return the whole account; the ledger is proven after it."""
        told = [self._one(mail, several=len(mails) > 1) for mail in mails]
        with self.house.store.reading() as work:
            assert prove(work.connection) == []
            if len(mails) > 1:
                told.append(self._ends())
        return "\n".join(told)

    def _one(self, mail: Path, *, several: bool) -> str:
        raw = REPLY_TO.sub(self._reply_to, mail.read_bytes())
        before = self._seen()
        arrival = self._arrival(raw)
        foretold = self._explained(arrival)
        (message,) = self.desk.take([arrival])
        assert message is not None
        self.ids.append(message)
        decided = self.desk.decide_now([message])
        with self.house.store.reading() as work:
            stored = work.messages.get(message)
            assert stored is not None
            decision = decided[0] if decided else None
            assert foretold == (decision and gist(decision)), "explain tells otherwise"
            entries = [e for _, own in work.ledger.by_contract() for e in own if e.id > before[0]]
            items = [item for item in work.outbox.listed() if item.id > before[1]]
            came_back = [i for i in work.outbox.listed() if i.bounced_at == self.clock.now]
            text = account(work, stored, decision, entries, [*items, *came_back])
        head = f"{mail.name}: " if several else ""
        return f"== {head}{self.clock.now:%Y-%m-%d (%a) %H:%M} to {arrival.mailbox}\n{text}"

    def _explained(self, arrival: Arrival) -> tuple[object, ...] | None:
        """Return what `explain` says before the message is taken in."""
        box = self.house.settings.mailbox(arrival.mailbox)
        assert box is not None
        try:
            return gist(self.desk.explain(arrival.raw, box, arrival.received_at).decision)
        except UnreadableError:
            return None

    def _seen(self) -> tuple[int, int]:
        """Return the highest ledger entry and outbox row there are."""
        with self.house.store.reading() as work:
            entries = [e.id for _, own in work.ledger.by_contract() for e in own]
            return max(entries, default=0), max((i.id for i in work.outbox.listed()), default=0)

    def _arrival(self, raw: bytes) -> Arrival:
        """Return the message as its source hands it over: whom it was delivered to, and when."""
        parsed = message_from_bytes(raw, policy=policy.compat32)
        address, received = parsed["Delivered-To"], parsed["Received"]
        self.clock.now = parsedate_to_datetime(received.rpartition(";")[2]).astimezone(TOKYO)
        box = next(b for b in self.house.settings.mailboxes if b.address == address)
        return Arrival(box.name, f"{len(self.ids)}", raw, self.clock.now)

    def _reply_to(self, match: re.Match[bytes]) -> bytes:
        """Return the Message-ID of what was sent about the mail of that number."""
        with self.house.store.reading() as work:
            sent = work.outbox.answering(self.ids[int(match[1]) - 1])
        (mail,) = [item for item in sent if item.kind == "mail"]
        return (mail.message_id or "").encode()

    def _ends(self) -> str:
        """Return where every message of the fixture is in the end."""
        lines = ["== in the end"]
        with self.house.store.reading() as work:
            for number, id_ in enumerate(self.ids, start=1):
                stored = work.messages.get(id_)
                assert stored is not None
                by = f", taken up by message {stored.taken_up_by}" if stored.taken_up_by else ""
                case = f", case {stored.case_number}" if stored.case_number else ""
                lines.append(f"message {number}: {stored.state}{case}{by}")
        return "\n".join(lines) + "\n"
