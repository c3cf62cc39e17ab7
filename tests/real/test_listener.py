"""Receiving over LMTP and SMTP: a 250 means stored, and everything else keeps the mail outside."""

import asyncio
import contextlib
import smtplib
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Literal

import pytest

from mail.courier import Courier, SmtpSettings
from mail.listener import Envelope, Listener, ListenerSettings, TakeResult, delivered
from tests.real.postfix import Postfix
from tests.real.servers import Certificate, server_folder
from tests.real.smtp_sink import SmtpSink

RAW = b"From: a@c.example\r\nSubject: question\r\n\r\n..dots\r\n\xe6\x97\xa5\r\n"
BOXES = {"dax@desk.example": "dax", "lm@desk.example": "lm", "田中@desk.example": "dax"}


@dataclass
class Desk:
    """Keeps envelopes; `replies` are used up first, exceptions among them are raised."""

    taken: list[Envelope] = field(default_factory=list[Envelope])
    replies: list[TakeResult | Exception] = field(default_factory=list[TakeResult | Exception])
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    begun: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.gate.set()

    async def take(self, envelope: Envelope) -> TakeResult:
        self.begun.set()
        await self.gate.wait()
        reply = self.replies.pop(0) if self.replies else TakeResult.STORED
        if isinstance(reply, Exception):
            raise reply
        if reply is TakeResult.STORED:
            self.taken.append(envelope)
        return reply


def accepts(address: str) -> str | None:
    return BOXES.get(address.lower())


Start = Callable[..., Awaitable[Listener]]


@pytest.fixture
def desk() -> Desk:
    """Give a desk that stores in memory."""
    return Desk()


@pytest.fixture
async def start(desk: Desk) -> AsyncIterator[Start]:
    """Give a function that starts a listener of a kind for the desk."""
    started: list[Listener] = []

    async def start_one(kind: Literal["lmtp", "smtp"], **options: Any) -> Listener:
        listener = Listener(ListenerSettings(kind, "127.0.0.1", 0, **options), desk.take, accepts)
        await listener.start()
        started.append(listener)
        return listener

    yield start_one
    desk.gate.set()
    for listener in started:
        await listener.stop(1)


class Dialogue:
    """A client that says lines and reads replies, as raw as the tests need."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def reply(self) -> str:
        """Return the last line of the next reply."""
        async with asyncio.timeout(10):
            line = (await self.reader.readuntil(b"\n")).decode()
            while line[3:4] == "-":
                line = (await self.reader.readuntil(b"\n")).decode()
        return line.strip()

    async def say(self, *lines: str) -> str:
        reply = ""
        for line in lines:
            self.writer.write(line.encode() + b"\r\n")
            reply = await self.reply()
        return reply

    async def data(self, content: bytes, replies: int = 1) -> list[str]:
        assert (await self.say("DATA")).startswith("354")
        self.writer.write(content + b"\r\n.\r\n")
        return [await self.reply() for _ in range(replies)]


@contextlib.asynccontextmanager
async def dialogue(listener: Listener, greeting: str) -> AsyncGenerator[Dialogue]:
    reader, writer = await asyncio.open_connection("127.0.0.1", listener.port)
    client = Dialogue(reader, writer)
    assert (await client.reply()).startswith("220")
    assert (await client.say(greeting)).startswith("250")
    try:
        yield client
    finally:
        writer.close()


MAIL = "MAIL FROM:<a@c.example>"
TO_DAX, TO_LM = "RCPT TO:<dax@desk.example>", "RCPT TO:<lm@desk.example>"


@pytest.mark.parametrize("kind", ["lmtp", "smtp"])
async def test_a_message_is_taken_with_its_envelope(
    desk: Desk, start: Start, kind: Literal["lmtp", "smtp"]
) -> None:
    client_class = {"lmtp": smtplib.LMTP, "smtp": smtplib.SMTP}[kind]
    listener = await start(kind)

    def send() -> None:
        with client_class("127.0.0.1", listener.port, local_hostname="mx.c.example") as client:
            client.sendmail("a@c.example", ["dax@desk.example"], RAW, ["BODY=8BITMIME"])

    await asyncio.to_thread(send)
    (envelope,) = desk.taken
    assert envelope == Envelope(
        mailbox="dax",
        raw=RAW,
        mail_from="a@c.example",
        recipients=("dax@desk.example",),
        client_ip="127.0.0.1",
        helo="mx.c.example",
    )


async def test_the_reply_waits_until_the_message_is_stored(desk: Desk, start: Start) -> None:
    listener = await start("smtp")
    desk.gate.clear()
    async with dialogue(listener, "EHLO x") as client:
        await client.say(MAIL, TO_DAX)
        replies = asyncio.create_task(client.data(RAW))
        await desk.begun.wait()
        done, _ = await asyncio.wait([replies], timeout=0.1)
        assert not done
        desk.gate.set()
        assert (await replies)[0].startswith("250")


async def test_lmtp_answers_for_each_recipient(desk: Desk, start: Start) -> None:
    listener = await start("lmtp")
    desk.replies = [TakeResult.DISK_LOW]
    async with dialogue(listener, "LHLO x") as client:
        await client.say(MAIL, TO_LM, TO_DAX)
        assert (await client.say("RCPT TO:<nobody@desk.example>")).startswith("550")
        first, second = await client.data(RAW, replies=2)
        assert first.startswith("452")
        assert second.startswith("250")
        assert (await client.say("NOOP")).startswith("250")
    assert [envelope.mailbox for envelope in desk.taken] == ["dax"]


async def test_lmtp_also_refuses_for_each_recipient(start: Start) -> None:
    listener = await start("lmtp", max_size=1000)
    async with dialogue(listener, "LHLO x") as client:
        await client.say(MAIL, TO_DAX, TO_LM)
        replies = await client.data(b"x" * 70 + b"\r\n" + b"y" * 2000, replies=2)
        assert [reply[:3] for reply in replies] == ["552", "552"]
        assert (await client.say("NOOP")).startswith("250")


async def test_a_message_too_big_is_refused_before_or_after_data(desk: Desk, start: Start) -> None:
    listener = await start("smtp", max_size=1000)
    async with dialogue(listener, "EHLO x") as client:
        assert (await client.say(f"{MAIL} SIZE=1001")).startswith("552")
        await client.say(MAIL, TO_DAX)
        assert (await client.data(b"x" * 1001))[0].startswith("552")
        await client.say(MAIL, TO_DAX)
        assert (await client.data(RAW))[0].startswith("250")
    assert len(desk.taken) == 1


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        (TakeResult.DISK_LOW, "452"),
        (TakeResult.REFUSED, "554"),
        (OSError("secret detail"), "451"),
        (ValueError("secret detail"), "451"),
    ],
)
async def test_what_is_not_stored_is_not_acknowledged(
    desk: Desk, start: Start, reply: TakeResult | Exception, code: str
) -> None:
    listener = await start("smtp")
    desk.replies = [reply]
    async with dialogue(listener, "EHLO x") as client:
        await client.say(MAIL, TO_DAX)
        (answer,) = await client.data(RAW)
        assert answer.startswith(code)
        assert "secret" not in answer
        await client.say(MAIL, TO_DAX)
        assert (await client.data(RAW))[0].startswith("250")


async def test_smtp_to_two_mailboxes_needs_both(desk: Desk, start: Start) -> None:
    listener = await start("smtp")
    desk.replies = [TakeResult.STORED, OSError()]
    async with dialogue(listener, "EHLO x") as client:
        await client.say(MAIL, TO_DAX, TO_LM)
        assert (await client.data(RAW))[0].startswith("451")


async def test_unknown_recipients_are_refused(desk: Desk, start: Start) -> None:
    listener = await start("smtp")
    async with dialogue(listener, "EHLO x") as client:
        await client.say(MAIL)
        assert (await client.say("RCPT TO:<nobody@desk.example>")).startswith("550")
        assert (await client.say("RCPT TO:<dax@elsewhere.example>")).startswith("550")
        assert (await client.say("DATA")).startswith("503")
    assert desk.taken == []


async def test_the_null_sender_utf8_and_a_carriers_odd_address(desk: Desk, start: Start) -> None:
    listener = await start("smtp")
    senders = ["<>", "<foo..bar.@docomo.ne.jp>"]
    async with dialogue(listener, "EHLO x") as client:
        for sender in senders:
            await client.say(f"MAIL FROM:{sender}", TO_DAX)
            assert (await client.data(RAW))[0].startswith("250")
        await client.say("MAIL FROM:<山田@c.example> SMTPUTF8", "RCPT TO:<田中@desk.example>")
        assert (await client.data(RAW))[0].startswith("250")
    assert [e.mail_from for e in desk.taken] == ["", "foo..bar.@docomo.ne.jp", "山田@c.example"]
    assert [e.smtputf8 for e in desk.taken] == [False, False, True]


@pytest.mark.parametrize("ending", [b"\n.\n", b"\r.\r", b"\n.\r\n", b"\r\n.\n", b"\r.\r\n"])
async def test_a_smuggled_end_of_data_does_not_end_it(
    desk: Desk, start: Start, ending: bytes
) -> None:
    listener = await start("smtp")
    smuggled = b"Subject: a\r\n\r\nb" + ending + b"MAIL FROM:<evil@x.example>\r\n"
    async with dialogue(listener, "EHLO x") as client:
        await client.say(MAIL, TO_DAX)
        assert (await client.data(smuggled))[0].startswith("250")
    (envelope,) = desk.taken
    assert envelope.raw.endswith(b"MAIL FROM:<evil@x.example>\r\n\r\n")


async def test_lines_longer_than_the_rfc_allows_are_taken(desk: Desk, start: Start) -> None:
    listener = await start("smtp")
    long = b"Subject: a\r\n\r\n" + b"x" * 500_000
    async with dialogue(listener, "EHLO x") as client:
        await client.say(MAIL, TO_DAX)
        assert (await client.data(long))[0].startswith("250")
    assert desk.taken[0].raw == long + b"\r\n"


async def test_each_protocol_knows_only_its_own_greeting(start: Start) -> None:
    for kind, own, others in (("lmtp", "LHLO", ["EHLO", "HELO"]), ("smtp", "EHLO", ["LHLO"])):
        listener = await start(kind)
        async with dialogue(listener, f"{own} x") as client:
            for other in others:
                assert (await client.say(f"{other} x")).startswith("500")


async def test_nobody_can_sign_in(start: Start, certificate: Certificate) -> None:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    listener = await start("smtp", tls=context)

    def talk() -> tuple[set[str], int]:
        with smtplib.SMTP("127.0.0.1", listener.port) as client:
            trusted = ssl.create_default_context(cafile=str(certificate.certificate))
            client.starttls(context=trusted)
            client.ehlo()
            return set(client.esmtp_features), client.docmd("AUTH PLAIN AGEAYg==")[0]

    features, code = await asyncio.to_thread(talk)
    assert "auth" not in features
    assert code >= 500


async def test_many_clients_at_once(desk: Desk, start: Start) -> None:
    listener = await start("smtp")
    courier = Courier(SmtpSettings("127.0.0.1", listener.port, "none", connections=20, helo="x"))
    sends = [courier.send("a@c.example", ["dax@desk.example"], b"%d\r\n" % n) for n in range(200)]
    outcomes = await asyncio.gather(*sends)
    await courier.close()
    assert {outcome.kind for outcome in outcomes} == {"sent"}
    assert {envelope.raw for envelope in desk.taken} == {b"%d\r\n" % n for n in range(200)}


async def test_a_stop_finishes_what_has_begun_and_closes_the_rest(desk: Desk, start: Start) -> None:
    listener = await start("smtp")
    desk.gate.clear()
    async with dialogue(listener, "EHLO x") as busy, dialogue(listener, "EHLO x") as idle:
        await busy.say(MAIL, TO_DAX)
        replies = asyncio.create_task(busy.data(RAW))
        await desk.begun.wait()
        stopping = asyncio.create_task(listener.stop())
        assert (await idle.reply()).startswith("421")
        with pytest.raises(OSError, match="Connect call failed"):
            await asyncio.open_connection("127.0.0.1", listener.port)
        desk.gate.set()
        assert (await replies)[0].startswith("250")
        await asyncio.wait_for(stopping, 5)
    assert len(desk.taken) == 1


async def test_a_client_that_hangs_up_does_not_interrupt_the_store(
    desk: Desk, start: Start
) -> None:
    listener = await start("smtp")
    desk.gate.clear()
    async with dialogue(listener, "EHLO x") as client:
        await client.say(MAIL, TO_DAX, "DATA")
        client.writer.write(RAW + b".\r\n")
        await desk.begun.wait()
        client.writer.transport.abort()
    async with dialogue(listener, "EHLO x") as other:  # by now the server knows of the end
        await other.say("NOOP")
    desk.gate.set()
    await listener.stop()
    assert len(desk.taken) == 1


def test_a_delivered_message_carries_its_trace_on_top() -> None:
    envelope = Envelope("dax", RAW, "", ("dax@desk.example",), "192.0.2.1", "x")
    raw = delivered(envelope, "Authentication-Results: mx.desk.example; none")
    assert raw == b"Return-Path: <>\r\nAuthentication-Results: mx.desk.example; none\r\n" + RAW


async def test_postfix_delivers_over_lmtp_and_keeps_what_is_refused(
    desk: Desk, start: Start, sink: SmtpSink
) -> None:
    listener = await start("lmtp")
    desk.replies = [OSError("first try")]
    with server_folder("postfix") as folder:
        postfix = Postfix(folder, listener.port, sink.port)
        postfix.start()
        try:
            courier = Courier(SmtpSettings("127.0.0.1", postfix.smtp, "none", helo="x"))
            to = ["dax@desk.example", "lm@desk.example", "nobody@desk.example"]
            assert (await courier.send("a@c.example", to, RAW)).kind == "sent"
            await courier.close()
            async with asyncio.timeout(20):
                while len(desk.taken) < 2 or not sink.stored:  # noqa: ASYNC110 - Postfix tells nobody
                    await asyncio.sleep(0.05)
        finally:
            postfix.stop()
    assert sorted(envelope.mailbox for envelope in desk.taken) == ["dax", "lm"]
    assert all(envelope.mail_from == "a@c.example" for envelope in desk.taken)
    assert all(b"Subject: question" in envelope.raw for envelope in desk.taken)
    (bounce,) = sink.stored  # for nobody@, to the sender, from the null reverse-path
    assert (bounce.mail_from, bounce.recipients) == ("", ("a@c.example",))
    assert b"no such mailbox here" in bounce.raw
