"""Block Kit as Slack judges it: the generated schema, and the rules that hold across blocks."""

import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft7Validator
from jsonschema.exceptions import relevance

Json = dict[str, Any]

MESSAGE_BLOCKS = 50
VIEW_BLOCKS = 100
MESSAGE_CHARACTERS = 13_200
TEXT_CHARACTERS = 40_000
READ = ("text", "title", "label", "name", "url", "fallback", "user_id")


@cache
def _validator(definition: str) -> Draft7Validator:
    schema = json.loads((Path(__file__).parent / "schema/block_kit.json").read_text())
    return Draft7Validator(
        schema["definitions"]["Root"]["properties"][definition]
        | {"definitions": schema["definitions"]}
    )


def message_fault(blocks: Any, text: str) -> str | None:
    """Return Slack's error code (and where) for a message, or None when it would be posted."""
    if not blocks:
        return "no_text" if not text else _too_long(text)
    if not isinstance(blocks, list):
        return "invalid_blocks_format"
    blocks = cast("list[Json]", blocks)
    if len(blocks) > MESSAGE_BLOCKS:
        return f"invalid_blocks: {len(blocks)} of at most {MESSAGE_BLOCKS}"
    fault = _schema_fault("blocks", blocks) or _across(blocks)
    if fault:
        return f"invalid_blocks: {fault}"
    if _characters(blocks) > MESSAGE_CHARACTERS:
        return "msg_blocks_too_long"
    return _too_long(text)


def view_fault(view: Json) -> str | None:
    """Return what is wrong with a modal or home view, or None when it would open."""
    kind = "home" if view.get("type") == "home" else "modal"
    blocks: list[Json] = view.get("blocks") or []
    fault = _schema_fault(kind, view)
    if fault:
        return fault
    if len(blocks) > VIEW_BLOCKS:
        return f"{len(blocks)} blocks of at most {VIEW_BLOCKS}"
    if len(view.get("private_metadata", "")) > 3000:
        return "private_metadata longer than 3000"
    asks = any(block["type"] == "input" for block in blocks)
    if kind == "modal" and asks and "submit" not in view:
        return "a view with inputs needs a submit button"
    return _across(blocks)


def _too_long(text: str) -> str | None:
    return "msg_too_long" if len(text) > TEXT_CHARACTERS else None


def _schema_fault(definition: str, value: Any) -> str | None:
    errors = list(_validator(definition).iter_errors(value))  # pyright: ignore[reportUnknownMemberType] - untyped in its stubs
    if not errors:
        return None
    error = max(errors, key=relevance)
    return f"{error.json_path}: {error.message[:300]}"


def _across(blocks: list[Json]) -> str | None:
    named = Counter(block["block_id"] for block in blocks if "block_id" in block)
    twice = [name for name, times in named.items() if times > 1]
    if twice:
        return f"block_id {twice[0]} is there twice"
    return next((fault for block in blocks if (fault := _within(block))), None)


def _within(block: Json) -> str | None:
    actions = Counter(e.get("action_id") for e in elements(block) if e.get("action_id"))
    twice = [name for name, times in actions.items() if times > 1]
    if twice:
        return f"action_id {twice[0]} is there twice in one block"
    if block["type"] == "section" and not (block.get("text") or block.get("fields")):
        return "a section needs text or fields"
    return None


def _characters(node: Any) -> int:
    if isinstance(node, list):
        return sum(_characters(item) for item in cast("list[Any]", node))
    if not isinstance(node, dict):
        return 0
    entries = cast("Json", node)
    own = len(entries["text"]) if isinstance(entries.get("text"), str) else 0
    return own + sum(_characters(value) for value in entries.values())


def elements(block: Json) -> Iterator[Json]:
    """Yield the interactive elements of one block."""
    if block["type"] == "actions":
        yield from block["elements"]
    for single in ("accessory", "element"):
        if isinstance(block.get(single), dict):
            yield block[single]


def words(node: Any) -> str:
    """Return every text a person reads in some blocks, a line a text."""
    return "\n".join(_words(node))


def _words(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in cast("list[Any]", node):
            yield from _words(item)
    elif isinstance(node, dict):
        entries = cast("Json", node)
        shown = (entries.get(key) for key in READ)
        yield from (word for word in shown if isinstance(word, str))
        for value in entries.values():
            yield from _words(value)


def marked_texts(node: Any) -> list[str]:
    """Return every text in which mentions and links come alive."""
    if isinstance(node, list):
        return [text for item in cast("list[Any]", node) for text in marked_texts(item)]
    if not isinstance(node, dict):
        return []
    entries = cast("Json", node)
    own = [str(entries["text"])] if entries.get("type") == "mrkdwn" else []
    return own + [text for value in entries.values() for text in marked_texts(value)]
