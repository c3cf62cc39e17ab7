"""Modals about a case: what is asked of an operator, built from values."""

from collections.abc import Sequence
from datetime import datetime

from bot.cases.overview import Overview
from bot.slack.blocks import Block, cut, plain, section
from bot.slack.card import count_line
from bot.slack.modal import OPTION_CHARACTERS, View, area, field, form, menu, seen_of
from quotas.programme import QuotaTerms

NO_CONTACT = "-"


def use_form(seen: Overview, quotas: Sequence[QuotaTerms], now: datetime) -> View:
    """Ask about a call or remote session."""
    names = {count.terms.name for count in seen.counts}
    lines = [count_line(count) for count in seen.counts if count.terms.name in names]
    contacts = seen.contract.contacts_on(now.date()) if seen.contract else ()
    people = {c.name: cut(c.name, OPTION_CHARACTERS) for c in contacts} or {NO_CONTACT: "記録なし"}
    start = {
        "type": "datetimepicker",
        "action_id": "value",
        "initial_date_time": int(now.timestamp()),
    }
    minutes = {
        "type": "number_input",
        "action_id": "value",
        "is_decimal_allowed": False,
        "min_value": "1",
        "max_value": "600",
    }
    blocks = [
        section(plain("\n".join(lines) or "残数の定めはありません。")),
        menu("quota", "種類", {q.name: q.title for q in quotas}),
        menu("contact", "お客さまの担当者", people),
        field("start", "開始日時", start),
        field("minutes", "時間（分）", minutes),
        area("summary", "内容", "社内の記録です。お客さまには送られません。"),
    ]
    return form("use", "通話・リモートの記録", "記録する", blocks, seen_of(seen))


def link_form(seen: Overview) -> View:
    """Ask which contract a stray case belongs to, and how that is known."""
    number: Block = {"type": "plain_text_input", "action_id": "value", "max_length": 64}
    blocks = [
        section(plain(f"送信者：{seen.case.contact or '不明'}")),
        field("number", "サポート番号", number),
        area("reason", "関連付けの理由", "例：電話でお客さまに確認した。社内の記録です。"),
    ]
    return form("link", "契約と関連付ける", "関連付ける", blocks, seen_of(seen))


def snooze_form(seen: Overview, until: datetime) -> View:
    """Ask until when a case is put aside."""
    picker = {
        "type": "datetimepicker",
        "action_id": "value",
        "initial_date_time": int(until.timestamp()),
    }
    blocks = [field("until", "いつまで保留しますか", picker)]
    return form("snooze", "保留", "保留する", blocks, seen_of(seen))
