"""The card of a case: what an operator needs at a glance, and what can be pressed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.cases.commands import PRIORITIES
from bot.cases.overview import Count, Overview
from bot.cases.states import ALIVE, AT_WORK, ENDED, TITLES, CaseState
from bot.slack.blocks import (
    Block,
    actions,
    button,
    context,
    cut,
    fields,
    header,
    moment,
    overflow,
    person,
    plain,
    quotation,
    section,
    seen_value,
)
from bot.store.cases import Case
from quotas.counting import thresholds_reached
from quotas.marks import title_of

MENU_OPTIONS = 5
"""What one menu behind dots holds; more of them stand side by side."""
PREFIX = "case."
"""Every action of a card begins so; the rest is the command's name."""


def card(seen: Overview, now: datetime) -> list[Block]:
    """Return the blocks of a case's card; `now` is the aware local time."""
    case = seen.case
    question = [section(plain(f"❓ {case.question}"))] if case.question else []
    marks = [section(plain("⚠ " + "／".join(title_of(m) for m in case.marks)))]
    return [
        header(f"{case.number}　{case.subject or '（件名なし）'}"),
        fields(_facts(seen)),
        context(*_standing(case, now)),
        *(marks if case.marks else []),
        *question,
        quotation(seen.excerpt),
        *button_rows(f"actions:{case.number}:{case.version}", seen),
    ]


def fallback(case: Case) -> str:
    """Return the card in one line, for notifications: never the customer's words."""
    return f"案件 {case.number}（{TITLES[case.state]}）"


def count_line(count: Count) -> str:
    """Return one quota in words: what is left, or what was used where nothing limits it."""
    balance, unit = count.balance, count.terms.unit
    if balance.remaining is None:
        return f"{count.terms.title}：{balance.used}{unit}使用"
    held = f"（うち予約{balance.reserved}{unit}）" if balance.reserved else ""
    reached = max(thresholds_reached(balance, count.terms), default=0)
    mark = f" ⚠ {reached}％到達" if reached else ""
    return f"{count.terms.title}：残り{balance.remaining}／{balance.limit}{unit}{held}{mark}"


def _facts(seen: Overview) -> list[tuple[str, str]]:
    case, contract = seen.case, seen.contract
    status = f"\n{seen.status}" if seen.status else ""
    number = f"{contract.support_number}{status}" if contract else "未特定"
    counts = "\n".join(map(count_line, seen.counts)) or "―"
    return [
        ("お客さま", cut(contract.customer, 200) if contract else "―"),
        ("サポート番号", number),
        ("送信者", _sender(seen)),
        ("お問い合わせの種類", seen.category or "―"),
        ("残数", counts),
        ("窓口", f"{seen.programme}（{case.queue}）"),
    ]


def _sender(seen: Overview) -> str:
    name = seen.contact.name if seen.contact else seen.case.contact_name
    who = f"{cut(name, 100)} " if name else ""
    mark = "✅ 登録担当者" if seen.contact else "⚠ 登録なし"
    return f"{who}{cut(seen.case.contact or '不明', 200)}\n{mark}"


def _standing(case: Case, now: datetime) -> list[str]:
    lines = [f"状態：*{TITLES[case.state]}*", f"担当：{person(case.assignee)}"]
    if case.priority:
        lines.append(f"優先度：*{PRIORITIES.get(case.priority, case.priority)}*")
    if case.merged_into:
        lines.append(f"🔗 {case.merged_into} に統合済み")
    if case.due_at:
        late = " ⏰ 期限超過" if case.due_at <= now and case.state not in ENDED else ""
        lines.append(f"期限：{moment(case.due_at.astimezone(now.tzinfo))}{late}")
    if case.snoozed_until:
        lines.append(f"保留：{moment(case.snoozed_until.astimezone(now.tzinfo))}まで")
    return lines


@dataclass(frozen=True, slots=True)
class _Offer:
    """One thing to press: the action, its label, the states it is offered in, its style."""

    action: str
    label: str
    states: frozenset[CaseState]
    style: str | None = None


_FREE = frozenset({CaseState.OPEN, CaseState.WAITING, CaseState.SNOOZED})
_OFFERS = (
    _Offer("claim", "担当する", _FREE, "primary"),
    _Offer("claim", "引き継ぐ", frozenset({CaseState.CLAIMED})),
    _Offer("reply", "返信", AT_WORK),
    _Offer("use", "通話を記録", AT_WORK),
    _Offer("resolve", "解決", AT_WORK),
    _Offer("reopen", "再開", ENDED),
)
_REISSUE = (
    _Offer("approve", "再発行を承認", AT_WORK, "primary"),
    _Offer("refuse", "却下", AT_WORK, "danger"),
)
_APPROVAL = frozenset({CaseState.APPROVAL})
_OVERRIDE = (
    _Offer("grant", "上限超過を承認", _APPROVAL, "primary"),
    _Offer("deny", "申請を却下", _APPROVAL, "danger"),
)
_REVIEW = (
    _Offer("review", "返信を確認", _APPROVAL, "primary"),
    _Offer("send_back", "差し戻す", _APPROVAL, "danger"),
)
_JUDGE = (_Offer("judge", "再発行を判断", AT_WORK, "primary"),)
_MORE = (
    _Offer("wait", "回答待ちにする", AT_WORK - {CaseState.WAITING}),
    _Offer("snooze", "保留する", AT_WORK),
    _Offer("wake", "保留を解除する", frozenset({CaseState.SNOOZED})),
    _Offer("close", "完了にする", frozenset({CaseState.RESOLVED})),
    _Offer("assign", "担当者を変更する", ALIVE),
    _Offer("prioritise", "優先度を変更する", ALIVE),
    _Offer("merge", "ほかの案件に統合する", AT_WORK),
)


_VOUCH = (_Offer("vouch", "送信者を手動で確認する", AT_WORK),)
_CONTACT = (_Offer("register", "登録担当者に追加する", AT_WORK),)
_STRAY = (_Offer("link", "契約と関連付ける", AT_WORK),)
_WITHDRAW = (_Offer("withdraw", "再発行の取り下げ", AT_WORK),)
_BEYOND = (_Offer("ask", "上限超過を申請する", AT_WORK),)


def button_rows(block_id: str, seen: Overview) -> list[Block]:
    """Return the row of what can be pressed about a case, none where nothing can."""
    pressable = buttons(seen)
    return [actions(block_id, pressable)] if pressable else []


def buttons(seen: Overview) -> Sequence[Block]:
    """Return what can be pressed about a case, as its state allows."""
    case = seen.case
    if case.merged_into:
        return []
    offers = [
        *_OFFERS,
        *(_REVIEW if seen.reply_waits else _OVERRIDE),
        *(_JUDGE if seen.undecided else ()),
        *(_REISSUE if seen.reserved else ()),
    ]
    value = seen_value(case.number, case.version)
    shown = [
        button(f"{PREFIX}{offer.action}", offer.label, value, offer.style)
        for offer in offers
        if case.state in offer.states
    ]
    more = [
        (offer.label, seen_value(case.number, case.version, a=offer.action))
        for offer in (
            *_MORE,
            *(_WITHDRAW if seen.reserved else ()),
            *(_BEYOND if seen.exhausted else ()),
            *(_VOUCH if seen.unauthenticated else ()),
            *(() if seen.contract else _STRAY),
            *(_CONTACT if seen.contract and not seen.contact else ()),
        )
        if case.state in offer.states
    ]
    menus = [more[at : at + MENU_OPTIONS] for at in range(0, len(more), MENU_OPTIONS)]
    return [*shown, *(overflow(f"{PREFIX}more{i}", menu) for i, menu in enumerate(menus, 1))]
