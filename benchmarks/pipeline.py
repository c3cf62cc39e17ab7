"""Mails through a whole served desk, beside the floor of this machine measured in the same run.

``python -m benchmarks.pipeline [--mails 1000] [--singles 100] [--database both] [--json FILE]``.
How to read it: benchmarks/README.md.
"""

import argparse
import asyncio
import contextlib
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.corpus import Sample, samples
from benchmarks.stage import (
    ROOT,
    Desk,
    fill,
    new_database,
    outgoing,
    running_desk,
)
from tests.real.dovecot import Dovecot, running_dovecot
from tests.real.postgres import PostgresServer, running_postgres
from tests.real.servers import server_folder
from tests.real.smtp_sink import SmtpSink, sinks

DATABASES = ("sqlite", "postgresql")
WARM_UP = 40
IDLE_SECONDS = 20
IMAP_SINGLES = 20


@dataclass
class Figures:
    """What one database gave; rates in mails per second, CPU of all the desk's processes."""

    database: str
    mails: int = 0
    rate: float = 0
    floor_rate: float = 0
    cpu_ms: float = 0
    floor_cpu_ms: float = 0
    statements: float = 0
    memory_mib: float = 0
    median_ms: float = 0
    p99_ms: float = 0
    imap_median_ms: float = 0
    idle_cpu_percent: float = 0
    idle_statements_per_minute: float = 0


@dataclass(frozen=True)
class Run:
    """The servers and amounts of one run."""

    dovecot: Dovecot
    postgres: PostgresServer | None
    folder: Path
    mails: int
    singles: int

    def new(self, database: str, name: str) -> str:
        folder = self.folder / f"{database}-{name}"
        folder.mkdir()
        return new_database(database, folder, self.postgres, name)

    def measure(self, database: str) -> Figures:
        figures = Figures(database, self.mails)
        before = self._floor(database, "before")
        self._backlog(figures)
        after = self._floor(database, "after")
        figures.floor_rate = statistics.mean([before["rate"], after["rate"]])
        figures.floor_cpu_ms = statistics.mean([before["cpu_ms"], after["cpu_ms"]])
        if self.singles:
            asyncio.run(self._idle(figures))
        return figures

    def _floor(self, database: str, name: str) -> dict[str, float]:
        """Measure the plain loop; once before the desk and once after it."""
        user = f"floor-{database}-{name}"
        fill(self.dovecot, user, samples(self.mails, user))
        with outgoing() as port:
            words = [self.dovecot.imap, user, self.new(database, f"floor_{name}"), port, self.mails]
            done = subprocess.run(
                [sys.executable, "-m", "benchmarks.floor", *map(str, words)],
                cwd=ROOT,
                stdout=subprocess.PIPE,
                check=True,
            )
        answer: dict[str, float] = json.loads(done.stdout)
        return answer

    def _backlog(self, figures: Figures) -> None:
        """Let all mails arrive at once and wait for the last answer."""
        user, address = self._desk(figures.database, "backlog")
        corpus = list(samples(self.mails, user))
        folder = self.folder / f"{figures.database}-backlog"
        with outgoing() as port, running_desk(folder, address, self.dovecot, user, port) as desk:
            fill(self.dovecot, user, samples(WARM_UP, f"warm-{user}"))
            desk.await_decided(WARM_UP)
            cpu, statements = desk.cpu(), desk.statements()
            seconds = self._burst(desk, user, corpus)
            figures.rate = self.mails / seconds
            figures.cpu_ms = (desk.cpu() - cpu) * 1000 / self.mails
            figures.statements = (desk.statements() - statements) / self.mails
            figures.memory_mib = desk.memory()

    def _burst(self, desk: Desk, user: str, corpus: Sequence[Sample]) -> float:
        fill(self.dovecot, user, corpus)
        began = time.perf_counter()
        desk.await_decided(WARM_UP + len(corpus))
        return time.perf_counter() - began

    async def _idle(self, figures: Figures) -> None:
        """Send one mail after the other into an idle desk, then leave it alone."""
        user, address = self._desk(figures.database, "idle")
        folder = self.folder / f"{figures.database}-idle"
        async with sinks() as start:
            sink = await start()
            desks = running_desk(folder, address, self.dovecot, user, sink.port)
            desk = await asyncio.to_thread(desks.__enter__)
            with contextlib.closing(_Leaving(desks)):
                handed = await self._singles(self.singles, "handed", sink, desk.hand_over)
                figures.median_ms = statistics.median(handed) * 1000
                figures.p99_ms = statistics.quantiles(handed, n=100)[98] * 1000
                seen = await self._singles(
                    IMAP_SINGLES, "seen", sink, lambda raw: self.dovecot.append(user, raw)
                )
                figures.imap_median_ms = statistics.median(seen) * 1000
                cpu, statements = desk.cpu(), desk.statements()
                await asyncio.sleep(IDLE_SECONDS)
                figures.idle_cpu_percent = (desk.cpu() - cpu) * 100 / IDLE_SECONDS
                ran = desk.statements() - statements
                figures.idle_statements_per_minute = ran * 60 / IDLE_SECONDS

    async def _singles(
        self, count: int, name: str, sink: SmtpSink, put: Callable[[bytes], None]
    ) -> list[float]:
        """Return the seconds from each mail's arrival to its answer's, without the first five."""
        mails = [mail for mail in samples(count * 2 + 10, name) if mail.answered][: count + 5]
        return [await self._single(mail.raw, sink, put) for mail in mails][5:]

    async def _single(self, raw: bytes, sink: SmtpSink, put: Callable[[bytes], None]) -> float:
        known = len(sink.stored)
        await asyncio.sleep(0.1)
        began = time.perf_counter()
        await asyncio.to_thread(put, raw)
        while len(sink.stored) == known:
            assert time.perf_counter() - began < 20, "no answer within 20 s"
            await asyncio.sleep(0.001)
        return time.perf_counter() - began

    def _desk(self, database: str, name: str) -> tuple[str, str]:
        return f"{name}-{database}", self.new(database, name)


class _Leaving:
    """Closes a context that was entered in a thread."""

    def __init__(self, context: "contextlib.AbstractContextManager[Desk]") -> None:
        self._context = context

    def close(self) -> None:
        self._context.__exit__(None, None, None)


def table(figures: Sequence[Figures]) -> str:
    """Return the figures as a table, one column a database."""
    rows: list[tuple[str, list[str]]] = [
        ("mails per second", [f"{f.rate:.0f}" for f in figures]),
        ("  floor", [f"{f.floor_rate:.0f}" for f in figures]),
        ("  ratio", [f"{f.rate / f.floor_rate:.2f}" for f in figures]),
        ("CPU a mail, ms", [f"{f.cpu_ms:.1f}" for f in figures]),
        ("  floor", [f"{f.floor_cpu_ms:.1f}" for f in figures]),
        ("SQL statements a mail", [f"{f.statements:.1f}" for f in figures]),
        ("worker's peak memory, MiB", [f"{f.memory_mib:.0f}" for f in figures]),
        ("LMTP to answer, median ms", [f"{f.median_ms:.0f}" for f in figures]),
        ("LMTP to answer, p99 ms", [f"{f.p99_ms:.0f}" for f in figures]),
        ("mailbox to answer, median ms", [f"{f.imap_median_ms:.0f}" for f in figures]),
        ("idle CPU, %", [f"{f.idle_cpu_percent:.2f}" for f in figures]),
        ("idle SQL statements a minute", [f"{f.idle_statements_per_minute:.0f}" for f in figures]),
    ]
    head = f"{'':32}" + "".join(f"{f.database:>12}" for f in figures)
    lines = [f"{name:32}" + "".join(f"{value:>12}" for value in values) for name, values in rows]
    return "\n".join([head, *lines])


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=1000)
    parser.add_argument("--singles", type=int, default=100)
    parser.add_argument("--database", choices=[*DATABASES, "both"], default="both")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def main() -> None:
    chosen = options()
    wanted = DATABASES if chosen.database == "both" else (chosen.database,)
    with contextlib.ExitStack() as stack:
        dovecot = stack.enter_context(running_dovecot())
        folder = stack.enter_context(server_folder("bench"))
        postgres = (
            stack.enter_context(running_postgres(fsync=True)) if "postgresql" in wanted else None
        )
        run = Run(dovecot, postgres, folder, chosen.mails, chosen.singles)
        figures = [run.measure(database) for database in wanted]
    print(table(figures))
    if chosen.json:
        chosen.json.write_text(json.dumps([asdict(f) for f in figures], indent=1) + "\n")


if __name__ == "__main__":
    main()
