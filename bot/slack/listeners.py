"""What the app listens to: buttons, and posts in threads; the same over both deliveries."""

import json
import logging
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from slack_bolt.async_app import AsyncApp

from bot.cases import commands
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen
from bot.cases.states import TITLES
from bot.clock import Clock
from bot.slack.blocks import person
from bot.slack.card import PREFIX
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError
from bot.slack.inbox import Inbox, is_note
from bot.slack.payload import Json, part
from bot.slack.permission import DENIED, Permissions, Role
from bot.store.audit import AuditEvent
from bot.store.store import Store
from bot.store.work import Work

logger = logging.getLogger(__name__)

Ack = Callable[..., Awaitable[Any]]
Command = Callable[[Work, Seen, Actor], Outcome]

AT_ONCE: Mapping[str, Command] = {
    "claim": commands.claim,
    "resolve": commands.resolve,
    "reopen": commands.reopen,
    "wait": commands.wait,
    "wake": commands.wake,
}
"""Buttons that need nothing asked."""

UNREACHABLE = "担当者グループを確認できませんでした。しばらくしてからもう一度お試しください。"


class Listeners:
    """The desk's ears: every action is checked, carried out in one transaction, and audited."""

    def __init__(
        self,
        store: Store,
        client: SlackClient,
        permissions: Permissions,
        inbox: Inbox,
        clock: Clock,
    ) -> None:
        self._store = store
        self._client = client
        self._permissions = permissions
        self._inbox = inbox
        self._clock = clock

    def register(self, app: AsyncApp) -> None:
        """Bind everything to `app`."""
        bolt = cast("Any", app)  # its decorators are typed by halves
        bolt.event("message")(self.hear)
        bolt.action(re.compile(rf"^{re.escape(PREFIX)}"))(ack=_acknowledge, lazy=[self.press])

    async def hear(self, event: Json) -> None:
        """Take a post in; Bolt acknowledges it only after this has returned."""
        if is_note(event):
            await self._inbox.take(event)

    async def press(self, body: Json) -> None:
        """Carry out a card's button, acknowledged before."""
        action = str(body["actions"][0]["action_id"]).removeprefix(PREFIX)
        command = AT_ONCE.get(action)
        if command is None:
            return
        carried = json.loads(body["actions"][0]["value"])
        seen = Seen(str(carried["n"]), int(carried["v"]))
        answer = await self._carry_out(action, command, seen, str(body["user"]["id"]))
        await self._tell(body, answer)

    async def _carry_out(self, action: str, command: Command, seen: Seen, user: str) -> str | None:
        try:
            role = await self._permissions.role(user)
        except SlackError:
            logger.warning("could not ask Slack who may act")
            return UNREACHABLE
        actor = Actor(f"slack:{user}", self._clock(), lead=role >= Role.LEAD)
        if role < Role.OPERATOR:
            await self._store.run(lambda work: _denied(work, action, seen, actor))
            return DENIED
        return said(await self._store.run(lambda work: command(work, seen, actor)), actor)

    async def _tell(self, body: Json, text: str | None) -> None:
        channel = part(body, "channel").get("id")
        if text is None or not isinstance(channel, str):
            return
        try:
            await self._client.whisper(channel, str(body["user"]["id"]), text)
        except SlackError as error:
            logger.warning("could not tell an operator: %s", error)


def said(outcome: Outcome, actor: Actor) -> str | None:
    """Return what the person who pressed is told; a carried out command shows on the card."""
    match outcome:
        case Done():
            return None
        case Refused(why=why):
            return why
        case Conflict(case=case, by=by):
            first = "ご自身が先ほど" if by == actor.id else f"{person(by)} さんが先に"
            return (
                f"案件 {case.number} は{first}更新しています"
                f"（現在：{TITLES[case.state]}、担当：{person(case.assignee)}）。"
                "カードをご確認のうえ、必要であればもう一度操作してください。"
            )


def _denied(work: Work, action: str, seen: Seen, actor: Actor) -> None:
    case = work.cases.get(seen.number)
    number = case.number if case else None
    work.audit.add(AuditEvent(actor.at, actor.id, f"{action}_denied", case_number=number))


async def _acknowledge(ack: Ack) -> None:
    await ack()
