"""Socket Mode that comes back: a watchdog beside the SDK's own reconnecting."""

import asyncio
import contextlib
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.logs import reticent

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds between pings, without a connection before asking anew, and for one answer.

    A dead line is noticed within twice the time between pings.
    """

    ping: float = 2.0
    patience: float = 6.0
    answer: float = 10.0


class SocketConnection:
    """The connection events come in by.

    After a refused handshake the SDK tries the same single-use address for ever, so when nothing
    is connected for a while its address is taken away and it asks for a new one.
    `reconnected` is called whenever another connection has replaced a lost one.
    """

    def __init__(
        self,
        app: AsyncApp,
        web: AsyncWebClient,
        app_token: str,
        reconnected: Callable[[], Awaitable[None]],
        timing: Timing,
    ) -> None:
        handler = AsyncSocketModeHandler(
            app,
            app_token,
            logger=reticent(f"{__name__}.wire"),
            web_client=web,
            ping_interval=timing.ping,
        )
        self._client = cast("Any", handler.client)  # its methods carry no types
        self._reconnected = reconnected
        self._timing = timing
        self._tasks: list[asyncio.Task[None]] = []
        self.connected = False
        self.lost = 0

    def start(self) -> None:
        """Begin to connect; a Slack that is down is waited for."""
        self._tasks = [
            asyncio.create_task(self._connect(), name="slack-connect"),
            asyncio.create_task(self._watch(), name="slack-watchdog"),
        ]

    async def stop(self) -> None:
        """Hang up."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        with contextlib.suppress(ConnectionError):
            await self._client.close()
        self.connected = False

    async def _connect(self) -> None:
        await self._client.connect()

    async def _caught_up(self) -> None:
        """Call back without holding the watchdog."""
        await self._reconnected()

    async def _watch(self) -> None:
        loop = asyncio.get_running_loop()
        client, session, since = self._client, "", loop.time()
        while True:
            self.connected = await client.is_connected()
            if self.connected:
                since, now = loop.time(), await client.session_id()
                if session and now != session:
                    self._tasks = [task for task in self._tasks if not task.done()]
                    self._tasks.append(asyncio.create_task(self._caught_up()))
                session = now
            elif loop.time() - since > self._timing.patience:
                logger.warning(
                    "not connected to Slack for %.0f s, asking anew", self._timing.patience
                )
                self.lost, since = self.lost + 1, loop.time()
                client.wss_uri = None
            await asyncio.sleep(self._timing.ping / 4)
