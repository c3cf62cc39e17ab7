"""Decisions as JSON for programs and as text for people; the shape is fixed by the interface."""

from collections.abc import Mapping
from typing import Any

from bot.render import Rendered
from quotas.decision import Decision, State, Step
from quotas.ledger import Balance
from quotas.request import Request

STATES: Mapping[State, str] = {
    State.ANSWERED: "自動で回答",
    State.ROUTED: "担当者へ",
    State.WAITING: "お客さまの回答待ち",
    State.AUTOMATIC: "自動送信メール",
    State.BOUNCE: "不達通知",
    State.DUPLICATE: "重複",
    State.QUARANTINED: "隔離",
    State.ARCHIVED: "記録のみ",
}


def decision_json(
    decision: Decision, request: Request, rendered: Rendered | None = None
) -> dict[str, Any]:
    """Return `decision` about `request` as plain data; `rendered` is its reply as drawn."""
    return {
        "reason": decision.reason.value,
        "support_number": decision.support_number,
        "programme": request.programme,
        "channel": request.channel.value,
        "sender": request.sender,
        "sender_registered": decision.contact is not None,
        "category": decision.category,
        "item": _item(decision.item),
        "case_number": decision.case_number,
        "quota": _balance(decision.balance),
        "reply": _reply(decision, rendered),
        "route": {"queue": decision.queue} if decision.queue else None,
        "due": decision.due.isoformat() if decision.due else None,
        "state": decision.state.value,
        "article": decision.article,
        "question": decision.question,
        "marks": list(decision.marks),
        "facts": dict(decision.facts),
        "trace": [
            {"rule": s.rule, "result": s.result, "detail": s.detail, "article": s.article}
            for s in decision.trace
        ],
    }


def _item(item: str | None) -> int | str | None:
    """Return a row of a numbered coverage table as its number, as the terms' examples write it."""
    return int(item) if item is not None and item.isdecimal() else item


def _balance(balance: Balance | None) -> Mapping[str, Any] | None:
    if balance is None:
        return None
    return {
        "name": balance.quota,
        "limit": balance.limit,
        "used": balance.used,
        "reserved": balance.reserved,
        "remaining": balance.remaining,
        "resets_on": balance.resets_on.isoformat(),
    }


def _reply(decision: Decision, rendered: Rendered | None) -> Mapping[str, Any] | None:
    if decision.reply is None:
        return None
    drawn = {"subject": rendered.subject, "body": rendered.body} if rendered else {}
    return {"template": decision.reply.template, "to": decision.reply.to, **drawn}


def explanation(decision: Decision, request: Request, rendered: Rendered | None) -> str:
    """Return in Japanese, for a manager, what is done about `request` and which rule says so."""
    registered = "登録担当者" if decision.contact else "登録なし"
    lines = [
        f"判定      {decision.reason.value}（{STATES[decision.state]}）",
        f"番号      {decision.support_number or 'なし'}",
        f"差出人    {request.sender or '特定できません'}（{registered}）",
    ]
    if decision.balance is not None:
        lines.append(f"残数      {_left(decision.balance)}")
    if decision.queue:
        lines.append(f"担当      {decision.queue}")
    if decision.due:
        lines.append(f"期限      {decision.due:%Y-%m-%d %H:%M}")
    if decision.question:
        lines.append(f"確認事項  {decision.question}")
    lines.append("経過")
    lines.extend(f"  {_step(step)}" for step in decision.trace)
    if rendered is not None and decision.reply is not None:
        lines += [
            "",
            f"返信（{decision.reply.to}）",
            f"件名: {rendered.subject}",
            "",
            rendered.body,
        ]
    return "\n".join(lines)


def _left(balance: Balance) -> str:
    limit = (
        "上限なし"
        if balance.limit is None
        else f"年{balance.limit}回のうち残り{balance.remaining}回"
    )
    return (
        f"{balance.quota}: {limit}"
        f"（利用{balance.used}、確保{balance.reserved}、{balance.resets_on:%Y-%m-%d}に更新）"
    )


def _step(step: Step) -> str:
    detail = f": {step.detail}" if step.detail else ""
    article = f"［{step.article}］" if step.article else ""
    return f"{step.rule} → {step.result}{detail}{article}"
