"""Sample registers: fictitious companies with contracts that lie around the day they are made."""

import csv
import io
from datetime import date, timedelta

from quotas.month import month_end, month_start

CONTRACT_COLUMNS = (
    "support_number", "programme", "customer", "starts_on", "ends_on", "status",
    "customer_email", "reseller", "note",
)  # fmt: skip
CONTACT_COLUMNS = ("support_number", "name", "email", "fax", "phone", "from", "until")
LICENCE_COLUMNS = ("support_number", "purchased_on", "quantity", "kind", "maintenance_until")
PRODUCT_COLUMNS = ("support_number", "product", "list_price")

DAX, DEKISPART, LICENCE = "desknets-dax", "dekispart", "licence-maintenance"
MINATO, HIKARI = "株式会社みなと商会", "光システム販売株式会社"

# support number, programme, customer, first period begins so many months from this month's 1st,
# status of each year, reseller
_CONTRACTS = (
    ("DX-1024-7731", DAX, "株式会社青葉設計事務所", -17, ("free", "paid"), MINATO),
    ("DX-2048-1190", DAX, "みなと物流株式会社", -3, ("free",), ""),
    ("DX-3120-5567", DAX, "株式会社ひばり製菓", -14, ("paid",), MINATO),
    ("DX-4410-0028", DAX, "合同会社しらかば", 1, ("free",), ""),
    ("DX-5500-8123", DAX, "医療法人さくら会", -5, ("paid",), HIKARI),
    ("DX-6001-3344", DAX, "㈱髙﨑工務店", -8, ("paid",), ""),
    ("0012-3456-78", DEKISPART, "株式会社北斗建設", -6, ("paid",), HIKARI),
    ("0098-7654-32", DEKISPART, "有限会社中村組", -2, ("paid",), ""),
    ("0055-1111-20", DEKISPART, "株式会社みずほ土木", -20, ("paid",), ""),
    ("M20150401", LICENCE, "株式会社つばめ印刷", -30, ("free", "paid"), MINATO),
    ("M20180712", LICENCE, "東西電機株式会社", -7, ("paid",), HIKARI),
    ("M20200105", LICENCE, "株式会社はやて精工", -9, ("free",), MINATO),
)
# support number, name, address, fax, phone; first and last day so many days from today
_CONTACTS = (
    (
        "DX-1024-7731",
        "佐藤 美咲",
        "sato@aoba.example.co.jp",
        "03-0000-1201",
        "03-0000-1200",
        None,
        None,
    ),
    ("DX-1024-7731", "高橋 健", "takahashi@aoba.example.co.jp", "", "03-0000-1200", -39, None),
    ("DX-1024-7731", "渡辺 徹", "watanabe@aoba.example.co.jp", "", "", None, -40),
    (
        "DX-2048-1190",
        "鈴木 一郎",
        "suzuki@minato-butsuryu.example.jp",
        "",
        "045-000-2300",
        None,
        None,
    ),
    ("DX-3120-5567", "伊藤 さくら", "ito@hibari.example.co.jp", "", "", None, None),
    ("DX-4410-0028", "木村 翔", "kimura@shirakaba.example.jp", "", "", None, None),
    ("DX-5500-8123", "山本 由美", "yamamoto@sakurakai.example.jp", "", "", None, None),
    ("DX-5500-8123", "中島 誠", "nakajima@sakurakai.example.jp", "", "", None, None),
    ("DX-6001-3344", "髙﨑 浩", "takasaki@takasaki-koumuten.example.jp", "", "", None, None),
    ("0012-3456-78", "小林 大輔", "kobayashi@hokuto.example.co.jp", "", "011-000-4500", None, None),
    ("0098-7654-32", "中村 和子", "nakamura@nakamuragumi.example.jp", "", "", None, None),
    ("0055-1111-20", "加藤 修", "kato@mizuho-doboku.example.jp", "", "", None, None),
    ("M20150401", "吉田 恵", "yoshida@tsubame.example.co.jp", "", "", None, None),
    ("M20180712", "松本 剛", "matsumoto@tozai.example.co.jp", "", "", None, None),
    ("M20200105", "井上 直樹", "inoue@hayate.example.co.jp", "", "", None, None),
)
# support number, bought so many months ago, quantity, kind, maintenance ends in so many months
_LICENCES = (
    ("M20150401", 30, 10, "normal", -7),
    ("M20180712", 7, 10, "version_up", 4),
    ("M20180712", 3, 5, "version_up", 8),
    ("M20200105", 9, 10, "normal", 2),
)
_PRODUCTS = (
    ("0012-3456-78", "工事写真管理システム", 180_000),
    ("0012-3456-78", "出来形管理システム", 250_000),
    ("0012-3456-78", "A納図 [A-NOTE]", 150_000),
    ("0098-7654-32", "品質管理システム[コンクリート]", 200_000),
    ("0055-1111-20", "工事写真管理システム", 180_000),
    ("0055-1111-20", "出来形管理システム", 250_000),
)


def _csv(columns: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return text.getvalue()


def _contract_rows(month: date) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for number, programme, customer, begins, statuses, reseller in _CONTRACTS:
        for year, status in enumerate(statuses):
            start = month_start(month, begins + 12 * year)
            end = month_end(start, 11)
            rows.append((number, programme, customer, start, end, status, "", reseller, ""))
    return rows


def _contact_rows(day: date) -> list[tuple[object, ...]]:
    def shifted(days: int | None) -> date | str:
        return "" if days is None else day + timedelta(days=days)

    return [
        (number, name, email, fax, phone, shifted(first), shifted(last))
        for number, name, email, fax, phone, first, last in _CONTACTS
    ]


def _licence_rows(month: date) -> list[tuple[object, ...]]:
    return [
        (number, month_start(month, -ago), quantity, kind, month_end(month, ends))
        for number, ago, quantity, kind, ends in _LICENCES
    ]


def sample_registers(day: date) -> dict[str, str]:
    """Return the sample registers as CSV text by file name, with periods that lie around `day`."""
    month = day.replace(day=1)
    return {
        "contracts.csv": _csv(CONTRACT_COLUMNS, _contract_rows(month)),
        "contacts.csv": _csv(CONTACT_COLUMNS, _contact_rows(day)),
        "licences.csv": _csv(LICENCE_COLUMNS, _licence_rows(month)),
        "products.csv": _csv(PRODUCT_COLUMNS, list(_PRODUCTS)),
    }
