"""The ways in without a card: `/desk …`, and the shortcuts of Slack's menus."""

from collections.abc import Awaitable, Callable
from typing import Any, cast

from slack_bolt.async_app import AsyncApp

from bot.cases.letter import Letters
from bot.slack.case_views import new_form, note_form
from bot.slack.command import COMMAND, answered
from bot.slack.gate import Gate
from bot.slack.modal import View, loading, notice
from bot.slack.payload import Json, part
from bot.store.store import Store

Ack = Callable[..., Awaitable[Any]]
NEW = "desk_new"
KEEP = "desk_keep"


class Doors:
    """Answers commands and shortcuts; who may not act is told so."""

    def __init__(self, store: Store, gate: Gate, letters: Letters) -> None:
        self._store = store
        self._gate = gate
        self._letters = letters

    def register(self, app: AsyncApp) -> None:
        """Bind everything to `app`."""
        bolt = cast("Any", app)  # its decorators are typed by halves
        bolt.command(COMMAND)(ack=self.command, lazy=[self.opened])
        bolt.shortcut(NEW)(ack=_acknowledge, lazy=[self.new])
        bolt.shortcut(KEEP)(ack=_acknowledge, lazy=[self.keep])

    async def command(self, ack: Ack, body: Json) -> None:
        """Answer `/desk …` in the acknowledgement itself; `/desk new` opens its form after it."""
        words, user = str(body.get("text") or ""), str(body["user_id"])
        if _asks_for_form(words):
            await ack()
            return
        actor = await self._gate.actor(user, "command", None)
        if isinstance(actor, str):
            await ack(text=actor)
            return
        answer = await self._store.read(
            lambda work: answered(work, words, self._letters.programmes, actor.at)
        )
        await ack(**answer)

    async def opened(self, body: Json) -> None:
        """Open the form that `/desk new NUMBER` asks for."""
        words = str(body.get("text") or "")
        if _asks_for_form(words):
            number = words.partition(" ")[2].strip()
            await self._ask(body, str(body["user_id"]), "new", new_form(number))

    async def new(self, body: Json) -> None:
        """Open the form for a case by telephone, from the menu of shortcuts."""
        await self._ask(body, str(body["user"]["id"]), "new", new_form())

    async def keep(self, body: Json) -> None:
        """Ask in which case a message is kept as a note."""
        text = str(part(body, "message").get("text") or "")
        await self._ask(body, str(body["user"]["id"]), "keep", note_form(text))

    async def _ask(self, body: Json, user: str, action: str, form: View) -> None:
        """Open a view while the trigger is good, then fill it for those who may act."""
        view = await self._gate.open(str(body["trigger_id"]), loading())
        if view is None:
            return
        actor = await self._gate.actor(user, action, None)
        await self._gate.fill(view, notice(actor) if isinstance(actor, str) else form)


def _asks_for_form(words: str) -> bool:
    return words.strip().partition(" ")[0] == "new"


async def _acknowledge(ack: Ack) -> None:
    await ack()
