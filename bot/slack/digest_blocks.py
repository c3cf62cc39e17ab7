"""The morning digest as a post: counts first, then what is most urgent, each case in one line."""

from collections.abc import Sequence
from datetime import datetime

from bot.cases.digest import Digest, NearLimit
from bot.slack.blocks import Block, context, cut, header, plain, section
from bot.store.cases import Case

SHOWN = 8
WEEKDAYS = "月火水木金土日"


def digest_blocks(found: Digest, now: datetime) -> list[Block]:
    """Return the post for what waits at the aware local time `now`."""
    lists = (
        ("🚨 期限超過", found.overdue),
        ("📥 対応が必要", found.at_work),
        ("⏳ お客さまの回答待ち", found.waiting),
        ("🔔 本日で保留が終わる案件", found.ending),
    )
    title = f"朝のまとめ　{now.month}月{now.day}日（{WEEKDAYS[now.weekday()]}）"
    parts = [block for name, cases in lists for block in _cases(name, cases, now)]
    quiet = [section(plain("お待たせしている案件はありません。"))] if found.is_empty else []
    return [header(title), *parts, *_near(found.near), *quiet]


def _cases(title: str, cases: Sequence[Case], now: datetime) -> list[Block]:
    if not cases:
        return []
    lines = [_line(case, now) for case in cases[:SHOWN]]
    rest = len(cases) - SHOWN
    more = [context(f"ほか{rest}件は Home で確認できます。")] if rest > 0 else []
    return [section(plain("\n".join([f"{title}（{len(cases)}件）", *lines]))), *more]


def _line(case: Case, now: datetime) -> str:
    due = f"　期限 {case.due_at.astimezone(now.tzinfo):%m/%d %H:%M}" if case.due_at else ""
    urgent = "❗" if case.priority > 0 else ""
    whose = "" if case.assignee else "　担当なし"
    return f"・{urgent}{case.number}　{cut(case.subject, 60)}{due}{whose}"


def _near(near: Sequence[NearLimit]) -> list[Block]:
    if not near:
        return []
    lines = [
        f"・{each.contract.support_number}　{cut(each.contract.customer, 40)}　{each.terms.title}"
        f" 残り{each.balance.remaining}／{each.balance.limit}{each.terms.unit}"
        for each in near[:SHOWN]
    ]
    rest = [f"ほか{len(near) - SHOWN}件"] if len(near) > SHOWN else []
    return [section(plain("\n".join([f"📊 残数が少ない契約（{len(near)}件）", *lines, *rest])))]
