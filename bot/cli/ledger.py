"""`ledger verify`: proving that every count is right."""

import typer

from bot.cli.options import FINDING, Config, Json, print_json, safe

app = typer.Typer(no_args_is_help=True)


@app.callback()
def ledger() -> None:
    """Prove the append-only ledger."""


@app.command()
def verify(json: Json = False, config: Config = None) -> None:
    """Check every sum, reference and reservation; status 1 when anything is wrong."""
    from bot.cli.context import opened
    from bot.store.ledger_proof import prove

    with opened(config) as house, house.store.reading() as work:
        findings = prove(work.connection)
        entries = work.ledger.count()
    if json:
        print_json({"entries": entries, "findings": findings})
    else:
        for finding in findings:
            typer.echo(safe(f"{finding.code}\t{finding.entry or '-'}\t{finding.detail}"))
        typer.echo(f"{entries} entries, {len(findings)} findings")
    if findings:
        raise typer.Exit(FINDING)
