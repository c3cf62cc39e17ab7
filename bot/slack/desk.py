"""The operators' desk in Slack: one object that starts, stops, draws and tells how it is."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from aiohttp import ClientSession, ClientTimeout
from slack_bolt.async_app import AsyncApp
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.web.async_client import AsyncWebClient

from bot.cases.letter import Letters
from bot.clock import Clock
from bot.drawing import DRAW_JOB, draw_later
from bot.jobs import Handler, Retry
from bot.logs import reticent
from bot.originals import Originals
from bot.settings import SlackSettings
from bot.slack.canned import CannedMenu
from bot.slack.client import SlackClient
from bot.slack.connection import SocketConnection, Timing
from bot.slack.doors import Doors
from bot.slack.errands import Errands
from bot.slack.errors import SlackError, SlackPermanentError, SlackTemporaryError
from bot.slack.files import SlackFiles
from bot.slack.filing import Filing
from bot.slack.gate import Gate
from bot.slack.inbox import INBOX_JOB, Inbox
from bot.slack.listeners import Listeners
from bot.slack.painter import Painter
from bot.slack.permission import Permissions
from bot.slack.receiver import HttpReceiver
from bot.store.errors import StoreError
from bot.store.job_table import Job
from bot.store.outbox import OutboxItem
from bot.store.store import Store
from bot.store.work import Work

log = logging.getLogger(__name__)

BATCH = 50
SETTLED = 1.5
"""Times the limit of a call: so long after it began, a failed call takes no more effect."""
LONGEST_PAUSE = timedelta(minutes=5)
AWAY = frozenset({"unreachable", "ratelimited", "invalid_auth", "account_inactive"})
"""Errors of Slack as a whole: no other row would fare better now."""


class SlackDesk:
    """The Slack face of one desk, over Socket Mode or HTTP as `settings` say.

    `letters` is what mails to customers are made with, `originals` reads what came with theirs
    (without it no files are shown). Nothing is lost while Slack is down: rows
    stay in the outbox.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts of a desk
        self,
        settings: SlackSettings,
        store: Store,
        clock: Clock,
        letters: Letters,
        timing: Timing = Timing(),  # noqa: B008 - a frozen value
        originals: Originals | None = None,
    ) -> None:
        self._settings = settings
        self._store = store
        self._clock = clock
        self._letters = letters
        self._timing = timing
        self._originals = originals
        self._session: ClientSession | None = None
        self._way: SocketConnection | HttpReceiver | None = None
        self._errands: Errands | None = None
        self._error: SlackError | None = None
        self._failures = 0

    async def start(self) -> None:
        """Connect, or listen; returns at once, also when Slack is down."""
        self._session = ClientSession(timeout=ClientTimeout(total=self._timing.answer))
        token = self._settings.bot_token or ""
        self.client = SlackClient(token, self._session, self._settings.api_url)
        groups = self._settings.operators, self._settings.leads
        permissions = Permissions(self.client, *groups, self._clock)
        self._inbox = Inbox(self._store, permissions, self._clock)
        files = SlackFiles(self.client, self._session, self._settings.api_url)
        filing = (
            Filing(self._store, files, self._originals, self._clock) if self._originals else None
        )
        self._painter = Painter(
            self._settings, self._store, self.client, self._letters.programmes, self._clock, filing
        )
        app = self._app()
        gate = Gate(self._store, self.client, permissions, self._clock)
        Doors(self._store, gate, self._letters).register(app)
        self._errands = Errands(self._store, gate, files, self._letters)
        Listeners(self._store, gate, self._inbox, self._letters, self._errands).register(app)
        CannedMenu(self._store, gate, self._letters).register(app)
        self._way = await self._opened(app)

    async def stop(self) -> None:
        """Hang up; what is not drawn yet waits in the outbox."""
        if self._way is not None:
            await self._way.stop()
        if self._errands is not None:
            await self._errands.finish()
        if self._session is not None:
            await self._session.close()

    @property
    def port(self) -> int | None:
        """The port listened on, over HTTP."""
        return self._way.port if isinstance(self._way, HttpReceiver) else None

    def health(self) -> Mapping[str, Any]:
        """Return whether events can come in, how often the line was lost, the last error."""
        way = self._way
        return {
            "mode": self._settings.mode,
            "connected": way is not None and way.connected,
            "lost": way.lost if isinstance(way, SocketConnection) else 0,
            "error": str(self._error) if self._error else None,
        }

    def handlers(self) -> Mapping[str, Handler]:
        """Return the jobs this desk does, by kind, for the runner."""
        return {
            DRAW_JOB: Handler(self.draw_due),
            INBOX_JOB: Handler(self.handle_inbox, attempts=10_000),
        }

    async def draw(self, item: OutboxItem) -> None:
        """Draw one row of the outbox of kind ``slack``; see `Painter.draw`."""
        await self._painter.draw(item)

    async def draw_due(self, jobs: Sequence[Job]) -> None:
        """Draw every row that is due; the handler of `DRAW_JOB`.

        One row's trouble postpones that row; when Slack itself is away, all wait and it is
        asked again after a pause that grows.
        """
        del jobs  # wake-ups: the outbox itself says what is to be drawn
        while items := await self._store.read(
            lambda work: work.outbox.due("slack", self._clock(), BATCH)
        ):
            for item in items:
                if not await self._drawn(item):
                    return
        await self._store.run(self._wake_up)

    async def handle_inbox(self, jobs: Sequence[Job]) -> None:
        """Turn what people wrote into notes; the handler of `INBOX_JOB`."""
        del jobs
        try:
            while await self._inbox.handle():
                pass
        except SlackTemporaryError as error:
            raise Retry(str(error), self._pause(error)) from error

    async def _drawn(self, item: OutboxItem) -> bool:
        """Draw one row or write down why not; tell whether Slack is there for the next."""
        try:
            await self.draw(item)
        except SlackPermanentError as error:
            log.warning("outbox %d can't be drawn: %s", item.id, error)
            why = str(error)
            await self._store.run(lambda work: work.outbox.fail(item.id, why))
        except SlackTemporaryError as error:
            await self._not_drawn(item, error)
            return error.code not in AWAY
        except StoreError:
            raise
        except Exception as error:
            log.exception("outbox %d broke its drawing", item.id)
            await self._not_drawn(item, SlackTemporaryError("broken", type(error).__name__))
            return True
        self._error, self._failures = None, 0
        return True

    async def _not_drawn(self, item: OutboxItem, error: SlackTemporaryError) -> None:
        log.warning("outbox %d not drawn yet: %s", item.id, error)
        self._error = error
        self._failures += error.code in AWAY
        next_at = self._clock() + self._pause(error, item.attempts)
        await self._store.run(lambda work: _postponed(work, item, str(error), next_at))

    def _pause(self, error: SlackTemporaryError, attempts: int = 0) -> timedelta:
        """Return how long to wait: longer than a lost call could still take effect."""
        grown = self._timing.answer * SETTLED * 2 ** min(max(attempts, self._failures - 1), 6)
        least = min(timedelta(seconds=grown), LONGEST_PAUSE)
        if error.code == "card_not_drawn_yet":
            least = timedelta(0)
        return max(least, timedelta(seconds=error.retry_after))

    def _wake_up(self, work: Work) -> None:
        following = work.outbox.next_due("slack")
        if following is not None:
            draw_later(work, max(following, self._clock()))

    def _app(self) -> AsyncApp:
        """Return the Bolt app: an event is acknowledged only after its listener has returned.

        Bolt copies its own client for each lazy listener, which a shared session doesn't bear;
        so it has one without, and never uses it.
        """
        secret = self._settings.signing_secret or "unused over Socket Mode"
        return AsyncApp(
            client=AsyncWebClient(),
            signing_secret=secret,
            authorize=_authorized(self._settings.bot_token or ""),
            process_before_response=True,
            ignoring_self_events_enabled=False,
            logger=reticent(f"{__name__}.bolt"),
        )

    async def _opened(self, app: AsyncApp) -> SocketConnection | HttpReceiver:
        if self._settings.mode == "http":
            receiver = HttpReceiver(app, self._settings.listen_host, self._settings.listen_port)
            await receiver.start()
            return receiver
        token = self._settings.app_token or ""
        web = self.client.web
        connection = SocketConnection(app, web, token, self._reconnected, self._timing)
        connection.start()
        return connection

    async def _reconnected(self) -> None:
        """Read again what was written in the threads of cases at work while nothing came in."""
        try:
            await self._inbox.catch_up(self.client)
        except SlackTemporaryError as error:
            log.warning("could not read what was missed: %s", error)


def _postponed(work: Work, item: OutboxItem, why: str, next_at: datetime) -> None:
    work.outbox.postpone(item.id, why, next_at)
    draw_later(work, next_at)


def _authorized(token: str) -> Any:
    """Return Bolt's authorization without a call: this app lives in one workspace."""

    async def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=token)

    return authorize
