"""The tables of the web: people, their sessions and set-up links, guesses, incidents."""

from collections.abc import Iterable

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from bot.roles import Role
from bot.store.tables import Instant, messages, metadata, outbox

WAYS = ("password", "oidc")
"""How a session was begun."""


def _one_of(column: str, words: Iterable[str]) -> CheckConstraint:
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=f"{column}_known")


users = Table(
    "users",
    metadata,
    Column("name", String(40), primary_key=True),
    Column("shown", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("email", Text),
    Column("slack", String(32), unique=True),
    Column("password", Text),
    Column("subject", Text, unique=True),
    Column("created_at", Instant, nullable=False),
    Column("disabled_at", Instant),
    _one_of("role", Role),
)

setup_links = Table(
    "setup_links",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("user", String(40), ForeignKey(users.c.name), nullable=False, index=True),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
)

sessions = Table(
    "sessions",
    metadata,
    Column("token", String(64), primary_key=True),
    Column("user", String(40), ForeignKey(users.c.name), nullable=False, index=True),
    Column("way", String(16), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("seen_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False, index=True),
    Column("ended_at", Instant),
    Column("network", String(64), nullable=False),
    Column("agent", Text, nullable=False),
    _one_of("way", WAYS),
)

guesses = Table(
    "guesses",
    metadata,
    Column("subject", String(80), primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("last_at", Instant, nullable=False, index=True),
    Column("locked_until", Instant),
    CheckConstraint("failures >= 0", name="failures_not_negative"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("alarm", String(128), nullable=False),
    Column("opened_at", Instant, nullable=False),
    Column("closed_at", Instant),
    Index(
        "uq_incidents_open",
        "alarm",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)

Index("ix_messages_reason", messages.c.reason, messages.c.mailbox)
Index(
    "ix_outbox_failed",
    outbox.c.kind,
    sqlite_where=text("state = 'failed'"),
    postgresql_where=text("state = 'failed'"),
)

WEB_TABLES = (users, setup_links, sessions, guesses, incidents)
