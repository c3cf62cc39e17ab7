"""Messages, registers, ledger, cases, outbox, audit and jobs."""

from alembic import op

from bot.store import triggers
from bot.store.tables import metadata

revision: str = "0001"
down_revision: str | None = None


def upgrade() -> None:
    """Create all tables with their triggers."""
    bind = op.get_bind()
    metadata.create_all(bind)
    for statement in triggers.statements(bind.dialect.name):
        bind.exec_driver_sql(statement)
