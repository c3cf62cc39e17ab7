"""The double itself: one loopback server for the Web API, uploads, response URLs and sockets."""

import asyncio
import json
import time
from collections.abc import Callable
from typing import Any

from aiohttp import ClientSession, web

from tests.slack_double.delivery import Delivery, HttpDelivery, SocketDelivery
from tests.slack_double.faults import Fault, Faults
from tests.slack_double.people import Person
from tests.slack_double.web_api import BOT_USER, METHODS
from tests.slack_double.workspace import Json, Message, RefusedError, Workspace

BOT_TOKEN = "xoxb-double"
APP_TOKEN = "xapp-double"


class SlackDouble:
    """A workspace behind sockets on 127.0.0.1; `journal` lists every call that was executed.

    `mode` is how it delivers: ``socket`` or ``http`` (then `request_url` is where). `patience`
    is how many seconds it waits for an acknowledgement. `posts_per_second` limits each channel.
    """

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self.space = Workspace()
        self.faults = Faults()
        self.journal: list[tuple[str, Json]] = []
        self.request_url = ""
        self.patience = 3.0
        self.posts_per_second: float | None = None
        self.down = False
        self.sockets = SocketDelivery(self)
        self._posted: dict[str, float] = {}
        self._runner: web.AppRunner | None = None
        self._session: ClientSession | None = None
        self.port = 0

    @property
    def api_url(self) -> str:
        """The address the desk is told in ``[slack] api_url``."""
        return f"http://127.0.0.1:{self.port}/api/"

    @property
    def session(self) -> ClientSession:
        """The client the double delivers with."""
        assert self._session is not None
        return self._session

    @property
    def delivery(self) -> Delivery:
        """How this workspace reaches the app."""
        return self.sockets if self.mode == "socket" else HttpDelivery(self)

    async def start(self) -> "SlackDouble":
        """Listen on a free port."""
        app = web.Application(client_max_size=64 * 2**20)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/upload/{file}", self._upload)
        app.router.add_get("/download/{file}", self._download)
        app.router.add_post("/response/{id}", self._response)
        app.router.add_get("/link", self.sockets.accept)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._session = ClientSession()
        return self

    async def stop(self) -> None:
        """Close every socket and the server."""
        await self.sockets.close_all()
        if self._session is not None:
            await self._session.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def person(self, user: str, name: str, *groups: str, guest: bool = False) -> Person:
        """Add a member of the workspace, in some user groups."""
        member = {"id": user, "name": name, "real_name": name, "is_restricted": guest}
        self.space.members[user] = member | {"deleted": False, "is_bot": False}
        for group in groups:
            self.space.groups[group].append(user)
        return Person(self, user)

    async def go_down(self) -> None:
        """Stop answering anything, as Slack does on a bad day."""
        self.down = True
        await self.sockets.close_all()

    def come_back(self) -> None:
        """Answer again."""
        self.down = False

    async def until(self, condition: Callable[[], Any], seconds: float = 8.0) -> Any:
        """Wait until something is so; fail after `seconds`."""
        deadline = time.monotonic() + seconds
        while not (value := condition()):
            assert time.monotonic() < deadline, "it did not happen in the double"
            await asyncio.sleep(0.005)
        return value

    def calls(self, method: str) -> list[Json]:
        """Return the arguments of every executed call of `method`."""
        return [args for name, args in self.journal if name == method]

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        args = await _arguments(request)
        fault = Fault(drop="before") if self.down else await self.faults.next(method)
        if fault is not None and fault.drop == "before":
            return _cut(request)
        if fault is not None and (fault.status or fault.error):
            return _failed(fault)
        if self._over_limit(method, args):
            return _failed(Fault(status=429))
        answer = self._execute(method, _token(request, args), args)
        return _cut(request) if fault is not None and fault.drop else web.json_response(answer)

    def _execute(self, method: str, token: str, args: Json) -> Json:
        wanted = APP_TOKEN if method == "apps.connections.open" else BOT_TOKEN
        if token != wanted:
            return {"ok": False, "error": "invalid_auth" if token else "not_authed"}
        if method == "apps.connections.open":
            return {"ok": True, "url": self.sockets.new_ticket()}
        if method not in METHODS:
            return {"ok": False, "error": "unknown_method"}
        base = f"http://127.0.0.1:{self.port}/"
        try:
            answer = METHODS[method](self.space, args | {"_base": base})
        except RefusedError as refused:
            messages = {"messages": list(refused.details)}
            return {"ok": False, "error": refused.code, "response_metadata": messages}
        self.journal.append((method, args))
        return {"ok": True} | answer

    def _over_limit(self, method: str, args: Json) -> bool:
        if method != "chat.postMessage" or self.posts_per_second is None:
            return False
        channel, now = str(args.get("channel")), time.monotonic()
        if now - self._posted.get(channel, 0.0) < 1 / self.posts_per_second:
            return True
        self._posted[channel] = now
        return False

    async def _upload(self, request: web.Request) -> web.StreamResponse:
        fault = await self.faults.next("upload")
        if fault is not None and fault.drop == "before":
            return _cut(request)
        self.space.files[request.match_info["file"]].data = await request.read()
        return web.Response(text="OK")

    async def _download(self, request: web.Request) -> web.StreamResponse:
        known = request.headers.get("Authorization") == f"Bearer {BOT_TOKEN}"
        if not known or self.space.files_hidden:
            return web.Response(text="<html>sign in</html>", content_type="text/html")
        return web.Response(body=self.space.files[request.match_info["file"]].data)

    async def _response(self, request: web.Request) -> web.StreamResponse:
        if self.down:
            return _cut(request)
        try:
            user, channel = self.space.use_response(request.match_info["id"])
        except RefusedError as refused:
            return web.json_response({"ok": False, "error": refused.code}, status=404)
        said = await request.json()
        if said.get("response_type") == "in_channel":
            ts = self.space.fresh_ts()
            posted = Message(channel, ts, BOT_USER, said.get("text", ""), said.get("blocks", []))
            self.space.messages[channel].append(posted)
        else:
            self.space.ephemeral[user].append({"channel": channel, "blocks": []} | said)
        return web.Response(text="ok")


async def _arguments(request: web.Request) -> Json:
    """Read the arguments from query, form or JSON, whichever the caller chose."""
    args: Json = dict(request.query)
    if request.content_type == "application/json":
        posted: Json = json.loads(await request.text() or "{}")
        return args | posted
    return args | dict(await request.post())


def _token(request: web.Request, args: Json) -> str:
    bearer = request.headers.get("Authorization", "").removeprefix("Bearer ")
    return bearer or str(args.pop("token", ""))


def _failed(fault: Fault) -> web.Response:
    if fault.status is None:
        return web.json_response({"ok": False, "error": fault.error})
    headers = {"Retry-After": str(fault.retry_after)} if fault.status == 429 else {}
    error = {"ok": False, "error": "ratelimited"} if fault.status == 429 else {}
    body = json.dumps(error) if error else "<html>upstream connect error</html>"
    kind = "application/json" if error else "text/html"
    return web.Response(status=fault.status, headers=headers, text=body, content_type=kind)


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
