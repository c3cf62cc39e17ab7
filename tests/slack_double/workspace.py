"""What a Slack workspace holds: people, channels, messages, files and the views on screens."""

import itertools
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from tests.slack_double.block_kit import view_fault

Json = dict[str, Any]

TRIGGER_SECONDS = 3.0
VIEW_STACK = 3
RESPONSE_URL_USES = 5
RESPONSE_URL_SECONDS = 30 * 60


class RefusedError(Exception):
    """Slack's answer ``ok: false`` with its error code, and where the payload is wrong."""

    def __init__(self, code: str, *details: str) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass
class Message:
    """One message in a channel; `user` its author, `thread` the ts it answers."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list[Json])
    thread: str | None = None
    metadata: Json | None = None
    bot: bool = False
    edits: int = 0
    files: list[str] = field(default_factory=list[str])
    reactions: dict[str, list[str]] = field(default_factory=dict[str, list[str]])

    def payload(self, *, with_metadata: bool = True) -> Json:
        """Return the message as the API shows it."""
        shown: Json = {"type": "message", "ts": self.ts, "user": self.user, "text": self.text}
        shown |= {"blocks": self.blocks} if self.blocks else {}
        shown |= {"thread_ts": self.thread} if self.thread else {}
        shown |= {"bot_id": "B0DESK", "app_id": "A0DESK"} if self.bot else {}
        shown |= {"metadata": self.metadata} if self.metadata and with_metadata else {}
        return shown | ({"files": [{"id": f} for f in self.files]} if self.files else {})


@dataclass
class View:
    """An opened view; `hash` changes on each update."""

    id: str
    user: str
    body: Json
    hash: str
    values: Json = field(default_factory=dict[str, Any])

    def payload(self) -> Json:
        """Return the view as interaction payloads carry it."""
        extra: Json = {"id": self.id, "hash": self.hash, "state": {"values": self.values}}
        base: Json = {"private_metadata": "", "callback_id": "", "team_id": "T0DESK"}
        return base | self.body | extra


@dataclass
class File:
    """An uploaded file; `shares` fill late, as the real ones do.

    `external` files and an `address` of their own lie outside of Slack.
    """

    id: str
    name: str
    data: bytes = b""
    channel: str | None = None
    shared: bool = False
    type: str = "application/octet-stream"
    external: bool = False
    address: str | None = None


class Workspace:
    """Everything the double remembers; time in it moves only by `advance`."""

    def __init__(self) -> None:
        self.now = 1_795_000_000.0
        self.messages: dict[str, list[Message]] = defaultdict(list)
        self.ephemeral: dict[str, list[Json]] = defaultdict(list)
        self.members: dict[str, Json] = {}
        self.groups: dict[str, list[str]] = defaultdict(list)
        self.homes: dict[str, View] = {}
        self.modals: dict[str, list[View]] = defaultdict(list)
        self.files: dict[str, File] = {}
        self.files_stay = False
        self.files_hidden = False
        self._triggers: dict[str, tuple[str, float]] = {}
        self._responses: dict[str, tuple[str, str, float, int]] = {}
        self._ids = itertools.count(1)

    def advance(self, seconds: float) -> None:
        """Let logical time pass."""
        self.now += seconds

    def fresh(self, letter: str) -> str:
        """Return an id nobody else has."""
        return f"{letter}{next(self._ids):08d}"

    def fresh_ts(self) -> str:
        """Return the ts of a new message: later than every one before."""
        return f"{int(self.now)}.{next(self._ids):06d}"

    def add_channel(self, channel: str) -> None:
        """Create an empty channel the desk is a member of."""
        _ = self.messages[channel]

    def message(self, channel: str, ts: str) -> Message:
        """Return one message; raise `RefusedError` as the API would."""
        if channel not in self.messages:
            raise RefusedError("channel_not_found")
        for message in self.messages[channel]:
            if message.ts == ts:
                return message
        raise RefusedError("message_not_found")

    def thread(self, channel: str, ts: str) -> list[Message]:
        """Return a message with its replies, oldest first."""
        root = self.message(channel, ts)
        return [root, *(m for m in self.messages[channel] if m.thread == root.ts)]

    def new_trigger(self, user: str) -> str:
        """Hand out a trigger that opens one view within three seconds."""
        trigger = self.fresh("R")
        self._triggers[trigger] = (user, self.now)
        return trigger

    def use_trigger(self, trigger: str) -> str:
        """Return whose trigger it is; it is worth nothing afterwards."""
        if trigger not in self._triggers:
            raise RefusedError("invalid_trigger_id" if not trigger else "exchanged_trigger_id")
        user, born = self._triggers.pop(trigger)
        if self.now - born > TRIGGER_SECONDS:
            raise RefusedError("expired_trigger_id")
        return user

    def new_response(self, user: str, channel: str) -> str:
        """Hand out the id of a response_url: five uses in thirty minutes."""
        response = self.fresh("X")
        self._responses[response] = (user, channel, self.now, 0)
        return response

    def use_response(self, response: str) -> tuple[str, str]:
        """Return user and channel of a response_url, counting the use."""
        if response not in self._responses:
            raise RefusedError("not_found")
        user, channel, born, uses = self._responses[response]
        if uses >= RESPONSE_URL_USES or self.now - born > RESPONSE_URL_SECONDS:
            raise RefusedError("expired_url")
        self._responses[response] = (user, channel, born, uses + 1)
        return user, channel

    def open_view(self, user: str, body: Json, *, push: bool) -> View:
        """Put a modal on a person's screen; on top of others only when it is pushed."""
        stack = self.modals[user]
        if push and len(stack) >= VIEW_STACK:
            raise RefusedError("push_limit_reached")
        if not push:
            stack.clear()
        view = View(self.fresh("V"), user, body, self.fresh("h"))
        stack.append(view)
        return view

    def shown_after(self, user: str, view: View, body: Json, *, push: bool) -> None:
        """Show the view an acknowledgement answers a submission with."""
        fault = view_fault(body)
        if fault:
            raise RefusedError("invalid_view", fault)
        body = body | {"blocks": self.named(body["blocks"])}
        if push:
            self.open_view(user, body, push=True)
        else:
            self.update_view(view, body, None)

    def named(self, blocks: list[Json]) -> list[Json]:
        """Give every block without a `block_id` one, as Slack does."""
        return [{"block_id": self.fresh("b"), **block} for block in blocks]

    def view(self, view_id: str) -> View:
        """Return an open view by its id or the app's own for it."""
        everything = itertools.chain(*self.modals.values(), self.homes.values())
        for view in everything:
            if view_id in (view.id, view.body.get("external_id")):
                return view
        raise RefusedError("not_found")

    def update_view(self, view: View, body: Json, seen: str | None) -> View:
        """Replace a view's content; what was typed stays in blocks whose id stays."""
        if seen is not None and seen != view.hash:
            raise RefusedError("hash_conflict")
        kept = {block.get("block_id") for block in body["blocks"]}
        view.values = {k: v for k, v in view.values.items() if k in kept}
        view.body, view.hash = body, self.fresh("h")
        return view
