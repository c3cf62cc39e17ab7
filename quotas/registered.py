"""What the registers know for a quotation, named plainly, and how it is spoken of."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from quotas.contract import Contract, Status
from quotas.programme import Programme
from quotas.rules.maintenance import LicenceSet

TITLES: Mapping[str, str] = {
    "added_quantity": "追加するライセンス数",
    "annual_fee": "年会費",
    "existing_end": "追加先のライセンスの保守期日",
    "existing_quantity": "追加先のライセンス数",
    "kind": "保守の種別（通常保守・バージョンアップ付き保守）",
    "lapsed_end": "前回の保守期日",
    "left_on": "退会日（会員期間の最終日）",
    "maintenance_end": "現在の保守期日",
    "maintenance_quantity": "ライセンス数",
    "list_total": "所有ソフトの定価合計",
    "next_end": "次回の契約期限日",
    "period_end": "契約期間の最終日",
    "period_start": "契約期間の開始日",
    "previous_end": "前回の契約期間の最終日",
    "products": "お持ちのソフトとその定価（税抜）",
    "purchased_on": "ご購入日",
    "quantity": "対象のライセンス数",
    "sets": "対象のライセンスの数量と保守期日",
    "status": "ご契約の状態",
    "until": "再開後の契約期限日",
    "users": "ライセンスのユーザー数",
    "users_added": "追加するライセンスのユーザー数",
    "users_before": "追加前のライセンスのユーザー数",
}


def registered_facts(contract: Contract | None, programme: Programme, day: date) -> dict[str, Any]:
    """Return the facts a contract's registers hold on `day`; what they don't know is left out.

    ``day``; of the last period begun by then ``period_start``, ``period_end`` and ``status``;
    ``products``; of licences ``sets``, ``licence_kind`` (``mixed`` when they differ), and, where
    all agree, ``maintenance_end`` with ``maintenance_quantity``, and ``licence_purchased_on``.
    """
    facts: dict[str, Any] = {"day": day}
    if contract is None:
        return facts
    return facts | _period(contract, programme, day) | _products(contract) | _licences(contract)


def missing_fact(name: str) -> str:
    """Return the question for a fact that nobody has stated."""
    return f"{TITLES.get(name, name)}が登録されていません。確認してください。"


def spoken(value: object) -> str:
    """Return a value as a customer reads it."""
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    return f"{value:,}" if isinstance(value, int) else str(value)


def _period(contract: Contract, programme: Programme, day: date) -> dict[str, Any]:
    begun = [period for period in contract.periods if period.start <= day]
    if not begun:
        return {}
    last = max(begun, key=lambda period: period.start)
    status = last.status if last.holds_on(day) else Status.NONE
    return {
        "period_start": last.start,
        "period_end": last.end,
        "status": programme.statuses[status],
    }


def _products(contract: Contract) -> dict[str, Any]:
    products = [{"name": p.name, "list_price": p.list_price} for p in contract.products]
    return {"products": products} if products else {}


def _licences(contract: Contract) -> dict[str, Any]:
    if not contract.licences:
        return {}
    owned = contract.licences
    sets = [LicenceSet(each.quantity, each.maintenance_until) for each in owned]
    kinds = {each.kind for each in owned}
    facts: dict[str, Any] = {
        "sets": [{"quantity": each.quantity, "end": each.end} for each in sets],
        "licence_kind": min(kinds) if len(kinds) == 1 else "mixed",
    }
    if len({each.end for each in sets}) == 1:
        facts["maintenance_end"] = sets[0].end
        facts["maintenance_quantity"] = sum(each.quantity for each in sets)
    purchases = {each.purchased_on for each in owned}
    return facts | ({"licence_purchased_on": min(purchases)} if len(purchases) == 1 else {})
