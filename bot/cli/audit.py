"""`audit mail`: proving that every mail on the servers is stored and has ended in one state."""

from typing import TYPE_CHECKING, Annotated

import typer

from bot.cli.options import FINDING, Config, Json, day, print_json, safe

if TYPE_CHECKING:
    from bot.audit_mail import Audit

app = typer.Typer(no_args_is_help=True)


@app.callback()
def audit() -> None:
    """Compare the desk with the world outside."""


@app.command()
def mail(
    on: Annotated[
        str | None, typer.Option("--day", help="Only mail of this day (2026-11-20).")
    ] = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Compare the mailboxes' UIDs with the store; status 1 when anything differs."""
    from bot.audit_mail import audit_mail
    from bot.cli.context import opened

    chosen = day(on)
    with opened(config) as house:
        result = audit_mail(house, chosen)
    if json:
        print_json(result)
    else:
        _print(result)
    if result.findings:
        raise typer.Exit(FINDING)


def _print(result: "Audit") -> None:
    for box in result.mailboxes:
        typer.echo(
            safe(f"{box.mailbox}\tサーバー{box.on_server}\t保存{box.stored}\t移動・削除{box.gone}")
        )
    for state, count in result.states.items():
        typer.echo(f"{state}\t{count}")
    typer.echo(f"received\t{result.open}\n計\t{result.messages}")
    for f in result.findings:
        number = "-" if f.number is None else f.number
        typer.echo(safe(f"{f.code}\t{f.mailbox or '-'}\t{number}\t{f.detail}"))
    typer.echo(f"{len(result.findings)}件の相違")
