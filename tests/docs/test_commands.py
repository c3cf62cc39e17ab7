"""The documents and the command line agree, both ways."""

import re
import shlex
from pathlib import Path

import pytest

from tests.docs.command_line import DOCUMENT, commands, document, options
from tests.docs.documents import ROOT, code_in, documents

COMMANDS = commands()
REMEDY = re.compile(r"'(madoguchi [^']+)'")
"""How messages of the desk name a command to run."""


def fault(line: str) -> str | None:
    """Say what is wrong with a command line that is written in a document, or None."""
    words = shlex.split(re.split(r"[#&|;…]", line)[0], posix=True)[1:]
    said = [word for word in words if not word.startswith("-")]
    known = [name for name in COMMANDS if said[: len(name.split())] == name.split()]
    groups = {name.split()[0] for name in COMMANDS if " " in name}
    if not known:
        return None if not said or (len(said) == 1 and said[0] in groups) else "no such command"
    given = [word.partition("=")[0] for word in words if word.startswith("--")]
    unknown = [word for word in given if word not in (*options(COMMANDS[known[0]]), "--help")]
    return f"no option {', '.join(unknown)}" if unknown else None


@pytest.mark.parametrize("file", documents(), ids=lambda file: file.name)
def test_every_command_that_is_named_exists_with_its_options(file: Path) -> None:
    lines = [line.strip() for line in code_in(file.read_text(encoding="utf-8"))]
    wrong = {
        line: what for line in lines if re.match(r"madoguchi\b", line) if (what := fault(line))
    }
    assert wrong == {}


def test_every_command_that_a_message_names_exists() -> None:
    sources = {file: file.read_text(encoding="utf-8") for file in (ROOT / "bot").rglob("*.py")}
    named = {line for text in sources.values() for line in REMEDY.findall(text)}
    assert len(named) > 3
    assert {line: what for line in named if (what := fault(line))} == {}


def test_faults_are_found() -> None:
    assert fault("madoguchi quota show NUMBER --json  # the statement") is None
    assert fault("madoguchi quota shows NUMBER") == "no such command"
    assert fault("madoguchi quota show NUMBER --yaml") == "no option --yaml"


def test_the_reference_is_the_command_line() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), "draw it again: make docs"
