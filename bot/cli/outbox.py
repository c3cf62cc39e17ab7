"""`outbox`: what is to be sent, and sending what failed again."""

from typing import Annotated

import typer

from bot.cli.options import Config, Json, fail, print_json, safe

app = typer.Typer(no_args_is_help=True)


@app.command("list")
def list_(
    everything: Annotated[bool, typer.Option("--all", help="Also what was sent.")] = False,
    json: Json = False,
    config: Config = None,
) -> None:
    """List what waits to be sent, failed or came back, oldest first."""
    from bot.cli.context import opened

    with opened(config) as house, house.store.reading() as work:
        items = work.outbox.listed() if everything else work.outbox.troubled()
    if json:
        print_json([_row(item) for item in items])
        return
    for item in items:
        typer.echo(
            safe(
                f"{item.id}\t{item.kind}\t{'bounced' if item.bounced_at else item.state}\t"
                f"{item.recipient or '-'}\t{item.subject or '-'}\t試行{item.attempts}\t"
                f"{item.bounce_status or item.last_error or ''}"
            )
        )
    typer.echo(f"{len(items)}件")


def _row(item: object) -> dict[str, object]:
    shown = (
        "id", "kind", "state", "case_number", "recipient", "template", "subject", "message_id",
        "attempts", "next_at", "last_error", "created_at", "sent_at", "bounced_at", "bounce_status",
    )  # fmt: skip
    return {name: getattr(item, name) for name in shown}


@app.command()
def retry(
    items: Annotated[
        list[int] | None, typer.Argument(help="Numbers; without any, all failed.")
    ] = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Queue failed mails to be sent again by the running desk."""
    from bot.cli.context import opened
    from bot.drawing import draw_soon
    from bot.outbox import deliver_soon

    with opened(config) as house, house.store.work() as work:
        now = house.clock()
        wanted = items or [item.id for item in work.outbox.listed("failed")]
        unknown = [number for number in wanted if not work.outbox.retry(number, now)]
        if unknown:
            fail(f"not in the outbox, or sent already: {unknown}; see 'madoguchi outbox list'", 1)
        deliver_soon(work, now)
        draw_soon(work, now)
    if json:
        print_json({"retried": wanted})
    else:
        typer.echo(f"{len(wanted)}件を再送します")
