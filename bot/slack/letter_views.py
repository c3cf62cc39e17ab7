"""Modals about what goes to a customer: replies, licence keys and units beyond the limit."""

from collections.abc import Sequence

from bot.cases.letter import Letter
from bot.cases.outcome import Seen
from bot.cases.overview import Overview
from bot.slack.blocks import context, fields, plain, section
from bot.slack.card import count_line
from bot.slack.modal import View, area, form, seen_of

CHUNK = 2900


def reply_form(seen: Overview, text: str = "") -> View:
    """Ask for the text of a reply."""
    case = seen.case
    hint = "メールの前後のあいさつと署名は自動で付きます。次の画面で送信内容を確認します。"
    blocks = [
        fields([("宛先", case.contact or "なし"), ("件名", case.subject)]),
        area("text", "本文", hint, text),
    ]
    return form("reply", "お客さまへ返信", "内容を確認", blocks, seen_of(seen))


def preview(letter: Letter, seen: Seen, item: int, warnings: Sequence[str]) -> View:
    """Show the mail exactly as it will be sent."""
    body = [letter.body[at : at + CHUNK] for at in range(0, len(letter.body), CHUNK)]
    blocks = [
        *(section(plain(f"⚠ {warning}")) for warning in warnings),
        fields([("宛先", letter.to), ("件名", letter.subject)]),
        *(section(plain(part)) for part in body),
        context("送信後30秒間は、スレッドの「取り消す」で止められます。"),
    ]
    return form("confirm", "送信内容の確認", "送信する", blocks, seen_of(seen), item=item)


def approve_form(seen: Overview) -> View:
    """Ask for the licence key; it goes into the mail and nowhere else."""
    lines = "\n".join(map(count_line, seen.counts))
    hint = "キーは暗号化して保管し、送信後に消去します。Slack には表示されません。"
    blocks = [
        section(plain(f"宛先：{seen.case.contact or 'なし'}\n{lines}")),
        area("keys", "ライセンスキー", hint),
        area("note", "お客さまへの補足", "空欄でもかまいません。", optional=True),
    ]
    return form("approve", "再発行の承認", "承認して送信", blocks, seen_of(seen))


def refuse_form(seen: Overview) -> View:
    """Ask why a re-issue is refused."""
    hint = "お客さまへのメールに記載されます。"
    blocks = [area("why", "却下の理由", hint)]
    return form("refuse", "再発行の却下", "却下して送信", blocks, seen_of(seen))


def ask_form(seen: Overview) -> View:
    """Ask why a unit beyond the limit should be given."""
    lines = "\n".join(map(count_line, seen.counts)) or "―"
    blocks = [
        section(plain(f"{lines}\n上限に達しています。別の担当者の承認が必要です。")),
        area("reason", "申請の理由", "社内の記録です。お客さまには送られません。"),
    ]
    return form("ask", "上限超過の申請", "申請する", blocks, seen_of(seen))


def grant_form(seen: Overview, reason: str) -> View:
    """Ask a second person to grant a unit beyond the limit."""
    lines = "\n".join(map(count_line, seen.counts)) or "―"
    blocks = [section(plain(lines)), section(plain(reason))]
    return form("grant", "上限超過の承認", "承認する", blocks, seen_of(seen))
