"""Small mails, each with one fact about reading; `raw` holds the bytes as Latin-1 characters."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mail.message import Message
from mail.parse import parse

_FOLDER = Path(__file__).parent / "probes"


def _probes() -> list[Any]:
    return [
        pytest.param(probe, id=f"{file.stem}:{probe['name']}")
        for file in sorted(_FOLDER.glob("*.json"))
        for probe in json.loads(file.read_text(encoding="utf-8"))
    ]


_SEEN: dict[str, Callable[[Message], object]] = {
    "text": lambda m: m.text,
    "subject": lambda m: m.subject,
    "from": lambda m: m.from_address,
    "from_name": lambda m: m.from_name,
    "attachments": lambda m: [a.name for a in m.attachments],
    "sizes": lambda m: [a.size for a in m.attachments],
    "lossy": lambda m: m.lossy,
    "html": lambda m: m.html,
    "is_automatic": lambda m: m.automatic is not None,
    "is_bounce": lambda m: m.bounce is not None,
    "permanent": lambda m: m.bounce and m.bounce.permanent,
    "recipients": lambda m: list(m.bounce.recipients) if m.bounce else [],
    "original": lambda m: m.bounce and m.bounce.original_message_id,
    "clean": lambda m: not any("\ud800" <= c <= "\udfff" or c == "\0" for c in m.text),
}


@pytest.mark.parametrize("probe", _probes())
def test_each_probe_is_read_as_expected(probe: dict[str, Any]) -> None:
    message = parse(probe["raw"].encode("latin-1"))
    assert not [d for d in message.defects if d.startswith("unreadable")]
    for key, wanted in probe["expect"].items():
        if key == "text_contains":
            assert wanted in message.text
        elif key == "text_not":
            assert wanted not in message.text
        elif key == "text_any":
            assert message.text in wanted
        else:
            assert _SEEN[key](message) == wanted, key


def test_there_are_enough_probes() -> None:
    assert len(_probes()) >= 120
