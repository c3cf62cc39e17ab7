"""`madoguchi contract show`: a contract as it stands, or stood, on a day."""

import pytest

from tests.bot.commands import Commands

KEYS = {
    "support_number", "programme", "customer", "on", "status", "status_title", "period", "periods",
    "contacts", "customer_email", "reseller", "note", "licences", "products", "quotas",
}  # fmt: skip


def test_all_that_is_registered(desk: Commands) -> None:
    shown = desk("contract", "show", "0012-3456-78", "--json").json
    assert shown.keys() == KEYS
    assert (shown["customer"], shown["reseller"]) == (
        "株式会社北斗建設", "光システム販売株式会社"
    )  # fmt: skip
    assert shown["on"] == "2026-11-16"
    assert [q["name"] for q in shown["quotas"]] == [
        "phone_call", "remote_session", "protector_replacement"
    ]  # fmt: skip
    assert {"product": "写管屋", "list_price": 700000} in desk(
        "contract", "show", "0033-2222-45", "--json"
    ).json["products"]
    licences = desk("contract", "show", "M20180712", "--json").json["licences"]
    assert [each["quantity"] for each in licences] == [10, 5]


@pytest.mark.parametrize(
    ("day", "status", "contacts"),
    [
        ("2025-05-31", "none", {"佐藤 美咲", "渡辺 徹"}),
        ("2025-06-01", "free", {"佐藤 美咲", "渡辺 徹"}),
        ("2026-05-31", "free", {"佐藤 美咲", "渡辺 徹"}),
        ("2026-06-01", "paid", {"佐藤 美咲", "渡辺 徹"}),
        ("2026-10-06", "paid", {"佐藤 美咲", "渡辺 徹"}),
        ("2026-10-07", "paid", {"佐藤 美咲", "高橋 健"}),
        ("2027-06-01", "none", {"佐藤 美咲", "高橋 健"}),
    ],
)
def test_as_of_any_day(day: str, status: str, contacts: set[str], desk: Commands) -> None:
    shown = desk("contract", "show", "DX-1024-7731", "--on", day, "--json").json
    assert shown["status"] == status
    assert {contact["name"] for contact in shown["contacts"]} == contacts
    assert (shown["period"] is None) == (status == "none")


def test_in_words(desk: Commands) -> None:
    ran = desk("contract", "show", "ｄｘ１０２４７７３１")
    assert ran.status == 0
    assert "DX-1024-7731  株式会社青葉設計事務所（desknets-dax）" in ran.out
    assert "2026-11-16 時点の状態  サポート期間（有償）" in ran.out
    assert "高橋 健  takahashi@aoba.example.co.jp" in ran.out
    assert "渡辺" not in ran.out
    assert "ライセンスキー再発行  上限3  利用0  確保0  残り3  2027-06-01に更新" in ran.out
