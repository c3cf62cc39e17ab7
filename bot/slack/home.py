"""The app's Home: my cases and what waits for somebody, by due time, with the same buttons."""

from collections.abc import Sequence
from datetime import datetime

from bot.cases.commands import PRIORITIES
from bot.cases.overview import Overview, Programmes, overview
from bot.cases.states import TITLES, CaseState
from bot.cases.strays import strays
from bot.slack.blocks import Block, context, header, moment, person, plain, section
from bot.slack.card import button_rows
from bot.slack.stray_blocks import stray_blocks
from bot.store.cases import Case
from bot.store.work import Work

SHOWN = 7
"""Cases a list: Home takes 100 blocks; a case takes three, the strays up to 26."""


def home(work: Work, actor: str, programmes: Programmes, now: datetime) -> dict[str, object]:
    """Return the Home of an operator, whose actor id is `actor`."""
    waiting = work.cases.listed(state=CaseState.OPEN, limit=200)
    mine = [c for c in work.cases.of_assignee(actor) if c.state != CaseState.OPEN]
    asked = [c for c in work.cases.listed(state=CaseState.APPROVAL) if c.assignee != actor]
    blocks = [
        *_list(work, "担当している案件", mine, programmes, now),
        *(_list(work, "承認待ちの案件", asked, programmes, now) if asked else []),
        *_list(work, "未着手の案件", waiting, programmes, now),
        *stray_blocks(strays(work), now),
        context(f"更新：{moment(now)}"),
    ]
    return {"type": "home", "blocks": blocks}


def outsider() -> dict[str, object]:
    """Return the Home of somebody who may not act."""
    text = "この画面は、窓口の担当者グループのメンバーだけが利用できます。"
    return {"type": "home", "blocks": [section(plain(text))]}


def _list(
    work: Work, title: str, cases: Sequence[Case], programmes: Programmes, now: datetime
) -> list[Block]:
    rest = len(cases) - SHOWN
    entries = [overview(work, case.number, programmes, now) for case in cases[:SHOWN]]
    blocks = [block for seen in entries if seen for block in entry(seen, now)]
    more = [context(f"ほか{rest}件は `/desk find` で検索できます。")] if rest > 0 else []
    return [header(f"{title}（{len(cases)}件）"), *(blocks or [context("ありません。")]), *more]


def entry(seen: Overview, now: datetime) -> list[Block]:
    """Return a case in short, with everything that can be pressed on its card."""
    case = seen.case
    due = f"　期限：{moment(case.due_at.astimezone(now.tzinfo))}" if case.due_at else ""
    return [
        section(plain(f"{case.number}　{case.subject}", 500)),
        context(f"{TITLES[case.state]}　担当：{person(case.assignee)}{_priority(case)}{due}"),
        *button_rows(f"entry:{case.number}", seen),
    ]


def _priority(case: Case) -> str:
    return f"　優先度：*{PRIORITIES[case.priority]}*" if case.priority in {-1, 1} else ""
