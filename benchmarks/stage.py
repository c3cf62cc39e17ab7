"""The servers a run needs, each started by the test fixtures' own classes, and the desk itself."""

import contextlib
import os
import shutil
import signal
import smtplib
import subprocess
import sys
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path

import psycopg
from sqlalchemy import create_engine, text

from benchmarks import processes
from benchmarks.corpus import Sample, registers
from bot.config import Environment, load
from bot.house import open_house
from bot.registers import Importer
from bot.store.engine import parse_url
from tests.bot.houses import write_settings
from tests.real.dovecot import PASSWORD, Dovecot
from tests.real.postgres import PostgresServer
from tests.real.servers import end_group, free_port, greets, wait_until

ROOT = Path(__file__).resolve().parent.parent
SINK = "smtp-sink"


@contextlib.contextmanager
def outgoing() -> Generator[int]:
    """Run a mail server that takes everything, in a process of its own; give its port."""
    port = free_port()
    found = shutil.which(SINK) or shutil.which(f"/usr/sbin/{SINK}")
    own = [sys.executable, "-m", "benchmarks.sink", str(port)]
    command = [found, f"127.0.0.1:{port}", "200"] if found else own
    if found and os.getuid() == 0:
        command[1:1] = ["-u", "nobody"]
    process = subprocess.Popen(command, cwd=ROOT, start_new_session=True)
    try:
        wait_until(lambda: greets(port, b"220"), "the outgoing mail server")
        yield port
    finally:
        end_group(process)


def fill(dovecot: Dovecot, user: str, mails: Iterable[Sample]) -> None:
    """Let mails arrive at once: each is written beside the mailbox, then all are moved in."""
    maildir = dovecot.folder / "mail" / user
    waiting = maildir / "tmp"
    if not waiting.exists():
        dovecot.client(user).logout()
    written: list[Path] = []
    for number, mail in enumerate(mails):
        file = waiting / f"{time.time_ns()}.{number}.bench"
        file.write_bytes(mail.raw)
        if os.getuid() == 0:
            shutil.chown(file, dovecot.user, dovecot.group)
        written.append(file)
    for file in written:
        file.rename(maildir / "new" / file.name)


@dataclass
class Desk:
    """A desk that is served in a process of its own; figures are differences between `note`s."""

    database: str
    process: "subprocess.Popen[bytes]"
    statements_file: Path
    lmtp: int

    def __post_init__(self) -> None:
        self._engine = create_engine(parse_url(self.database))

    def progress(self) -> tuple[int, int]:
        """Return how many messages are decided, and how many mails wait to be sent."""
        with self._engine.connect() as connection:
            decided = connection.scalar(
                text("SELECT count(*) FROM messages WHERE state <> 'received'")
            )
            waiting = connection.scalar(
                text("SELECT count(*) FROM outbox WHERE kind = 'mail' AND state = 'queued'")
            )
        return int(decided or 0), int(waiting or 0)

    def await_decided(self, count: int, seconds: float = 300) -> None:
        """Return once `count` messages are decided and every answer is out."""
        end = time.monotonic() + seconds
        while self.progress() != (count, 0):
            assert self.process.poll() is None, "the desk ended"
            assert time.monotonic() < end, f"{self.progress()} of {count} after {seconds} s"
            time.sleep(0.02)

    def hand_over(self, raw: bytes) -> None:
        """Deliver one mail over LMTP, as a mail server does."""
        with smtplib.LMTP("127.0.0.1", self.lmtp) as client:
            client.sendmail("sender@relay.example", ["lmtp@desk.example"], raw)

    def cpu(self) -> float:
        return processes.cpu_seconds(self.process.pid)

    def memory(self) -> float:
        return processes.peak_memory(self.process.pid)

    def statements(self) -> int:
        """Return how many SQL statements the desk has run so far."""
        self.statements_file.unlink()
        self.process.send_signal(signal.SIGUSR1)
        wait_until(lambda: self.statements_file.exists() and self._written(), "the desk's count")
        return int(self.statements_file.read_text())

    def _written(self) -> bool:
        return bool(self.statements_file.read_text())

    def close(self) -> None:
        self._engine.dispose()
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(20)
        finally:
            end_group(self.process)


@contextlib.contextmanager
def running_desk(
    folder: Path, database: str, dovecot: Dovecot, user: str, smtp: int
) -> Generator[Desk]:
    """Set up a desk with registered contracts over an empty mailbox, and serve it."""
    lmtp = free_port()
    way_in = (
        f'imap = {{ host = "127.0.0.1", port = {dovecot.imap}, user = "{user}", '
        'security = "none", poll_seconds = 60 }\nfirst_run = "answer"\n'
        '[[mailbox]]\nname = "handed"\nprogramme = "desknets-dax"\n'
        'address = "lmtp@desk.example"\ntrusted_authserv = "mx.desk.example"\n'
        f'lmtp = {{ listen = "127.0.0.1:{lmtp}" }}\n'
    )
    dovecot.client(user).logout()
    config = write_settings(folder, database, smtp=smtp, way_in=way_in)
    _set_up(config)
    file = folder / "statements"
    process = subprocess.Popen(
        [sys.executable, "-m", "benchmarks.served", str(config), str(file)],
        cwd=ROOT,
        env={**os.environ, "MADOGUCHI_MAILBOX_DAX_PASSWORD": PASSWORD},
        start_new_session=True,
    )
    desk = Desk(database, process, file, lmtp)
    try:
        wait_until(file.exists, "the desk")
        yield desk
    finally:
        desk.close()


def _set_up(config: Path) -> None:
    env = Environment({})
    house = open_house(load(config, env), env)
    house.blobs.prepare()
    house.store.migrate()
    files = [config.with_name("contracts.csv"), config.with_name("contacts.csv")]
    for file, content in zip(files, registers(house.clock().date()), strict=True):
        file.write_text(content, encoding="utf-8")
    result = Importer(house.store, house.programmes).run(files, house.clock())
    assert not result.errors, result.errors
    house.close()


def new_database(kind: str, folder: Path, server: PostgresServer | None, name: str) -> str:
    """Return the address of a fresh database."""
    if server is None or kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    with psycopg.connect(server.url("postgres"), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    return server.url(name)
