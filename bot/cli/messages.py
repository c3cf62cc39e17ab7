"""`receive` and `explain`: one message in, and what would be done about messages."""

import sys
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import FINDING, Config, Json, fail, instant, print_json, safe

if TYPE_CHECKING:
    from bot.desk import Explained

MailboxName = Annotated[
    str | None, typer.Option("--mailbox", help="The mailbox it came to (default: the only one).")
]


def receive(
    file: Annotated[Path | None, typer.Argument(help="The message; without it, stdin.")] = None,
    mailbox: MailboxName = None,
    config: Config = None,
) -> None:
    """Take one message from a file or stdin, durably; for pipes of a mail server.

    Exit status 0 means that the desk has it. It is decided by the running desk.
    """
    from bot.cli.context import mailbox_named, opened
    from bot.desk import MessageDesk
    from bot.intake import Arrival
    from bot.store.messages import transaction_key

    raw = _read(file) if file else sys.stdin.buffer.read()
    if not raw.strip():
        fail("the message is empty; give a file or pipe one in")
    with opened(config) as house:
        box = mailbox_named(house, mailbox)
        key = transaction_key(box.name, uuid.uuid4().hex)
        MessageDesk(house).take([Arrival(box.name, key, raw, house.clock())])


def explain(
    files: Annotated[list[Path], typer.Argument(help="Messages as files (.eml).")],
    mailbox: MailboxName = None,
    at: Annotated[
        str | None, typer.Option("--at", help="The instant it arrives (ISO 8601; default: now).")
    ] = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Tell what the desk would do about messages, and why; nothing is written or sent."""
    from bot.cli.context import desk_time, mailbox_named, opened
    from bot.desk import MessageDesk
    from bot.reader import UnreadableError

    moment = instant(at)
    raws = [(file, _read(file)) for file in files]
    unreadable = 0
    with opened(config) as house:
        box, when = mailbox_named(house, mailbox), desk_time(house, moment)
        desk = MessageDesk(house)
        for file, raw in raws:
            try:
                explained = desk.explain(raw, box, when)
            except UnreadableError as error:
                unreadable += 1
                _print_unreadable(file, error.cause, str(error), json=json)
            else:
                _print_explained(explained, json=json)
    if unreadable:
        raise typer.Exit(FINDING)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        fail(f"{file}: can't be read ({error.strerror}); name a message file")


def _print_unreadable(file: Path, cause: str, detail: str, *, json: bool) -> None:
    if json:
        print_json({"reason": "quarantined", "cause": cause, "detail": detail, "file": str(file)})
    else:
        typer.echo(safe(f"{file}: quarantined ({cause}): {detail}"))


def _print_explained(explained: "Explained", *, json: bool) -> None:
    from bot.explain import decision_json, explanation

    decision, request = explained.decision, explained.reading.request
    if json:
        print_json(decision_json(decision, request, explained.rendered))
    else:
        typer.echo(safe(explanation(decision, request, explained.rendered)))
