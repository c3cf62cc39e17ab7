"""Taking Slack's signed requests over HTTP, for desks with a public address."""

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_bolt.async_app import AsyncApp

PATH = "/slack/events"
STAMP = "X-Slack-Request-Timestamp"
BODY_BYTES = 2 * 2**20


class HttpReceiver:
    """One route of an own small server; Bolt verifies signature and age of each request."""

    def __init__(self, app: AsyncApp, host: str, port: int) -> None:
        self._app = app
        self._address = host, port
        self._runner: web.AppRunner | None = None

    @property
    def port(self) -> int:
        """The port listened on, also when any free one was asked for."""
        assert self._runner is not None  # noqa: S101 - only asked after start
        return int(self._runner.addresses[0][1])

    @property
    def connected(self) -> bool:
        """Whether requests can come in."""
        return self._runner is not None

    async def start(self) -> None:
        """Listen."""
        server = web.Application(client_max_size=BODY_BYTES)
        server.router.add_post(PATH, self.handle)
        runner = web.AppRunner(server, shutdown_timeout=3.0)
        await runner.setup()
        await web.TCPSite(runner, *self._address).start()
        self._runner = runner

    async def stop(self) -> None:
        """Stop listening."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def handle(self, request: web.Request) -> web.Response:
        """Hand one request to Bolt; one whose timestamp is no number would only break Bolt."""
        stamp = request.headers.get(STAMP, "")
        if not (stamp.isascii() and stamp.isdigit()):
            return web.Response(status=401, text="unsigned")
        answer = await self._app.async_dispatch(await to_bolt_request(request))
        return await to_aiohttp_response(answer)
