"""The double is as strict as Slack: what it lets pass, the desk's tests believe."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from tests.slack_double import NotOnScreenError, SlackDouble
from tests.slack_double.block_kit import message_fault, view_fault
from tests.slack_double.workspace import Json, RefusedError, Workspace

PLAIN: Json = {"type": "plain_text", "text": "はい"}
BUTTON: Json = {"type": "button", "action_id": "a", "text": PLAIN}
SECTION: Json = {"type": "section", "text": PLAIN}
INPUT: Json = {
    "type": "input",
    "block_id": "i",
    "label": PLAIN,
    "element": {"type": "plain_text_input", "action_id": "x"},
}
MODAL: Json = {"type": "modal", "title": PLAIN, "blocks": [SECTION]}


def _plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def _actions(*elements: Json) -> list[Json]:
    return [{"type": "actions", "elements": list(elements)}]


BAD_MESSAGES: dict[str, list[Json]] = {
    "section without text": [{"type": "section"}],
    "section text too long": [{"type": "section", "text": _plain("あ" * 3001)}],
    "empty text": [{"type": "section", "text": _plain("")}],
    "header too long": [{"type": "header", "text": _plain("あ" * 151)}],
    "header in mrkdwn": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}],
    "eleven fields": [{"type": "section", "fields": [PLAIN] * 11}],
    "field too long": [{"type": "section", "fields": [_plain("あ" * 2001)]}],
    "unknown block": [{"type": "sektion", "text": PLAIN}],
    "unknown field": [{"type": "divider", "colour": "red"}],
    "block without type": [{"text": PLAIN}],
    "button text too long": _actions(BUTTON | {"text": _plain("あ" * 76)}),
    "button text in mrkdwn": _actions(BUTTON | {"text": {"type": "mrkdwn", "text": "x"}}),
    "button value too long": _actions(BUTTON | {"value": "x" * 2001}),
    "button style unknown": _actions(BUTTON | {"style": "secondary"}),
    "action id too long": _actions(BUTTON | {"action_id": "x" * 256}),
    "action id twice in a block": _actions(BUTTON, BUTTON),
    "26 elements": _actions(*({**BUTTON, "action_id": str(n)} for n in range(26))),
    "block id twice": [SECTION | {"block_id": "b"}, SECTION | {"block_id": "b"}],
    "block id too long": [SECTION | {"block_id": "b" * 256}],
    "eleven context elements": [{"type": "context", "elements": [PLAIN] * 11}],
    "button in context": [{"type": "context", "elements": [BUTTON]}],
    "51 blocks": [SECTION] * 51,
    "13.2k characters": [{"type": "section", "text": _plain("あ" * 2900)}] * 5,
    "rich text with unknown element": [
        {
            "type": "rich_text",
            "elements": [{"type": "rich_text_section", "elements": [{"type": "bold"}]}],
        }
    ],
    "overflow with six options": _actions(
        {
            "type": "overflow",
            "action_id": "o",
            "options": [{"text": PLAIN, "value": str(n)} for n in range(6)],
        }
    ),
}

BAD_VIEWS: dict[str, Json] = {
    "title too long": MODAL | {"title": _plain("あ" * 25)},
    "no title": {"type": "modal", "blocks": [SECTION]},
    "inputs without submit": MODAL | {"blocks": [INPUT]},
    "metadata too long": MODAL | {"private_metadata": "x" * 3001},
    "101 blocks": MODAL | {"blocks": [SECTION] * 101},
    "input id twice": MODAL | {"blocks": [INPUT, INPUT], "submit": PLAIN},
    "submit too long": MODAL | {"submit": _plain("あ" * 25)},
}


@pytest.mark.parametrize("blocks", BAD_MESSAGES.values(), ids=BAD_MESSAGES)
def test_a_message_slack_refuses_is_refused(blocks: list[Json]) -> None:
    """Each of these was taken by somebody's unit test and refused by Slack."""
    assert message_fault(blocks, "x")


@pytest.mark.parametrize("view", BAD_VIEWS.values(), ids=BAD_VIEWS)
def test_a_view_slack_refuses_is_refused(view: Json) -> None:
    """Modals have limits of their own."""
    assert view_fault(view)


def test_what_is_right_passes() -> None:
    """The strictness must not be blindness."""
    assert message_fault([SECTION, *_actions(BUTTON)], "x") is None
    assert view_fault(MODAL | {"blocks": [INPUT], "submit": PLAIN}) is None


def test_a_trigger_opens_one_view_within_three_seconds() -> None:
    """Used once, or too late, it opens nothing."""
    space = Workspace()
    once, late = space.new_trigger("U1"), space.new_trigger("U1")
    assert space.use_trigger(once) == "U1"
    with pytest.raises(RefusedError, match="exchanged_trigger_id"):
        space.use_trigger(once)
    space.advance(3.1)
    with pytest.raises(RefusedError, match="expired_trigger_id"):
        space.use_trigger(late)


def test_three_views_lie_on_each_other_and_no_more() -> None:
    """The fourth push is refused."""
    space = Workspace()
    for push in (False, True, True):
        space.open_view("U1", MODAL, push=push)
    with pytest.raises(RefusedError, match="push_limit_reached"):
        space.open_view("U1", MODAL, push=True)


def test_an_update_on_an_old_hash_conflicts_and_typed_text_stays_by_block() -> None:
    """What was typed survives in blocks that keep their id."""
    space = Workspace()
    view = space.open_view("U1", MODAL | {"blocks": [INPUT]}, push=False)
    seen, view.values = view.hash, {"i": {"x": {"value": "書きかけ"}}}
    space.update_view(view, MODAL | {"blocks": [INPUT]}, seen)
    assert view.values
    with pytest.raises(RefusedError, match="hash_conflict"):
        space.update_view(view, MODAL, seen)
    space.update_view(view, MODAL | {"blocks": [INPUT | {"block_id": "i2"}]}, None)
    assert not view.values


def test_a_response_url_works_five_times_for_half_an_hour() -> None:
    """After that nobody hears it."""
    space = Workspace()
    often, late = space.new_response("U1", "C1"), space.new_response("U1", "C1")
    for _ in range(5):
        space.use_response(often)
    with pytest.raises(RefusedError):
        space.use_response(often)
    space.advance(30 * 60 + 1)
    with pytest.raises(RefusedError):
        space.use_response(late)


@pytest.fixture
async def running() -> AsyncIterator[SlackDouble]:
    """Give a double nobody is connected to."""
    double = await SlackDouble("socket").start()
    double.space.add_channel("C1")
    yield double
    await double.stop()


async def _call(double: SlackDouble, method: str, **request: Any) -> Json:
    async with double.session.post(double.api_url + method, **request) as answer:
        result: Json = await answer.json()
    return result


async def test_arguments_come_as_form_query_or_json_and_need_a_token(running: SlackDouble) -> None:
    """The real API takes all three, and nobody without a token."""
    said = {"channel": "C1", "text": "x"}
    bearer = {"Authorization": "Bearer xoxb-double"}
    ways: list[dict[str, Any]] = [
        {"data": said, "headers": bearer},
        {"params": said, "headers": bearer},
        {"json": said, "headers": bearer},
        {"data": {**said, "token": "xoxb-double"}},
    ]
    for way in ways:
        assert (await _call(running, "chat.postMessage", **way))["ok"]
    assert (await _call(running, "chat.postMessage", data=said))["error"] == "not_authed"
    wrong = {"Authorization": "Bearer xoxb-other"}
    answer = await _call(running, "chat.postMessage", data=said, headers=wrong)
    assert answer["error"] == "invalid_auth"


async def test_each_channel_takes_so_many_posts_a_second(running: SlackDouble) -> None:
    """429 with the time to wait; another channel is not concerned."""
    running.space.add_channel("C2")
    running.posts_per_second = 1.0
    statuses: list[int] = []
    for channel in ("C1", "C1", "C2"):
        said = {"channel": channel, "text": "x", "token": "xoxb-double"}
        url = running.api_url + "chat.postMessage"
        async with running.session.post(url, data=said) as answer:
            statuses.append(answer.status)
            assert answer.status == 200 or answer.headers["Retry-After"] == "1"
    assert statuses == [200, 429, 200]


async def test_a_socket_address_works_once(running: SlackDouble) -> None:
    """The second to use it is refused."""
    answer = await _call(running, "apps.connections.open", data={"token": "xapp-double"})
    async with running.session.ws_connect(answer["url"]) as socket:
        assert (await socket.receive_json())["type"] == "hello"
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await running.session.ws_connect(answer["url"])


async def test_people_press_only_what_they_see(running: SlackDouble) -> None:
    """A button that is not on the card can't be pressed by any test."""
    person = running.person("U1", "花子")
    said = {"channel": "C1", "text": "x", "blocks": str(_actions(BUTTON)).replace("'", '"')}
    await _call(running, "chat.postMessage", data={**said, "token": "xoxb-double"})
    (message,) = running.space.messages["C1"]
    with pytest.raises(NotOnScreenError):
        await person.click("いいえ", message)
    with pytest.raises(NotOnScreenError):
        await person.submit()
