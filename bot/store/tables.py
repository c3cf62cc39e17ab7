"""The tables: every invariant the database itself upholds is written here.

Natural keys are used where people use them (support number, case number). Instants are aware and
kept in UTC, days are dates, and what can only be one of a few words is checked.
"""

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Dialect,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

from bot.store.causes import Cause
from quotas.contract import Status
from quotas.decision import State
from quotas.ledger import CLOSING, Kind

RECEIVED = "received"
MESSAGE_STATES = (RECEIVED, *State)
CASE_STATES = ("open", "claimed", "waiting", "approval", "snoozed", "resolved", "closed")
NOTE_KINDS = ("note", "follow_up", "reply", "call", "remote", "event")
OUTBOX_KINDS = ("mail", "slack")
OUTBOX_STATES = ("queued", "sent", "failed", "held", "withdrawn")
JOB_STATES = ("queued", "running", "failed")
AWAITED = ("number", "facts", "confirmation")
STANDING = (Kind.GRANT, Kind.RESERVE, Kind.CONSUME, Kind.ADJUST)
FOLLOWING = (*sorted(CLOSING), Kind.REVERSE)
APPEND_ONLY = ("ledger", "audit")


class Instant(TypeDecorator[datetime]):
    """An aware date-time, kept in UTC to the microsecond on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive date-times and turn aware ones to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive date-time {value.isoformat()}; instants must be aware")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return the instant as aware UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[tuple[str, ...]]):
    """A few short words in order, kept as a JSON list."""

    impl = JSON
    cache_ok = True

    def process_bind_param(
        self, value: tuple[str, ...] | None, dialect: Dialect
    ) -> list[str] | None:
        """Turn the words to a list."""
        return None if value is None else list(value)

    def process_result_value(
        self, value: list[str] | None, dialect: Dialect
    ) -> tuple[str, ...] | None:
        """Return the words as a tuple."""
        return None if value is None else tuple(value)


class LedgerKind(TypeDecorator[Kind]):
    """The kind of a ledger entry, kept as its word."""

    impl = String(16)
    cache_ok = True

    def process_bind_param(self, value: Kind | None, dialect: Dialect) -> str | None:
        """Turn the kind to its word."""
        return None if value is None else Kind(value).value

    def process_result_value(self, value: str | None, dialect: Dialect) -> Kind | None:
        """Return the kind."""
        return None if value is None else Kind(value)


Json = JSON(none_as_null=True)
Id = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(f"'{word}'" for word in words)


def _of_contract() -> ForeignKey:
    return ForeignKey("contracts.support_number")


def _one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    return CheckConstraint(f"{column} IN ({_listed(words)})", name=f"{column}_known")


contracts = Table(
    "contracts",
    metadata,
    Column("support_number", String(64), primary_key=True),
    Column("programme", String(64), nullable=False, index=True),
    Column("customer", Text, nullable=False),
    Column("customer_email", Text),
    Column("reseller", Text),
    Column("note", Text),
    Column("served_from", Date),
    Column("card_received_on", Date),
    Column("card_awaited", Boolean, nullable=False, server_default=text("false")),
    Column("imported_at", Instant, nullable=False),
)

periods = Table(
    "periods",
    metadata,
    Column("id", Id, primary_key=True),
    Column("support_number", String(64), _of_contract(), nullable=False),
    Column("start", Date, nullable=False),
    Column("until", Date, nullable=False),
    Column("status", String(16), nullable=False),
    UniqueConstraint("support_number", "start"),
    CheckConstraint("start < until", name="start_before_until"),
    _one_of("status", [Status.FREE, Status.PAID]),
)

contacts = Table(
    "contacts",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "support_number",
        String(64),
        ForeignKey(contracts.c.support_number),
        nullable=False,
        index=True,
    ),
    Column("name", Text, nullable=False),
    Column("email", Text),
    Column("email_folded", Text, index=True),
    Column("fax", String(64)),
    Column("phone", String(64)),
    Column("since", Date),
    Column("last", Date),
    Column("unauthenticated_until", Date),
    CheckConstraint("since IS NULL OR last IS NULL OR since <= last", name="since_before_last"),
)

licences = Table(
    "licences",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "support_number",
        String(64),
        ForeignKey(contracts.c.support_number),
        nullable=False,
        index=True,
    ),
    Column("purchased_on", Date, nullable=False),
    Column("quantity", Integer, nullable=False),
    Column("kind", String(32), nullable=False),
    Column("maintenance_until", Date, nullable=False),
    CheckConstraint("quantity > 0", name="quantity_positive"),
    _one_of("kind", ["normal", "version_up"]),
)

products = Table(
    "products",
    metadata,
    Column("id", Id, primary_key=True),
    Column(
        "support_number",
        String(64),
        ForeignKey(contracts.c.support_number),
        nullable=False,
        index=True,
    ),
    Column("name", Text, nullable=False),
    Column("list_price", BigInteger, nullable=False),
    CheckConstraint("list_price >= 0", name="list_price_not_negative"),
)

cursors = Table(
    "cursors",
    metadata,
    Column("mailbox", String(64), primary_key=True),
    Column("uidvalidity", BigInteger, nullable=False),
    Column("last_uid", BigInteger, nullable=False),
    Column("archived_up_to", BigInteger, nullable=False, server_default=text("0")),
    Column("updated_at", Instant, nullable=False),
    CheckConstraint("last_uid >= 0", name="last_uid_not_negative"),
)

messages = Table(
    "messages",
    metadata,
    Column("id", Id, primary_key=True),
    Column("source_key", String(255), nullable=False, unique=True),
    Column("mailbox", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("uidvalidity", BigInteger),
    Column("uid", BigInteger),
    Column("envelope_from", Text),
    Column("verified", Json),
    Column("received_at", Instant, nullable=False),
    Column("stored_at", Instant, nullable=False),
    Column("sha256", String(64), nullable=False, index=True),
    Column("size", BigInteger, nullable=False),
    Column("message_id", Text, index=True),
    Column("fingerprint", String(128), index=True),
    Column("sender", Text),
    Column("subject", Text),
    Column("state", String(16), nullable=False, server_default=RECEIVED),
    Column("awaits", String(16)),
    Column("reason", String(32)),
    Column("decided_at", Instant),
    Column("support_number", String(64), _of_contract(), index=True),
    Column("case_number", String(64), ForeignKey("cases.number", use_alter=True), index=True),
    Column("excerpt", Text),
    Column("duplicate_of", Id, ForeignKey("messages.id")),
    Column("taken_up_by", Id, ForeignKey("messages.id")),
    Column("decision", Json),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("cause", String(64)),
    Column("detail", Text),
    UniqueConstraint("mailbox", "uidvalidity", "uid"),
    _one_of("state", MESSAGE_STATES),
    CheckConstraint(f"awaits IS NULL OR awaits IN ({_listed(AWAITED)})", name="awaits_known"),
    CheckConstraint("(state = 'quarantined') = (cause IS NOT NULL)", name="cause_iff_quarantined"),
    CheckConstraint(f"cause IS NULL OR cause IN ({_listed(Cause)})", name="cause_known"),
    Index(
        "ix_messages_unfinished",
        "state",
        "id",
        sqlite_where=text("state = 'received'"),
        postgresql_where=text("state = 'received'"),
    ),
    Index(
        "ix_messages_waiting",
        "sender",
        sqlite_where=text("state = 'waiting'"),
        postgresql_where=text("state = 'waiting'"),
    ),
)

counters = Table(
    "counters",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("value", BigInteger, nullable=False),
)

cases = Table(
    "cases",
    metadata,
    Column("number", String(64), primary_key=True),
    Column("programme", String(64), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("mailbox", String(64), nullable=False),
    Column("support_number", String(64), _of_contract(), index=True),
    Column("contact", Text),
    Column("contact_name", Text),
    Column("subject", Text, nullable=False),
    Column("category", String(64)),
    Column("item", String(64)),
    Column("queue", String(64), nullable=False),
    Column("state", String(16), nullable=False, server_default="open"),
    Column("assignee", String(64)),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("priority", Integer, nullable=False, server_default=text("0")),
    Column("due_at", Instant),
    Column("question", Text),
    Column("marks", Words, nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("opened_by", Id, ForeignKey(messages.c.id), unique=True),
    Column("merged_into", String(64), ForeignKey("cases.number"), index=True),
    Column("changed_at", Instant, nullable=False),
    Column("resolved_at", Instant),
    Column("snoozed_until", Instant),
    Column("card_channel", String(64)),
    Column("card_ts", String(64)),
    Column("card_version", Integer),
    _one_of("state", CASE_STATES),
    CheckConstraint(
        "(state IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)", name="resolved_has_time"
    ),
    CheckConstraint("merged_into IS NULL OR state = 'closed'", name="merged_is_closed"),
    CheckConstraint("(state = 'snoozed') = (snoozed_until IS NOT NULL)", name="snoozed_has_time"),
    Index("ix_cases_queue", "queue", "state", "due_at"),
)

notes = Table(
    "notes",
    metadata,
    Column("id", Id, primary_key=True),
    Column("case_number", String(64), ForeignKey(cases.c.number), nullable=False, index=True),
    Column("at", Instant, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("author", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("ref", String(255), unique=True),
    _one_of("kind", NOTE_KINDS),
)

slack_inbox = Table(
    "slack_inbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("kind", String(64), nullable=False),
    Column("payload", JSON, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("handled_at", Instant),
    Index(
        "ix_slack_inbox_new",
        "id",
        sqlite_where=text("handled_at IS NULL"),
        postgresql_where=text("handled_at IS NULL"),
    ),
)

ledger = Table(
    "ledger",
    metadata,
    Column("id", Id, primary_key=True),
    Column("support_number", String(64), _of_contract(), nullable=False),
    Column("quota", String(64), nullable=False),
    Column("kind", LedgerKind, nullable=False),
    Column("units", Integer, nullable=False),
    Column("charged_on", Date, nullable=False),
    Column("on", Date, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("key", String(255), nullable=False, unique=True),
    Column("actor", String(128), nullable=False),
    Column("refers_to", Id, index=True),
    Column("case_number", String(64), ForeignKey(cases.c.number), index=True),
    Column("contact", Text),
    Column("minutes", Integer),
    Column("article", Text, nullable=False, server_default=""),
    Column("reason", Text, nullable=False, server_default=""),
    _one_of("kind", Kind),
    CheckConstraint("units > 0 OR (kind = 'adjust' AND units <> 0)", name="units_signed"),
    CheckConstraint(
        f"(refers_to IS NULL AND kind IN ({_listed(STANDING)}))"
        f" OR (refers_to IS NOT NULL AND kind IN ({_listed(FOLLOWING)}))",
        name="refers_by_kind",
    ),
    UniqueConstraint("id", "support_number", "quota"),
    ForeignKeyConstraint(
        ["refers_to", "support_number", "quota"],
        ["ledger.id", "ledger.support_number", "ledger.quota"],
        name="fk_ledger_refers_to_ledger",
    ),
    CheckConstraint("minutes IS NULL OR minutes > 0", name="minutes_positive"),
    Index(
        "uq_ledger_reversed_once",
        "refers_to",
        unique=True,
        sqlite_where=text("kind = 'reverse'"),
        postgresql_where=text("kind = 'reverse'"),
    ),
    Index("ix_ledger_quota", "support_number", "quota", "charged_on"),
)

open_reservations = Table(
    "open_reservations",
    metadata,
    Column("entry", Id, ForeignKey(ledger.c.id), primary_key=True),
    Column("case_number", String(64), ForeignKey(cases.c.number)),
    Column("quota", String(64), nullable=False),
    UniqueConstraint("case_number", "quota"),
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("dedupe_key", String(255), nullable=False, unique=True),
    Column("case_number", String(64), ForeignKey(cases.c.number), index=True),
    Column("answers", Id, ForeignKey(messages.c.id), index=True),
    Column("mailbox", String(64)),
    Column("recipient", Text),
    Column("template", String(64)),
    Column("automatic", Boolean, nullable=False, server_default=text("false")),
    Column("message_id", Text, unique=True),
    Column("subject", Text),
    Column("payload", Json),
    Column("raw", LargeBinary),
    Column("state", String(16), nullable=False, server_default="queued"),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("next_at", Instant),
    Column("last_error", Text),
    Column("created_at", Instant, nullable=False),
    Column("sent_at", Instant),
    Column("bounced_at", Instant),
    Column("bounce_status", Text),
    _one_of("kind", OUTBOX_KINDS),
    _one_of("state", OUTBOX_STATES),
    CheckConstraint("(state = 'sent') = (sent_at IS NOT NULL)", name="sent_has_time"),
    Index(
        "ix_outbox_queued",
        "kind",
        "next_at",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_outbox_limit", "recipient", "created_at"),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Id, primary_key=True),
    Column("at", Instant, nullable=False),
    Column("actor", String(128), nullable=False),
    Column("action", String(64), nullable=False),
    Column("case_number", String(64), ForeignKey(cases.c.number), index=True),
    Column("support_number", String(64), _of_contract(), index=True),
    Column("message", Id, ForeignKey(messages.c.id), index=True),
    Column("before", Json),
    Column("after", Json),
    Column("detail", Text, nullable=False, server_default=""),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Id, primary_key=True),
    Column("kind", String(64), nullable=False),
    Column("args", Json, nullable=False),
    Column("key", String(255)),
    Column("lock", String(255)),
    Column("state", String(16), nullable=False, server_default="queued"),
    Column("run_at", Instant, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("last_error", Text),
    _one_of("state", JOB_STATES),
    Index(
        "ix_jobs_due",
        "kind",
        "run_at",
        "id",
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "uq_jobs_key",
        "key",
        unique=True,
        sqlite_where=text("state = 'queued'"),
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_jobs_lock", "lock", "id"),
)
