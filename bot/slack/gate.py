"""The gate every action passes: who acts, may they, and how they are answered."""

import asyncio
import logging
from typing import Any

from bot.cases.outcome import Actor
from bot.clock import Clock
from bot.slack.client import SlackClient
from bot.slack.errors import SlackError, SlackPermanentError
from bot.slack.modal import View, notice
from bot.slack.payload import Json, part
from bot.slack.permission import DENIED, Permissions, Role
from bot.store.audit import AuditEvent
from bot.store.store import Store
from bot.store.work import Work

log = logging.getLogger(__name__)

PUSHED_AFTER = (0.0, 0.1, 0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between looks for a view that was pushed."""
UNREACHABLE = "担当者グループを確認できませんでした。しばらくしてからもう一度お試しください。"


class Gate:
    """Checks people and answers them; what it can't say is logged, never raised."""

    def __init__(
        self, store: Store, client: SlackClient, permissions: Permissions, clock: Clock
    ) -> None:
        self._store = store
        self._client = client
        self._permissions = permissions
        self._clock = clock

    async def actor(self, user: str, action: str, number: str | None) -> Actor | str:
        """Return who acts, or in words why they may not; a refusal is audited."""
        try:
            role = await self._permissions.role(user)
        except SlackError as error:
            log.warning("could not ask Slack who may act: %s", error)
            return UNREACHABLE
        name = self._permissions.name(user)
        actor = Actor(f"slack:{user}", self._clock(), lead=role >= Role.LEAD, name=name)
        if role >= Role.OPERATOR:
            return actor
        await self._store.run(lambda work: _denied(work, action, number, actor))
        return DENIED

    async def is_operator(self, user: str) -> bool:
        """Tell whether `user` may be given a case; nobody may while Slack can't be asked."""
        try:
            return await self._permissions.role(user) >= Role.OPERATOR
        except SlackError as error:
            log.warning("could not ask Slack who may act: %s", error)
            return False

    async def tell(self, body: Json, text: str | None) -> None:
        """Tell the person who pressed something, where they pressed it."""
        channel = part(body, "channel").get("id")
        if text is None:
            return
        if not isinstance(channel, str):
            await self.open(str(body["trigger_id"]), notice(text))
            return
        await self._tried("chat.postEphemeral", channel=channel, user=body["user"]["id"], text=text)

    async def open(self, trigger: str, view: View) -> str | None:
        """Open a view; return its id, or None when the trigger is no longer good."""
        answer = await self._tried("views.open", trigger_id=trigger, view=view)
        return None if answer is None else str(answer["view"]["id"])

    async def publish(self, user: str, view: View) -> None:
        """Draw a person's Home."""
        await self._tried("views.publish", user_id=user, view=view)

    async def fill(self, view_id: str, view: View, seen: str | None = None) -> None:
        """Replace what an open view shows; `seen` is its hash if nothing else may have changed."""
        await self._tried("views.update", view_id=view_id, view=view, hash=seen)

    async def fill_pushed(self, ticket: str, view: View) -> None:
        """Replace what the view pushed as `ticket` shows, once Slack has put it on the screen.

        Slack learns of the view by an acknowledgement, which may still be under way.
        """
        for pause in PUSHED_AFTER:
            await asyncio.sleep(pause)
            try:
                await self._client.call(
                    "views.update", external_id=ticket, view=view | {"external_id": ticket}
                )
            except SlackPermanentError as error:
                log.warning("could not answer an operator: %s", error)
                return
            except SlackError:
                continue
            else:
                return
        log.warning("a view never came to the screen")

    async def _tried(self, method: str, **args: Any) -> Json | None:
        try:
            return await self._client.call(method, **args)
        except SlackError as error:
            log.warning("could not answer an operator: %s", error)
            return None


def _denied(work: Work, action: str, number: str | None, actor: Actor) -> None:
    case = work.cases.get(number) if number else None
    known = case.number if case else None
    work.audit.add(AuditEvent(actor.at, actor.id, f"{action}_denied", case_number=known))
