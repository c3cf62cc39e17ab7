"""What each role may do: one table."""

from collections.abc import Mapping
from enum import StrEnum

from bot.roles import Role


class Permission(StrEnum):
    """What a page or an action asks of whoever opens it."""

    ACCOUNT = "account"
    """One's own account: everybody who is signed in."""
    SEE_CASES = "see_cases"
    ACT = "act"
    """Everything an operator does to a case."""
    LEAD = "lead"
    """What needs a lead: overrides and what only a second person may approve."""
    SEE_REGISTERS = "see_registers"
    EDIT_REGISTERS = "edit_registers"
    SEE_DELIVERIES = "see_deliveries"
    """Outbox and quarantine."""
    RETRY = "retry"
    """Sending or handling again what failed."""
    SEE_REPORTS = "see_reports"
    SEE_AUDIT = "see_audit"
    MANAGE = "manage"
    """People who sign in, tokens and webhooks."""


_SEES = frozenset(
    {
        Permission.ACCOUNT,
        Permission.SEE_CASES,
        Permission.SEE_REGISTERS,
        Permission.SEE_DELIVERIES,
    }
)
_ACTS = _SEES | {Permission.ACT, Permission.RETRY}
_LEADS = _ACTS | {Permission.LEAD, Permission.SEE_REPORTS}

MAY: Mapping[Role, frozenset[Permission]] = {
    Role.OPERATOR: _ACTS,
    Role.LEAD: _LEADS,
    Role.MANAGER: _LEADS | {Permission.EDIT_REGISTERS, Permission.SEE_AUDIT},
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.AUDITOR: _SEES | {Permission.SEE_REPORTS, Permission.SEE_AUDIT},
}
