"""The app's manifest: what Slack is asked for is what the desk uses, no more and no less."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import bot.slack
import tests.slack_double
from bot.slack.command import COMMAND
from bot.slack.doors import KEEP, NEW

FOLDER = Path(bot.slack.__file__).parent
SCHEMA: Any = Draft202012Validator(
    json.loads((Path(tests.slack_double.__file__).parent / "schema/manifest.json").read_text())
)
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


def test_the_shortcuts_are_those_the_desk_answers() -> None:
    """Each is offered where it is used: from the menu, or on a message."""
    offered = {each["callback_id"]: each["type"] for each in _manifest()["features"]["shortcuts"]}
    assert offered == {NEW: "global", KEEP: "message"}


def test_the_manifest_keeps_to_the_schema_with_slacks_limits() -> None:
    """What lies beyond these is refused when the app is created."""
    assert SCHEMA.is_valid(_manifest())
    manifest = _manifest()
    assert manifest["settings"]["interactivity"]["is_enabled"]
    assert manifest["features"]["app_home"]["home_tab_enabled"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("display_information", "name"), "あ" * 36),
        (("display_information", "background_color"), "teal"),
        (("display_information", "long_description"), "short"),
        (("features", "bot_user", "display_name"), "窓口"),
        (("features", "shortcuts", 0, "name"), "あ" * 25),
        (("features", "shortcuts", 0, "type"), "channel"),
        (("features", "slash_commands", 0, "command"), "desk"),
        (("features", "slash_commands", 0, "url"), "http://desk.example"),
        (("oauth_config", "scopes", "bot"), ["chat:write", "chat:write"]),
        (("settings", "interactivity"), {}),
        (("settings", "unknown_setting"), True),
    ],
)
def test_the_schema_refuses_what_slack_would(path: tuple[Any, ...], value: object) -> None:
    """One planted fault at a time."""
    manifest = _manifest()
    node: Any = manifest
    for key in path[:-1]:
        node = node[key]
    node[path[-1]] = value
    assert not SCHEMA.is_valid(manifest)
