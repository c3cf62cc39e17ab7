"""A desk worked by hand: a set clock, real SMTP, and jobs run when the test says so."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.deciding import DECIDE_JOB
from bot.desk import PATIENT_JOB
from bot.house import House
from bot.jobs import Handler, Periodic, Runner
from bot.outbox import DELIVER_JOB, Postman, smtp_settings
from bot.sealing import Seal
from bot.serve import DECIDE_ATTEMPTS, DECIDE_BATCH
from bot.store.outbox import OutboxItem
from bot.sweep import EVERY, SWEEP_JOB, sweep
from mail.courier import Courier
from tests.bot.houses import Hands, Post, open_desk, write_settings


@dataclass
class Office:
    """The desk, its clock, its way in, and the runner of its jobs."""

    house: House
    clock: Hands
    post: Post
    runner: Runner

    async def work(self) -> None:
        """Run every job that is due by the set clock, and what it causes."""
        await self.runner.drain()

    async def pass_time(self, **span: float) -> None:
        """Let time pass, then work."""
        self.clock.forward(**span)
        await self.work()

    def mails(self) -> list[OutboxItem]:
        """Return the outbox's mails, oldest first."""
        return [item for item in self._listed() if item.kind == "mail"]

    def lines(self) -> list[str]:
        """Return the desk's own words for operators in the threads of cases."""
        drawn = [item.payload or {} for item in self._listed() if item.kind == "slack"]
        return [str(payload["text"]) for payload in drawn if payload.get("draw") == "line"]

    def drawings(self) -> list[str]:
        """Return what is to be drawn in Slack, by kind."""
        return [str((i.payload or {})["draw"]) for i in self._listed() if i.kind == "slack"]

    def states(self) -> dict[str, int]:
        """Return how many messages stand in each state."""
        with self.house.store.reading() as work:
            return work.messages.counts()

    def _listed(self) -> list[OutboxItem]:
        with self.house.store.reading() as work:
            return work.outbox.listed()


@asynccontextmanager
async def open_office(
    folder: Path, database: str, smtp: int, more: str = "", *, patience: float = 5.0
) -> AsyncGenerator[Office]:
    """Open a desk that sends to port `smtp`; `more` stands in ``[desk]`` of its settings.

    `patience` is how many seconds it waits for the server after DATA.
    """
    config = write_settings(folder, database, smtp=smtp)
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[desk]\n", f"[desk]\n{more}\n"), encoding="utf-8")
    clock = Hands()
    house = open_desk(config, clock)
    settings = house.settings.smtp
    assert settings is not None
    courier = Courier(replace(smtp_settings(settings), data_timeout=patience))
    senders = {box.name: box.address for box in house.settings.mailboxes}
    postman = Postman(house.store, courier, clock, senders, Seal(house.key))
    post = Post(house)
    handlers = {
        DECIDE_JOB: Handler(post.desk.run, batch=DECIDE_BATCH, attempts=DECIDE_ATTEMPTS),
        PATIENT_JOB: Handler(post.desk.run_patiently, attempts=DECIDE_ATTEMPTS),
        DELIVER_JOB: Handler(postman.run, batch=100),
        SWEEP_JOB: Handler(lambda _: sweep(house)),
    }
    runner = Runner(house.store, handlers, clock, periodic=[Periodic(SWEEP_JOB, EVERY)])
    try:
        yield Office(house, clock, post, runner)
    finally:
        await courier.close()
        house.close()
