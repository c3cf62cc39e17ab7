"""How the workspace reaches the app: signed HTTP requests, or envelopes over Socket Mode."""

import asyncio
import hashlib
import hmac
import json
import time
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import urlencode

from aiohttp import ClientError, WSCloseCode, WSMsgType, web

from tests.slack_double.workspace import Json

if TYPE_CHECKING:
    from tests.slack_double.double import SlackDouble

EVENT_ATTEMPTS = 4
SIGNING_SECRET = "double-secret"


class UnansweredError(Exception):
    """The app did not acknowledge in time: the person sees Slack's error triangle."""


class Delivery(Protocol):
    """One way to the app; `kind` is events_api, interactive or slash_commands."""

    async def deliver(self, kind: str, payload: Json) -> Json:
        """Deliver once and return the acknowledgement's payload; raise `UnansweredError`."""
        ...

    async def deliver_event(self, payload: Json) -> int:
        """Deliver an event until it is acknowledged; return the number of attempts."""
        ...


class HttpDelivery:
    """Signed requests with a time limit; events are tried again, interactions are not."""

    def __init__(self, double: "SlackDouble") -> None:
        self._double = double

    async def deliver(self, kind: str, payload: Json) -> Json:
        """Post one signed request."""
        return await self._post(kind, payload, {})

    async def deliver_event(self, payload: Json) -> int:
        """Post an event up to four times."""
        for attempt in range(EVENT_ATTEMPTS):
            headers = {"X-Slack-Retry-Num": str(attempt)} if attempt else {}
            try:
                await self._post("events_api", payload, headers)
            except UnansweredError:
                await asyncio.sleep(0.02)
            else:
                return attempt + 1
        raise UnansweredError("event given up")

    async def _post(self, kind: str, payload: Json, extra: dict[str, str]) -> Json:
        body, content_type = encoded(kind, payload)
        headers = {"Content-Type": content_type, **signature(body), **extra}
        try:
            async with asyncio.timeout(self._double.patience):
                async with self._double.session.post(
                    self._double.request_url, data=body.encode(), headers=headers
                ) as answer:
                    text = await answer.text()
        except (TimeoutError, ClientError) as error:
            raise UnansweredError(repr(error)) from error
        if answer.status != 200:
            raise UnansweredError(f"the app answered {answer.status}: {text[:200]}")
        if text.startswith("{"):
            return dict(json.loads(text))
        return {"text": text} if text else {}


def encoded(kind: str, payload: Json) -> tuple[str, str]:
    """Return body and content type as Slack posts this kind."""
    form = "application/x-www-form-urlencoded"
    if kind == "events_api":
        return json.dumps(payload), "application/json"
    if kind == "slash_commands":
        return urlencode(payload), form
    return urlencode({"payload": json.dumps(payload)}), form


def signature(body: str, secret: str = SIGNING_SECRET) -> dict[str, str]:
    """Return the two headers that sign `body`."""
    stamp = str(int(time.time()))
    made = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


class SocketDelivery:
    """Socket Mode's other end: single-use tickets, envelopes, acknowledgements.

    `refuse_handshakes` counts upgrades still to be refused (their ticket is used up all the
    same).
    """

    def __init__(self, double: "SlackDouble") -> None:
        self._double = double
        self._tickets: set[str] = set()
        self._open: list[web.WebSocketResponse] = []
        self._acks: dict[str, asyncio.Future[Json]] = {}
        self.refuse_handshakes = 0
        self.refused = 0
        self.accepted = 0
        self._deaf: list[web.WebSocketResponse] = []

    @property
    def connected(self) -> bool:
        """Whether an app is listening."""
        return bool(self._open)

    def new_ticket(self) -> str:
        """Return an address that can be connected to once."""
        ticket = self._double.space.fresh("T")
        self._tickets.add(ticket)
        return f"ws://127.0.0.1:{self._double.port}/link?ticket={ticket}"

    async def accept(self, request: web.Request) -> web.StreamResponse:
        """Take one connection and listen to its acknowledgements."""
        ticket = request.query.get("ticket", "")
        known = ticket in self._tickets
        self._tickets.discard(ticket)
        if self._double.down or not known or self.refuse_handshakes:
            self.refuse_handshakes = max(0, self.refuse_handshakes - 1)
            self.refused += 1
            return web.Response(status=503 if known else 403)
        socket = web.WebSocketResponse(autoping=False)
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self._open) + 1})
        self._open.append(socket)
        self.accepted += 1
        try:
            await self._listen(socket)
        finally:
            self._forget(socket)
        return socket

    async def _listen(self, socket: web.WebSocketResponse) -> None:
        async for message in socket:
            if socket in self._deaf:
                continue
            if message.type == WSMsgType.PING:
                await socket.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._acknowledged(json.loads(message.data))

    def _acknowledged(self, said: Json) -> None:
        waiting = self._acks.pop(said.get("envelope_id", ""), None)
        if waiting is not None and not waiting.done():
            waiting.set_result(said.get("payload") or {})

    async def deliver(self, kind: str, payload: Json) -> Json:
        """Send one envelope to the newest connection; nobody there means it is lost."""
        if not self._open:
            raise UnansweredError("no connection")
        return await self._send(kind, payload, {})

    async def deliver_event(self, payload: Json) -> int:
        """Send an event until it is acknowledged, waiting for a connection each time."""
        for attempt in range(EVENT_ATTEMPTS):
            await self._double.until(lambda: self.connected, 15.0)
            extra: dict[str, Any] = {"retry_attempt": attempt, "retry_reason": ""}
            try:
                await self._send("events_api", payload, extra)
            except UnansweredError:
                continue
            return attempt + 1
        raise UnansweredError("event given up")

    async def _send(self, kind: str, payload: Json, extra: dict[str, Any]) -> Json:
        envelope = self._double.space.fresh("E")
        waiting: asyncio.Future[Json] = asyncio.get_running_loop().create_future()
        self._acks[envelope] = waiting
        frame = {"envelope_id": envelope, "type": kind, "payload": payload, **extra}
        accepts = {"accepts_response_payload": kind != "events_api"}
        try:
            await self._open[-1].send_json(frame | accepts)
            return await asyncio.wait_for(waiting, self._double.patience)
        except (TimeoutError, ConnectionError, ClientError) as error:
            raise UnansweredError(repr(error)) from error
        finally:
            self._acks.pop(envelope, None)

    def go_deaf(self) -> None:
        """Let the lines open now swallow everything, pings too, as a dead line does."""
        self._deaf.extend(self._open)

    async def say_disconnect(self) -> None:
        """Ask the app to connect anew, as Slack does every few hours, then hang up."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            self._forget(socket)

    async def close_all(self) -> None:
        """Hang up on everybody."""
        for socket in list(self._open):
            self._forget(socket)
            await socket.close(code=WSCloseCode.GOING_AWAY)

    def _forget(self, socket: web.WebSocketResponse) -> None:
        if socket in self._open:
            self._open.remove(socket)
