"""Modals about what goes to a customer: replies, licence keys and units beyond the limit."""

from bot.cases.approval import Waiting
from bot.cases.letter import Letter
from bot.cases.outcome import Seen
from bot.cases.overview import Overview
from bot.cases.reply import Draft
from bot.slack.blocks import Block, context, fields, person, plain, section
from bot.slack.card import count_line
from bot.slack.modal import View, area, files, form, menu, seen_of, typeahead

CHUNK = 2900
TEXT = "text"
COUNT, FREE = "count", "free"


def reply_form(seen: Overview, text: str = "", times: int = 0, warning: str = "") -> View:
    """Ask for the text of a reply and files.

    `times` counts how often a canned reply was put in: the text's field has a new name each time.
    """
    case, round_ = seen.case, f":{times}" if times else ""
    hint = "メールの前後のあいさつと署名は自動で付きます。次の画面で送信内容を確認します。"
    blocks = [
        fields([("宛先", case.contact or "なし"), ("件名", case.subject)]),
        *([section(plain(f"⚠ {warning}"))] if warning else []),
        typeahead(f"canned{round_}", "定型文", "選ぶと、本文の末尾に入ります。"),
        area(f"{TEXT}{round_}", "本文", hint, text),
        files("files", "添付ファイル", "空欄でもかまいません。"),
    ]
    return form("reply", "お客さまへ返信", "内容を確認", blocks, seen_of(seen))


def preview(draft: Draft, seen: Seen, *, needs_another: bool) -> View:
    """Show the mail exactly as it will be sent."""
    after = (
        "この窓口の返信は、別の担当者の承認を得てから送信されます。"
        if needs_another
        else "送信後30秒間は、スレッドの「取り消す」で止められます。"
    )
    blocks = [
        *(section(plain(f"⚠ {warning}")) for warning in draft.warnings),
        *_mail(draft.letter),
        context(after),
    ]
    submit = "承認を依頼する" if needs_another else "送信する"
    return form("confirm", "送信内容の確認", submit, blocks, seen, item=draft.item)


def review(waiting: Waiting, seen: Overview) -> View:
    """Show a colleague's reply exactly as it will be sent."""
    blocks = [context(f"作成：{person(waiting.author)}"), *_mail(waiting.letter)]
    return form("review", "返信の承認", "承認して送信", blocks, seen_of(seen), item=waiting.item)


def send_back_form(seen: Overview) -> View:
    """Ask why a colleague's reply is not sent."""
    blocks = [area("why", "差し戻しの理由", "社内の記録です。お客さまには送られません。")]
    return form("send_back", "返信の差し戻し", "差し戻す", blocks, seen_of(seen))


def _mail(letter: Letter) -> list[Block]:
    body = [letter.body[at : at + CHUNK] for at in range(0, len(letter.body), CHUNK)]
    enclosed = [("添付ファイル", "\n".join(letter.files))] if letter.files else []
    return [
        fields([("宛先", letter.to), ("件名", letter.subject), *enclosed]),
        *(section(plain(part)) for part in body),
    ]


def approve_form(seen: Overview, *, issuer: bool) -> View:
    """Ask for the licence key; it goes into the mail and nowhere else.

    With an `issuer` the fields may stay empty: the vendor's program then issues the key.
    """
    lines = "\n".join(map(count_line, seen.counts))
    kept = "キーは暗号化して保管し、送信後に消去します。Slack には表示されません。"
    empty = "空欄のまま承認すると、発行プログラムがキーを発行します。" if issuer else ""
    blocks = [
        section(plain(f"宛先：{seen.case.contact or 'なし'}\n{lines}")),
        *([section(plain(empty))] if empty else []),
        area("keys", "ライセンスキー", kept, optional=True),
        files("files", "キーのファイル", "送信後、Slack からは削除されます。"),
        area("note", "お客さまへの補足", "空欄でもかまいません。", optional=True),
    ]
    return form("approve", "再発行の承認", "承認して送信", blocks, seen_of(seen))


def refuse_form(seen: Overview) -> View:
    """Ask why a re-issue is refused."""
    hint = "お客さまへのメールに記載されます。"
    blocks = [area("why", "却下の理由", hint)]
    return form("refuse", "再発行の却下", "却下して送信", blocks, seen_of(seen))


def withdraw_form(seen: Overview) -> View:
    """Ask why a re-issue is no longer wanted."""
    hint = "例：お客さまからお申し出があった。社内の記録です。お客さまには送られません。"
    blocks = [area("reason", "取り下げの理由", hint)]
    return form("withdraw", "再発行の取り下げ", "取り下げる", blocks, seen_of(seen))


def judge_form(seen: Overview) -> View:
    """Ask what the terms leave open: whether a re-issue counts."""
    lines = "\n".join(map(count_line, seen.counts)) or "―"
    choices = {COUNT: "回数に数えて再発行する", FREE: "回数に数えずに再発行する"}
    blocks = [
        section(plain(f"❓ {seen.case.question}")),
        section(plain(lines)),
        menu("judgement", "判断", choices),
        area("reason", "判断の理由", "社内の記録です。お客さまには送られません。"),
    ]
    return form("judge", "再発行の判断", "決定する", blocks, seen_of(seen))


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
