"""Sample values for every template, so that each can be drawn before a customer needs it."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from bot.reply_values import ALL_VALUES

MOMENT_SAMPLE = datetime(2026, 11, 20, 18, 25, tzinfo=ZoneInfo("Asia/Tokyo"))
LETTERHEAD_SAMPLE: Mapping[str, str] = MappingProxyType(
    {
        "name": "サポート窓口",
        "address": "dax@desk.example",
        "signature": "株式会社サンプルソフトウェア\n〒100-0001 東京都千代田区千代田1-1",
    }
)

_QUOTA: Mapping[str, Any] = {
    "name": "licence_reissue",
    "title": "ライセンスキー再発行",
    "unit": "回",
    "guideline": False,
    "limit": 3,
    "used": 2,
    "reserved": 1,
    "remaining": 0,
    "resets_on": date(2027, 6, 1),
    "year_start": date(2026, 6, 1),
    "year_end": date(2027, 5, 31),
}
_LINES = [
    {
        "on": date(2026, 7, 2),
        "case_number": "C2026-000045",
        "kind": "consume",
        "kind_title": "ご利用",
        "units": -1,
        "balance": 2,
        "article": "第14条、第15条",
    },
    {
        "on": date(2026, 9, 15),
        "case_number": None,
        "kind": "adjust",
        "kind_title": "調整",
        "units": -1,
        "balance": 1,
        "article": "",
    },
    {
        "on": date(2026, 11, 20),
        "case_number": "C2026-000123",
        "kind": "reserve",
        "kind_title": "受付中",
        "units": -1,
        "balance": 0,
        "article": "第14条、第15条",
    },
]
_COUNTED = {
    "name": "remote_session",
    "title": "リモートサポート",
    "unit": "回",
    "guideline": False,
    "limit": None,
    "used": 0,
    "reserved": 0,
    "remaining": None,
}

_FULL: Mapping[str, Any] = {
    "subject": "Re: 新しいサーバへの移行について",
    "programme_name": "desknet's DAX EXTRAサポートサービス",
    "number_label": "サポートサービス番号",
    "number_shape": "AA-9999-9999",
    "remind_head": True,
    "received_at": MOMENT_SAMPLE,
    "support_number": "DX-1024-7731",
    "customer": "株式会社青葉設計事務所",
    "contact_name": "佐藤 美咲",
    "category_title": "ライセンスキー再発行のご依頼",
    "article": "第14条、第15条",
    "hours": "月〜金曜日 10:00〜12:00、13:00〜18:00",
    "outside_hours": True,
    "next_opening": datetime(2026, 11, 24, 10, 0, tzinfo=ZoneInfo("Asia/Tokyo")),
    "due": datetime(2026, 11, 26, 18, 0, tzinfo=ZoneInfo("Asia/Tokyo")),
    "quota": _QUOTA,
    "over_limit": True,
    "period_start": date(2025, 6, 1),
    "period_end": date(2026, 5, 31),
    "next_start": date(2026, 12, 1),
    "quotes": [
        {
            "kind": "rejoin",
            "lines": [
                {"text": "年会費（CB会員）", "amount": 78000, "article": "価格のご案内"},
                {"text": "入会金", "amount": 30000, "article": "価格のご案内"},
            ],
            "total": 108000,
            "total_with_tax": 118800,
            "questions": [],
        },
        {
            "kind": "restart",
            "lines": [
                {"text": "保守の再開に必要な期間は2年分", "amount": None, "article": "「再開」"}
            ],
            "total": None,
            "total_with_tax": None,
            "questions": ["再開後の期限日をいつにしますか。"],
        },
    ],
    "reseller": "株式会社みなと商会",
    "item_title": "サーバ変更に伴うライセンスキー再発行",
    "status_title": "サービス未購入",
    "price": 25000,
    "note": "OS・Webサーバなどの設定や調整のご指導は含みません。",
    "came_by": "FAX",
    "channels": ["電子メール", "Webフォーム"],
    "missing": [
        {"name": "customer_code", "title": "お客様コード", "choices": []},
        {
            "name": "cause",
            "title": "サーバ変更の理由",
            "choices": [
                {"value": "customer_convenience", "title": "お客様のご都合"},
                {"value": "hardware_failure", "title": "ハードウェアの故障"},
            ],
        },
    ],
    "given": ["変更後のサーバ（機種・OS）"],
    "lines": _LINES,
    "year_start": date(2026, 6, 1),
    "year_end": date(2027, 5, 31),
    "statements": [
        {**_QUOTA, "opening": 3, "lines": _LINES, "closing": 0},
        {**_QUOTA, **_COUNTED, "opening": 0, "lines": [], "closing": 0},
    ],
    "phone_accepted": True,
    "quotas": [_QUOTA],
    "contacts_maximum": 2,
    "text": "次の手順でご確認いただけますでしょうか。\n\n  1. 管理画面を開く\n  2. 再起動する",
    "operator": "田中",
    "licence_keys": "AAAA-BBBB-CCCC-DDDD\nEEEE-FFFF-GGGG-HHHH",
    "key_files": ["license.dat"],
    "why": "ご記載のお客様コードが、ご登録の製品のものと一致しておりません。",
    "percent": 80,
    "guideline_minutes": 20,
}
_SPARE: Mapping[str, Any] = {
    "subject": "",
    "remind_head": False,
    "article": "",
    "outside_hours": False,
    "due": None,
    "over_limit": False,
    "next_start": None,
    "quotes": [],
    "reseller": None,
    "price": None,
    "note": "",
    "given": [],
    "lines": [],
    "year_start": None,
    "year_end": None,
    "statements": [],
    "phone_accepted": False,
    "quotas": [],
    "key_files": [],
    "percent": 100,
    "guideline_minutes": None,
}
_ABSENT = ("support_number", "customer", "contact_name", "category_title", "quota", "operator")


def _spare(template: str) -> Mapping[str, Any]:
    """Return the values with everything absent that may be absent in `template`."""
    optional = {v.name for v in ALL_VALUES[template] if v.type.endswith("/None")}
    return {**_FULL, **_SPARE, **{name: None for name in _ABSENT if name in optional}}


def sample_values() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield each template with full values and with all that may be absent left out.

    Only the names promised for a template are given, so that one that speaks of another fails.
    """
    for template, promised in ALL_VALUES.items():
        for values in (_FULL, _spare(template)):
            yield template, {value.name: values[value.name] for value in promised}
