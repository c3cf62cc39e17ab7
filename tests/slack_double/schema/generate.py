"""Make `block_kit.json` from the npm package `@slack/types`: its types and the limits it tells.

The types know which fields a block has; only the sentences beside them know how long a text may
be. Both go into one JSON Schema, so that a payload Slack would refuse is refused by the double.
Run it by hand when the package moves: ``python tests/slack_double/schema/generate.py``.
"""

import json
import re
import subprocess
import tempfile
from pathlib import Path
from typing import Any, cast

PACKAGES = ("@slack/types@3.2.0", "typescript@5", "ts-json-schema-generator@2.4.0")
ENTRY = """import type {HomeView, KnownBlock, ModalView} from "@slack/types";
export interface Root { blocks: KnownBlock[]; modal: ModalView; home: HomeView; }
"""
NUMBER = r"`?(\d[\d,]*)`?"
COUNTED = "(?:char|item|option|element|block|row|card)"
MAXIMA = (
    rf"max(?:imum)? length.{{0,60}}? (?:is|of) {NUMBER} char",
    rf"maximum length is {NUMBER}",
    rf"\bmax(?:imum)?(?: number of \w+(?: \w+)? (?:is|are)| of)? {NUMBER} {COUNTED}",
    rf"max(?:imum)? number of [\w ]+ is {NUMBER}",
    rf"minimum \d+, maximum {NUMBER} cards",
    rf"up to {NUMBER} \{{@link",
)
MINIMUM = rf"minimum length.{{0,40}}? is {NUMBER}"

Node = dict[str, Any]


def main() -> None:
    """Install the packages in a throw-away folder, generate, and write the schema beside this."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "entry.ts").write_text(ENTRY)
        subprocess.run(["npm", "init", "-y"], cwd=root, check=True, capture_output=True)
        subprocess.run(["npm", "install", *PACKAGES], cwd=root, check=True, capture_output=True)
        tool = "node_modules/ts-json-schema-generator/bin/ts-json-schema-generator.js"
        made = subprocess.run(
            ["node", tool, "--path", "entry.ts", "--type", "Root", "--no-type-check"],
            cwd=root,
            check=True,
            capture_output=True,
        )
    schema = with_limits(json.loads(made.stdout))
    target = Path(__file__).with_name("block_kit.json")
    target.write_text(json.dumps(schema, separators=(",", ":"), sort_keys=True) + "\n")


def with_limits(schema: Node) -> Node:
    """Return the schema with limits read from descriptions, and unions told apart by `type`."""
    definitions: dict[str, Node] = schema["definitions"]
    for definition in definitions.values():
        for name, node in definition.get("properties", {}).items():
            definition["properties"][name] = limited(node)
    kinds = {name: kind_of(d) for name, d in definitions.items()}
    whole: Node = strip(discriminated(schema, kinds))
    return whole


def limited(node: Node) -> Node:
    """Return one property's schema with the limits its description speaks of."""
    said = " ".join(str(node.get("description", "")).split())
    most, least = number(MAXIMA, said), number((MINIMUM,), said)
    if most is None:
        return node
    text = {"maxLength": most} | ({} if least is None else {"minLength": least})
    if node.get("type") == "string":
        return node | text
    if node.get("type") == "array":
        return array(node, most, said)
    return {"allOf": [node, {"properties": {"text": text}}]}


def array(node: Node, most: int, said: str) -> Node:
    """Limit the items of an array, and the text of each where the description limits that."""
    each = number((rf"text in each item is {NUMBER} char",), said)
    items = number((r"number of items is (\d+)",), said)
    if each is None:
        return node | {"maxItems": most}
    limit = {"properties": {"text": {"maxLength": each}}}
    return node | {"maxItems": items, "items": {"allOf": [node["items"], limit]}}


def number(patterns: tuple[str, ...], said: str) -> int | None:
    """Return the first number one of `patterns` finds in what is said."""
    found = (re.search(pattern, said, re.IGNORECASE) for pattern in patterns)
    hit = next((match for match in found if match), None)
    return int(hit[1].replace(",", "")) if hit else None


def kind_of(definition: Node) -> str | None:
    """Return the constant of a definition's required `type`."""
    kind = definition.get("properties", {}).get("type", {}).get("const")
    return kind if isinstance(kind, str) and "type" in definition.get("required", ()) else None


def discriminated(node: Any, kinds: dict[str, str | None]) -> Any:
    """Turn every union of typed objects into one choice by `type`: faster, and errors that help."""
    if isinstance(node, list):
        return [discriminated(item, kinds) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    entries = cast("Node", node).items()
    node = {key: discriminated(value, kinds) for key, value in entries}
    refs = [str(c.get("$ref", "")).rpartition("/")[2] for c in node.get("anyOf", ())]
    types = [kinds.get(ref) for ref in refs]
    if len(types) < 2 or None in types or len(set(types)) < len(types):
        return node
    node.pop("anyOf")
    choice = [
        {"if": {"properties": {"type": {"const": t}}}, "then": {"$ref": f"#/definitions/{r}"}}
        for t, r in zip(types, refs, strict=True)
    ]
    typed = {"properties": {"type": {"enum": types}}, "required": ["type"], "type": "object"}
    return node | typed | {"allOf": [*node.get("allOf", []), *choice]}


def strip(node: Any) -> Any:
    """Leave the descriptions out: a property may be called so, a sentence may not stay."""
    if isinstance(node, list):
        return [strip(item) for item in cast("list[Any]", node)]
    if not isinstance(node, dict):
        return node
    entries = cast("Node", node).items()
    return {k: strip(v) for k, v in entries if k != "description" or isinstance(v, dict)}


if __name__ == "__main__":
    main()
