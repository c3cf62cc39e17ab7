"""Sending: each way a server can fail ends in the outcome that loses and doubles nothing."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import pytest

from mail.courier import Courier, Kind, SmtpSettings
from tests.real.servers import Certificate, free_port
from tests.real.smtp_sink import Fault, SinkFactory, SmtpSink

RAW = b"From: a@desk.example\r\nMessage-ID: <1@desk.example>\r\n\r\n.hello\r\n"
TO = ["tanaka@customer.example"]
MakeCourier = Callable[..., Courier]


def settings(port: int) -> SmtpSettings:
    return SmtpSettings("127.0.0.1", port, "none", timeout=5, data_timeout=5, helo="desk.example")


@pytest.fixture
async def make_courier() -> AsyncIterator[MakeCourier]:
    """Give a function that makes couriers; all are closed after the test."""
    made: list[Courier] = []

    def make(port: int, **changes: object) -> Courier:
        courier = Courier(replace(settings(port), **changes))  # type: ignore[arg-type] # per test
        made.append(courier)
        return courier

    yield make
    for courier in made:
        await courier.close()


async def test_a_message_arrives_unchanged(sink: SmtpSink, make_courier: MakeCourier) -> None:
    outcome = await make_courier(sink.port).send("a@desk.example", TO, RAW)
    assert (outcome.kind, outcome.code) == ("sent", 250)
    (stored,) = sink.stored
    assert stored.raw == RAW
    assert stored.mail_from == "a@desk.example"
    assert stored.recipients == tuple(TO)
    assert stored.options == (f"SIZE={len(RAW)}",)


async def test_an_automatic_reply_has_a_null_reverse_path(
    sink: SmtpSink, make_courier: MakeCourier
) -> None:
    assert (await make_courier(sink.port).send("", TO, RAW)).kind == "sent"
    assert sink.stored[0].mail_from == ""


@pytest.mark.parametrize(
    ("fault", "expected", "copies"),
    [
        (Fault.GREETING_421, ("temporary", 421), 0),
        (Fault.GREETING_554, ("temporary", 554), 0),
        (Fault.MAIL_421, ("temporary", 421), 0),
        (Fault.MAIL_451, ("temporary", 451), 0),
        (Fault.MAIL_GARBAGE, ("temporary", None), 0),
        (Fault.MAIL_CUT, ("temporary", None), 0),
        (Fault.RCPT_450, ("temporary", 450), 0),
        (Fault.RCPT_550, ("permanent", 550), 0),
        (Fault.DATA_451, ("temporary", 451), 0),
        (Fault.DATA_421, ("temporary", 421), 0),
        (Fault.DATA_452, ("temporary", 452), 0),
        (Fault.DATA_552, ("permanent", 552), 0),
        (Fault.DATA_554, ("permanent", 554), 0),
        (Fault.DATA_530, ("temporary", 530), 0),
        (Fault.CUT_AFTER_DATA, ("uncertain", None), 0),
        (Fault.STORED_THEN_CUT, ("uncertain", None), 1),
        (Fault.STORED_THEN_SILENT, ("uncertain", None), 1),
        (Fault.STORED_THEN_GARBAGE, ("uncertain", None), 1),
        (Fault.STORED_IN_TWO_LINES, ("sent", 250), 1),
    ],
)
async def test_every_fault_has_its_outcome_and_the_next_message_goes(
    sink: SmtpSink,
    make_courier: MakeCourier,
    fault: Fault,
    expected: tuple[Kind, int | None],
    copies: int,
) -> None:
    sink.faults = [fault]
    courier = make_courier(sink.port, data_timeout=0.5)
    outcome = await courier.send("a@desk.example", TO, RAW)
    assert (outcome.kind, outcome.code) == expected
    assert outcome.text
    assert sink.copies("<1@desk.example>") == copies
    assert (await courier.send("a@desk.example", TO, RAW)).kind == "sent"
    assert sink.copies("<1@desk.example>") == copies + 1


async def test_one_connection_serves_many_messages(
    sink: SmtpSink, make_courier: MakeCourier
) -> None:
    courier = make_courier(sink.port)
    outcomes = await asyncio.gather(*(courier.send("a@desk.example", TO, RAW) for _ in range(20)))
    assert {outcome.kind for outcome in outcomes} == {"sent"}
    assert len(sink.stored) == 20
    assert sink.connections == 1
    assert sink.resets == 0


async def test_no_more_connections_than_set(sink: SmtpSink, make_courier: MakeCourier) -> None:
    courier = make_courier(sink.port, connections=3)
    await asyncio.gather(*(courier.send("a@desk.example", TO, RAW) for _ in range(20)))
    assert sink.connections == 3


async def test_a_refused_message_leaves_the_connection_clean(
    sink: SmtpSink, make_courier: MakeCourier
) -> None:
    sink.faults = [Fault.RCPT_550]
    courier = make_courier(sink.port)
    assert (await courier.send("a@desk.example", TO, RAW)).kind == "permanent"
    assert (await courier.send("b@desk.example", ["b@c.example"], RAW)).kind == "sent"
    assert sink.stored[0].recipients == ("b@c.example",)
    assert (sink.connections, sink.resets) == (1, 1)


@pytest.mark.parametrize("fault", [None, Fault.MAIL_421, Fault.MAIL_CUT])
async def test_a_kept_connection_that_died_is_replaced_at_once(
    sink: SmtpSink, make_courier: MakeCourier, fault: Fault | None
) -> None:
    courier = make_courier(sink.port)
    await courier.send("a@desk.example", TO, RAW)
    if fault is None:
        sink.cut_all()
    else:
        sink.faults = [fault]
    assert (await courier.send("a@desk.example", TO, RAW)).kind == "sent"
    assert len(sink.stored) == 2
    assert sink.connections == 2


async def test_nothing_is_sent_again_once_data_has_begun(
    sink: SmtpSink, make_courier: MakeCourier
) -> None:
    courier = make_courier(sink.port)
    await courier.send("a@desk.example", TO, RAW)
    sink.faults = [Fault.STORED_THEN_CUT]
    assert (await courier.send("a@desk.example", TO, RAW)).kind == "uncertain"
    assert len(sink.stored) == 2


async def test_an_idle_connection_is_closed(sink: SmtpSink, make_courier: MakeCourier) -> None:
    courier = make_courier(sink.port, idle_seconds=0.01)
    await courier.send("a@desk.example", TO, RAW)
    async with asyncio.timeout(5):
        await sink.idle.wait()
    assert (await courier.send("a@desk.example", TO, RAW)).kind == "sent"
    assert sink.connections == 2


async def test_no_server_is_temporary_and_names_the_remedy(make_courier: MakeCourier) -> None:
    port = free_port()
    outcome = await make_courier(port).send("a@desk.example", TO, RAW)
    assert outcome.kind == "temporary"
    assert f"127.0.0.1:{port}" in outcome.text
    assert "[smtp]" in outcome.text
    assert "\n" not in outcome.text


def server_context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate.certificate, certificate.key)
    return context


async def test_starttls_with_a_private_authority_and_sign_in(
    start_sink: SinkFactory, make_courier: MakeCourier, certificate: Certificate
) -> None:
    sink = await start_sink(tls=server_context(certificate), users={"desk": "right"})
    good = {"security": "starttls", "user": "desk", "password": "right"}
    trusted = {"ca_file": str(certificate.certificate)}
    courier = make_courier(sink.port, **good, **trusted)
    assert await courier.check() is None
    assert (await courier.send("a@desk.example", TO, RAW)).kind == "sent"
    assert sink.sign_ins == 1
    wrong = await make_courier(sink.port, **{**good, "password": "wrong"}, **trusted).check()
    assert wrong is not None
    assert "MADOGUCHI_SMTP_PASSWORD" in wrong
    assert "wrong" not in wrong.replace("MADOGUCHI", "")
    untrusted = await make_courier(sink.port, **good).send("a@desk.example", TO, RAW)
    assert untrusted.kind == "temporary"
    assert "certificate" in untrusted.text


async def test_starttls_is_never_given_up_silently(
    sink: SmtpSink, make_courier: MakeCourier
) -> None:
    outcome = await make_courier(sink.port, security="starttls").send("a@desk.example", TO, RAW)
    assert outcome.kind == "temporary"
    assert sink.stored == []


async def test_8_bit_and_utf_8_go_only_where_they_are_offered(
    start_sink: SinkFactory, make_courier: MakeCourier
) -> None:
    sink = await start_sink()
    eight = RAW + "本文\r\n".encode()
    courier = make_courier(sink.port)
    assert (await courier.send("a@desk.example", TO, eight)).kind == "sent"
    assert "BODY=8BITMIME" in sink.stored[0].options
    assert (await courier.send("a@desk.example", ["田中@customer.example"], RAW)).kind == "sent"
    assert "SMTPUTF8" in sink.stored[1].options
    plain = await start_sink()
    plain.extensions = set()
    courier = make_courier(plain.port)
    refused = await courier.send("a@desk.example", TO, eight)
    assert (refused.kind, refused.code) == ("permanent", None)
    refused = await courier.send("a@desk.example", ["田中@customer.example"], RAW)
    assert refused.kind == "permanent"
    assert plain.stored == []


async def test_a_message_over_the_servers_size_is_not_even_tried(
    sink: SmtpSink, make_courier: MakeCourier
) -> None:
    outcome = await make_courier(sink.port).send("a@desk.example", TO, b"x" * (2 << 20))
    assert outcome.kind == "permanent"
    assert "1048576" in outcome.text


@pytest.mark.parametrize(
    "address",
    [
        "a@b.example, c@d.example",
        "<a@b.example> x",
        "a@b.example>\r\nRCPT TO:<x@evil.example",
        "a\r\nDATA",
        "a\0@b.example",
    ],
)
async def test_no_address_can_add_a_command(
    sink: SmtpSink, make_courier: MakeCourier, address: str
) -> None:
    courier = make_courier(sink.port)
    assert (await courier.send("a@desk.example", [address], RAW)).kind == "permanent"
    assert (await courier.send(address, TO, RAW)).kind == "permanent"
    assert sink.stored == []
    assert (await courier.send("a@desk.example", TO, RAW)).kind == "sent"


async def test_a_carriers_odd_address_is_quoted(sink: SmtpSink, make_courier: MakeCourier) -> None:
    courier = make_courier(sink.port)
    assert (await courier.send("", ["foo..bar.@docomo.ne.jp"], RAW)).kind == "sent"
    assert sink.stored[0].recipients == ("foo..bar.@docomo.ne.jp",)
