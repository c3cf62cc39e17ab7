"""`contract show`: a contract as it stands, or stood, on a day."""

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.cli.options import FINDING, Config, Json, day, fail, print_json, safe

if TYPE_CHECKING:
    from bot.house import House
    from quotas.contract import Contract
    from quotas.ledger import LedgerEntry

_BESIDES = {"customer_email": "代表アドレス", "reseller": "販売店", "note": "備考"}
app = typer.Typer(no_args_is_help=True)
Number = Annotated[str, typer.Argument(help="The support number, however it is written.")]
On = Annotated[str | None, typer.Option("--on", help="The day (default: today).")]


@app.callback()
def contracts() -> None:
    """Look at contracts as the registers hold them."""


@app.command()
def show(number: Number, on: On = None, json: Json = False, config: Config = None) -> None:
    """Show a contract: status, periods, contacts and balances on a day."""
    from bot.cli.context import opened
    from bot.statements import balances_on

    asked = day(on)
    with opened(config) as house:
        contract, entries = counted(house, number)
        at = asked or house.clock().date()
        shown = contract_json(contract, house, at)
        shown["quotas"] = balances_on(contract, house.programmes[contract.programme], entries, at)
    if json:
        print_json(shown)
    else:
        typer.echo(safe(_text(shown)))


def counted(house: "House", number: str) -> tuple["Contract", tuple["LedgerEntry", ...]]:
    """Return the contract a person means by `number`, and all entries of its ledger."""
    contract = contract_named(house, number)
    with house.store.reading() as work:
        return contract, work.ledger.entries(contract.support_number)


def contract_named(house: "House", number: str) -> "Contract":
    """Return the contract a person means by `number`; end the command when there is none."""
    from bot.intake import canonical_numbers

    candidates = canonical_numbers(number, house.programmes.values())
    with house.store.reading() as work:
        found = work.contracts.find_many([number, *candidates])
    contract = next(iter(found.values()), None)
    if contract is None:
        return fail(
            f"there is no contract {number!r} in the registers; "
            "check the number or import it with 'madoguchi import'",
            FINDING,
        )
    if contract.programme not in house.programmes:
        fail(f"contract {number}: there are no terms for programme {contract.programme!r}")
    return contract


def contract_json(contract: "Contract", house: "House", at: date) -> dict[str, Any]:
    """Return a contract as it stands on the day `at`, as plain data."""
    from quotas.contract import Status

    period = contract.period_on(at)
    programme = house.programmes[contract.programme]
    status = period.status if period else Status.NONE
    return {
        "support_number": contract.support_number,
        "programme": contract.programme,
        "customer": contract.customer,
        "on": at,
        "status": status,
        "status_title": programme.status_title(status),
        "period": {"start": period.start, "end": period.end} if period else None,
        "periods": [
            {"start": p.start, "end": p.end, "status": p.status,
             "status_title": programme.status_title(p.status)}
            for p in contract.periods
        ],
        "contacts": [
            {"name": c.name, "email": c.email, "fax": c.fax, "phone": c.phone,
             "from": c.since, "until": c.last}
            for c in contract.contacts_on(at)
        ],
        "customer_email": contract.customer_email,
        "reseller": contract.reseller,
        "note": contract.note,
        "licences": [
            {"purchased_on": s.purchased_on, "quantity": s.quantity, "kind": s.kind,
             "maintenance_until": s.maintenance_until}
            for s in contract.licences
        ],
        "products": [{"product": p.name, "list_price": p.list_price} for p in contract.products],
    }  # fmt: skip


def _text(shown: Mapping[str, Any]) -> str:
    lines = [
        f"{shown['support_number']}  {shown['customer']}（{shown['programme']}）",
        f"{shown['on']:%Y-%m-%d} 時点の状態  {shown['status_title']}",
        "契約期間",
        *(f"  {p['start']} 〜 {p['end']}  {p['status_title']}" for p in shown["periods"]),
        "登録担当者",
        *(f"  {c['name']}  {_ways(c)}" for c in shown["contacts"]),
    ]
    if shown["quotas"]:
        lines.append("利用回数")
        lines += [f"  {_quota(q)}" for q in shown["quotas"]]
    return "\n".join([*lines, *_besides(shown)])


def _besides(shown: Mapping[str, Any]) -> list[str]:
    """Return what the registers hold of the contract besides its periods and contacts."""
    return [
        *(f"{title}  {shown[key]}" for key, title in _BESIDES.items() if shown[key]),
        *(
            f"ライセンス  {s['quantity']}（{s['kind']}、{s['purchased_on']} 購入、"
            f"保守 {s['maintenance_until']} まで）"
            for s in shown["licences"]
        ),
        *(f"製品  {p['product']}  定価{p['list_price']:,}円" for p in shown["products"]),
    ]


def _ways(contact: Mapping[str, Any]) -> str:
    ways = {"": contact["email"], "FAX ": contact["fax"], "電話 ": contact["phone"]}
    return "  ".join(name + way for name, way in ways.items() if way) or "連絡先の登録なし"


def _quota(quota: Mapping[str, Any]) -> str:
    limit = "上限なし" if quota["limit"] is None else f"上限{quota['limit']}"
    left = "" if quota["remaining"] is None else f"  残り{quota['remaining']}"
    return (
        f"{quota['title']}  {limit}  利用{quota['used']}  確保{quota['reserved']}{left}"
        f"  {quota['resets_on']}に更新"
    )
