"""`quarantine`: messages the desk could not handle, their source, and trying them again."""

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import Config, Json, fail, print_json, safe

if TYPE_CHECKING:
    from bot.store.messages import StoredMessage

app = typer.Typer(no_args_is_help=True)
Number = Annotated[int, typer.Argument(help="The message's number in the list.")]


@app.command("list")
def list_(json: Json = False, config: Config = None) -> None:
    """List quarantined messages with their cause, oldest first."""
    from bot.cli.context import opened
    from bot.store.causes import WORDS
    from quotas.decision import State

    with opened(config) as house, house.store.reading() as work:
        found = work.messages.by_state(State.QUARANTINED)
        zone = house.settings.desk.timezone
    if json:
        print_json([_row(message) for message in found])
        return
    for m in found:
        received = f"{m.received_at.astimezone(zone):%Y-%m-%d %H:%M}"
        words = WORDS[m.cause] if m.cause else ""
        typer.echo(safe(f"{m.id}\t{m.mailbox}\t{received}\t{m.cause}\t{words}\t{m.detail}"))
    typer.echo(f"{len(found)}件")


def _row(message: "StoredMessage") -> dict[str, object]:
    shown = ("id", "mailbox", "received_at", "size", "sha256", "attempts", "cause", "detail")
    return {name: getattr(message, name) for name in shown}


@app.command()
def show(number: Number, json: Json = False, config: Config = None) -> None:
    """Print the raw source of a quarantined message."""
    from bot.cli.context import opened
    from bot.store.blobs import BlobDamagedError, BlobMissingError

    with opened(config) as house:
        with house.store.reading() as work:
            message = work.messages.get(number)
        if message is None or message.cause is None:
            fail(f"message {number} is not in quarantine; see 'madoguchi quarantine list'", 1)
        try:
            raw = house.blobs.get(message.sha256)
        except (BlobMissingError, BlobDamagedError) as error:
            fail(str(error), 1)
    if json:
        print_json({**_row(message), "source": raw.decode("utf-8", "backslashreplace")})
    elif sys.stdout.isatty():
        typer.echo(safe(raw.decode("utf-8", "backslashreplace").replace("\r", "")))
    else:
        sys.stdout.buffer.write(raw)


@app.command()
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="Without any, all of them.")] = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Let the running desk handle quarantined messages again, after a fix."""
    from bot.cases.outcome import Actor
    from bot.cases.strays import retry as try_again
    from bot.cli.context import opened
    from quotas.decision import State

    with opened(config) as house, house.store.work() as work:
        held = {message.id for message in work.messages.by_state(State.QUARANTINED)}
        wanted = numbers or sorted(held)
        if unknown := [number for number in wanted if number not in held]:
            fail(f"not in quarantine: {unknown}; see 'madoguchi quarantine list'", 1)
        for number in wanted:
            try_again(work, number, Actor("cli", house.clock()))
    if json:
        print_json({"retried": wanted})
    else:
        typer.echo(f"{len(wanted)}件をもう一度処理します")
