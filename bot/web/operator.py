"""Who is signed in, and what that person may do."""

from dataclasses import dataclass
from datetime import datetime

from bot.cases.outcome import Actor
from bot.store.sessions import Session
from bot.store.users import User
from bot.web.permission import MAY, Permission


@dataclass(frozen=True, slots=True)
class Operator:
    """A person with a live session."""

    user: User
    session: Session

    def may(self, permission: Permission) -> bool:
        """Tell whether this person's role has `permission`."""
        return permission in MAY[self.user.role]

    def actor(self, at: datetime) -> Actor:
        """Return this person as the commands of `bot.cases` know who acts, at the instant `at`."""
        return Actor(self.user.actor, at, lead=self.may(Permission.LEAD))
