"""A desk served for a test: in this process, or as a process of its own that may be killed."""

import asyncio
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Generator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Clock, system_clock
from bot.config import Environment, environment, load
from bot.house import House, open_house
from bot.serve import Server
from bot.store.ledger_proof import prove
from tests.bot.houses import TOKYO, mail
from tests.real.dovecot import PASSWORD, Dovecot
from tests.real.servers import end_group
from tests.real.smtp_sink import SmtpSink

PASSWORDS = {"MADOGUCHI_MAILBOX_DAX_PASSWORD": PASSWORD}
ROOT = Path(__file__).resolve().parents[2]


def imap(dovecot: Dovecot, user: str, more: str = "", *, first_run: str = "") -> str:
    """Return the lines of desk.toml that read the mailbox of `user`."""
    way = (
        f'imap = {{ host = "127.0.0.1", port = {dovecot.imap}, user = "{user}", '
        f'security = "none", poll_seconds = 5{more} }}\n'
    )
    return way + (f'first_run = "{first_run}"\n' if first_run else "")


def reopened(config: Path, clock: Clock | None = None) -> House:
    """Open the desk again as a new process would, with the real clock unless given."""
    env = Environment(PASSWORDS)
    return open_house(load(config, env), env, clock or system_clock(TOKYO))


@asynccontextmanager
async def serving(house: House) -> AsyncGenerator[Server]:
    """Serve in this process for the length of the block."""
    server = Server(house)
    running = asyncio.create_task(server.run())
    await asyncio.wait(
        [running, asyncio.create_task(server.ready.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    try:
        yield server
    finally:
        server.stop()
        await running
        house.close()


async def until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    """Look at `condition` until it holds; fail naming `what` was awaited."""
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"waited {seconds} s for {what}")


def states(house: House) -> dict[str, int]:
    """Return how many messages stand in each state."""
    with house.store.reading() as work:
        return work.messages.counts()


def questions(count: int, first: int = 0) -> list[bytes]:
    """Return mails that ask something, each another thing."""
    return [
        mail(
            f"DX-1024-7731\nスケジュールの操作方法を教えてください（{n}）。",
            subject=f"質問{n}",
            message_id=f"<q{n}@aoba.example.co.jp>",
            sender=("sato@aoba.example.co.jp", "takahashi@aoba.example.co.jp")[n % 2],
        )
        for n in range(first, first + count)
    ]


class Process:
    """``python -m bot serve`` on `config`, dying at the point `die_at` when given."""

    def __init__(self, config: Path, die_at: str = "") -> None:
        variables = {**environment().values, **PASSWORDS}
        self._log = config.with_name("serve.log")
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bot", "serve", "--config", config],
                env=variables | ({"MADOGUCHI_TEST_DIE_AT": die_at} if die_at else {}),
                cwd=ROOT,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def log(self) -> str:
        """Return the end of what it said."""
        return self._log.read_text(errors="replace")[-3000:]

    def kill(self) -> None:
        """End it as a power failure does, with the processes it has started."""
        end_group(self._process)

    async def dead(self, seconds: float = 20) -> None:
        """Wait until it has killed itself."""
        await until(lambda: self._process.poll() is not None, f"the end; {self.log()}", seconds)
        assert self._process.returncode == -signal.SIGKILL, self.log()

    async def ended(self) -> int:
        """Wait until it has ended by itself; return its status."""
        await until(lambda: self._process.poll() is not None, f"the end; {self.log()}")
        return int(self._process.returncode)

    async def stop(self) -> None:
        """Ask it to stop and wait until it has; it ends well."""
        self._process.terminate()
        assert await self.ended() == 0, self.log()


@contextmanager
def process(config: Path, die_at: str = "") -> Generator[Process]:
    """Serve as a process of its own; whatever happens, it has ended after the block."""
    served = Process(config, die_at)
    try:
        yield served
    finally:
        served.kill()


@dataclass(frozen=True)
class Tally:
    """What a desk holds in the end, counted."""

    states: dict[str, int]
    messages: int
    cases: int
    ledger: int
    findings: int
    replies: dict[str, int]
    answered: int

    @property
    def received(self) -> int:
        return self.states.get("received", 0)


def tally(config: Path) -> Tally:
    """Count what the desk of `config` holds; `answered` are messages with a reply."""
    house = reopened(config)
    try:
        with house.store.reading() as work:
            counts = work.messages.counts()
            mails = [item for item in work.outbox.listed() if item.kind == "mail"]
            return Tally(
                states=counts,
                messages=sum(counts.values()),
                cases=sum(work.cases.counts().values()),
                ledger=work.ledger.count(),
                findings=len(prove(work.connection)),
                replies=dict(Counter(item.state for item in mails)),
                answered=len({item.answers for item in mails}),
            )
    finally:
        house.close()


def sent(sink: SmtpSink) -> Counter[str]:
    """Return how many copies of each Message-ID were taken; copies are equal to the byte."""
    copies = Counter(message.message_id for message in sink.stored)
    assert len({(m.message_id, m.raw) for m in sink.stored}) == len(copies)
    return copies
