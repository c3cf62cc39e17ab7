"""The running desk: its roles in one process, started together and stopped in order."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import Any

from bot.alarms import ALARM_JOB, Alarms
from bot.alarms import EVERY as WATCHED_OVER
from bot.cases.digest import EVERY as DIGESTED
from bot.cases.digest import handlers as digest_handlers
from bot.cases.digest import open_on
from bot.cases.erasing import EVERY as ERASED
from bot.cases.erasing import handlers as erasing_handlers
from bot.cases.reply import handlers as reply_handlers
from bot.cases.watch import EVERY as WATCHED
from bot.cases.watch import handlers as watch_handlers
from bot.deciding import DECIDE_JOB
from bot.desk import PATIENT_JOB, MessageDesk
from bot.drawing import DRAW_JOB
from bot.house import House
from bot.jobs import Handler, Periodic, Runner
from bot.outbox import DELIVER_JOB, Postman, smtp_settings
from bot.receiving import ListenerReceiver, inbox_of
from bot.sealing import Seal
from bot.settings import MailboxSettings
from bot.slack.desk import SlackDesk
from bot.store.errors import TemporaryStoreError
from bot.sweep import EVERY as SWEPT
from bot.sweep import SWEEP_JOB, sweep, undrawn
from bot.web.app import create_app
from bot.web.forgetting import EVERY as FORGOTTEN
from bot.web.forgetting import handlers as forgetting_handlers
from bot.web.server import WebServer
from mail.courier import Courier
from mail.imap_connection import PermanentInboxError
from mail.inbox import Inbox
from mail.listener import Listener, ListenerSettings

ROLES = ("receive", "work", "send", "slack", "web")
DECIDE_BATCH = 50
DECIDE_ATTEMPTS = 4
"""Failures in 35 seconds: within a minute the sweep puts the message where operators see it."""
REGULARLY = (Periodic(SWEEP_JOB, SWEPT), WATCHED, ERASED, WATCHED_OVER, FORGOTTEN)
LOOK_AT_RIGHT = 2.0
LEFT_BEHIND = timedelta(hours=1)
"""How old a half-written blob must be for its writer to be dead."""
SHORT_REST = 5.0
REST = 300.0
"""Seconds a mailbox is left alone after an error that does not pass by itself."""

log = logging.getLogger(__name__)


class Server:
    """One process of the desk with some of its `roles`; `run` ends when `stop` is called."""

    def __init__(self, house: House, roles: Iterable[str] = ROLES) -> None:
        self._house = house
        self._roles = frozenset(roles)
        self._desk = MessageDesk(house)
        self._stopped = asyncio.Event()
        self._slack_desk: SlackDesk | None = None
        self.listeners: dict[str, Listener] = {}
        self.web: WebServer | None = None
        self.ready = asyncio.Event()

    def stop(self) -> None:
        """Let `run` finish what it has begun and return."""
        self._stopped.set()

    async def run(self) -> None:
        """Serve until `stop`; raise `SecondServerError` when the database is served already."""
        house = self._house
        with house.store.serving():
            house.blobs.discard_leftovers(house.clock() - LEFT_BEHIND)
            async with AsyncExitStack() as stack:
                handlers = await self._handlers(stack)
                runner = Runner(
                    house.store,
                    handlers,
                    house.clock,
                    periodic=[*REGULARLY, *self._digests()],
                )
                running = asyncio.create_task(runner.run(), name="jobs")
                stack.push_async_callback(_finished, running, runner.stop)
                if "receive" in self._roles:
                    await self._receive(stack)
                if "web" in self._roles:
                    await self._web(stack, running)
                self.ready.set()
                log.info("the desk is open")
                stopped = asyncio.create_task(self._stopped.wait())
                alone = asyncio.create_task(self._stay_alone(), name="right to serve")
                tasks = [running, stopped, alone]
                ended, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
                alone.cancel()
                for task in ended:
                    task.result()

    async def _stay_alone(self) -> None:
        """Keep the right to serve this database; raise when another process has it."""
        while True:
            await asyncio.sleep(LOOK_AT_RIGHT)
            try:
                await asyncio.to_thread(self._house.store.keep_serving)
            except TemporaryStoreError as error:
                log.warning("the database is away: %s", error)

    async def _handlers(self, stack: AsyncExitStack) -> dict[str, Handler]:
        house = self._house
        handlers: dict[str, Handler] = {}
        if "work" in self._roles:
            decide = Handler(self._desk.run, DECIDE_BATCH, at_once=2, attempts=DECIDE_ATTEMPTS)
            handlers[DECIDE_JOB] = decide
            handlers[PATIENT_JOB] = Handler(self._desk.run_patiently, attempts=DECIDE_ATTEMPTS)
            handlers |= watch_handlers(house.store, house.clock)
            handlers[SWEEP_JOB] = Handler(lambda _: sweep(house))
            handlers[ALARM_JOB] = Handler(Alarms(house, self._slack_health).run)
            keep = timedelta(hours=house.settings.reissue.keep_hours)
            handlers |= erasing_handlers(house.store, house.clock, keep)
            handlers |= forgetting_handlers(house.store, house.clock)
        if "send" in self._roles and house.settings.smtp is not None:
            courier = Courier(smtp_settings(house.settings.smtp))
            stack.push_async_callback(courier.close)
            senders = {box.name: box.address for box in house.settings.mailboxes}
            postman = Postman(house.store, courier, house.clock, senders, Seal(house.key))
            handlers[DELIVER_JOB] = Handler(postman.run, batch=100)
            handlers |= reply_handlers(house.store, house.clock)
        if "slack" in self._roles:
            handlers |= await self._slack(stack)
        return handlers

    def _digests(self) -> list[Periodic]:
        return [DIGESTED] if self._house.settings.slack is not None else []

    async def _slack(self, stack: AsyncExitStack) -> Mapping[str, Handler]:
        house = self._house
        if house.settings.slack is None:
            log.warning("there is no [slack] in desk.toml: cases are not shown in Slack")
            return {DRAW_JOB: Handler(lambda _: undrawn(house))}
        slack, is_open = house.settings.slack, open_on(house.calendars.values())
        digests = digest_handlers(house.store, house.clock, slack.queues, is_open, slack.digest)
        desk = SlackDesk(slack, house.store, house.clock, house.letters, originals=house.originals)
        await desk.start()
        self._slack_desk = desk
        stack.push_async_callback(desk.stop)
        return {**desk.handlers(), **digests}

    def _slack_health(self) -> Mapping[str, Any] | None:
        """Tell how this process's desk in Slack is, None when it has none."""
        return None if self._slack_desk is None else self._slack_desk.health()

    async def _web(self, stack: AsyncExitStack, jobs: "asyncio.Task[None]") -> None:
        settings = self._house.settings.web
        if settings is None:
            log.info("there is no [web] in desk.toml: no pages are served")
            return
        app = create_app(
            self._house, settings, slack=self._slack_health, runs=lambda: not jobs.done()
        )
        self.web = WebServer(app, settings)
        await self.web.start()
        stack.push_async_callback(self.web.stop)
        log.info("pages are served on %s port %d", settings.host, self.web.port)

    async def _receive(self, stack: AsyncExitStack) -> None:
        boxes = self._house.settings.mailboxes
        for box in boxes:
            if box.imap is not None:
                await stack.enter_async_context(self._watching(box))
        receiver = ListenerReceiver(self._house, self._desk)
        for box in boxes:
            if box.listen is not None:
                await self._listen(stack, box, receiver)

    @asynccontextmanager
    async def _watching(self, box: MailboxSettings) -> AsyncGenerator[None]:
        """Watch an IMAP mailbox in a thread of its own for the length of the block."""
        inbox = inbox_of(self._house, self._desk, box)
        task = asyncio.create_task(self._watch(box, inbox), name=f"mailbox {box.name}")
        try:
            yield
        finally:
            inbox.stop()
            task.cancel()
            await asyncio.wait([task])

    async def _watch(self, box: MailboxSettings, inbox: Inbox) -> None:
        """Keep watching: what is wrong with one mailbox must not stop the others."""
        while not self._stopped.is_set():
            try:
                await asyncio.shield(asyncio.to_thread(inbox.run))
            except PermanentInboxError as error:
                log.error("mailbox %s: %s", box.name, error)  # noqa: TRY400 - one line is enough
                await asyncio.sleep(REST)
            except Exception:
                log.exception("mailbox %s: the watch failed and is begun anew", box.name)
                await asyncio.sleep(SHORT_REST)

    async def _listen(
        self, stack: AsyncExitStack, box: MailboxSettings, receiver: ListenerReceiver
    ) -> None:
        where = box.listen
        if where is None or f"{where.host}:{where.port}" in self.listeners:
            return
        listener = Listener(
            ListenerSettings(where.kind, where.host, where.port), receiver.take, receiver.accepts
        )
        await listener.start()
        self.listeners[f"{where.host}:{where.port}"] = listener
        stack.push_async_callback(listener.stop)


async def _finished(task: "asyncio.Task[None]", stop: Callable[[], None]) -> None:
    stop()
    await task
