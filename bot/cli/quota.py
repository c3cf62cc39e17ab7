"""`quota`: balances and statements, and entries written by hand under the contract's lock."""

import uuid
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from bot.cli.contracts import Number, On, contract_named, counted
from bot.cli.options import FINDING, Config, Json, day, fail, print_json, safe

if TYPE_CHECKING:
    from bot.house import House
    from quotas.ledger import LedgerEntry
    from quotas.ledger_check import Refusal

app = typer.Typer(no_args_is_help=True)
Quota = Annotated[str, typer.Argument(help="The quota's name, such as licence_reissue.")]
Entry = Annotated[int, typer.Argument(help="The number of the entry it refers to.")]
Units = Annotated[int, typer.Option("--units", help="How many units.")]
Key = Annotated[
    str | None, typer.Option("--key", help="The same key again writes nothing a second time.")
]
Because = Annotated[str, typer.Option("--reason", help="Why, for the audit and the statement.")]
ContactOf = Annotated[str | None, typer.Option("--contact", help="The contact's address.")]
Made = Annotated[str | None, typer.Option("--on", help="The day it happened (default: today).")]


@app.command()
def show(number: Number, on: On = None, json: Json = False, config: Config = None) -> None:
    """Show the statement 利用明細 of every quota in the contract year of a day."""
    from bot.cli.context import opened
    from bot.statements import statement_json, statements_on

    asked = day(on)
    with opened(config) as house:
        contract, entries = counted(house, number)
        at = asked or house.clock().date()
        found = statements_on(contract, house.programmes[contract.programme], entries, at)
    shown = [statement_json(statement) for statement in found]
    if json:
        print_json({"support_number": contract.support_number, "on": at, "quotas": shown})
    elif not shown:
        typer.echo(f"{contract.support_number}: {at} は契約期間外です")
    else:
        typer.echo(safe("\n\n".join(_statement(statement, at) for statement in shown)))


def _statement(shown: Mapping[str, Any], at: date) -> str:
    limited = shown["limit"] is not None
    what = "残り" if limited else "利用"
    closing = "期末" if at >= shown["year_end"] else "現在"
    lines = [
        f"{shown['title']}（{shown['name']}）  {shown['year_start']} 〜 {shown['year_end']}",
        f"  期首  {what} {shown['opening']}",
        *(f"  {_line(line)}" for line in shown["lines"]),
        f"  {closing}  {what} {shown['closing']}（{shown['resets_on']} に更新）",
    ]
    return "\n".join(lines)


def _line(line: Mapping[str, Any]) -> str:
    about = " ".join(str(line[k]) for k in ("case_number", "contact", "reason") if line[k])
    minutes = f" {line['minutes']}分" if line["minutes"] else ""
    return (
        f"#{line['entry']} {line['on']} {line['kind_title']}{minutes} {line['units']:+d}"
        f" → {line['balance']}  {about} {line['article']}".rstrip()
    )


@app.command()
def record(
    number: Number,
    quota: Quota,
    units: Units = 1,
    minutes: Annotated[int | None, typer.Option("--minutes", help="How long it took.")] = None,
    contact: ContactOf = None,
    on: Made = None,
    key: Key = None,
    reason: Because = "",
    json: Json = False,
    config: Config = None,
) -> None:
    """Record a use at once, such as a call; refused (status 1) when the terms block it."""
    _write("consume", number, quota, units, on, key, reason, json, config,
           minutes=minutes, contact=contact)  # fmt: skip


@app.command()
def reserve(
    number: Number,
    quota: Quota,
    units: Units = 1,
    contact: ContactOf = None,
    on: Made = None,
    key: Key = None,
    reason: Because = "",
    json: Json = False,
    config: Config = None,
) -> None:
    """Reserve units, to be consumed or released later."""
    _write("reserve", number, quota, units, on, key, reason, json, config, contact=contact)


@app.command()
def adjust(
    number: Number,
    quota: Quota,
    units: Annotated[
        int, typer.Option("--units", help="+1 gives one back to the customer, -1 takes one.")
    ],
    on: Made = None,
    key: Key = None,
    reason: Because = "",
    json: Json = False,
    config: Config = None,
) -> None:
    """Correct a count by adding an entry; nothing is ever changed."""
    if not reason:
        fail("an adjustment needs --reason: it stands in the statement")
    _write("adjust", number, quota, units, on, key, reason, json, config)


@app.command()
def consume(
    entry: Entry, key: Key = None, reason: Because = "", json: Json = False, config: Config = None
) -> None:
    """Consume a reservation."""
    _follow("consume", entry, key, reason, json, config)


@app.command()
def release(
    entry: Entry, key: Key = None, reason: Because = "", json: Json = False, config: Config = None
) -> None:
    """Release a reservation that was refused or withdrawn."""
    _follow("release", entry, key, reason, json, config)


@app.command()
def reverse(
    entry: Entry, key: Key = None, reason: Because = "", json: Json = False, config: Config = None
) -> None:
    """Undo an entry by adding its opposite."""
    _follow("reverse", entry, key, reason, json, config)


def _write(
    kind: str,
    number: str,
    quota: str,
    units: int,
    on: str | None,
    key: str | None,
    reason: str,
    json: bool,
    config: Any,
    *,
    minutes: int | None = None,
    contact: str | None = None,
) -> None:
    from bot.cli.context import opened
    from quotas.ledger import Kind, LedgerEntry

    asked = day(on)
    with opened(config) as house:
        contract = contract_named(house, number)
        programme = house.programmes[contract.programme]
        if quota not in programme.quotas:
            fail(f"there is no quota {quota!r}; {programme.id} has {', '.join(programme.quotas)}")
        now = house.clock()
        made_on: date = asked or now.date()
        entry = LedgerEntry(
            id=0,
            support_number=contract.support_number,
            quota=quota,
            kind=Kind(kind),
            units=units,
            charged_on=made_on,
            on=made_on,
            recorded_at=now,
            key=key or f"cli:{uuid.uuid4()}",
            actor="cli",
            contact=contact,
            minutes=minutes,
            article=programme.quotas[quota].on(made_on).article,
            reason=reason,
        )
        _record(house, entry, json=json)


def _follow(kind: str, number: int, key: str | None, reason: str, json: bool, config: Any) -> None:
    from bot.cli.context import opened
    from bot.store.ledger import following
    from quotas.ledger import Kind

    with opened(config) as house:
        with house.store.reading() as work:
            before = work.ledger.entry(number)
        if before is None:
            fail(f"there is no entry {number}; see 'madoguchi quota show NUMBER'", FINDING)
        entry = following(
            before,
            Kind(kind),
            key=key or f"cli:{uuid.uuid4()}",
            actor="cli",
            at=house.clock(),
        )
        entry = replace(entry, reason=reason)
        _record(house, entry, json=json)


def _record(house: "House", entry: "LedgerEntry", *, json: bool) -> None:
    """Write an entry under the contract's lock and print it with the balance after it."""
    from bot.cases.counting import is_long, record_entry
    from bot.cases.outcome import Actor
    from bot.statements import balances_on
    from bot.store.errors import PermanentStoreError
    from quotas.ledger_check import Refusal

    with house.store.reading() as work:
        contract = work.contracts.find(entry.support_number)
    if contract is None:
        fail(f"contract {entry.support_number} is gone from the registers", FINDING)
    programme = house.programmes[contract.programme]
    try:
        with house.store.work() as work:
            actor = Actor(entry.actor, entry.recorded_at)
            done = record_entry(work, house.letters, entry, f"quota_{entry.kind}", actor)
            entries = work.ledger.entries(entry.support_number)
    except PermanentStoreError as error:
        fail(str(error), FINDING)
    if isinstance(done, Refusal):
        _refused(done, json=json)
    known_on = max(entry.charged_on, entry.on)
    balances = balances_on(contract, programme, entries, entry.charged_on, known_on)
    left = next((b for b in balances if b["name"] == entry.quota), None)
    terms = programme.quota_on(done.quota, done.charged_on)
    long = is_long(terms, done)
    if json:
        shown = {"entry": done.id, "kind": done.kind, "units": done.units, "quota": left}
        print_json(shown | {"over_minutes": long})
    else:
        remaining = _remaining(left["remaining"] if left else None)
        over = f"  目安の{terms.guideline_minutes}分を超えています" if long else ""
        typer.echo(f"#{done.id} {done.kind} {done.units}{remaining}{over}")


def _remaining(remaining: int | None) -> str:
    return "" if remaining is None else f"  残り{remaining}"


def _refused(refusal: "Refusal", *, json: bool) -> NoReturn:
    if json:
        print_json({"refused": refusal.code, "detail": refusal.japanese})
    fail(f"refused: {refusal.english}（{refusal.japanese}）", FINDING)
