"""The servers a desk lives on go away while it is served, and it goes on when they are back."""

import asyncio
import resource
import shutil
import smtplib
import subprocess
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from bot import receiving
from bot.audit_mail import audit_mail
from bot.store import Store
from tests.bot.houses import Hands, open_desk, write_settings
from tests.real.dovecot import Dovecot
from tests.real.postgres import PostgresServer, running_postgres
from tests.real.served import imap, questions, reopened, sent, serving, states, tally, until
from tests.real.servers import free_port
from tests.real.smtp_sink import SmtpSink

pytestmark = pytest.mark.real


def settle(config: Path) -> Path:
    """Make the desk of `config`, which may answer one sender as often as it likes."""
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[desk]\n", "[desk]\nreplies_per_day = 1000\n"), "utf-8")
    open_desk(config, Hands()).close()
    return config


async def test_dovecot_restarted_during_idle_and_during_fetch(
    tmp_path: Path, own_dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    database = f"sqlite:///{tmp_path}/desk.db"
    way_in = imap(own_dovecot, user, ', move_to = "Done"', first_run="answer")
    config = settle(write_settings(tmp_path, database, smtp=sink.port, way_in=way_in))
    house = reopened(config)
    async with serving(house):
        own_dovecot.append(user, *questions(2))
        await until(lambda: len(sink.stored) == 2, "answers before")
        own_dovecot.restart()  # in IDLE
        await asyncio.to_thread(own_dovecot.append, user, *questions(60, first=2))
        for wanted in (4, 20):  # in FETCH and the moves after it
            await until(lambda: sum(states(house).values()) >= wanted, "a part")  # noqa: B023
            await asyncio.to_thread(own_dovecot.restart)
        await until(lambda: len(sent(sink)) == 62, "all answers", 40)
        await until(lambda: audit_mail(house).mailboxes[0].on_server == 0, "the moves")
        assert states(house) == {"answered": 62}
    assert set(sent(sink).values()) == {1}


@pytest.fixture
def crashing_postgres() -> Iterator[PostgresServer]:
    """Give a PostgreSQL of its own, durable, that may be shut down at once."""
    with running_postgres(fsync=True) as server:
        yield server


async def test_postgresql_shut_down_at_once_while_the_desk_is_served(
    tmp_path: Path, crashing_postgres: PostgresServer, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    crashing_postgres.execute("CREATE DATABASE desk")
    database = crashing_postgres.url("desk")
    store = Store.open(database)
    store.migrate()
    store.close()
    way_in = imap(dovecot, user, first_run="answer")
    config = settle(write_settings(tmp_path, database, smtp=sink.port, way_in=way_in))
    house = reopened(config)
    async with serving(house):
        dovecot.append(user, *questions(3))
        await until(lambda: len(sink.stored) == 3, "answers before")
        for turn in range(2):
            crashing_postgres.crash()
            await asyncio.to_thread(dovecot.append, user, *questions(3, first=3 + 3 * turn))
            await asyncio.sleep(0.5)  # the desk finds its database away
            await asyncio.to_thread(crashing_postgres.start)
        await until(lambda: len(sent(sink)) == 9, "answers after", 60)
        await until(lambda: tally(config).replies == {"sent": 9}, "the marks")
        assert states(house) == {"answered": 9}
        await until(lambda: rights(database) == 1, "the right to serve, taken anew")
    assert tally(config).cases == 9


def rights(database: str) -> int:
    """Return how many processes hold the right to serve."""
    with psycopg.connect(database) as connection:
        found = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'")
        row = found.fetchone()
    return int(row[0]) if row else 0


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a folder on a disk of its own that holds 12 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(folder)]
    if subprocess.run(mounted, check=False, capture_output=True).returncode:
        pytest.skip("mounting is not allowed here; the file size limit below stands for it")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path, *, leave: int) -> Path:
    """Fill the disk but for `leave` bytes."""
    filler = folder / "filler"
    filler.write_bytes(bytes(shutil.disk_usage(folder).free - leave))
    return filler


def offer(port: int, raw: bytes) -> int:
    """Offer a mail as a mail server does; return the code of the answer to DATA."""
    with smtplib.LMTP("127.0.0.1", port) as client:
        client.ehlo()
        client.mail("sato@aoba.example.co.jp")
        client.rcpt("dax@desk.example")
        return client.data(raw)[0]


async def test_a_full_disk_refuses_mail_for_now_and_keeps_no_half_of_it(
    small_disk: Path, sink: SmtpSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    port = free_port()
    way_in = f'lmtp = {{ listen = "127.0.0.1:{port}" }}\n'
    database = f"sqlite:///{small_disk}/desk.db"
    config = settle(write_settings(small_disk, database, smtp=sink.port, way_in=way_in))
    house = reopened(config)
    first, second, third = questions(3)
    async with serving(house):
        assert await asyncio.to_thread(offer, port, first) == 452  # below the watermark
        monkeypatch.setattr(receiving, "LOWEST_FREE", 0)
        filler = fill(small_disk, leave=64 << 10)
        large = second + b"x" * (128 << 10)
        assert await asyncio.to_thread(offer, port, large) == 452
        assert states(house) == {}
        blobs = small_disk / "blobs"
        assert [path for path in blobs.rglob("*") if path.is_file()] == []
        filler.unlink()
        filler = fill(small_disk, leave=24 << 10)  # room for the blob, not for the transaction
        codes: list[int] = []
        for raw in questions(60, first=10):
            codes.append(await asyncio.to_thread(offer, port, raw))
            if codes[-1] == 452:
                break
        assert codes[-1] == 452, codes
        filler.unlink()
        assert await asyncio.to_thread(offer, port, third) == 250
        wanted = codes.count(250) + 1
        await until(lambda: len(sent(sink)) == wanted, "the answers to what was taken", 40)
    assert tally(config).states == {"answered": wanted}
    assert tally(config).cases == wanted


async def test_on_a_full_disk_mail_stays_on_the_imap_server(
    small_disk: Path, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    way_in = imap(dovecot, user, ', move_to = "Done"', first_run="answer")
    database = f"sqlite:///{small_disk}/desk.db"
    config = settle(write_settings(small_disk, database, smtp=sink.port, way_in=way_in))
    dovecot.append(user, *questions(3))
    house = reopened(config)
    with pytest.MonkeyPatch.context() as patch:
        async with serving(house):
            log = "the disk is nearly full"
            await until(lambda: receiving.has_room(house) is False, log)
            await asyncio.sleep(0.5)
            audit = audit_mail(house)
            assert (audit.mailboxes[0].on_server, audit.messages) == (3, 0)
            patch.setattr(receiving, "LOWEST_FREE", 0)
            await until(lambda: len(sent(sink)) == 3, "the answers once there is room", 30)
    assert tally(config).states == {"answered": 3}


@contextmanager
def largest_file(size: int) -> Generator[None]:
    """Let this process write no file beyond `size` bytes."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


async def test_where_no_file_may_grow_mail_is_refused_for_now(
    tmp_path: Path, sink: SmtpSink
) -> None:
    port = free_port()
    way_in = f'lmtp = {{ listen = "127.0.0.1:{port}" }}\n'
    database = f"sqlite:///{tmp_path}/desk.db"
    config = settle(write_settings(tmp_path, database, smtp=sink.port, way_in=way_in))
    house = reopened(config)
    small, large = questions(2)
    large += "長い質問です。\r\n".encode() * 10_000
    async with serving(house):
        with largest_file(32 << 10):
            assert await asyncio.to_thread(offer, port, large) == 452  # no room for the blob
            assert await asyncio.to_thread(offer, port, small) in {451, 452}  # nor for the row
        assert states(house) == {}
        for raw in (large, small):
            assert await asyncio.to_thread(offer, port, raw) == 250
        await until(lambda: len(sent(sink)) == 2, "the answers", 30)
    assert tally(config).states == {"answered": 2}
