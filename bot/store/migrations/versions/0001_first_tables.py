"""Messages, registers, ledger, cases, outbox, audit and jobs: the tables of the first release.

This is history and never changes: what a later version needs is a revision of its own.
"""

import sqlalchemy as sa
from alembic import op

from bot.store import triggers

revision: str = "0001"
down_revision: str | None = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create all tables with their triggers."""
    for create in TABLES:
        create()
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":  # SQLite takes it inside CREATE TABLE
        op.create_foreign_key(
            "fk_messages_case_number_cases", "messages", "cases", ["case_number"], ["number"]
        )
    for statement in triggers.statements(bind.dialect.name):
        bind.exec_driver_sql(statement)


def _contracts() -> None:
    op.create_table(
        "contracts",
        sa.Column("support_number", sa.String(length=64), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("customer_email", sa.Text(), nullable=True),
        sa.Column("reseller", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("served_from", sa.Date(), nullable=True),
        sa.Column("card_received_on", sa.Date(), nullable=True),
        sa.Column("card_awaited", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("support_number", name=op.f("pk_contracts")),
    )
    op.create_index(op.f("ix_contracts_programme"), "contracts", ["programme"], unique=False)


def _counters() -> None:
    op.create_table(
        "counters",
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counters")),
    )


def _cursors() -> None:
    op.create_table(
        "cursors",
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("archived_up_to", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("last_uid >= 0", name=op.f("ck_cursors_last_uid_not_negative")),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_cursors")),
    )


def _jobs() -> None:
    op.create_table(
        "jobs",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("args", sa.JSON(), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=True),
        sa.Column("lock", sa.String(length=255), nullable=True),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("run_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'failed')", name=op.f("ck_jobs_state_known")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_jobs")),
    )
    op.create_index(
        "ix_jobs_due",
        "jobs",
        ["kind", "run_at", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_jobs_lock", "jobs", ["lock", "id"], unique=False)
    op.create_index(
        "uq_jobs_key",
        "jobs",
        ["key"],
        unique=True,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )


def _slack_inbox() -> None:
    op.create_table(
        "slack_inbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("kind", sa.String(length=64), nullable=False),
        sa.Column("payload", sa.JSON(), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_slack_inbox")),
        sa.UniqueConstraint("key", name=op.f("uq_slack_inbox_key")),
    )
    op.create_index(
        "ix_slack_inbox_new",
        "slack_inbox",
        ["id"],
        unique=False,
        sqlite_where=sa.text("handled_at IS NULL"),
        postgresql_where=sa.text("handled_at IS NULL"),
    )


def _contacts() -> None:
    op.create_table(
        "contacts",
        sa.Column("id", ID, nullable=False),
        sa.Column("support_number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("email_folded", sa.Text(), nullable=True),
        sa.Column("fax", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.String(length=64), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("last", sa.Date(), nullable=True),
        sa.Column("unauthenticated_until", sa.Date(), nullable=True),
        sa.CheckConstraint(
            "since IS NULL OR last IS NULL OR since <= last",
            name=op.f("ck_contacts_since_before_last"),
        ),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_contacts_support_number_contracts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(op.f("ix_contacts_email_folded"), "contacts", ["email_folded"], unique=False)
    op.create_index(
        op.f("ix_contacts_support_number"), "contacts", ["support_number"], unique=False
    )


def _licences() -> None:
    op.create_table(
        "licences",
        sa.Column("id", ID, nullable=False),
        sa.Column("support_number", sa.String(length=64), nullable=False),
        sa.Column("purchased_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("maintenance_until", sa.Date(), nullable=False),
        sa.CheckConstraint("kind IN ('normal', 'version_up')", name=op.f("ck_licences_kind_known")),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_licences_quantity_positive")),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_licences_support_number_contracts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_licences")),
    )
    op.create_index(
        op.f("ix_licences_support_number"), "licences", ["support_number"], unique=False
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, nullable=False),
        sa.Column("source_key", sa.String(length=255), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("uid", sa.BigInteger(), nullable=True),
        sa.Column("envelope_from", sa.Text(), nullable=True),
        sa.Column("verified", sa.JSON(), nullable=True),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("fingerprint", sa.String(length=128), nullable=True),
        sa.Column("sender", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("state", sa.String(length=16), server_default="received", nullable=False),
        sa.Column("awaits", sa.String(length=16), nullable=True),
        sa.Column("reason", sa.String(length=32), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("support_number", sa.String(length=64), nullable=True),
        sa.Column("case_number", sa.String(length=64), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=True),
        sa.Column("duplicate_of", ID, nullable=True),
        sa.Column("taken_up_by", ID, nullable=True),
        sa.Column("decision", sa.JSON(), nullable=True),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("cause", sa.String(length=64), nullable=True),
        sa.Column("detail", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'quarantined') = (cause IS NOT NULL)",
            name=op.f("ck_messages_cause_iff_quarantined"),
        ),
        sa.CheckConstraint(
            "awaits IS NULL OR awaits IN ('number', 'facts', 'confirmation')",
            name=op.f("ck_messages_awaits_known"),
        ),
        sa.CheckConstraint(
            "cause IS NULL OR cause IN ('parse_timeout', 'parse_failed', 'over_limit', 'raw_damaged', 'withheld', 'mailbox_unknown', 'processing_failed', 'job_failed')",
            name=op.f("ck_messages_cause_known"),
        ),
        sa.CheckConstraint(
            "state IN ('received', 'answered', 'routed', 'waiting', 'automatic', 'bounce', 'duplicate', 'quarantined', 'archived')",
            name=op.f("ck_messages_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_number"],
            ["cases.number"],
            name=op.f("fk_messages_case_number_cases"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(
            ["duplicate_of"], ["messages.id"], name=op.f("fk_messages_duplicate_of_messages")
        ),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_messages_support_number_contracts"),
        ),
        sa.ForeignKeyConstraint(
            ["taken_up_by"], ["messages.id"], name=op.f("fk_messages_taken_up_by_messages")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_messages")),
        sa.UniqueConstraint(
            "mailbox", "uidvalidity", "uid", name=op.f("uq_messages_mailbox_uidvalidity_uid")
        ),
        sa.UniqueConstraint("source_key", name=op.f("uq_messages_source_key")),
    )
    op.create_index(op.f("ix_messages_case_number"), "messages", ["case_number"], unique=False)
    op.create_index(op.f("ix_messages_fingerprint"), "messages", ["fingerprint"], unique=False)
    op.create_index(op.f("ix_messages_message_id"), "messages", ["message_id"], unique=False)
    op.create_index(op.f("ix_messages_sha256"), "messages", ["sha256"], unique=False)
    op.create_index(
        op.f("ix_messages_support_number"), "messages", ["support_number"], unique=False
    )
    op.create_index(
        "ix_messages_unfinished",
        "messages",
        ["state", "id"],
        unique=False,
        sqlite_where=sa.text("state = 'received'"),
        postgresql_where=sa.text("state = 'received'"),
    )
    op.create_index(
        "ix_messages_waiting",
        "messages",
        ["sender"],
        unique=False,
        sqlite_where=sa.text("state = 'waiting'"),
        postgresql_where=sa.text("state = 'waiting'"),
    )


def _periods() -> None:
    op.create_table(
        "periods",
        sa.Column("id", ID, nullable=False),
        sa.Column("support_number", sa.String(length=64), nullable=False),
        sa.Column("start", sa.Date(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("status", sa.String(length=16), nullable=False),
        sa.CheckConstraint("status IN ('free', 'paid')", name=op.f("ck_periods_status_known")),
        sa.CheckConstraint("start < until", name=op.f("ck_periods_start_before_until")),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_periods_support_number_contracts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_periods")),
        sa.UniqueConstraint(
            "support_number", "start", name=op.f("uq_periods_support_number_start")
        ),
    )


def _products() -> None:
    op.create_table(
        "products",
        sa.Column("id", ID, nullable=False),
        sa.Column("support_number", sa.String(length=64), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("list_price", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("list_price >= 0", name=op.f("ck_products_list_price_not_negative")),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_products_support_number_contracts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_products")),
    )
    op.create_index(
        op.f("ix_products_support_number"), "products", ["support_number"], unique=False
    )


def _cases() -> None:
    op.create_table(
        "cases",
        sa.Column("number", sa.String(length=64), nullable=False),
        sa.Column("programme", sa.String(length=64), nullable=False),
        sa.Column("channel", sa.String(length=16), nullable=False),
        sa.Column("mailbox", sa.String(length=64), nullable=False),
        sa.Column("support_number", sa.String(length=64), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("category", sa.String(length=64), nullable=True),
        sa.Column("item", sa.String(length=64), nullable=True),
        sa.Column("queue", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=16), server_default="open", nullable=False),
        sa.Column("assignee", sa.String(length=64), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("question", sa.Text(), nullable=True),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_by", ID, nullable=True),
        sa.Column("merged_into", sa.String(length=64), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("snoozed_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("card_channel", sa.String(length=64), nullable=True),
        sa.Column("card_ts", sa.String(length=64), nullable=True),
        sa.Column("card_version", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "(state = 'snoozed') = (snoozed_until IS NOT NULL)",
            name=op.f("ck_cases_snoozed_has_time"),
        ),
        sa.CheckConstraint(
            "(state IN ('resolved', 'closed')) = (resolved_at IS NOT NULL)",
            name=op.f("ck_cases_resolved_has_time"),
        ),
        sa.CheckConstraint(
            "merged_into IS NULL OR state = 'closed'", name=op.f("ck_cases_merged_is_closed")
        ),
        sa.CheckConstraint(
            "state IN ('open', 'claimed', 'waiting', 'approval', 'snoozed', 'resolved', 'closed')",
            name=op.f("ck_cases_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["merged_into"], ["cases.number"], name=op.f("fk_cases_merged_into_cases")
        ),
        sa.ForeignKeyConstraint(
            ["opened_by"], ["messages.id"], name=op.f("fk_cases_opened_by_messages")
        ),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_cases_support_number_contracts"),
        ),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_cases")),
        sa.UniqueConstraint("opened_by", name=op.f("uq_cases_opened_by")),
    )
    op.create_index(op.f("ix_cases_merged_into"), "cases", ["merged_into"], unique=False)
    op.create_index("ix_cases_queue", "cases", ["queue", "state", "due_at"], unique=False)
    op.create_index(op.f("ix_cases_support_number"), "cases", ["support_number"], unique=False)


def _audit() -> None:
    op.create_table(
        "audit",
        sa.Column("id", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("case_number", sa.String(length=64), nullable=True),
        sa.Column("support_number", sa.String(length=64), nullable=True),
        sa.Column("message", ID, nullable=True),
        sa.Column("before", sa.JSON(), nullable=True),
        sa.Column("after", sa.JSON(), nullable=True),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=op.f("fk_audit_case_number_cases")
        ),
        sa.ForeignKeyConstraint(
            ["message"], ["messages.id"], name=op.f("fk_audit_message_messages")
        ),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_audit_support_number_contracts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_case_number"), "audit", ["case_number"], unique=False)
    op.create_index(op.f("ix_audit_message"), "audit", ["message"], unique=False)
    op.create_index(op.f("ix_audit_support_number"), "audit", ["support_number"], unique=False)


def _ledger() -> None:
    op.create_table(
        "ledger",
        sa.Column("id", ID, nullable=False),
        sa.Column("support_number", sa.String(length=64), nullable=False),
        sa.Column("quota", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("units", sa.Integer(), nullable=False),
        sa.Column("charged_on", sa.Date(), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("actor", sa.String(length=128), nullable=False),
        sa.Column("refers_to", ID, nullable=True),
        sa.Column("case_number", sa.String(length=64), nullable=True),
        sa.Column("contact", sa.Text(), nullable=True),
        sa.Column("minutes", sa.Integer(), nullable=True),
        sa.Column("article", sa.Text(), server_default="", nullable=False),
        sa.Column("reason", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint(
            "(refers_to IS NULL AND kind IN ('grant', 'reserve', 'consume', 'adjust')) OR (refers_to IS NOT NULL AND kind IN ('consume', 'expire', 'release', 'waive', 'reverse'))",
            name=op.f("ck_ledger_refers_by_kind"),
        ),
        sa.CheckConstraint(
            "kind IN ('grant', 'reserve', 'consume', 'release', 'waive', 'adjust', 'reverse', 'expire')",
            name=op.f("ck_ledger_kind_known"),
        ),
        sa.CheckConstraint(
            "units > 0 OR (kind = 'adjust' AND units <> 0)", name=op.f("ck_ledger_units_signed")
        ),
        sa.CheckConstraint(
            "minutes IS NULL OR minutes > 0", name=op.f("ck_ledger_minutes_positive")
        ),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=op.f("fk_ledger_case_number_cases")
        ),
        sa.ForeignKeyConstraint(
            ["refers_to", "support_number", "quota"],
            ["ledger.id", "ledger.support_number", "ledger.quota"],
            name="fk_ledger_refers_to_ledger",
        ),
        sa.ForeignKeyConstraint(
            ["support_number"],
            ["contracts.support_number"],
            name=op.f("fk_ledger_support_number_contracts"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_ledger")),
        sa.UniqueConstraint(
            "id", "support_number", "quota", name=op.f("uq_ledger_id_support_number_quota")
        ),
        sa.UniqueConstraint("key", name=op.f("uq_ledger_key")),
    )
    op.create_index(op.f("ix_ledger_case_number"), "ledger", ["case_number"], unique=False)
    op.create_index(
        "ix_ledger_quota", "ledger", ["support_number", "quota", "charged_on"], unique=False
    )
    op.create_index(op.f("ix_ledger_refers_to"), "ledger", ["refers_to"], unique=False)
    op.create_index(
        "uq_ledger_reversed_once",
        "ledger",
        ["refers_to"],
        unique=True,
        sqlite_where=sa.text("kind = 'reverse'"),
        postgresql_where=sa.text("kind = 'reverse'"),
    )


def _notes() -> None:
    op.create_table(
        "notes",
        sa.Column("id", ID, nullable=False),
        sa.Column("case_number", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("author", sa.String(length=128), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("ref", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "kind IN ('note', 'follow_up', 'reply', 'call', 'remote', 'event')",
            name=op.f("ck_notes_kind_known"),
        ),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=op.f("fk_notes_case_number_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notes")),
        sa.UniqueConstraint("ref", name=op.f("uq_notes_ref")),
    )
    op.create_index(op.f("ix_notes_case_number"), "notes", ["case_number"], unique=False)


def _outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", ID, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("dedupe_key", sa.String(length=255), nullable=False),
        sa.Column("case_number", sa.String(length=64), nullable=True),
        sa.Column("answers", ID, nullable=True),
        sa.Column("mailbox", sa.String(length=64), nullable=True),
        sa.Column("recipient", sa.Text(), nullable=True),
        sa.Column("template", sa.String(length=64), nullable=True),
        sa.Column("automatic", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=True),
        sa.Column("subject", sa.Text(), nullable=True),
        sa.Column("payload", sa.JSON(), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), server_default="queued", nullable=False),
        sa.Column("attempts", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bounce_status", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(state = 'sent') = (sent_at IS NOT NULL)", name=op.f("ck_outbox_sent_has_time")
        ),
        sa.CheckConstraint("kind IN ('mail', 'slack')", name=op.f("ck_outbox_kind_known")),
        sa.CheckConstraint(
            "state IN ('queued', 'sent', 'failed', 'held', 'withdrawn')",
            name=op.f("ck_outbox_state_known"),
        ),
        sa.ForeignKeyConstraint(
            ["answers"], ["messages.id"], name=op.f("fk_outbox_answers_messages")
        ),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=op.f("fk_outbox_case_number_cases")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_outbox_dedupe_key")),
        sa.UniqueConstraint("message_id", name=op.f("uq_outbox_message_id")),
    )
    op.create_index(op.f("ix_outbox_answers"), "outbox", ["answers"], unique=False)
    op.create_index(op.f("ix_outbox_case_number"), "outbox", ["case_number"], unique=False)
    op.create_index("ix_outbox_limit", "outbox", ["recipient", "created_at"], unique=False)
    op.create_index(
        "ix_outbox_queued",
        "outbox",
        ["kind", "next_at"],
        unique=False,
        sqlite_where=sa.text("state = 'queued'"),
        postgresql_where=sa.text("state = 'queued'"),
    )


def _open_reservations() -> None:
    op.create_table(
        "open_reservations",
        sa.Column("entry", ID, nullable=False),
        sa.Column("case_number", sa.String(length=64), nullable=True),
        sa.Column("quota", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(
            ["case_number"], ["cases.number"], name=op.f("fk_open_reservations_case_number_cases")
        ),
        sa.ForeignKeyConstraint(
            ["entry"], ["ledger.id"], name=op.f("fk_open_reservations_entry_ledger")
        ),
        sa.PrimaryKeyConstraint("entry", name=op.f("pk_open_reservations")),
        sa.UniqueConstraint(
            "case_number", "quota", name=op.f("uq_open_reservations_case_number_quota")
        ),
    )


TABLES = (
    _contracts,
    _counters,
    _cursors,
    _jobs,
    _slack_inbox,
    _contacts,
    _licences,
    _messages,
    _periods,
    _products,
    _cases,
    _audit,
    _ledger,
    _notes,
    _outbox,
    _open_reservations,
)
