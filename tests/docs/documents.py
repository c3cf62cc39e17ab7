"""What the documents say, taken apart: files, links, commands, variables and tables."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^ *```\w*\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")


def documents() -> list[Path]:
    """Return every document for people, the README first."""
    top = [ROOT / name for name in ("README.md", "DECISIONS.md", "CHANGELOG.md")]
    return [*top, *sorted((ROOT / "docs").glob("*.md"))]


def text_of(name: str) -> str:
    """Return a document by its path in the tree."""
    return (ROOT / name).read_text(encoding="utf-8")


def code_in(text: str) -> Iterator[str]:
    """Yield each line of the code blocks of `text`, then each span of code."""
    for block in _FENCE.findall(text):
        yield from block.splitlines()
    yield from (line for line in text.splitlines() if line.startswith("    "))
    yield from _SPAN.findall(_FENCE.sub("", text))


def links_in(text: str) -> list[str]:
    """Return the targets of links that stay in the tree, without fragments."""
    found = re.findall(r"\]\(([^)\s]+)\)", _FENCE.sub("", text))
    return [link.partition("#")[0] for link in found if "://" not in link and link[0] != "#"]


def table_rows(text: str) -> list[list[str]]:
    """Return the cells of every row of the tables in `text`, without heads and rulers."""
    lines = text.splitlines()
    rows = list[list[str]]()
    for at, line in enumerate(lines):
        ruled = at + 1 < len(lines) and re.match(r"^\|[\s:|-]+\|$", lines[at + 1])
        if line.startswith("|") and not ruled and not re.match(r"^\|[\s:|-]+\|$", line):
            cells = re.split(r"(?<!\\)\|", line.strip("| \n"))
            rows.append([cell.strip().replace("\\|", "|") for cell in cells])
    return rows
