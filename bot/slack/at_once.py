"""Buttons that need nothing asked: what was pressed, and the command behind it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.cases import commands, override, reply, strays
from bot.cases.outcome import Actor, Outcome, Seen
from bot.slack.card import PREFIX
from bot.slack.payload import Json, part
from bot.store.work import Work


@dataclass(frozen=True, slots=True)
class Pressed:
    """What was pressed: the action, the case as seen, and the row it is about, if any.

    `item` is a row of the outbox, an entry of the ledger or a message, as the action has it.
    """

    action: str
    seen: Seen
    item: int | None


Carry = Callable[[Work, Pressed, Actor], Outcome]


def pressed_in(body: Json) -> Pressed:
    """Read a button or an entry of the menu behind dots."""
    action = body["actions"][0]
    name = str(action["action_id"]).removeprefix(PREFIX)
    value = action.get("value") or part(action, "selected_option").get("value")
    carried = json.loads(str(value))
    seen = Seen(str(carried["n"]), int(carried["v"]))
    return Pressed(str(carried.get("a", name)), seen, carried.get("i"))


def _on_case(command: Callable[[Work, Seen, Actor], Outcome]) -> Carry:
    return lambda work, pressed, actor: command(work, pressed.seen, actor)


def _on_item(command: Callable[[Work, int, Actor], Outcome]) -> Carry:
    return lambda work, pressed, actor: command(work, pressed.item or 0, actor)


AT_ONCE: Mapping[str, Carry] = {
    "claim": _on_case(commands.claim),
    "resolve": _on_case(commands.resolve),
    "reopen": _on_case(commands.reopen),
    "wait": _on_case(commands.wait),
    "wake": _on_case(commands.wake),
    "close": _on_case(commands.close),
    "deny": _on_case(override.deny),
    "take_back": _on_item(reply.take_back),
    "retry": _on_item(strays.retry),
}
