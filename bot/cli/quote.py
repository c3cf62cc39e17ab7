"""`quote`: what a renewal, a return or a change costs, from the registers or from given facts."""

from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.contracts import On, contract_named
from bot.cli.options import Config, Json, day, fail, print_json, safe

if TYPE_CHECKING:
    from quotas.contract import Contract
    from quotas.programme import Programme
    from quotas.quotation import Quotation

app = typer.Typer(no_args_is_help=True)

TITLES = {
    "renewal": "更新",
    "rejoin": "再加入",
    "restart": "保守の再開",
    "add": "ライセンスの追加",
    "merge": "ライセンスの統合",
    "switch": "保守の種別変更",
}

Number = Annotated[
    str | None, typer.Argument(help="The support number; without it, facts are given by options.")
]
Id = Annotated[
    str | None, typer.Option("--programme", help="The programme, when no number is given.")
]
Users = Annotated[int | None, typer.Option("--users", help="Users of the licences (now).")]
Years = Annotated[int | None, typer.Option("--years", help="How many years are bought.")]
ListTotal = Annotated[
    int | None, typer.Option("--list-total", help="List prices in all, in yen without tax.")
]
Products = Annotated[
    list[str] | None, typer.Option("--product", metavar="NAME=PRICE", help="Owned; repeat it.")
]
Sets = Annotated[
    list[str] | None, typer.Option("--set", metavar="QUANTITY:END", help="A set; repeat it.")
]
Quantity = Annotated[int | None, typer.Option("--quantity", help="How many licences.")]
PurchasedOn = Annotated[
    str | None, typer.Option("--purchased-on", metavar="DATE", help="The day of purchase.")
]


@app.command()
def renewal(
    number: Number = None,
    programme: Id = None,
    users: Users = None,
    edition: Annotated[str | None, typer.Option("--edition", help="As unlimited.")] = None,
    product: Products = None,
    list_total: ListTotal = None,
    sets: Sets = None,
    end: Annotated[
        str | None, typer.Option("--previous-end", "--end", metavar="DATE", help="The present end.")
    ] = None,
    years: Years = None,
    on: On = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Quote the renewal of a contract."""
    _quote("renewal", number, programme, on, config, json=json, users=users, edition=edition,
           products=_products(product, list_total), sets=_sets(sets), previous_end=day(end),
           years=years)  # fmt: skip


@app.command()
def rejoin(
    number: Number = None,
    programme: Id = None,
    left_on: Annotated[
        str | None, typer.Option("--left-on", metavar="DATE", help="Last day of membership.")
    ] = None,
    rejoin_on: Annotated[
        str | None, typer.Option("--rejoin-on", metavar="DATE", help="The day of return.")
    ] = None,
    annual_fee: Annotated[
        int | None, typer.Option("--annual-fee", help="Yearly fee in yen without tax.")
    ] = None,
    product: Products = None,
    list_total: ListTotal = None,
    years: Years = None,
    on: On = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Quote joining again after a membership has ended."""
    owned = _products(product, list_total if annual_fee is None else None)
    _quote("rejoin", number, programme, on or rejoin_on, config, json=json, left_on=day(left_on),
           rejoin_on=day(rejoin_on), annual_fee=annual_fee, list_total=list_total,
           products=owned, years=years)  # fmt: skip


@app.command()
def restart(
    number: Number = None,
    programme: Id = None,
    end: Annotated[
        str | None, typer.Option("--lapsed-end", "--end", metavar="DATE", help="The lapsed end.")
    ] = None,
    restart_on: Annotated[
        str | None, typer.Option("--restart-on", metavar="DATE", help="The day of the restart.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", metavar="DATE", help="The new end.")
    ] = None,
    quantity: Quantity = None,
    on: On = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Quote the restart of lapsed maintenance."""
    _quote("restart", number, programme, on, config, json=json, lapsed_end=day(end),
           restart_on=day(restart_on), until=day(until), quantity=quantity)  # fmt: skip


@app.command()
def add(
    number: Number = None,
    programme: Id = None,
    users: Users = None,
    users_added: Annotated[
        int | None, typer.Option("--users-added", help="Users of the added licences.")
    ] = None,
    status: Annotated[str | None, typer.Option("--status", help="As free, paid.")] = None,
    kind: Annotated[str | None, typer.Option("--kind", help="normal or version_up.")] = None,
    end: Annotated[
        str | None, typer.Option("--existing-end", "--end", metavar="DATE", help="Existing end.")
    ] = None,
    existing_quantity: Annotated[
        int | None, typer.Option("--existing-quantity", help="Licences there are.")
    ] = None,
    purchased_on: PurchasedOn = None,
    added_quantity: Annotated[
        int | None, typer.Option("--added-quantity", "--quantity", help="Licences added.")
    ] = None,
    years: Years = None,
    on: On = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Quote an addition of licences."""
    _quote("add", number, programme, on, config, json=json, users_before=users,
           users_added=users_added, status=status, kind=kind, existing_end=day(end),
           existing_quantity=existing_quantity, purchased_on=day(purchased_on),
           added_quantity=added_quantity, years=years)  # fmt: skip


@app.command()
def merge(
    number: Number = None,
    programme: Id = None,
    sets: Sets = None,
    on: On = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Quote the merge of licence sets."""
    _quote("merge", number, programme, on, config, json=json, sets=_sets(sets))


@app.command()
def switch(
    number: Number = None,
    programme: Id = None,
    purchased_on: PurchasedOn = None,
    quantity: Quantity = None,
    end: Annotated[
        str | None, typer.Option("--next-end", "--end", metavar="DATE", help="The next end.")
    ] = None,
    on: On = None,
    json: Json = False,
    config: Config = None,
) -> None:
    """Quote the switch from normal to version-up maintenance."""
    _quote("switch", number, programme, on, config, json=json, purchased_on=day(purchased_on),
           quantity=quantity, next_end=day(end))  # fmt: skip


def _quote(
    kind: str,
    number: str | None,
    programme: str | None,
    on: str | None,
    config: Path | None,
    /,
    *,
    json: bool,
    **given: Any,
) -> None:
    from quotas.answer import quotation_values
    from quotas.quotation import quote

    contract, terms, today = _subject(number, programme, config)
    at = day(on) or today
    offered = [name for name in TITLES if f"quote_{name}" in terms.rules]
    if kind not in offered:
        fail(f"the terms of {terms.id} quote no {kind}; they quote {', '.join(offered)}")
    quotation = quote(kind, contract, terms, at, **given)
    if json:
        shown = {"programme": terms.id, "support_number": number, "on": at}
        print_json(shown | quotation_values(quotation))
    else:
        typer.echo(safe(_text(quotation, terms, at)))


def _subject(
    number: str | None, programme: str | None, config: Path | None
) -> tuple["Contract | None", "Programme", date]:
    """Return the contract when a number is given, its programme's terms, and today."""
    from bot.cli.context import opened
    from bot.cli.terms_options import configured, loaded
    from bot.clock import system_clock
    from bot.programmes import TOKYO

    if number is not None:
        with opened(config) as house:
            contract = contract_named(house, number)
            return contract, house.programmes[contract.programme], house.clock().date()
    programmes = loaded(configured(config), None)
    if programme not in programmes:
        fail(f"a support number or --programme is needed; known are {', '.join(programmes)}")
    return None, programmes[programme], system_clock(TOKYO)().date()


def _products(named: list[str] | None, list_total: int | None) -> list[dict[str, Any]] | None:
    """Read NAME=PRICE; a total alone stands for one product of that price."""
    if not named:
        return None if list_total is None else [{"name": "所有ソフト", "list_price": list_total}]
    return [
        {"name": name, "list_price": _whole(price, product)}
        for product in named
        for name, _, price in [product.rpartition("=")]
    ]


def _sets(written: list[str] | None) -> list[dict[str, Any]] | None:
    """Read QUANTITY:END."""
    if not written:
        return None
    return [
        {"quantity": _whole(quantity, each), "end": day(end)}
        for each in written
        for quantity, _, end in [each.partition(":")]
    ]


def _whole(text: str, where: str) -> int:
    try:
        return int(text)
    except ValueError:
        return fail(
            f"{where!r}: {text!r} is not a whole number; write NAME=500000 or 10:2026-03-31"
        )


def _text(quotation: "Quotation", programme: "Programme", on: date) -> str:
    lines = [f"{TITLES[quotation.kind]}の見積  {programme.name}  {on}"]
    for line in quotation.lines:
        amount = "" if line.amount is None else f"  {line.amount:,}円"
        lines.append(f"  {line.text}{amount}  〔{line.article}〕")
    if quotation.total is not None:
        taxed = quotation.total_with_tax
        lines.append(f"  合計（税抜）  {quotation.total:,}円")
        lines += [] if taxed is None else [f"  合計（税込）  {taxed:,}円"]
    if quotation.questions:
        lines.append("確認が必要な点")
        lines += [f"  ・{question}" for question in quotation.questions]
    return "\n".join(lines)
