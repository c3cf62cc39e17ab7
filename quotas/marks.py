"""The short codes a decision puts on the operators' card, with what each says."""

from collections.abc import Mapping

SENDER_UNREGISTERED = "sender_unregistered"
SENDER_UNAUTHENTICATED = "sender_unauthenticated"
SENDER_UNCLEAR = "sender_unclear"
FORGED_REFERENCE = "forged_reference"
NUMBER_NOT_AT_HEAD = "number_not_at_head"
NUMBER_INEXACT = "number_inexact"
LOSSY = "lossy"
OUTSIDE_HOURS = "outside_hours"
OUTSIDE_PERIOD = "outside_period"
OVER_LIMIT = "over_limit"
NEW_REQUEST = "new_request"
REOPENED = "reopened"
REPLY_WITHHELD = "reply_withheld"
CHALLENGED = "challenged"

TITLES: Mapping[str, str] = {
    SENDER_UNREGISTERED: "登録担当者以外からの連絡",
    SENDER_UNAUTHENTICATED: "送信者認証に失敗",
    SENDER_UNCLEAR: "送信者のアドレスを特定できない",
    FORGED_REFERENCE: "案件の参照が一致しない",
    NUMBER_NOT_AT_HEAD: "番号が本文の冒頭にない",
    NUMBER_INEXACT: "番号の文字を補正して照合",
    LOSSY: "文字化けあり",
    OUTSIDE_HOURS: "受付時間外",
    OUTSIDE_PERIOD: "契約期間外",
    OVER_LIMIT: "上限超過",
    NEW_REQUEST: "別件のご依頼の可能性",
    REOPENED: "解決済みの案件への返信",
    REPLY_WITHHELD: "自動返信を控えた",
    CHALLENGED: "登録アドレスへ確認を依頼",
}


def title_of(mark: str) -> str:
    """Return what `mark` says in Japanese; ``quota_80`` and the like name the share used."""
    if mark.startswith("quota_"):
        return f"利用回数が上限の{mark.removeprefix('quota_')}％に到達"
    return TITLES.get(mark, mark)
