"""What modals are made of: titles, fields and what they carry; customers' words stay plain."""

import json
from collections.abc import Mapping, Sequence

from bot.cases.outcome import Seen
from bot.cases.overview import Overview
from bot.slack.blocks import Block, cut, plain, section

View = dict[str, object]

FORM = "form."
"""Every modal's callback begins so; the rest is the form's name."""
TITLE_CHARACTERS = 24
OPTION_CHARACTERS = 75
AREA_CHARACTERS = 3000
CANNED = "canned"
"""The action of the typeahead for canned replies."""
MOST_FILES = 10


def loading() -> View:
    """Return the view that opens at once, while what it shows is being read."""
    return modal("読み込み中", [section(plain("読み込んでいます…"))])


def notice(text: str) -> View:
    """Return a view that only tells something."""
    return modal("お知らせ", [section(plain(text))])


def seen_of(seen: Overview | Seen) -> Seen:
    """Return the case as it stands on the screen that is being made."""
    return seen if isinstance(seen, Seen) else Seen(seen.case.number, seen.case.version)


def modal(title: str, blocks: Sequence[Block]) -> View:
    """Return a view without anything to submit."""
    close = plain("閉じる", TITLE_CHARACTERS)
    return {
        "type": "modal",
        "title": plain(title, TITLE_CHARACTERS),
        "close": close,
        "blocks": list(blocks),
    }


def form(
    name: str, title: str, submit: str, blocks: Sequence[Block], seen: Seen, **more: int
) -> View:
    """Return a view whose submission carries the case as seen, and `more`."""
    carried = json.dumps({"n": seen.number, "v": seen.version, **more})
    return modal(title, blocks) | {
        "callback_id": f"{FORM}{name}",
        "submit": plain(submit, TITLE_CHARACTERS),
        "private_metadata": carried,
    }


def carrying(view: View, item: int | None) -> View:
    """Return a form that also carries the row it is about; other views stay as they are."""
    if item is None or "private_metadata" not in view:
        return view
    carried = json.loads(str(view["private_metadata"])) | {"item": item}
    return view | {"private_metadata": json.dumps(carried)}


def field(block_id: str, label: str, element: Block, *, optional: bool = False) -> Block:
    """Return one field with its label."""
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": element,
        "optional": optional,
    }


def area(block_id: str, label: str, hint: str, text: str = "", *, optional: bool = False) -> Block:
    """Return a field for text of several lines, holding `text` to begin with."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": "value",
        "multiline": True,
        "max_length": AREA_CHARACTERS,
    }
    element |= {"initial_value": text} if text else {}
    return field(block_id, label, element, optional=optional) | {"hint": plain(hint)}


def menu(block_id: str, label: str, choices: Mapping[str, str]) -> Block:
    """Return a menu of values with their titles, the first of them chosen."""
    options = [
        {"text": plain(title, OPTION_CHARACTERS), "value": cut(name, OPTION_CHARACTERS)}
        for name, title in choices.items()
    ]
    element = {"type": "static_select", "action_id": "value", "options": options}
    return field(block_id, label, element | {"initial_option": options[0]})


def typeahead(block_id: str, label: str, placeholder: str) -> Block:
    """Return a menu that offers canned replies as one types, and tells at once what was chosen."""
    element: Block = {
        "type": "external_select",
        "action_id": CANNED,
        "min_query_length": 0,
        "placeholder": plain(placeholder),
    }
    return field(block_id, label, element, optional=True) | {"dispatch_action": True}


def files(block_id: str, label: str, hint: str) -> Block:
    """Return a field for files, which may stay empty."""
    element = {"type": "file_input", "action_id": "value", "max_files": MOST_FILES}
    return field(block_id, label, element, optional=True) | {"hint": plain(hint)}
