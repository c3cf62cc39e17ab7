"""How the desk is: what health, metrics and alarms look at, read in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, func, select

from bot.settings import Settings
from bot.store.tables import messages, outbox
from bot.store.work import Work

POLLED = "poll"
"""The kind of mark that says when a mailbox was last looked into."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many wait, and since when the oldest does."""

    count: int
    since: datetime | None

    def age(self, now: datetime) -> float:
        """Return how long the oldest has waited, in seconds."""
        return 0.0 if self.since is None else max(0.0, (now - self.since).total_seconds())


@dataclass(frozen=True, slots=True)
class Measures:
    """The desk at one instant.

    `polls`: when each mailbox was last looked into. `queue`: messages not decided yet. `outbox`
    and `failed`: what waits to leave and what was given up, by kind. `decided`: messages by
    (reason, mailbox); what is in quarantine has the reason ``quarantined``.
    """

    polls: Mapping[str, datetime]
    queue: Waiting
    outbox: Mapping[str, Waiting]
    failed: Mapping[str, int]
    decided: Mapping[tuple[str, str], int]

    @property
    def quarantined(self) -> int:
        """How many messages wait in quarantine."""
        return sum(n for (reason, _), n in self.decided.items() if reason == "quarantined")


def measure(work: Work) -> Measures:
    """Return how the desk is; every query is answered from an index."""
    return Measures(
        polls=work.marks.of(POLLED),
        queue=_queue(work),
        outbox=_outbox(work),
        failed=_by_kind(work, outbox.c.state == "failed"),
        decided=_decided(work),
    )


def overdue(measures: Measures, settings: Settings, now: datetime) -> list[str]:
    """Return the IMAP mailboxes that were not looked into lately, or never."""
    least = timedelta(minutes=settings.alarms.poll_minutes)
    found = list[str]()
    for box in settings.mailboxes:
        polled = measures.polls.get(box.name)
        if box.imap is None:
            continue
        limit = max(least, 3 * timedelta(seconds=box.imap.poll_seconds))
        if polled is None or now - polled > limit:
            found.append(box.name)
    return found


def _queue(work: Work) -> Waiting:
    query = select(func.count(), func.min(messages.c.stored_at))
    count, since = work.connection.execute(query.where(messages.c.state == "received")).one()
    return Waiting(count, since)


def _outbox(work: Work) -> dict[str, Waiting]:
    query = (
        select(outbox.c.kind, func.count(), func.min(outbox.c.created_at))
        .where(outbox.c.state == "queued")
        .group_by(outbox.c.kind)
    )
    return {kind: Waiting(n, since) for kind, n, since in work.connection.execute(query)}


def _by_kind(work: Work, condition: ColumnElement[bool]) -> dict[str, int]:
    query = select(outbox.c.kind, func.count()).where(condition).group_by(outbox.c.kind)
    return dict(work.connection.execute(query).all())


def _decided(work: Work) -> dict[tuple[str, str], int]:
    query = (
        select(messages.c.reason, messages.c.mailbox, func.count())
        .where(messages.c.reason.is_not(None))
        .group_by(messages.c.reason, messages.c.mailbox)
    )
    return {(reason, box): n for reason, box, n in work.connection.execute(query)}
