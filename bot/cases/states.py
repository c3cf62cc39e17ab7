"""The states of a case and which command leads from where to where."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class CaseState(StrEnum):
    """Where a case stands."""

    OPEN = "open"
    CLAIMED = "claimed"
    WAITING = "waiting"
    APPROVAL = "approval"
    SNOOZED = "snoozed"
    RESOLVED = "resolved"
    CLOSED = "closed"


TITLES: Mapping[str, str] = {
    CaseState.OPEN: "未着手",
    CaseState.CLAIMED: "対応中",
    CaseState.WAITING: "お客さまの回答待ち",
    CaseState.APPROVAL: "承認待ち",
    CaseState.SNOOZED: "保留中",
    CaseState.RESOLVED: "解決済み",
    CaseState.CLOSED: "完了",
}

AT_WORK = frozenset({CaseState.OPEN, CaseState.CLAIMED, CaseState.WAITING, CaseState.SNOOZED})
ENDED = frozenset({CaseState.RESOLVED, CaseState.CLOSED})
ALIVE = AT_WORK | {CaseState.APPROVAL}


@dataclass(frozen=True, slots=True)
class Move:
    """One command's way: the states it starts from, and where it leads (None: back to work)."""

    title: str
    starts: frozenset[CaseState]
    to: CaseState | None


MOVES: Mapping[str, Move] = {
    "claim": Move("担当する", AT_WORK, CaseState.CLAIMED),
    "wait": Move("回答待ちにする", AT_WORK, CaseState.WAITING),
    "snooze": Move("保留", AT_WORK, CaseState.SNOOZED),
    "wake": Move("保留の解除", frozenset({CaseState.SNOOZED}), None),
    "resolve": Move("解決", AT_WORK, CaseState.RESOLVED),
    "reopen": Move("再開", ENDED, None),
    "close": Move("完了", frozenset({CaseState.RESOLVED}), CaseState.CLOSED),
}


def at_work(assignee: str | None) -> CaseState:
    """Return the state of a case somebody works on, or nobody yet."""
    return CaseState.CLAIMED if assignee else CaseState.OPEN
