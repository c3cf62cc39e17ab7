"""The command line as data, and docs/commands.md drawn from it when run as a module."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import typer

from bot.cli.app import app

ROOT = Path(__file__).parents[2]
DOCUMENT = ROOT / "docs" / "commands.md"
COMMON = ("--config", "--json")
"""Options explained once, at the head of the document."""

HEAD = """\
# Commands

Every command exits 0 on success, 1 on a finding (something is wrong, refused or left over) and 2 on
wrong use, and says what is wrong in one line with the remedy.

- `--config FILE`: the settings; without it `MADOGUCHI_CONFIG`, else `./desk.toml`.
- `--json`: one JSON document, or one a line, instead of words for people.

Days are written `2026-11-20`, instants `2026-11-20T10:30` (desk time) or with an offset. A support
number may be written in any way a customer could write it. `python -m bot` is the same command.

This page is drawn from the command line itself by `make docs`.
"""


def commands() -> dict[str, Any]:
    """Return every command by its words, as ``quota show``."""
    return dict(_walk(typer.main.get_command(app), ()))


def _walk(command: Any, words: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    inner = cast("dict[str, Any]", getattr(command, "commands", {}))
    if not inner:
        yield " ".join(words), command
    for name, each in inner.items():
        yield from _walk(each, (*words, name))


def options(command: Any) -> dict[str, Any]:
    """Return the options of a command by every name they have."""
    found = [each for each in command.params if each.param_type_name == "option"]
    return {name: each for each in found for name in each.opts}


def document() -> str:
    """Return docs/commands.md as it should be."""
    return "\n".join([HEAD, *(_block(words, each) for words, each in commands().items())])


def _block(words: str, command: Any) -> str:
    arguments = [each for each in command.params if each.param_type_name == "argument"]
    own = {" / ".join(each.opts): each for each in dict.fromkeys(options(command).values())}
    usage = ["madoguchi", words, *(_argument(each) for each in arguments)]
    usage += [f"[{name}]" for name in COMMON if name in own]
    explained = [f"- `{_argument(each).strip('[]')}`: {each.help}" for each in arguments]
    explained += [_option(name, each) for name, each in own.items() if name not in COMMON]
    text = " ".join((command.help or "").split())
    return (
        "\n".join([f"## `{words}`\n", f"    {' '.join(usage)}\n", text, *_list(explained)]) + "\n"
    )


def _list(lines: list[str]) -> list[str]:
    return ["", *lines] if lines else []


def _argument(argument: Any) -> str:
    name = argument.name.upper() + (" …" if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def _option(names: str, option: Any) -> str:
    value = "" if option.is_flag else f" {option.metavar or _kind(option)}"
    needed = " Required." if option.required else ""
    return f"- `{names}{value}`: {option.help}{needed}"


def _kind(option: Any) -> str:
    """Return what stands for the value: days and instants are explained at the head."""
    return {int: "N", Path: "PATH"}.get(option.type_descriptor.annotation, "TEXT")


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
