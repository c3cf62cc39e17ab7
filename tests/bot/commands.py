"""The command line for tests: run in this process through the real entry point."""

import contextlib
import io
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch
from zoneinfo import ZoneInfo

import pytest

from bot.cli import main
from tests.bot.houses import Hands


@dataclass(frozen=True, slots=True)
class Ran:
    """What a command left behind: its exit status and what it printed."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Return the one JSON document it printed."""
        (line,) = self.out.splitlines()
        return json.loads(line)

    @property
    def documents(self) -> list[Any]:
        """Return the JSON documents it printed, one a line."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def complaint(self) -> str:
        """Return the one line it complained in."""
        (line,) = self.err.splitlines()
        return line


@dataclass(frozen=True, slots=True)
class Commands:
    """The command line of the desk whose settings are `config`."""

    config: Path

    @property
    def folder(self) -> Path:
        """Return where the desk keeps what it knows."""
        return self.config.parent

    def __call__(self, *arguments: str | Path, stdin: bytes = b"") -> Ran:
        """Run a command with ``--config``."""
        return run(*arguments, "--config", self.config, stdin=stdin)


def run(*arguments: str | Path, stdin: bytes = b"") -> Ran:
    """Run ``madoguchi`` with `arguments` as it is run from a shell."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8") for _ in range(2))
    given = io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    argv = ["madoguchi", *map(str, arguments)]
    with (
        patch.object(sys, "argv", argv),
        patch.object(sys, "stdin", given),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        status = _status()
        out.flush()
        err.flush()
    return Ran(status, _text(out), _text(err))


def set_clock(monkeypatch: pytest.MonkeyPatch, clock: Hands) -> None:
    """Give commands run in this process the clock of the test."""

    def hands(_: ZoneInfo) -> Hands:
        return clock

    monkeypatch.setattr("bot.house.system_clock", hands)


def _status() -> int:
    with pytest.raises(SystemExit) as ended:
        main()
    return int(ended.value.code or 0)


def _text(stream: io.TextIOWrapper) -> str:
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode("utf-8", "backslashreplace")
