"""Modals that arrange cases: whose they are, how urgent, where they go on, who wrote."""

from bot.cases.commands import PRIORITIES
from bot.cases.outcome import Seen
from bot.cases.overview import Overview
from bot.slack.blocks import Block, cut, plain, section
from bot.slack.modal import View, area, field, form, menu, seen_of

INTERNAL = "社内の記録です。お客さまには送られません。"


def line(most: int, text: str = "", placeholder: str = "") -> Block:
    """Return a field for one line of `most` characters, holding `text` to begin with."""
    element: Block = {"type": "plain_text_input", "action_id": "value", "max_length": most}
    element |= {"initial_value": cut(text, most)} if text else {}
    return element | ({"placeholder": plain(placeholder)} if placeholder else {})


def assign_form(seen: Overview) -> View:
    """Ask which operator goes on with the case."""
    people: Block = {"type": "users_select", "action_id": "value"}
    blocks = [
        section(plain("窓口の担当者グループのメンバーを選んでください。")),
        field("operator", "新しい担当者", people),
    ]
    return form("assign", "担当者の変更", "変更する", blocks, seen_of(seen))


def priority_form(seen: Overview) -> View:
    """Ask how urgent the case is; what it is now stands first."""
    now = seen.case.priority
    ordered = sorted(PRIORITIES, key=lambda level: (level != now, -level))
    blocks = [menu("priority", "優先度", {str(level): PRIORITIES[level] for level in ordered})]
    return form("prioritise", "優先度の変更", "変更する", blocks, seen_of(seen))


def merge_form(seen: Overview) -> View:
    """Ask in which case this one goes on."""
    text = "この案件のメッセージとメモを統合先に移し、この案件を完了にします。"
    blocks = [
        section(plain(f"{text}利用の記録（残数）は変わりません。")),
        field("into", "統合先の案件番号", line(20, placeholder="C2026-000123")),
    ]
    return form("merge", "案件の統合", "統合する", blocks, seen_of(seen))


def register_form(seen: Overview) -> View:
    """Ask for the contact to be registered, filled in with who wrote."""
    case = seen.case
    email: Block = {"type": "email_text_input", "action_id": "value"}
    email |= {"initial_value": case.contact} if case.contact else {}
    day: Block = {"type": "datepicker", "action_id": "value"}
    number = seen.contract.support_number if seen.contract else ""
    blocks = [
        section(plain(f"契約 {number} の登録担当者に追加します。")),
        field("name", "お名前", line(100, case.contact_name or "")),
        field("email", "メールアドレス", email),
        field("since", "登録開始日（空欄：制限なし）", day, optional=True),
        field("last", "登録終了日（空欄：制限なし）", day, optional=True),
    ]
    return form("register", "登録担当者の追加", "追加する", blocks, seen_of(seen))


def vouch_form(seen: Overview) -> View:
    """Ask how it is known that the sender is who the mail says."""
    text = "このメールは送信者の認証に失敗しています。確認すると、認証済みとして判定し直します。"
    blocks = [
        section(plain(f"{text}\n送信者：{seen.case.contact or '不明'}")),
        area("reason", "確認した方法と理由", f"例：登録の電話番号にかけて確認した。{INTERNAL}"),
    ]
    return form("vouch", "送信者の手動確認", "確認済みにする", blocks, seen_of(seen))


def reverse_form(seen: Overview) -> View:
    """Ask why a recorded use is taken back."""
    hint = "利用明細に記載されます。"
    blocks = [area("reason", "取り消しの理由", hint)]
    return form("reverse", "記録の取り消し", "取り消す", blocks, seen_of(seen))


def new_form(number: str = "") -> View:
    """Ask what somebody told on the telephone, to open a case for it."""
    blocks = [
        field("number", "サポート番号", line(64, number)),
        field("contact", "お客さまの担当者名（登録名またはメールアドレス）", line(200)),
        field("subject", "件名", line(150)),
        area("text", "お問い合わせの内容", INTERNAL),
    ]
    return form("new", "電話の案件を作成", "作成する", blocks, Seen("", 0))


def note_form(text: str) -> View:
    """Ask in which case a message of Slack is kept as a note."""
    blocks = [
        field("number", "案件番号", line(20, placeholder="C2026-000123")),
        area("text", "メモ", INTERNAL, cut(text, 3000)),
    ]
    return form("keep", "案件のメモに残す", "残す", blocks, Seen("", 0))
