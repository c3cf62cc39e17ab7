"""People who sign in, their sessions and set-up links, guesses, incidents."""

import sqlalchemy as sa
from alembic import op

from bot.store.tables import Instant

revision: str = "0002"
down_revision: str | None = "0001"

ROLES = "'operator', 'lead', 'manager', 'administrator', 'auditor'"


def upgrade() -> None:
    """Create the tables of the web, unless the first revision of an early desk made them."""
    if sa.inspect(op.get_bind()).has_table("users"):
        return
    _people()
    _sessions()
    _guesses()
    _incidents()
    _figures()


def _people() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("shown", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("email", sa.Text),
        sa.Column("slack", sa.String(32), unique=True),
        sa.Column("password", sa.Text),
        sa.Column("subject", sa.Text, unique=True),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("disabled_at", Instant),
        sa.CheckConstraint(f"role IN ({ROLES})", name="role_known"),
    )
    op.create_table(
        "setup_links",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(40), sa.ForeignKey("users.name"), nullable=False, index=True),
        sa.Column("expires_at", Instant, nullable=False),
        sa.Column("used_at", Instant),
    )


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user", sa.String(40), sa.ForeignKey("users.name"), nullable=False, index=True),
        sa.Column("way", sa.String(16), nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("seen_at", Instant, nullable=False),
        sa.Column("expires_at", Instant, nullable=False, index=True),
        sa.Column("ended_at", Instant),
        sa.Column("network", sa.String(64), nullable=False),
        sa.Column("agent", sa.Text, nullable=False),
        sa.CheckConstraint("way IN ('password', 'oidc')", name="way_known"),
    )


def _guesses() -> None:
    op.create_table(
        "guesses",
        sa.Column("subject", sa.String(80), primary_key=True),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("last_at", Instant, nullable=False, index=True),
        sa.Column("locked_until", Instant),
        sa.CheckConstraint("failures >= 0", name="failures_not_negative"),
    )


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("alarm", sa.String(128), nullable=False),
        sa.Column("opened_at", Instant, nullable=False),
        sa.Column("closed_at", Instant),
    )
    still_open = sa.text("closed_at IS NULL")
    op.create_index(
        "uq_incidents_open",
        "incidents",
        ["alarm"],
        unique=True,
        sqlite_where=still_open,
        postgresql_where=still_open,
    )


def _figures() -> None:
    op.create_index("ix_messages_reason", "messages", ["reason", "mailbox"])
    failed = sa.text("state = 'failed'")
    op.create_index(
        "ix_outbox_failed", "outbox", ["kind"], sqlite_where=failed, postgresql_where=failed
    )
