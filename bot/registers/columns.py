"""The four registers: their columns, how each is read, and how a table is recognised."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from unicodedata import normalize

from bot.registers import cells
from bot.registers.cells import Cell

Reader = Callable[[Cell], Any]


@dataclass(frozen=True, slots=True)
class Column:
    """A column: how its cells are read, whether each must be filled, its Japanese headings."""

    read: Reader
    required: bool
    headings: tuple[str, ...] = ()


_NUMBER = Column(
    cells.text, required=True, headings=("サポート番号", "サポートサービス番号", "保守管理番号")
)
CONTRACTS: Mapping[str, Column] = {
    "support_number": _NUMBER,
    "programme": Column(cells.text, required=True, headings=("プログラム",)),
    "customer": Column(cells.text, required=True, headings=("お客様名", "会社名", "契約者")),
    "starts_on": Column(cells.day, required=True, headings=("開始日", "契約開始日")),
    "ends_on": Column(cells.day, required=True, headings=("終了日", "契約終了日")),
    "status": Column(cells.status, required=True, headings=("区分", "契約区分")),
    "customer_email": Column(cells.email, required=False, headings=("お客様メール",)),
    "reseller": Column(cells.text, required=False, headings=("販売店",)),
    "note": Column(cells.text, required=False, headings=("備考",)),
    "served_from": Column(cells.day, required=False, headings=("サービス開始日",)),
    "card_received_on": Column(cells.day, required=False, headings=("会員証受領日",)),
}
CONTACTS: Mapping[str, Column] = {
    "support_number": _NUMBER,
    "name": Column(cells.text, required=True, headings=("氏名", "担当者名", "担当者")),
    "email": Column(cells.email, required=False, headings=("メールアドレス", "メール")),
    "fax": Column(cells.telephone, required=False, headings=("FAX番号",)),
    "phone": Column(cells.telephone, required=False, headings=("電話番号", "電話")),
    "from": Column(cells.day, required=False, headings=("登録日",)),
    "until": Column(cells.day, required=False, headings=("解除日", "登録終了日")),
    "unauthenticated_until": Column(cells.day, required=False, headings=("認証猶予期限",)),
}
LICENCES: Mapping[str, Column] = {
    "support_number": _NUMBER,
    "purchased_on": Column(cells.day, required=True, headings=("購入日",)),
    "quantity": Column(cells.quantity, required=True, headings=("数量", "ライセンス数")),
    "kind": Column(cells.kind, required=True, headings=("種別",)),
    "maintenance_until": Column(cells.day, required=True, headings=("保守期限", "保守終了日")),
}
PRODUCTS: Mapping[str, Column] = {
    "support_number": _NUMBER,
    "product": Column(cells.text, required=True, headings=("製品", "製品名", "商品名")),
    "list_price": Column(cells.amount, required=True, headings=("定価", "標準価格")),
}
REGISTERS: Mapping[str, Mapping[str, Column]] = {
    "contracts": CONTRACTS,
    "licences": LICENCES,
    "products": PRODUCTS,
    "contacts": CONTACTS,
}


def named(heading: Cell) -> str:
    """Return the name of the column a heading stands for, or the heading folded."""
    folded = normalize("NFKC", cells.text(heading)).casefold().replace(" ", "_")
    return _BY_HEADING.get(folded, folded)


def recognised(headings: Sequence[str], *names: str) -> str | None:
    """Return which register a table is: by its columns, else by its sheet's or file's name."""
    present = set(headings)
    for register, columns in REGISTERS.items():
        if {name for name, column in columns.items() if column.required} <= present:
            return register
    told = [name.casefold() for name in names]
    return next((register for register in REGISTERS for name in told if register in name), None)


_BY_HEADING = {
    normalize("NFKC", heading).casefold(): name
    for columns in REGISTERS.values()
    for name, column in columns.items()
    for heading in column.headings
}
