"""Asking for Slack to be drawn: rows of the outbox, written with what makes them necessary."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.store.cases import Case
from bot.store.outbox import Outgoing
from bot.store.work import Work

DRAW_JOB = "slack.draw"
"""The kind of job that draws what is due; it is a wake-up, the rows of the outbox are the work."""
FIRST_VERSION = 1
"""The version of a case that was just opened."""


def draw_soon(work: Work, now: datetime) -> None:
    """Cause what waits for Slack to be drawn once this work is durable."""
    work.jobs.wake(DRAW_JOB, now)


def draw_later(work: Work, at: datetime) -> None:
    """Cause what waits for Slack to be drawn at the aware instant `at`."""
    work.jobs.defer(DRAW_JOB, {}, at, key=f"{DRAW_JOB}:{int(at.timestamp())}")


def draw_card(work: Work, case: Case, now: datetime) -> None:
    """Ask for the card of `case` to show this version; asking twice is asking once."""
    _draw(work, case.number, case.version, now)


def draw_new_card(work: Work, number: str, now: datetime) -> None:
    """Ask for the first card of the case just opened under `number`."""
    _draw(work, number, FIRST_VERSION, now)


def _draw(work: Work, number: str, version: int, now: datetime) -> None:
    _ask(work, number, f"card:{number}:{version}", {"draw": "card"}, now)


def post_follow_up(work: Work, case: Case, message: int, now: datetime) -> None:
    """Ask for message `message`, which joined `case`, to be posted into the card's thread."""
    payload = {"draw": "follow_up", "message": message}
    _ask(work, case.number, f"follow_up:{message}", payload, now)


def post_files(work: Work, number: str, message: int, now: datetime) -> None:
    """Ask for what came with message `message` to be put into the thread of case `number`."""
    _ask(work, number, f"files:{message}", {"draw": "files", "message": message}, now)


def post_line(work: Work, case: Case, key: str, text: str, now: datetime) -> None:
    """Ask for a line of the desk's own words in the card's thread, once for each `key`."""
    _ask(work, case.number, f"line:{case.number}:{key}", {"draw": "line", "text": text}, now)


def post_record(work: Work, case: Case, entry: int, text: str, now: datetime) -> None:
    """Ask for a line about ledger entry `entry`, with a button that takes it back."""
    payload = {"draw": "line", "text": text, "entry": entry}
    _ask(work, case.number, f"line:{case.number}:use:{entry}", payload, now)


def post_moved(work: Work, case: Case, message: int, now: datetime) -> None:
    """Ask for message `message` of a case merged into `case` to be posted in its thread."""
    payload = {"draw": "follow_up", "message": message}
    _ask(work, case.number, f"moved:{case.number}:{message}", payload, now)


def post_held(work: Work, case: Case, item: int, now: datetime) -> None:
    """Ask for outbox row `item`, a held reply, to be shown in the thread with 取り消す."""
    _ask(work, case.number, f"held:{item}", {"draw": "held", "item": item}, now)


def post_alarm(work: Work, case: Case, kind: str, now: datetime) -> None:
    """Ask for the due time of `case` to be called out, once for each `kind` (soon, late)."""
    due = int(case.due_at.timestamp()) if case.due_at else 0
    _ask(
        work, case.number, f"alarm:{case.number}:{kind}:{due}", {"draw": "alarm", "kind": kind}, now
    )


def post_digest(work: Work, channel: str, now: datetime) -> None:
    """Ask for the digest of a channel, once a local day."""
    work.outbox.add(
        Outgoing(
            kind="slack",
            dedupe_key=f"slack:digest:{channel}:{now:%Y-%m-%d}",
            created_at=now,
            payload={"draw": "digest", "channel": channel},
        )
    )
    draw_soon(work, now)


def post_quarantine(work: Work, now: datetime) -> None:
    """Ask for a word about the quarantine in the default queue's channel, once a minute."""
    work.outbox.add(
        Outgoing(
            kind="slack",
            dedupe_key=f"slack:quarantine:{int(now.timestamp()) // 60}",
            created_at=now,
            payload={"draw": "quarantine"},
        )
    )
    draw_soon(work, now)


def post_notice(work: Work, key: str, text: str, now: datetime) -> None:
    """Ask for a line about the desk in the default queue's channel, once for each `key`."""
    work.outbox.add(
        Outgoing(
            kind="slack",
            dedupe_key=f"slack:notice:{key}",
            created_at=now,
            payload={"draw": "notice", "text": text},
        )
    )
    draw_soon(work, now)


def _ask(work: Work, number: str, key: str, payload: Mapping[str, Any], now: datetime) -> None:
    work.outbox.add(
        Outgoing(
            kind="slack",
            dedupe_key=f"slack:{key}",
            created_at=now,
            case_number=number,
            payload=payload,
        )
    )
    draw_soon(work, now)
