"""The typeahead of the reply form: canned replies offered as one types, and put into the text."""

import json
from typing import Any, cast

from slack_bolt.async_app import AsyncApp

from bot.cases.canned import CannedReply, joined, matching
from bot.cases.letter import Letters
from bot.cases.outcome import Seen
from bot.cases.overview import overview
from bot.slack.blocks import plain
from bot.slack.gate import Gate
from bot.slack.letter_views import TEXT, reply_form
from bot.slack.listeners import Ack
from bot.slack.modal import AREA_CHARACTERS, CANNED, OPTION_CHARACTERS, View
from bot.slack.payload import Json, part
from bot.slack.submission import blocks_of, values_of
from bot.store.store import Store
from bot.store.work import Work

OFFERED = 50
TOO_LONG = f"この定型文を入れると{AREA_CHARACTERS}文字を超えるため、入れられませんでした。"


class CannedMenu:
    """Answers what is typed, and puts what is chosen after what stands in the text already."""

    def __init__(self, store: Store, gate: Gate, letters: Letters) -> None:
        self._store = store
        self._gate = gate
        self._letters = letters

    def register(self, app: AsyncApp) -> None:
        """Bind both to `app`."""
        bolt = cast("Any", app)  # its decorators are typed by halves
        bolt.options(CANNED)(self.offer)
        bolt.action(CANNED)(ack=_acknowledge, lazy=[self.put_in])

    async def offer(self, ack: Ack, body: Json) -> None:
        """Offer the canned replies that hold what was typed."""
        seen = _seen(body["view"])
        actor = await self._gate.actor(str(body["user"]["id"]), CANNED, seen.number)
        if isinstance(actor, str):
            await ack(options=[])
            return
        found = matching(await self._replies(seen), str(body.get("value") or ""))
        await ack(options=[_option(reply) for reply in found[:OFFERED]])

    async def put_in(self, body: Json) -> None:
        """Show the form again with the chosen text, in a field of its own name.

        Slack keeps what was typed in a field whose name stays, so the text gets a new one; the
        files keep theirs.
        """
        view, user = body["view"], str(body["user"]["id"])
        seen = _seen(view)
        actor = await self._gate.actor(user, CANNED, seen.number)
        chosen = part(body["actions"][0], "selected_option").get("value")
        replies = await self._replies(seen)
        reply = next((r for r in replies if r.name == chosen), None)
        if isinstance(actor, str) or reply is None:
            return
        typed = str(values_of(view).get(TEXT) or "")
        text, block = joined(typed, reply), blocks_of(view).get(TEXT, TEXT)
        times = int(block.partition(":")[2] or 0) + 1
        too_long = len(text) > AREA_CHARACTERS
        shown = typed if too_long else text

        def drawn(work: Work) -> View | None:
            found = overview(work, seen.number, self._letters.programmes, actor.at)
            if found is None:
                return None
            form = reply_form(found, shown, times, TOO_LONG if too_long else "")
            return form | {"private_metadata": view["private_metadata"]}

        form = await self._store.read(drawn)
        if form is not None:
            await self._gate.fill(str(view["id"]), form, seen=str(view["hash"]))

    async def _replies(self, seen: Seen) -> list[CannedReply]:
        case = await self._store.read(lambda work: work.cases.get(seen.number))
        return list(self._letters.canned.get(case.programme, ())) if case else []


def _seen(view: Json) -> Seen:
    carried = json.loads(view["private_metadata"])
    return Seen(str(carried["n"]), int(carried["v"]))


def _option(reply: CannedReply) -> Json:
    return {"text": plain(reply.title, OPTION_CHARACTERS), "value": reply.name[:OPTION_CHARACTERS]}


async def _acknowledge(ack: Ack) -> None:
    await ack()
