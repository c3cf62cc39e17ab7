"""Why a message is in quarantine: the closed list of causes, each in words for operators."""

from collections.abc import Mapping
from enum import StrEnum


class Cause(StrEnum):
    """Why a message could not be handled."""

    PARSE_TIMEOUT = "parse_timeout"
    PARSE_FAILED = "parse_failed"
    OVER_LIMIT = "over_limit"
    RAW_DAMAGED = "raw_damaged"
    WITHHELD = "withheld"
    MAILBOX_UNKNOWN = "mailbox_unknown"
    PROCESSING_FAILED = "processing_failed"
    JOB_FAILED = "job_failed"


WORDS: Mapping[str, str] = {
    Cause.PARSE_TIMEOUT: "読み取りが制限時間内に終わりませんでした",
    Cause.PARSE_FAILED: "読み取りの途中で処理が止まりました（メモリー不足など）",
    Cause.OVER_LIMIT: "大きさや構造が読み取りの上限を超えています",
    Cause.RAW_DAMAGED: "保存した原文が壊れているか、見つかりません",
    Cause.WITHHELD: "メールサーバーから全文を受け取れませんでした",
    Cause.MAILBOX_UNKNOWN: "受信したメールボックスが設定にありません",
    Cause.PROCESSING_FAILED: "判定または記録の途中で繰り返し失敗しました",
    Cause.JOB_FAILED: "処理するジョブが繰り返し失敗しました",
}
"""What each cause means to an operator."""
