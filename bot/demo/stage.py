"""The stage of the demo: a desk of its own, a mail server that catches answers, sample mail."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.header import decode_header, make_header
from pathlib import Path

from aiosmtplib import SMTP

from bot.clock import system_clock
from bot.config import Environment, load
from bot.config_values import timezone
from bot.demo.samples import Sample, sample_registers, samples
from bot.demo.table import Shown, print_guide, print_scene, print_table
from bot.house import House, open_house
from bot.registers import Importer
from bot.serve import Server
from bot.signals import stopped_by_signals
from bot.store.messages import StoredMessage
from bot.store.tables import RECEIVED
from mail.listener import Envelope, Listener, ListenerSettings, TakeResult

LONGEST = 20.0
"""Seconds to wait for one sample to be decided and answered."""
_LOOK = 0.02

MAILBOXES = {
    "dax": "desknets-dax",
    "dekispart": "dekispart",
    "licence": "licence-maintenance",
}
"""The demo's mailboxes and the programme each is bound to."""

_DESK = """\
[desk]
name = "サポート窓口"

[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
"""
_MAILBOX = """
[[mailbox]]
name = "{name}"
programme = "{programme}"
address = "{name}@desk.example"
smtp = {{ listen = "127.0.0.1:{port}" }}
trusted_authserv = "mx.desk.example"
"""


@dataclass
class Catcher:
    """A mail server that keeps what the desk sends, and gives it to nobody."""

    caught: list[Envelope] = field(default_factory=list[Envelope])

    async def take(self, envelope: Envelope) -> TakeResult:
        """Keep one mail."""
        self.caught.append(envelope)
        return TakeResult.STORED


async def run_demo(folder: Path | None, *, once: bool) -> int:
    """Run the demo in `folder` (a new one without it); return the exit status.

    With `once` the samples are run, a table is printed, and it ends: 1 when a sample was not
    judged as expected.
    """
    with contextlib.ExitStack() as stack:
        place = folder or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="desk-")))
        place.mkdir(parents=True, exist_ok=True)
        async with _catching() as (catcher, smtp), _desk(place, smtp) as (house, server):
            print_scene(place, house)
            shown = await _run_samples(house, server, catcher)
            print_table(shown)
            if not once:
                await _stay(place, house, server)
        return int(any(s.reason != s.sample.expected_reason for s in shown))


@asynccontextmanager
async def _catching() -> AsyncGenerator[tuple[Catcher, int]]:
    catcher = Catcher()
    listener = Listener(
        ListenerSettings("smtp", "127.0.0.1", 0), catcher.take, lambda _: "customers"
    )
    await listener.start()
    try:
        yield catcher, listener.port
    finally:
        await listener.stop()


def _settings(smtp: int, port: int) -> str:
    """Return desk.toml: mail in on `port` for every mailbox, answers out to `smtp`."""
    boxes = MAILBOXES.items()
    ways_in = [_MAILBOX.format(name=name, programme=id_, port=port) for name, id_ in boxes]
    return "".join([_DESK.format(smtp=smtp), *ways_in])


@asynccontextmanager
async def _desk(place: Path, smtp: int) -> AsyncGenerator[tuple[House, Server]]:
    """Open a desk with the sample registers and serve it for the length of the block."""
    config = place / "desk.toml"
    config.write_text(_settings(smtp, _free_port()), encoding="utf-8")
    house = open_house(load(config, Environment({})), Environment({}))
    house.blobs.prepare()
    house.store.migrate()
    _import_registers(place, house)
    server = Server(house)
    serving = asyncio.create_task(server.run())
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait([serving, ready], return_when=asyncio.FIRST_COMPLETED)
    try:
        if not serving.done():
            yield house, server
    finally:
        server.stop()
        await serving
        house.close()


def _free_port() -> int:
    import socket  # noqa: PLC0415 - only the demo needs a port of its own

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _import_registers(place: Path, house: House) -> None:
    today = house.clock().date()
    files: list[Path] = []
    for name, text in sample_registers(today).items():
        file = place / name
        file.write_text(text, encoding="utf-8")
        files.append(file)
    result = Importer(house.store, house.programmes, actor="demo").run(files, house.clock())
    if result.errors:
        raise RuntimeError("; ".join(str(error) for error in result.errors))


async def _run_samples(house: House, server: Server, catcher: Catcher) -> list[Shown]:
    """Send every sample over SMTP, one after the other, and wait for what comes of it."""
    port = next(iter(server.listeners.values())).port
    addresses = {box.name: box.address for box in house.settings.mailboxes}
    return [
        await _run_sample(house, catcher, port, addresses[sample.mailbox], sample)
        for sample in samples(system_clock(timezone("Asia/Tokyo"))())
    ]


async def _run_sample(
    house: House, catcher: Catcher, port: int, address: str, sample: Sample
) -> Shown:
    before = len(catcher.caught)
    async with SMTP(hostname="127.0.0.1", port=port) as customer:
        await customer.sendmail(sample.envelope_from, [address], sample.raw)
    message = await _decided(house)
    reply = await _answered(house, catcher, message, before)
    with house.store.reading() as work:
        entries = (
            work.ledger.of_case(message.case_number) if message.case_number is not None else ()
        )
    own = [e for e in entries if e.key.startswith(f"message:{message.id}:")]
    return Shown(sample, message.reason or "", message, _subject(reply), own, reply)


async def _decided(house: House) -> StoredMessage:
    """Wait until the newest message is decided and return it."""
    for _ in range(int(LONGEST / _LOOK)):
        with house.store.reading() as work:
            newest = work.messages.newest()
        if newest is not None and newest.state != RECEIVED:
            return newest
        await asyncio.sleep(_LOOK)
    raise TimeoutError("a sample was not decided in time; see 'madoguchi quarantine list'")


async def _answered(
    house: House, catcher: Catcher, message: StoredMessage, before: int
) -> Envelope | None:
    """Wait until the reply to `message`, if there is one, has arrived at the customer."""
    with house.store.reading() as work:
        replies = [item for item in work.outbox.answering(message.id) if item.kind == "mail"]
    if not replies:
        return None
    for _ in range(int(LONGEST / _LOOK)):
        if len(catcher.caught) > before:
            return catcher.caught[-1]
        await asyncio.sleep(_LOOK)
    raise TimeoutError("an answer was not sent in time; see 'madoguchi outbox list'")


def _subject(reply: Envelope | None) -> str:
    if reply is None:
        return ""
    return str(make_header(decode_header(message_from_bytes(reply.raw)["Subject"] or "")))


async def _stay(place: Path, house: House, server: Server) -> None:
    """Keep the desk open until Ctrl-C."""
    stopped = asyncio.Event()
    print_guide(place, house, next(iter(server.listeners.values())).port)
    with stopped_by_signals(stopped.set):
        await stopped.wait()


__all__: Sequence[str] = ("run_demo",)
