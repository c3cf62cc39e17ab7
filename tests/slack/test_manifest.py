"""The app's manifest: what Slack is asked for is what the desk uses, no more and no less."""

import json
import re
from pathlib import Path
from typing import Any

import bot.slack
from bot.slack.command import COMMAND

FOLDER = Path(bot.slack.__file__).parent
SCOPES = {
    "chat.postMessage": {"chat:write"},
    "chat.update": {"chat:write"},
    "chat.postEphemeral": {"chat:write"},
    "conversations.history": {"channels:history", "groups:history"},
    "conversations.replies": {"channels:history", "groups:history"},
    "users.info": {"users:read"},
    "usergroups.users.list": {"usergroups:read"},
    "views.open": set[str](),
    "views.update": set[str](),
    "views.publish": set[str](),
    "files.info": {"files:read"},
    "files.getUploadURLExternal": {"files:write"},
    "files.completeUploadExternal": {"files:write"},
    "files.delete": {"files:write"},
}
EVENTS = {
    "message": {"message.channels", "message.groups"},
    "app_home_opened": {"app_home_opened"},
}


def _manifest() -> dict[str, Any]:
    read: dict[str, Any] = json.loads((FOLDER / "manifest.json").read_text())
    return read


def _source() -> str:
    return "\n".join(file.read_text() for file in FOLDER.glob("*.py"))


def test_the_scopes_are_those_of_the_methods_the_desk_calls() -> None:
    """A method missing from the table fails: its scope has to be looked up and asked for."""
    pattern = r'"((?:chat|conversations|users|usergroups|views|files|reactions)\.[\w.]+)"'
    called = set(re.findall(pattern, _source()))
    assert called == set(SCOPES)
    needed = set[str]().union(*SCOPES.values()) | {"commands"}
    assert set(_manifest()["oauth_config"]["scopes"]["bot"]) == needed


def test_the_events_and_the_command_are_those_the_desk_listens_to() -> None:
    """An event nobody listens to would only be told for nothing."""
    listened = set(re.findall(r'bolt\.event\("(\w+)"\)', _source()))
    asked = set(_manifest()["settings"]["event_subscriptions"]["bot_events"])
    assert asked == set[str]().union(*(EVENTS[name] for name in listened))
    assert [c["command"] for c in _manifest()["features"]["slash_commands"]] == [COMMAND]


def test_the_manifest_keeps_slacks_limits() -> None:
    """Names and descriptions beyond these are refused when the app is created."""
    manifest = _manifest()
    shown = manifest["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert manifest["features"]["app_home"]["home_tab_enabled"]
