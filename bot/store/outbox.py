"""The outbox: what is to be sent, written with its cause, sent at least once, marked after."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select, update

from bot.store.rows import insert_or
from bot.store.tables import outbox


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Something to be sent: a mail (`raw` bytes, `message_id` fixed now) or a Slack `payload`.

    `dedupe_key` names the one cause (``reply:MESSAGE``), so a second record of it is nothing.
    `automatic` counts towards the limit of automatic replies to `recipient` (kept folded);
    `answers` is the id of the message it answers; `state` is ``queued`` or ``held``.
    """

    kind: str
    dedupe_key: str
    created_at: datetime
    case_number: str | None = None
    answers: int | None = None
    mailbox: str | None = None
    recipient: str | None = None
    template: str | None = None
    automatic: bool = False
    message_id: str | None = None
    subject: str | None = None
    payload: Mapping[str, Any] | None = None
    raw: bytes | None = None
    state: str = "queued"
    next_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """A row of the outbox; `next_at` is when it is tried (again), `last_error` why it was not."""

    id: int
    kind: str
    dedupe_key: str
    case_number: str | None
    answers: int | None
    mailbox: str | None
    recipient: str | None
    template: str | None
    automatic: bool
    message_id: str | None
    subject: str | None
    payload: Mapping[str, Any] | None
    raw: bytes | None
    state: str
    attempts: int
    next_at: datetime | None
    last_error: str | None
    created_at: datetime
    sent_at: datetime | None
    bounced_at: datetime | None
    bounce_status: str | None


_COLUMNS = tuple(outbox.c[field.name] for field in fields(OutboxItem))


class Outbox:
    """The outbox inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, item: Outgoing) -> int | None:
        """Put one thing in; return its id, or ``None`` when its cause was recorded before."""
        return self.add_many([item])[0]

    def add_many(self, items: Sequence[Outgoing]) -> list[int | None]:
        """Put things in with one statement; return each id, ``None`` for causes known already."""
        if not items:
            return []
        statement = (
            insert_or(self._connection, outbox)
            .on_conflict_do_nothing(index_elements=["dedupe_key"])
            .returning(outbox.c.dedupe_key, outbox.c.id)
        )
        rows = [_values(item) for item in items]
        added: dict[str, int] = dict(self._connection.execute(statement, rows).all())
        return [added.pop(item.dedupe_key, None) for item in items]

    def get(self, item: int) -> OutboxItem | None:
        """Return one row."""
        return next(iter(self.get_many([item])), None)

    def get_many(self, wanted: Iterable[int]) -> list[OutboxItem]:
        """Return rows by id, in order."""
        return self._listed(outbox.c.id.in_(list(wanted)))

    def due(self, kind: str, at: datetime, limit: int = 100) -> list[OutboxItem]:
        """Return queued rows of `kind` whose time has come, oldest first.

        Within a case the order is kept: a row waits until every earlier one has left the queue.
        """
        now = or_(outbox.c.next_at.is_(None), outbox.c.next_at <= at)
        ready = and_(outbox.c.kind == kind, outbox.c.state == "queued", now, ~_overtaken())
        return self._listed(ready, limit=limit)

    def next_due(self, kind: str) -> datetime | None:
        """Return when the next queued row of `kind` is to be tried, or ``None`` without any.

        Rows that wait for an earlier one of their case don't count: they can't be tried before it.
        """
        query = select(func.min(func.coalesce(outbox.c.next_at, outbox.c.created_at))).where(
            outbox.c.kind == kind, outbox.c.state == "queued", ~_overtaken()
        )
        first: datetime | None = self._connection.execute(query).scalar_one()
        return first

    def sent(self, item: int, at: datetime, payload: Mapping[str, Any] | None = None) -> None:
        """Mark a row as sent; `payload` (of Slack's answer) replaces its own when given."""
        values: dict[str, Any] = {} if payload is None else {"payload": payload}
        attempts = outbox.c.attempts + 1
        self._set(item, state="sent", sent_at=at, attempts=attempts, last_error=None, **values)

    def amend(self, item: int, payload: Mapping[str, Any]) -> None:
        """Replace the payload of a row that has not left."""
        self._set(item, payload=dict(payload))

    def erase(self, items: Iterable[int]) -> None:
        """Forget the bytes of rows that have left, because they held a secret."""
        wanted = list(items)
        if wanted:
            self._connection.execute(update(outbox).where(outbox.c.id.in_(wanted)).values(raw=None))

    def sealed_before(self, at: datetime) -> list[OutboxItem]:
        """Return rows made up to `at` that have not left and still hold a sealed secret."""
        return self._listed(
            and_(
                outbox.c.created_at <= at,
                outbox.c.state != "sent",
                outbox.c.raw.is_not(None),
                outbox.c.payload["sealed"].as_boolean(),
            )
        )

    def sent_many(self, items: Iterable[int], at: datetime) -> None:
        """Mark rows as sent, in one statement."""
        self._connection.execute(
            update(outbox)
            .where(outbox.c.id.in_(list(items)))
            .values(state="sent", sent_at=at, attempts=outbox.c.attempts + 1, last_error=None)
        )

    def postpone(self, item: int, error: str, next_at: datetime) -> None:
        """Keep a row in the queue until `next_at` after a temporary `error`."""
        self._set(item, attempts=outbox.c.attempts + 1, last_error=error, next_at=next_at)

    def fail(self, item: int, error: str) -> None:
        """Stop trying after a permanent `error`; operators see it."""
        self._set(item, state="failed", attempts=outbox.c.attempts + 1, last_error=error)

    def withdraw(self, item: int) -> bool:
        """Take a row back that has not left; tell whether it was still there."""
        return self._turn(item, ("queued", "held", "failed"), state="withdrawn")

    def withdraw_all(self, kind: str) -> None:
        """Take back all rows of `kind` that have not left, in one statement."""
        self._connection.execute(
            update(outbox)
            .where(outbox.c.kind == kind, outbox.c.state.in_(["queued", "held"]))
            .values(state="withdrawn")
        )

    def release(self, item: int, at: datetime) -> bool:
        """Queue a held row now; tell whether it was held."""
        return self._turn(item, ("held",), state="queued", next_at=at)

    def retry(self, item: int, at: datetime) -> bool:
        """Queue a failed, held or waiting row to be tried at once; tell whether it was one."""
        return self._turn(item, ("failed", "held", "queued"), state="queued", next_at=at)

    def listed(self, *states: str, limit: int = 1000) -> list[OutboxItem]:
        """Return rows in one of `states` (all without any), oldest first."""
        condition = outbox.c.state.in_(states) if states else outbox.c.id > 0
        return self._listed(condition, limit=limit)

    def troubled(self, limit: int = 1000) -> list[OutboxItem]:
        """Return rows that have not left, failed or came back, oldest first."""
        here = outbox.c.state.in_(["queued", "held", "failed"])
        return self._listed(or_(here, outbox.c.bounced_at.is_not(None)), limit=limit)

    def of_case(self, case_number: str) -> list[OutboxItem]:
        """Return what was or is to be sent in a case, oldest first."""
        return self._listed(outbox.c.case_number == case_number)

    def answering(self, message: int) -> list[OutboxItem]:
        """Return what was recorded in answer to a message, oldest first."""
        return self._listed(outbox.c.answers == message)

    def of_message_id(self, message_id: str) -> OutboxItem | None:
        """Return the mail sent under a Message-ID (with angle brackets)."""
        return next(iter(self._listed(outbox.c.message_id == message_id)), None)

    def bounced(self, item: int, status: str, at: datetime) -> None:
        """Mark a mail as returned with `status` (RFC 3463 code or a few words)."""
        self._set(item, bounced_at=at, bounce_status=status)

    def automatic_to(self, recipients: Iterable[str], since: datetime) -> dict[str, int]:
        """Count the automatic replies recorded to each recipient since `since`."""
        folded = [recipient.casefold() for recipient in recipients]
        query = (
            select(outbox.c.recipient, func.count())
            .where(outbox.c.recipient.in_(folded), outbox.c.created_at >= since)
            .where(outbox.c.automatic, outbox.c.state != "withdrawn")
            .group_by(outbox.c.recipient)
        )
        return dict(self._connection.execute(query).all())

    def templates_in(self, case_number: str) -> frozenset[str]:
        """Return the templates of automatic replies already recorded in a case."""
        query = select(outbox.c.template).where(
            outbox.c.case_number == case_number, outbox.c.automatic, outbox.c.template.is_not(None)
        )
        return frozenset(name for name in self._connection.scalars(query) if name is not None)

    def templates_under(self, message_ids: Iterable[str]) -> frozenset[str]:
        """Return the templates of the automatic replies that bear one of `message_ids`."""
        query = select(outbox.c.template).where(
            outbox.c.message_id.in_(list(message_ids)), outbox.c.automatic
        )
        return frozenset(name for name in self._connection.scalars(query) if name is not None)

    def bounced_to(self, recipients: Iterable[str]) -> frozenset[str]:
        """Return those of `recipients`, folded, whose automatic reply ever came back for good."""
        query = select(outbox.c.recipient).where(
            outbox.c.recipient.in_([recipient.casefold() for recipient in recipients]),
            outbox.c.automatic,
            outbox.c.bounced_at.is_not(None),
        )
        return frozenset(folded for folded in self._connection.scalars(query) if folded)

    def counts(self) -> dict[str, int]:
        """Return how many rows stand in each state."""
        query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
        return dict(self._connection.execute(query).all())

    def _listed(self, condition: Any, limit: int | None = None) -> list[OutboxItem]:
        query = select(*_COLUMNS).where(condition).order_by(outbox.c.id).limit(limit)
        return [OutboxItem(*row) for row in self._connection.execute(query)]

    def _set(self, item: int, **values: Any) -> None:
        self._connection.execute(update(outbox).where(outbox.c.id == item).values(**values))

    def _turn(self, item: int, states: tuple[str, ...], **values: Any) -> bool:
        statement = (
            update(outbox)
            .where(outbox.c.id == item, outbox.c.state.in_(states))
            .values(**values, last_error=None)
        )
        return self._connection.execute(statement).rowcount == 1


def _overtaken() -> ColumnElement[bool]:
    """Tell of a row that an earlier one of its case and kind has not left the queue yet."""
    earlier = outbox.alias()
    return exists().where(
        earlier.c.case_number == outbox.c.case_number,
        earlier.c.kind == outbox.c.kind,
        earlier.c.state == "queued",
        earlier.c.id < outbox.c.id,
    )


def _values(item: Outgoing) -> dict[str, Any]:
    values = {field.name: getattr(item, field.name) for field in fields(Outgoing)}
    if item.recipient is not None:
        values["recipient"] = item.recipient.casefold()
    return values
