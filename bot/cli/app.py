"""All commands under one name."""

import typer

from bot.cli import (
    audit,
    contracts,
    desk,
    ledger,
    messages,
    outbox,
    quarantine,
    quota,
    quote,
    terms,
    user,
)
from bot.cli.registers import import_registers

app = typer.Typer(
    name="madoguchi",
    help="Madoguchi (窓口): a support desk for software companies in Japan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)

app.command()(desk.init)
app.command()(desk.demo)
app.command()(desk.serve)
app.command()(desk.doctor)
app.command("import")(import_registers)
app.command()(messages.receive)
app.command()(messages.explain)
app.add_typer(contracts.app, name="contract", help="Contracts as the registers hold them.")
app.add_typer(quota.app, name="quota", help="What is counted, and the ledger behind it.")
app.add_typer(terms.app, name="terms", help="The terms of the programmes.")
app.add_typer(quote.app, name="quote", help="Fees and years the terms let compute.")
app.add_typer(outbox.app, name="outbox", help="What is to be sent.")
app.add_typer(quarantine.app, name="quarantine", help="Messages the desk could not handle.")
app.add_typer(ledger.app, name="ledger", help="The append-only ledger.")
app.add_typer(user.app, name="user", help="The people who sign in to the web.")
app.add_typer(audit.app, name="audit", help="The desk against the world outside.")
