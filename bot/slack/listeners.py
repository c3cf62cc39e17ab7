"""What the app listens to: buttons, and posts in threads; the same over both deliveries."""

import json
import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from slack_bolt.async_app import AsyncApp

from bot.cases import commands, override, reply
from bot.cases.letter import Letters
from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Seen, Told
from bot.cases.overview import overview
from bot.cases.states import TITLES
from bot.clock import Clock
from bot.slack import home, modal
from bot.slack.blocks import person
from bot.slack.card import PREFIX
from bot.slack.command import COMMAND, answered
from bot.slack.forms import FORMS
from bot.slack.gate import Gate
from bot.slack.inbox import Inbox, is_note
from bot.slack.payload import Json, part
from bot.slack.submission import Answer, Form, Show, Submission, values_of
from bot.store.store import Store
from bot.store.work import Work

Ack = Callable[..., Awaitable[Any]]
Command = Callable[[Work, Seen, Actor], Outcome]

AT_ONCE: Mapping[str, Command] = {
    "claim": commands.claim,
    "resolve": commands.resolve,
    "reopen": commands.reopen,
    "wait": commands.wait,
    "wake": commands.wake,
    "close": commands.close,
    "deny": override.deny,
}
"""Buttons that need nothing asked."""


@dataclass(frozen=True, slots=True)
class Pressed:
    """What was pressed: the action, the case as seen, a row of the outbox where there is one."""

    action: str
    seen: Seen
    item: int | None


class Listeners:
    """The desk's ears: every action is checked, carried out in one transaction, and audited."""

    def __init__(
        self, store: Store, gate: Gate, inbox: Inbox, letters: Letters, clock: Clock
    ) -> None:
        self._store = store
        self._gate = gate
        self._inbox = inbox
        self._letters = letters
        self._clock = clock

    def register(self, app: AsyncApp) -> None:
        """Bind everything to `app`."""
        bolt = cast("Any", app)  # its decorators are typed by halves
        bolt.event("message")(self.hear)
        bolt.action(re.compile(rf"^{re.escape(PREFIX)}"))(ack=_acknowledge, lazy=[self.press])
        bolt.event("app_home_opened")(self.open_home)
        bolt.command(COMMAND)(self.command)
        bolt.view(re.compile(rf"^{re.escape(modal.FORM)}"))(self.submit)

    async def hear(self, event: Json) -> None:
        """Take a post in; Bolt acknowledges it only after this has returned."""
        if is_note(event):
            await self._inbox.take(event)

    async def open_home(self, event: Json) -> None:
        """Show a person's Home as the database stands."""
        await self._draw_home(str(event["user"]))

    async def command(self, ack: Ack, body: Json) -> None:
        """Answer `/desk …` in the acknowledgement itself."""
        words, user = str(body.get("text") or ""), str(body["user_id"])
        actor = await self._gate.actor(user, "command", None)
        if isinstance(actor, str):
            await ack(text=actor)
            return
        answer = await self._store.read(
            lambda work: answered(work, words, self._letters.programmes, actor.at)
        )
        await ack(**answer)

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
            await self._show(form.show, pressed, body)
            return
        command = AT_ONCE.get(pressed.action)
        if command is None and pressed.action != "take_back":
            return
        actor = await self._gate.actor(user, pressed.action, pressed.seen.number)
        if isinstance(actor, str):
            await self._gate.tell(body, actor)
            return
        outcome = await self._store.run(
            lambda work: (
                command(work, pressed.seen, actor)
                if command
                else reply.take_back(work, pressed.item or 0, actor)
            )
        )
        await self._gate.tell(body, said(outcome, actor))
        if part(body, "view").get("type") == "home":
            await self._draw_home(user)

    async def _show(self, show: Show, pressed: Pressed, body: Json) -> None:
        """Open a view while the trigger is good, then fill it with what the database says."""
        view = await self._gate.open(str(body["trigger_id"]), modal.loading())
        if view is None:
            return
        user = str(body["user"]["id"])
        actor = await self._gate.actor(user, pressed.action, pressed.seen.number)
        if isinstance(actor, str):
            await self._gate.fill(view, modal.notice(actor))
            return
        made = await self._store.read(lambda work: self._shown(work, show, pressed.seen, actor))
        await self._gate.fill(view, made)

    def _shown(self, work: Work, show: Show, seen: Seen, actor: Actor) -> modal.View:
        found = overview(work, seen.number, self._letters.programmes, actor.at)
        if found is None:
            return modal.notice(commands.UNKNOWN)
        if found.case.version != seen.version:
            conflict = Conflict(found.case, by=commands.last_actor(work, found.case))
            return modal.notice(said(conflict, actor) or "")
        return show(work, found, self._letters, actor.at)

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
        answer = await self._store.run(lambda work: form.carry(work, given))
        await ack(**_answered(form, answer, actor))


def pressed_in(body: Json) -> Pressed:
    """Read a button or an entry of the menu behind dots."""
    action = body["actions"][0]
    name = str(action["action_id"]).removeprefix(PREFIX)
    value = action.get("value") or part(action, "selected_option").get("value")
    carried = json.loads(str(value))
    seen = Seen(str(carried["n"]), int(carried["v"]))
    return Pressed(str(carried.get("a", name)), seen, carried.get("i"))


def _answered(form: Form, answer: Answer, actor: Actor) -> dict[str, Any]:
    if isinstance(answer, dict):
        return {"response_action": "update", "view": answer}
    text = said(answer, actor)
    if text is None:
        return {}
    if form.field is None or isinstance(answer, Conflict):
        return {"response_action": "update", "view": modal.notice(text)}
    return {"response_action": "errors", "errors": {form.field: text}}


def said(outcome: Outcome, actor: Actor) -> str | None:
    """Return what the person who pressed is told; a carried out command shows on the card."""
    match outcome:
        case Done():
            return None
        case Told(what=what):
            return what
        case Refused(why=why):
            return why
        case Conflict(case=case, by=by):
            first = "ご自身が先ほど" if by == actor.id else f"{person(by)} さんが先に"
            return (
                f"案件 {case.number} は{first}更新しています"
                f"（現在：{TITLES[case.state]}、担当：{person(case.assignee)}）。"
                "カードをご確認のうえ、必要であればもう一度操作してください。"
            )


async def _acknowledge(ack: Ack) -> None:
    await ack()
