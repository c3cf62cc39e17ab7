"""What people who sign in may be; what each may do stands in `bot.web.permission`."""

from enum import StrEnum


class Role(StrEnum):
    """A role of a person who signs in to the web."""

    OPERATOR = "operator"
    LEAD = "lead"
    MANAGER = "manager"
    ADMINISTRATOR = "administrator"
    AUDITOR = "auditor"
