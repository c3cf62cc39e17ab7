"""Modals: what is asked of an operator, built from values; the words customers wrote stay plain."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.cases.letter import Letter
from bot.cases.outcome import Seen
from bot.cases.overview import Overview
from bot.slack.blocks import Block, context, cut, fields, plain, section
from bot.slack.card import count_line
from quotas.programme import QuotaTerms

View = dict[str, object]

FORM = "form."
"""Every modal's callback begins so; the rest is the form's name."""
TITLE_CHARACTERS = 24
OPTION_CHARACTERS = 75
CHUNK = 2900
NO_CONTACT = "-"


def loading() -> View:
    """Return the view that opens at once, while what it shows is being read."""
    return _modal("読み込み中", [section(plain("読み込んでいます…"))])


def notice(text: str) -> View:
    """Return a view that only tells something."""
    return _modal("お知らせ", [section(plain(text))])


def reply_form(seen: Overview, text: str = "") -> View:
    """Ask for the text of a reply."""
    case = seen.case
    hint = "メールの前後のあいさつと署名は自動で付きます。次の画面で送信内容を確認します。"
    blocks = [
        fields([("宛先", case.contact or "なし"), ("件名", case.subject)]),
        _area("text", "本文", hint, text),
    ]
    return _form("reply", "お客さまへ返信", "内容を確認", blocks, _seen(seen))


def preview(letter: Letter, seen: Seen, item: int, warnings: Sequence[str]) -> View:
    """Show the mail exactly as it will be sent."""
    body = [letter.body[at : at + CHUNK] for at in range(0, len(letter.body), CHUNK)]
    blocks = [
        *(section(plain(f"⚠ {warning}")) for warning in warnings),
        fields([("宛先", letter.to), ("件名", letter.subject)]),
        *(section(plain(part)) for part in body),
        context("送信後30秒間は、スレッドの「取り消す」で止められます。"),
    ]
    return _form("confirm", "送信内容の確認", "送信する", blocks, _seen(seen), item=item)


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
        _menu("quota", "種類", {q.name: q.title for q in quotas}),
        _menu("contact", "お客さまの担当者", people),
        _input("start", "開始日時", start),
        _input("minutes", "時間（分）", minutes),
        _area("summary", "内容", "社内の記録です。お客さまには送られません。"),
    ]
    return _form("use", "通話・リモートの記録", "記録する", blocks, _seen(seen))


def approve_form(seen: Overview) -> View:
    """Ask for the licence key; it goes into the mail and nowhere else."""
    lines = "\n".join(map(count_line, seen.counts))
    hint = "キーは暗号化して保管し、送信後に消去します。Slack には表示されません。"
    blocks = [
        section(plain(f"宛先：{seen.case.contact or 'なし'}\n{lines}")),
        _area("keys", "ライセンスキー", hint),
        _area("note", "お客さまへの補足", "空欄でもかまいません。", optional=True),
    ]
    return _form("approve", "再発行の承認", "承認して送信", blocks, _seen(seen))


def refuse_form(seen: Overview) -> View:
    """Ask why a re-issue is refused."""
    hint = "お客さまへのメールに記載されます。"
    blocks = [_area("why", "却下の理由", hint)]
    return _form("refuse", "再発行の却下", "却下して送信", blocks, _seen(seen))


def ask_form(seen: Overview) -> View:
    """Ask why a unit beyond the limit should be given."""
    lines = "\n".join(map(count_line, seen.counts)) or "―"
    blocks = [
        section(plain(f"{lines}\n上限に達しています。別の担当者の承認が必要です。")),
        _area("reason", "申請の理由", "社内の記録です。お客さまには送られません。"),
    ]
    return _form("ask", "上限超過の申請", "申請する", blocks, _seen(seen))


def link_form(seen: Overview) -> View:
    """Ask which contract a stray case belongs to, and how that is known."""
    number: Block = {"type": "plain_text_input", "action_id": "value", "max_length": 64}
    blocks = [
        section(plain(f"送信者：{seen.case.contact or '不明'}")),
        _input("number", "サポート番号", number),
        _area("reason", "関連付けの理由", "例：電話でお客さまに確認した。社内の記録です。"),
    ]
    return _form("link", "契約と関連付ける", "関連付ける", blocks, _seen(seen))


def grant_form(seen: Overview, reason: str) -> View:
    """Ask a second person to grant a unit beyond the limit."""
    lines = "\n".join(map(count_line, seen.counts)) or "―"
    blocks = [section(plain(lines)), section(plain(reason))]
    return _form("grant", "上限超過の承認", "承認する", blocks, _seen(seen))


def snooze_form(seen: Overview, until: datetime) -> View:
    """Ask until when a case is put aside."""
    picker = {
        "type": "datetimepicker",
        "action_id": "value",
        "initial_date_time": int(until.timestamp()),
    }
    blocks = [_input("until", "いつまで保留しますか", picker)]
    return _form("snooze", "保留", "保留する", blocks, _seen(seen))


def _seen(seen: Overview | Seen) -> Seen:
    return seen if isinstance(seen, Seen) else Seen(seen.case.number, seen.case.version)


def _modal(title: str, blocks: Sequence[Block]) -> View:
    close = plain("閉じる", TITLE_CHARACTERS)
    return {
        "type": "modal",
        "title": plain(title, TITLE_CHARACTERS),
        "close": close,
        "blocks": list(blocks),
    }


def _form(
    name: str, title: str, submit: str, blocks: Sequence[Block], seen: Seen, **more: int
) -> View:
    carried = json.dumps({"n": seen.number, "v": seen.version, **more})
    return _modal(title, blocks) | {
        "callback_id": f"{FORM}{name}",
        "submit": plain(submit, TITLE_CHARACTERS),
        "private_metadata": carried,
    }


def _input(block_id: str, label: str, element: Block, *, optional: bool = False) -> Block:
    return {
        "type": "input",
        "block_id": block_id,
        "label": plain(label),
        "element": element,
        "optional": optional,
    }


def _area(block_id: str, label: str, hint: str, text: str = "", *, optional: bool = False) -> Block:
    element: Block = {
        "type": "plain_text_input",
        "action_id": "value",
        "multiline": True,
        "max_length": 3000,
    }
    element |= {"initial_value": text} if text else {}
    return _input(block_id, label, element, optional=optional) | {"hint": plain(hint)}


def _menu(block_id: str, label: str, choices: Mapping[str, str]) -> Block:
    options = [
        {"text": plain(title, OPTION_CHARACTERS), "value": cut(name, OPTION_CHARACTERS)}
        for name, title in choices.items()
    ]
    element = {"type": "static_select", "action_id": "value", "options": options}
    return _input(block_id, label, element | {"initial_option": options[0]})
