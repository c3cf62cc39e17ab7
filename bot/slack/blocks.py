"""Block Kit's pieces as the desk uses them; what customers wrote only ever stands in plain ones.

Customers' text goes through `plain` or `quotation` (literal to Slack), never through `marked`
(mrkdwn: mentions, links and formatting come alive there).
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

Block = dict[str, Any]

TEXT_CHARACTERS = 3000
HEADER_CHARACTERS = 150
FIELD_CHARACTERS = 2000
EXCERPT_CHARACTERS = 1500
FALLBACK_CHARACTERS = 300


def cut(text: str, most: int) -> str:
    """Return `text` with at most `most` characters, ending in an ellipsis when something went."""
    return text if len(text) <= most else text[: most - 1] + "…"


def escaped(text: str) -> str:
    """Return `text` so that mrkdwn shows it as it is."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def plain(text: str, most: int = TEXT_CHARACTERS) -> Block:
    """Return literal text; an empty one would be refused, so it becomes a dash."""
    return {"type": "plain_text", "text": cut(text, most) or "―", "emoji": False}


def marked(text: str) -> Block:
    """Return mrkdwn of the desk's own making."""
    return {"type": "mrkdwn", "text": cut(text, TEXT_CHARACTERS)}


def header(text: str) -> Block:
    """Return a headline."""
    return {"type": "header", "text": plain(text, HEADER_CHARACTERS)}


def section(text: Block, accessory: Block | None = None) -> Block:
    """Return a paragraph, with something to press at its right when given."""
    made: Block = {"type": "section", "text": text}
    return made | ({"accessory": accessory} if accessory else {})


def fields(pairs: Iterable[tuple[str, str]]) -> Block:
    """Return short facts in two columns, each a label over its value."""
    shown = [plain(f"{label}\n{value}", FIELD_CHARACTERS) for label, value in pairs]
    return {"type": "section", "fields": shown[:10]}


def context(*texts: str) -> Block:
    """Return a small line of the desk's own mrkdwn."""
    return {"type": "context", "elements": [marked(text) for text in texts]}


def remark(text: str) -> Block:
    """Return a small line of literal text."""
    return {"type": "context", "elements": [plain(text)]}


def quotation(text: str, most: int = EXCERPT_CHARACTERS) -> Block:
    """Return what somebody wrote, literally, set off as a quotation."""
    words = {"type": "text", "text": cut(text, most) or "（本文なし）"}
    quote = {"type": "rich_text_quote", "elements": [words]}
    return {"type": "rich_text", "elements": [quote]}


def actions(block_id: str, elements: Sequence[Block]) -> Block:
    """Return a row of things to press."""
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(action: str, label: str, value: str, style: str | None = None) -> Block:
    """Return a button; `style` is primary, danger or None."""
    made: Block = {"type": "button", "action_id": action, "text": plain(label), "value": value}
    return made | ({"style": style} if style else {})


def seen_value(number: str, version: int, **more: int | str) -> str:
    """Return what a button carries: the case, the version on this screen, and what else."""
    return json.dumps({"n": number, "v": version, **more}, separators=(",", ":"))


def overflow(action: str, choices: Iterable[tuple[str, str]]) -> Block:
    """Return a menu behind dots: pairs of label and value."""
    options = [{"text": plain(label), "value": value} for label, value in choices]
    return {"type": "overflow", "action_id": action, "options": options}


def person(actor: str | None) -> str:
    """Return an actor's id as mrkdwn shows a person: a mention for people of this Slack."""
    if not actor:
        return "―"
    face, _, name = actor.partition(":")
    if face == "slack":
        return f"<@{name}>"
    return "窓口システム" if actor == "desk" else escaped(name or actor)


def moment(at: datetime) -> str:
    """Return an aware time as mrkdwn that each reader sees in the reader's own timezone."""
    fallback = at.strftime("%Y-%m-%d %H:%M")
    return f"<!date^{int(at.timestamp())}^{{date_num}} {{time}}|{fallback}>"
