"""What the app listens to: buttons, and posts in threads; the same over both deliveries."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, cast

from slack_bolt.async_app import AsyncApp

from bot.cases import commands
from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Conflict, Refused, Seen
from bot.cases.overview import overview
from bot.slack import home, modal
from bot.slack.at_once import AT_ONCE, Pressed, pressed_in
from bot.slack.card import PREFIX
from bot.slack.errands import Errands
from bot.slack.forms import FORMS
from bot.slack.gate import Gate
from bot.slack.inbox import Inbox, change_in, is_note
from bot.slack.payload import Json, part
from bot.slack.submission import Answer, Form, Submission, blocks_of, values_of
from bot.slack.telling import said
from bot.store.store import Store
from bot.store.work import Work

OPERATORS_ONLY = "窓口の担当者グループのメンバーを選んでください。"
Ack = Callable[..., Awaitable[Any]]


class Listeners:
    """The desk's ears: every action is checked, carried out in one transaction, and audited."""

    def __init__(
        self, store: Store, gate: Gate, inbox: Inbox, letters: Letters, errands: Errands
    ) -> None:
        self._store = store
        self._gate = gate
        self._inbox = inbox
        self._letters = letters
        self._errands = errands

    def register(self, app: AsyncApp) -> None:
        """Bind everything to `app`."""
        bolt = cast("Any", app)  # its decorators are typed by halves
        bolt.event("message")(self.hear)
        bolt.action(re.compile(rf"^{re.escape(PREFIX)}"))(ack=_acknowledge, lazy=[self.press])
        bolt.event("app_home_opened")(self.open_home)
        bolt.view(re.compile(rf"^{re.escape(modal.FORM)}"))(self.submit)

    async def hear(self, event: Json) -> None:
        """Take a post in; Bolt acknowledges it only after this has returned."""
        heard = event if is_note(event) else change_in(event)
        if heard is not None:
            await self._inbox.take(heard)

    async def open_home(self, event: Json) -> None:
        """Show a person's Home as the database stands."""
        await self._draw_home(str(event["user"]))

    async def _draw_home(self, user: str) -> None:
        actor = await self._gate.actor(user, "home", None)
        if isinstance(actor, str):
            await self._gate.publish(user, home.outsider())
            return
        view = await self._store.read(
            lambda work: home.home(work, actor.id, self._letters.programmes, actor.at)
        )
        await self._gate.publish(user, view)

    async def press(self, body: Json) -> None:
        """Carry out a card's button or show its form, acknowledged before."""
        pressed, user = pressed_in(body), str(body["user"]["id"])
        form = FORMS.get(pressed.action)
        if form is not None and form.show is not None:
            await self._show(form, pressed, body)
            return
        command = AT_ONCE.get(pressed.action)
        if command is None:
            return
        actor = await self._gate.actor(user, pressed.action, pressed.seen.number)
        if isinstance(actor, str):
            await self._gate.tell(body, actor)
            return
        outcome = await self._store.run(lambda work: command(work, pressed, actor))
        await self._gate.tell(body, said(outcome, actor))
        if part(body, "view").get("type") == "home":
            await self._draw_home(user)

    async def _show(self, form: Form, pressed: Pressed, body: Json) -> None:
        """Open a view while the trigger is good, then fill it with what the database says."""
        view = await self._gate.open(str(body["trigger_id"]), modal.loading())
        if view is None:
            return
        user = str(body["user"]["id"])
        actor = await self._gate.actor(user, pressed.action, pressed.seen.number)
        if isinstance(actor, str):
            await self._gate.fill(view, modal.notice(actor))
            return
        made = await self._store.read(lambda work: self._shown(work, form, pressed, actor))
        await self._gate.fill(view, modal.carrying(made, pressed.item))

    def _shown(self, work: Work, form: Form, pressed: Pressed, actor: Actor) -> modal.View:
        found = overview(work, pressed.seen.number, self._letters.programmes, actor.at)
        if found is None or form.show is None:
            return modal.notice(commands.UNKNOWN)
        if found.case.version != pressed.seen.version and not form.any_version:
            conflict = Conflict(found.case, by=commands.last_actor(work, found.case))
            return modal.notice(said(conflict, actor) or "")
        return form.show(work, found, self._letters, actor.at)

    async def submit(self, ack: Ack, body: Json, view: Json) -> None:
        """Carry out a form; the acknowledgement closes it, shows the next view, or says why not."""
        name = str(view["callback_id"]).removeprefix(modal.FORM)
        form = FORMS[name]
        carried = json.loads(view["private_metadata"])
        seen = Seen(str(carried["n"]), int(carried["v"]))
        actor = await self._gate.actor(str(body["user"]["id"]), name, seen.number)
        if isinstance(actor, str):
            await ack(response_action="update", view=modal.notice(actor))
            return
        given = Submission(
            seen, values_of(view), str(view["id"]), carried.get("item"), self._letters, actor
        )
        if form.errand is not None and form.errand.needed(given):
            await ack(response_action="push", view=self._errands.begin(form, form.errand, given))
            return
        chosen = form.operator
        if chosen is not None and not await self._gate.is_operator(str(given.values[chosen])):
            await ack(response_action="errors", errors={chosen: OPERATORS_ONLY})
            return
        answer = await self._store.run(lambda work: form.carry(work, given))
        await ack(**_answered(form, answer, actor, blocks_of(view)))


def _answered(
    form: Form, answer: Answer, actor: Actor, blocks: Mapping[str, str]
) -> dict[str, Any]:
    """Return the acknowledgement of a form whose fields are shown in `blocks` by name."""
    if isinstance(answer, dict):
        return {"response_action": "update", "view": answer}
    text = said(answer, actor)
    if text is None:
        return {"response_action": "clear"}
    wrong = (answer.field or form.field) if isinstance(answer, Refused) else None
    if wrong is None:
        return {"response_action": "update", "view": modal.notice(text)}
    return {"response_action": "errors", "errors": {blocks.get(wrong, wrong): text}}


async def _acknowledge(ack: Ack) -> None:
    await ack()
