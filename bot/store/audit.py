"""The audit: who did what, when, and what was there before and after; it only grows."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from bot.store.tables import audit


@dataclass(frozen=True, slots=True)
class AuditEvent:
    """One thing that was done; `actor` is an operator's id, ``desk`` or ``cli:USER``."""

    at: datetime
    actor: str
    action: str
    case_number: str | None = None
    support_number: str | None = None
    message: int | None = None
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    detail: str = ""


_NAMES = tuple(field.name for field in fields(AuditEvent))
_COLUMNS = tuple(audit.c[name] for name in _NAMES)


class AuditTrail:
    """The audit inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, *events: AuditEvent) -> None:
        """Record `events`; values of customers' text don't belong in them."""
        if events:
            self._connection.execute(insert(audit), [_row(event) for event in events])

    def of_case(self, case_number: str) -> list[AuditEvent]:
        """Return what was done to a case, oldest first."""
        return self._listed(audit.c.case_number == case_number)

    def of_contract(self, support_number: str) -> list[AuditEvent]:
        """Return what was done to a contract, oldest first."""
        return self._listed(audit.c.support_number == support_number)

    def _listed(self, condition: Any) -> list[AuditEvent]:
        query = select(*_COLUMNS).where(condition).order_by(audit.c.id)
        return [AuditEvent(*row) for row in self._connection.execute(query)]


def _row(event: AuditEvent) -> dict[str, Any]:
    return {name: getattr(event, name) for name in _NAMES}
