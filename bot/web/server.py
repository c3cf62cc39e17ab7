"""Serving the pages: uvicorn inside the desk's own loop, begun and ended with the other roles."""

import asyncio
import contextlib
import socket
from collections.abc import Generator

import uvicorn
from starlette.applications import Starlette

from bot.settings import WebSettings

LAST_SECONDS = 5
"""How long open requests may take once the desk stops."""
MOST_AT_ONCE = 500


class _Uvicorn(uvicorn.Server):
    """A server that leaves signals to the desk and says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        yield


class WebServer:
    """Listens where `[web] listen` says, port 0 for any free one."""

    def __init__(self, app: Starlette, settings: WebSettings) -> None:
        self._settings = settings
        self._server = _Uvicorn(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                ws="none",
                server_header=False,
                proxy_headers=bool(settings.proxies),
                forwarded_allow_ips=list(settings.proxies),
                limit_concurrency=MOST_AT_ONCE,
                timeout_graceful_shutdown=LAST_SECONDS,
            )
        )
        self._task: asyncio.Task[None] | None = None
        self.port = settings.port

    async def start(self) -> None:
        """Listen; raise `OSError` when the address can't be had."""
        family = socket.AF_INET6 if ":" in self._settings.host else socket.AF_INET
        listening = socket.socket(family)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            listening.bind((self._settings.host, self._settings.port))
        except OSError:
            listening.close()
            raise
        self.port = listening.getsockname()[1]
        self._task = asyncio.create_task(self._server.serve([listening]), name="web")
        ready = asyncio.create_task(self._server.listening.wait())
        await asyncio.wait([ready, self._task], return_when=asyncio.FIRST_COMPLETED)
        if self._task.done():
            ready.cancel()
            self._task.result()

    async def stop(self) -> None:
        """Answer what was asked, then close."""
        self._server.should_exit = True
        if self._task is not None:
            await self._task
