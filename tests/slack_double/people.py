"""People in the workspace: they see their screens and can only use what is on them."""

import copy
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, cast

from tests.slack_double.block_kit import elements, words
from tests.slack_double.delivery import UnansweredError
from tests.slack_double.workspace import File, Json, Message, View

if TYPE_CHECKING:
    from tests.slack_double.double import SlackDouble

__all__ = ["NotOnScreenError", "Person", "UnansweredError"]

VALUE_KEYS = {
    "plain_text_input": "value",
    "number_input": "value",
    "email_text_input": "value",
    "static_select": "selected_option",
    "external_select": "selected_option",
    "radio_buttons": "selected_option",
    "checkboxes": "selected_options",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
    "users_select": "selected_user",
    "file_input": "files",
}


class NotOnScreenError(AssertionError):
    """The person was told to use something the real client would not offer."""


class Person:
    """A member of the workspace; `errors` are the field errors of the last submission."""

    def __init__(self, double: "SlackDouble", user: str) -> None:
        self.double = double
        self.user = user
        self.errors: dict[str, str] = {}

    @property
    def modal(self) -> View | None:
        """The view on top of this person's screen."""
        stack = self.double.space.modals[self.user]
        return stack[-1] if stack else None

    @property
    def whispers(self) -> list[Json]:
        """What only this person was shown."""
        return self.double.space.ephemeral[self.user]

    def heard(self) -> str:
        """Return all words of the ephemeral messages to this person."""
        return "\n".join(str(w.get("text", "")) + words(w.get("blocks", [])) for w in self.whispers)

    def glance(self, message: Message) -> Message:
        """Return the message as it stands now: a later click may come from an old screen."""
        return copy.deepcopy(message)

    async def sees_modal(self, title: str) -> View:
        """Wait until a modal with this title is on the screen."""

        def shown() -> View | None:
            top = self.modal
            return top if top and top.body["title"]["text"] == title else None

        view: View = await self.double.until(shown)
        return view

    async def say(
        self, channel: str, text: str, thread: str | None = None, **extra: Any
    ) -> Message:
        """Write into a channel or thread; the app is told by an event."""
        message = self.write(channel, text, thread)
        await self.double.delivery.deliver_event(self.event_of(message, **extra))
        return message

    def write(self, channel: str, text: str, thread: str | None = None) -> Message:
        """Write without the app being told yet."""
        space = self.double.space
        message = Message(channel, space.fresh_ts(), self.user, text, thread=thread)
        space.messages[channel].append(message)
        return message

    def event_of(self, message: Message, **extra: Any) -> Json:
        """Return the event that tells of a message, under a fresh event id."""
        event = message.payload() | {"channel": message.channel, "channel_type": "channel"}
        return {
            "type": "event_callback",
            "event_id": self.double.space.fresh("Ev"),
            "event_time": int(float(message.ts)),
            "team_id": "T0DESK",
            "api_app_id": "A0DESK",
            "event": event | extra,
        }

    async def attach(self, channel: str, name: str, data: bytes, thread: str) -> Message:
        """Put a file into a thread."""
        space = self.double.space
        file = File(space.fresh("F"), name, data, channel, shared=True)
        space.files[file.id] = file
        message = Message(channel, space.fresh_ts(), self.user, "", thread=thread, files=[file.id])
        space.messages[channel].append(message)
        event = self.event_of(message, subtype="file_share")
        await self.double.delivery.deliver_event(event)
        return message

    async def edit(self, message: Message, text: str) -> None:
        """Edit an own post; the app is told what it was and what it is."""
        before = message.payload()
        message.text = text
        edited = {"user": self.user, "ts": self.double.space.fresh_ts()}
        changed = message.payload() | {"edited": edited}
        await self._tell_change(message, "message_changed", before, {"message": changed})

    async def delete(self, message: Message) -> None:
        """Delete an own post; the app is told what it was."""
        before = message.payload()
        self.double.space.messages[message.channel].remove(message)
        await self._tell_change(message, "message_deleted", before, {"deleted_ts": message.ts})

    async def _tell_change(self, message: Message, subtype: str, before: Json, more: Json) -> None:
        event = {
            "type": "message",
            "subtype": subtype,
            "hidden": True,
            "channel": message.channel,
            "channel_type": "channel",
            "ts": self.double.space.fresh_ts(),
            "previous_message": before,
            **more,
        }
        payload = self.event_of(message) | {"event": event}
        await self.double.delivery.deliver_event(payload)

    async def shortcut(self, callback: str, on: Message | None = None) -> None:
        """Use a shortcut of the menu, or of a message's own menu."""
        kind = "shortcut" if on is None else "message_action"
        payload = self._interaction(kind) | {"callback_id": callback}
        payload["action_ts"] = self.double.space.fresh_ts()
        if on is not None:
            payload |= {"channel": {"id": on.channel, "name": "desk"}, "message": on.payload()}
            payload |= {"message_ts": on.ts, "response_url": self._response_url(on.channel)}
        await self.double.delivery.deliver("interactive", payload)

    async def open_home(self) -> None:
        """Open the app's Home tab."""
        event = {"type": "app_home_opened", "user": self.user, "tab": "home", "channel": "D0HOME"}
        payload = {
            "type": "event_callback",
            "event_id": self.double.space.fresh("Ev"),
            "event_time": int(self.double.space.now),
            "team_id": "T0DESK",
            "api_app_id": "A0DESK",
            "event": event | {"event_ts": self.double.space.fresh_ts()},
        }
        await self.double.delivery.deliver_event(payload)

    async def slash(self, command: str, text: str, channel: str) -> Json:
        """Type a slash command; the immediate answer is shown to this person."""
        payload = {
            "command": command,
            "text": text,
            "user_id": self.user,
            "user_name": self.user,
            "team_id": "T0DESK",
            "api_app_id": "A0DESK",
            "channel_id": channel,
            "channel_name": "desk",
            "trigger_id": self.double.space.new_trigger(self.user),
            "response_url": self._response_url(channel),
        }
        answer = await self.double.delivery.deliver("slash_commands", payload)
        if answer:
            empty: Json = {"channel": channel, "blocks": []}
            self.whispers.append(empty | answer)
        return answer

    async def click(self, label: str, on: Message | View, *, trigger_age: float = 0.0) -> None:
        """Press a button, or choose from a menu, by the words on it.

        `trigger_age` lets that many logical seconds pass before the app can use the trigger.
        """
        blocks = on.blocks if isinstance(on, Message) else on.body["blocks"]
        block, element, chosen = pressed(blocks, label)
        action = {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "action_ts": self.double.space.fresh_ts(),
        }
        action |= {"value": element["value"]} if "value" in element else {}
        action |= {"selected_option": chosen} if chosen else {}
        payload = self._interaction("block_actions") | {"actions": [action]}
        payload |= self._place(on)
        self.double.space.advance(trigger_age)
        await self.double.delivery.deliver("interactive", payload)

    def _place(self, on: Message | View) -> Json:
        if isinstance(on, View):
            return {"view": on.payload(), "container": {"type": "view", "view_id": on.id}}
        container = {"type": "message", "message_ts": on.ts, "channel_id": on.channel}
        return {
            "container": container,
            "channel": {"id": on.channel, "name": "desk"},
            "message": on.payload(),
            "response_url": self._response_url(on.channel),
        }

    def _interaction(self, kind: str) -> Json:
        return {
            "type": kind,
            "user": {"id": self.user, "name": self.user, "team_id": "T0DESK"},
            "team": {"id": "T0DESK", "domain": "desk"},
            "api_app_id": "A0DESK",
            "trigger_id": self.double.space.new_trigger(self.user),
        }

    def _response_url(self, channel: str) -> str:
        response = self.double.space.new_response(self.user, channel)
        return f"http://127.0.0.1:{self.double.port}/response/{response}"

    def fill(self, values: Mapping[str, Any]) -> None:
        """Type into the modal's fields, named by their labels."""
        view = self._top()
        for label, value in values.items():
            block, element = field_of(view, label)
            view.values.setdefault(block["block_id"], {})[element["action_id"]] = {
                "type": element["type"],
                VALUE_KEYS[element["type"]]: chosen_value(element, value),
            }

    async def suggestions(self, label: str, typed: str) -> list[Json]:
        """Type into a typeahead field and return what it offers."""
        view = self._top()
        block, element = field_of(view, label)
        payload = self._interaction("block_suggestion") | {
            "value": typed,
            "action_id": element["action_id"],
            "block_id": block["block_id"],
            "view": view.payload(),
            "container": {"type": "view", "view_id": view.id},
        }
        answer = await self.double.delivery.deliver("interactive", payload)
        return list(answer.get("options", []))

    async def submit(self, values: Mapping[str, Any] | None = None) -> None:
        """Fill the modal and press its button; the app may refuse fields (`errors`)."""
        self.fill(values or {})
        view = self._top()
        if "submit" not in view.body:
            raise NotOnScreenError("this view has no submit button")
        check_required(view)
        payload = self._interaction("view_submission") | {"view": self._initial(view).payload()}
        answer = await self.double.delivery.deliver("interactive", payload)
        self._respond(view, answer)

    def close(self) -> None:
        """Close the modal on top, and with it all below where it says so."""
        stack = self.double.space.modals[self.user]
        if stack.pop().body.get("clear_on_close"):
            stack.clear()

    def give(self, label: str, *files: File) -> None:
        """Put files into a field of the modal: they are uploaded, and seen by nobody yet."""
        view = self._top()
        block, element = field_of(view, label)
        assert len(files) <= element.get("max_files", 10)
        for file in files:
            self.double.space.files[file.id] = file
        given = [{"id": file.id, "name": file.name, "size": len(file.data)} for file in files]
        view.values.setdefault(block["block_id"], {})[element["action_id"]] = {
            "type": element["type"],
            "files": given,
        }

    async def choose(self, label: str, typed: str, title: str) -> None:
        """Type into a typeahead field and choose what is called `title`; the app is told."""
        offered = {o["text"]["text"]: o for o in await self.suggestions(label, typed)}
        if title not in offered:
            raise NotOnScreenError(f"{title} is not among {list(offered)}")
        view = self._top()
        block, element = field_of(view, label)
        chosen = {"type": element["type"], "selected_option": offered[title]}
        view.values.setdefault(block["block_id"], {})[element["action_id"]] = chosen
        if not block.get("dispatch_action"):
            return
        named = {"action_id": element["action_id"], "block_id": block["block_id"]}
        payload = self._interaction("block_actions") | {"actions": [chosen | named]}
        payload |= self._place(self._initial(view))
        await self.double.delivery.deliver("interactive", payload)

    def _respond(self, view: View, answer: Json) -> None:
        stack, action = self.double.space.modals[self.user], answer.get("response_action")
        self.errors = answer.get("errors", {})
        if action == "errors":
            known = {block.get("block_id") for block in view.body["blocks"]}
            assert set(self.errors) <= known, f"errors for unknown blocks: {self.errors}"
        elif action in {"update", "push"}:
            self.double.space.shown_after(self.user, view, answer["view"], push=action == "push")
        elif action == "clear":
            stack.clear()
        elif view in stack:
            stack.remove(view)

    def _initial(self, view: View) -> View:
        """Send what is on the screen: fields nobody touched carry their initial values."""
        for block in view.body["blocks"]:
            element = block.get("element") if block["type"] == "input" else None
            if element:
                state = view.values.setdefault(block["block_id"], {})
                state.setdefault(element["action_id"], untouched(element))
        return view

    def _top(self) -> View:
        if self.modal is None:
            raise NotOnScreenError("no modal is open")
        return self.modal


def pressed(blocks: list[Json], label: str) -> tuple[Json, Json, Json | None]:
    """Return block, element and chosen option of what reads `label`."""
    for block, element in _all(blocks):
        if element["type"] == "button" and element["text"]["text"] == label:
            if "url" in element and "action_id" not in element:
                break
            return block, element, None
        for option in element.get("options", []):
            if option["text"]["text"] == label:
                return block, element, option
    raise NotOnScreenError(f"{label} is not on the screen:\n{words(blocks)}")


def _all(blocks: list[Json]) -> Iterator[tuple[Json, Json]]:
    for block in blocks:
        for element in elements(block):
            yield block, element


def field_of(view: View, label: str) -> tuple[Json, Json]:
    """Return block and element of the input called `label`."""
    for block in view.body["blocks"]:
        if block["type"] == "input" and block["label"]["text"] == label:
            return block, block["element"]
    raise NotOnScreenError(f"no field {label}:\n{words(view.body['blocks'])}")


def chosen_value(element: Json, value: Any) -> Any:
    """Return a field's value as the payload carries it; menus take the words of an option."""
    if element["type"] == "plain_text_input":
        most = element.get("max_length", 3000)
        if len(value) > most:
            raise NotOnScreenError(f"the client takes {most} characters at most")
    if "options" not in element:
        return value
    options = {option["text"]["text"]: option for option in element["options"]}
    wanted = cast("list[str]", value if isinstance(value, list) else [value])
    if not set(wanted) <= set(options):
        raise NotOnScreenError(f"{value} is not among {list(options)}")
    chosen = [options[word] for word in wanted]
    return chosen if element["type"] == "checkboxes" else chosen[0]


def untouched(element: Json) -> Json:
    """Return the state of a field nobody touched."""
    key = VALUE_KEYS[element["type"]]
    initial = {"selected": "initial"}.get(key.partition("_")[0], "initial")
    name = key.replace("selected", initial) if key.startswith("selected") else "initial_value"
    empty: Any = [] if key in {"selected_options", "files"} else None
    return {"type": element["type"], key: element.get(name, empty)}


def check_required(view: View) -> None:
    """Refuse to submit while a required field is empty, as the client does."""
    for block in view.body["blocks"]:
        if block["type"] != "input" or block.get("optional"):
            continue
        element = block["element"]
        state = view.values.get(block["block_id"], {}).get(element["action_id"])
        state = state or untouched(element)
        if state[VALUE_KEYS[element["type"]]] in (None, "", []):
            raise NotOnScreenError(f"{block['label']['text']} is required")
