"""JSON as Slack sends it, taken apart without surprises."""

from typing import Any, cast

Json = dict[str, Any]


def part(node: Json, *keys: str) -> Json:
    """Return the object below `keys`; an empty one where Slack sent none."""
    for key in keys:
        found = node.get(key)
        node = cast("Json", found) if isinstance(found, dict) else {}
    return node
