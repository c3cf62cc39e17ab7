"""People who sign in, their sessions and set-up links, guesses, incidents.

Like the first it is history and never changes.
"""

import sqlalchemy as sa
from alembic import op

revision: str = "0002"
down_revision: str | None = "0001"

ROLES = "'operator', 'lead', 'manager', 'administrator', 'auditor'"


def upgrade() -> None:
    """Create the tables of the web, and two indexes for the figures."""
    _users()
    _setup_links()
    _sessions()
    _guesses()
    _incidents()
    _figures()


def _users() -> None:
    op.create_table(
        "users",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("shown", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=16), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("slack", sa.String(length=32), nullable=True),
        sa.Column("password", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("disabled_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(f"role IN ({ROLES})", name=op.f("ck_users_role_known")),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_users")),
        sa.UniqueConstraint("slack", name=op.f("uq_users_slack")),
        sa.UniqueConstraint("subject", name=op.f("uq_users_subject")),
    )


def _setup_links() -> None:
    op.create_table(
        "setup_links",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_setup_links_user_users")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_setup_links")),
    )
    op.create_index(op.f("ix_setup_links_user"), "setup_links", ["user"], unique=False)


def _sessions() -> None:
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(length=64), nullable=False),
        sa.Column("user", sa.String(length=40), nullable=False),
        sa.Column("way", sa.String(length=16), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("network", sa.String(length=64), nullable=False),
        sa.Column("agent", sa.Text(), nullable=False),
        sa.CheckConstraint("way IN ('password', 'oidc')", name=op.f("ck_sessions_way_known")),
        sa.ForeignKeyConstraint(["user"], ["users.name"], name=op.f("fk_sessions_user_users")),
        sa.PrimaryKeyConstraint("token", name=op.f("pk_sessions")),
    )
    op.create_index(op.f("ix_sessions_user"), "sessions", ["user"], unique=False)
    op.create_index(op.f("ix_sessions_expires_at"), "sessions", ["expires_at"], unique=False)


def _guesses() -> None:
    op.create_table(
        "guesses",
        sa.Column("subject", sa.String(length=80), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("last_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("failures >= 0", name=op.f("ck_guesses_failures_not_negative")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_guesses")),
    )
    op.create_index(op.f("ix_guesses_last_at"), "guesses", ["last_at"], unique=False)


def _incidents() -> None:
    op.create_table(
        "incidents",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("alarm", sa.String(length=128), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incidents")),
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
    op.create_index("ix_messages_reason", "messages", ["reason", "mailbox"], unique=False)
    failed = sa.text("state = 'failed'")
    op.create_index(
        "ix_outbox_failed",
        "outbox",
        ["kind"],
        unique=False,
        sqlite_where=failed,
        postgresql_where=failed,
    )
