"""Messages received: each is stored once and ends in exactly one visible state."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, func, or_, select, update

from bot.store.causes import Cause
from bot.store.rows import insert_or
from bot.store.tables import RECEIVED, messages, outbox
from quotas.decision import State
from quotas.facts import Awaited


@dataclass(frozen=True, slots=True)
class NewMessage:
    """A message as it arrives, its raw bytes already durable under `sha256`.

    `source_key` names the one arrival (`imap_key` or `transaction_key`), `received_at` is when
    the desk's own server took it, `verified` what that server itself found about the
    sender (verdict and detail), `archived` marks old mail that is recorded and never answered.
    """

    source_key: str
    mailbox: str
    channel: str
    received_at: datetime
    stored_at: datetime
    sha256: str
    size: int
    uidvalidity: int | None = None
    uid: int | None = None
    envelope_from: str | None = None
    verified: Mapping[str, str] | None = None
    archived: bool = False


@dataclass(frozen=True, slots=True)
class StoredMessage:
    """A message as the store holds it; `state` is ``received`` or a final `State`.

    `message_id` is the Message-ID header, `decision` the decision as JSON with its trace,
    `cause` why it is quarantined (from a closed list) and `detail` that cause's particulars.
    """

    id: int
    source_key: str
    mailbox: str
    channel: str
    uidvalidity: int | None
    uid: int | None
    envelope_from: str | None
    verified: Mapping[str, str] | None
    received_at: datetime
    stored_at: datetime
    sha256: str
    size: int
    message_id: str | None
    fingerprint: str | None
    sender: str | None
    subject: str | None
    state: str
    awaits: str | None
    reason: str | None
    decided_at: datetime | None
    support_number: str | None
    case_number: str | None
    excerpt: str | None
    duplicate_of: int | None
    taken_up_by: int | None
    decision: Mapping[str, Any] | None
    attempts: int
    cause: str | None
    detail: str | None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message came from and stands: what the audit needs to know of each."""

    id: int
    mailbox: str
    uidvalidity: int | None
    uid: int | None
    received_at: datetime
    stored_at: datetime
    sha256: str
    state: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a message ended: what `Messages.finish` writes; empty header fields are kept as NULL.

    `excerpt` is the head of the sender's own words, 1,500 characters at most: operators read it
    on the card, the whole is in the raw message.
    """

    state: State
    reason: str | None
    decided_at: datetime
    message_id: str | None = None
    fingerprint: str | None = None
    sender: str | None = None
    subject: str | None = None
    awaits: str | None = None
    support_number: str | None = None
    case_number: str | None = None
    excerpt: str | None = None
    duplicate_of: int | None = None
    decision: Mapping[str, Any] | None = None


_COLUMNS = tuple(messages.c[field.name] for field in fields(StoredMessage))


def imap_key(mailbox: str, uidvalidity: int, uid: int) -> str:
    """Return the source key of a message fetched by IMAP."""
    return f"imap:{mailbox}:{uidvalidity}:{uid}"


def transaction_key(mailbox: str, transaction: str) -> str:
    """Return the source key of a message taken by SMTP, LMTP or a pipe."""
    return f"smtp:{mailbox}:{transaction}"


class Messages:
    """The messages inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, message: NewMessage) -> int | None:
        """Record a message; return its id, or ``None`` when this arrival is recorded already."""
        return self.add_many([message])[0]

    def add_many(self, arrivals: Sequence[NewMessage]) -> list[int | None]:
        """Record messages in one statement; return each id, ``None`` for those already known."""
        if not arrivals:
            return []
        statement = (
            insert_or(self._connection, messages)
            .on_conflict_do_nothing()
            .returning(messages.c.source_key, messages.c.id)
        )
        rows = [_arrival(message) for message in arrivals]
        added: dict[str, int] = dict(self._connection.execute(statement, rows).all())
        return [added.pop(message.source_key, None) for message in arrivals]

    def get(self, message: int) -> StoredMessage | None:
        """Return one message by its id."""
        return self.get_many([message]).get(message)

    def get_many(self, wanted: Iterable[int]) -> dict[int, StoredMessage]:
        """Return messages by id, in one statement."""
        query = select(*_COLUMNS).where(messages.c.id.in_(list(wanted)))
        return {row.id: StoredMessage(*row) for row in self._connection.execute(query)}

    def lock_unfinished(self, wanted: Iterable[int]) -> list[StoredMessage]:
        """Lock and return those of `wanted` that are still to be decided, oldest first.

        This is the state guard: a message that a job finished before is not returned again.
        """
        query = (
            select(*_COLUMNS)
            .where(messages.c.id.in_(list(wanted)), messages.c.state == RECEIVED)
            .order_by(messages.c.id)
            .with_for_update()
        )
        return [StoredMessage(*row) for row in self._connection.execute(query)]

    def lock(self, message: int) -> StoredMessage | None:
        """Lock one message in whatever state, or return ``None``."""
        query = select(*_COLUMNS).where(messages.c.id == message).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else StoredMessage(*row)

    def finish(self, message: int, outcome: Outcome) -> None:
        """Write how a message ended; a quarantined one that is decided loses its cause."""
        values = {field.name: getattr(outcome, field.name) for field in fields(Outcome)}
        values["sender"] = outcome.sender.casefold() if outcome.sender else None
        statement = update(messages).where(messages.c.id == message)
        self._connection.execute(statement, values | {"cause": None, "detail": None})

    def quarantine(self, message: int, cause: Cause, detail: str, at: datetime) -> None:
        """End a message in quarantine with a `cause` and its particulars."""
        self._set(
            message,
            state=State.QUARANTINED,
            reason=State.QUARANTINED,
            cause=cause.value,
            detail=detail,
            decided_at=at,
        )

    def attempt(self, message: int) -> int:
        """Count one more attempt to handle a message; return how many there were."""
        statement = (
            update(messages)
            .where(messages.c.id == message)
            .values(attempts=messages.c.attempts + 1)
            .returning(messages.c.attempts)
        )
        return int(self._connection.execute(statement).scalar_one())

    def vouch(self, message: int, detail: str) -> None:
        """Make a message one still to be decided whose sender a person vouches for."""
        self._set(message, verified={"verdict": "pass", "detail": detail})
        self.reopen(message)

    def move(self, from_case: str, to_case: str) -> list[int]:
        """Let the messages of one case belong to another; return which they are, in order."""
        moved = [message.id for message in self.of_case(from_case)]
        self._connection.execute(
            update(messages).where(messages.c.id.in_(moved)).values(case_number=to_case)
        )
        return moved

    def reopen(self, message: int) -> None:
        """Make a quarantined or waiting message one that is still to be decided."""
        self._set(message, state=RECEIVED, cause=None, detail=None, awaits=None, attempts=0)

    def take_up(self, waiting: int, by: int, at: datetime) -> None:
        """End a waiting message as `by`, which brought what it waited for, has ended.

        It then belongs to the same contract and case.
        """
        ended = ("state", "support_number", "case_number")
        same = {name: select(messages.c[name]).where(messages.c.id == by) for name in ended}
        values = {name: query.scalar_subquery() for name, query in same.items()}
        self._set(waiting, **values, awaits=None, taken_up_by=by, decided_at=at)

    def duplicate_of(self, fingerprint: str, before: int) -> StoredMessage | None:
        """Return the first copy of a message (equal `fingerprint`) stored before id `before`."""
        query = (
            select(*_COLUMNS)
            .where(messages.c.fingerprint == fingerprint, messages.c.id < before)
            .where(messages.c.state.not_in([State.DUPLICATE, State.QUARANTINED]))
            .order_by(messages.c.id)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else StoredMessage(*row)

    def find_duplicates(
        self, fingerprints: Iterable[str], before: datetime | None = None
    ) -> dict[str, int]:
        """Return, for those of `fingerprints` known, the id of the first message that bore it.

        With `before`, only messages received before that instant are known.
        """
        query = (
            select(messages.c.fingerprint, func.min(messages.c.id))
            .where(messages.c.fingerprint.in_(list(fingerprints)))
            .where(messages.c.state.not_in([State.DUPLICATE, State.QUARANTINED]))
            .group_by(messages.c.fingerprint)
        )
        if before is not None:
            query = query.where(messages.c.received_at < before)
        return dict(self._connection.execute(query).all())

    def find_archived(self, hashes: Iterable[str]) -> dict[str, int]:
        """Return, for those of `hashes` that are archived, the id of the message with these bytes.

        Archived mail was never parsed, so it is known by its bytes and not by its fingerprint.
        """
        query = (
            select(messages.c.sha256, func.min(messages.c.id))
            .where(messages.c.sha256.in_(list(hashes)), messages.c.state == State.ARCHIVED)
            .group_by(messages.c.sha256)
        )
        return dict(self._connection.execute(query).all())

    def waiting_in_thread(self, sender: str, references: Iterable[str]) -> StoredMessage | None:
        """Return the newest waiting message of `sender` in the thread of `references`.

        `references` are Message-IDs with angle brackets: of the waiting message itself or of
        what the desk answered to it. A message that awaits confirmation counts only by what the
        desk sent to the address on file: whoever forged it knows its own Message-ID.
        """
        named = list(references)
        answered = exists().where(outbox.c.answers == messages.c.id, outbox.c.message_id.in_(named))
        own_id_counts = messages.c.awaits.is_distinct_from(Awaited.CONFIRMATION)
        query = (
            select(*_COLUMNS)
            .where(messages.c.state == State.WAITING, messages.c.sender == sender.casefold())
            .where(or_(and_(messages.c.message_id.in_(named), own_id_counts), answered))
            .order_by(messages.c.id.desc())
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else StoredMessage(*row)

    def of_case(self, case_number: str) -> list[StoredMessage]:
        """Return the messages of a case, oldest first."""
        return self._listed(messages.c.case_number == case_number)

    def by_state(self, state: str, limit: int = 1000, after: int = 0) -> list[StoredMessage]:
        """Return up to `limit` messages in `state` with ids above `after`, oldest first."""
        return self._listed(messages.c.state == state, messages.c.id > after, limit=limit)

    def of_reason(self, reason: str, limit: int) -> list[StoredMessage]:
        """Return the messages decided for `reason` last, the newest first."""
        query = select(*_COLUMNS).where(messages.c.reason == reason)
        rows = self._connection.execute(query.order_by(messages.c.id.desc()).limit(limit))
        return [StoredMessage(*row) for row in rows]

    def unfinished(self, limit: int = 1000) -> list[int]:
        """Return ids of messages still to be decided, oldest first."""
        query = (
            select(messages.c.id)
            .where(messages.c.state == RECEIVED)
            .order_by(messages.c.id)
            .limit(limit)
        )
        return list(self._connection.scalars(query))

    def standings(self) -> list[Standing]:
        """Return of every message where it came from and stands, oldest first."""
        columns = [messages.c[field.name] for field in fields(Standing)]
        query = select(*columns).order_by(messages.c.id)
        return [Standing(*row) for row in self._connection.execute(query)]

    def newest(self) -> StoredMessage | None:
        """Return the message stored last."""
        query = select(*_COLUMNS).order_by(messages.c.id.desc()).limit(1)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else StoredMessage(*row)

    def counts(self) -> dict[str, int]:
        """Return how many messages stand in each state."""
        query = select(messages.c.state, func.count()).group_by(messages.c.state)
        return dict(self._connection.execute(query).all())

    def uids(self, mailbox: str, uidvalidity: int) -> frozenset[int]:
        """Return all UIDs stored of one mailbox under one UIDVALIDITY."""
        query = select(messages.c.uid).where(
            messages.c.mailbox == mailbox, messages.c.uidvalidity == uidvalidity
        )
        return frozenset(uid for uid in self._connection.scalars(query) if uid is not None)

    def _listed(self, *conditions: Any, limit: int | None = None) -> list[StoredMessage]:
        query = select(*_COLUMNS).where(*conditions).order_by(messages.c.id).limit(limit)
        return [StoredMessage(*row) for row in self._connection.execute(query)]

    def _set(self, message: int, **values: Any) -> None:
        self._connection.execute(update(messages).where(messages.c.id == message).values(**values))


def _arrival(message: NewMessage) -> dict[str, Any]:
    values = {field.name: getattr(message, field.name) for field in fields(NewMessage)}
    archived = values.pop("archived")
    values["state"] = State.ARCHIVED if archived else RECEIVED
    values["decided_at"] = message.stored_at if archived else None
    return values
