"""What the person who pressed something is told about what came of it."""

from bot.cases.outcome import Actor, Conflict, Done, Outcome, Refused, Told
from bot.cases.states import TITLES
from bot.slack.blocks import person


def said(outcome: Outcome, actor: Actor) -> str | None:
    """Return what the person who pressed is told; a carried out command shows on the card."""
    match outcome:
        case Done():
            return None
        case Told(what=what):
            return what
        case Refused(why=why):
            return why
        case Conflict(case=case, by=by):
            first = "ご自身が先ほど" if by == actor.id else f"{person(by)} さんが先に"
            return (
                f"案件 {case.number} は{first}更新しています"
                f"（現在：{TITLES[case.state]}、担当：{person(case.assignee)}）。"
                "カードをご確認のうえ、必要であればもう一度操作してください。"
            )
