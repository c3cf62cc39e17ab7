"""Nobody learns from a reply whether a support number exists."""

import re
from collections.abc import AsyncIterator, Generator
from contextlib import contextmanager
from email import message_from_bytes
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from tests.bot.houses import mail
from tests.real.offices import Office, open_office
from tests.real.smtp_sink import SmtpSink, Stored

UNKNOWN = "DX-7777-0001"
KNOWN = "DX-1024-7731"
STRANGER = "tanaka@fremd.example.com"
MOST_DIFFERENCE = 12
"""Statements by which the ways may differ: far less than what one more mail in the batch costs."""


@pytest.fixture
async def office(tmp_path: Path, database_url: str, sink: SmtpSink) -> AsyncIterator[Office]:
    async with open_office(tmp_path, database_url, sink.port) as opened:
        yield opened


def ask(number: str, turn: int, thread: str = "") -> bytes:
    """Return a stranger's mail; all but the number is equal."""
    return mail(
        f"{number}\nスケジュールの操作方法を教えてください。",
        sender=STRANGER,
        subject=f"質問{turn}",
        message_id=f"<{number[-4:]}.{turn}@fremd.example.com>",
        headers=f"In-Reply-To: {thread}\nReferences: {thread}\n" if thread else "",
    )


VARIABLE = (
    (
        re.compile(rb"(?m)^(Message-ID|In-Reply-To|References): .*?\r\n(?![ \t])", re.DOTALL),
        rb"\1: -\r\n",
    ),
    (re.compile(rb"(?m)^Date: [^\r]*"), b"Date: -"),
)


def masked(stored: Stored) -> bytes:
    """Return a reply as it went out, without what differs between any two replies."""
    raw = stored.raw
    for pattern, replacement in VARIABLE:
        raw = pattern.sub(replacement, raw)
    return raw


async def reply_to(office: Office, sink: SmtpSink, raw: bytes) -> Stored:
    office.post.take(raw)
    await office.work()
    return sink.stored[-1]


async def test_the_replies_are_equal_to_the_byte(office: Office, sink: SmtpSink) -> None:
    first = await reply_to(office, sink, ask(UNKNOWN, 1))
    second = await reply_to(office, sink, ask(KNOWN, 1))
    with office.house.store.reading() as work:
        reasons = [message.reason for message in work.messages.get_many([1, 2]).values()]
    assert reasons == ["number_unknown", "sender_unregistered"]
    assert masked(first) == masked(second)
    assert (first.mail_from, first.recipients) == (second.mail_from, second.recipients)
    heads = [message_from_bytes(stored.raw) for stored in (first, second)]
    assert heads[0].keys() == heads[1].keys()
    assert len({len(str(head["Message-ID"])) for head in heads}) == 1
    assert len(first.raw) == len(second.raw)


@pytest.mark.parametrize("pattern", ["aaaaaaaa", "abababab", "aabbaabb"])
async def test_as_many_replies_go_out_and_to_the_same_mails(
    tmp_path: Path, sink: SmtpSink, pattern: str
) -> None:
    """Whatever numbers a stranger tries, in new mails and in threads, silence tells nothing."""
    counts: list[list[int]] = []
    for first, second in product([UNKNOWN, KNOWN], repeat=2):
        folder = tmp_path / str(len(counts))
        folder.mkdir()
        sink.stored.clear()
        async with open_office(folder, f"sqlite:///{folder}/desk.db", sink.port) as office:
            counts.append([])
            for turn, letter in enumerate(pattern):
                thread = sink.stored[-1].message_id if turn % 2 and sink.stored else ""
                office.post.take(ask({"a": first, "b": second}[letter], turn, thread))
                await office.work()
                counts[-1].append(len(sink.stored))
    assert all(each == counts[0] for each in counts)
    assert counts[0][-1] == 4


@contextmanager
def statements(office: Office) -> Generator[list[str]]:
    """Collect the statements the desk sends to its database."""
    seen: list[str] = []

    def note(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(" ".join(statement.split()[:3]))

    engine = office.house.store._writing
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_both_ways_cost_the_database_about_the_same_until_the_reply_left(
    office: Office, sink: SmtpSink
) -> None:
    cost: dict[str, int] = {}
    await reply_to(office, sink, ask(UNKNOWN, 0))  # the first of all warms everything up
    for number in (UNKNOWN, KNOWN):
        with statements(office) as seen:
            await reply_to(office, sink, ask(number, 1))
        cost[number] = len(seen)
    assert abs(cost[UNKNOWN] - cost[KNOWN]) <= MOST_DIFFERENCE, cost


async def test_both_replies_wait_for_the_same_outbox(office: Office, sink: SmtpSink) -> None:
    office.post.take(ask(UNKNOWN, 1), ask(KNOWN, 1))
    await office.work()
    first, second = office.mails()
    assert first.created_at == second.created_at
    assert first.sent_at == second.sent_at
    assert len(sink.stored) == 2
