"""The door: who comes in with a session, how one begins and how it ends."""

from collections.abc import Mapping
from datetime import timedelta

from bot.clock import Clock
from bot.settings import WebSettings
from bot.store import Store
from bot.store.audit import AuditEvent
from bot.store.sessions import Session
from bot.store.users import User
from bot.store.work import Work
from bot.web.operator import Operator
from bot.web.tokens import Signature, fresh, hash_of

SEEN_EVERY = timedelta(minutes=1)
"""How exactly the use of a session is written down."""
AGENT_CHARACTERS = 200


class Door:
    """Keeps the sessions; cookies are signed, so that made-up ones cost no query."""

    def __init__(self, store: Store, key: bytes, clock: Clock, settings: WebSettings) -> None:
        self._store = store
        self._clock = clock
        self._signature = Signature(key, "session")
        self._forms = Signature(key, "form")
        self._idle = timedelta(minutes=settings.idle_minutes)
        self._longest = timedelta(hours=settings.session_hours)
        prefix = "__Host-" if settings.secure else ""
        self.session_cookie = f"{prefix}madoguchi_session"
        self.visit_cookie = f"{prefix}madoguchi_visit"

    async def operator(self, cookies: Mapping[str, str]) -> Operator | None:
        """Return who holds a live session, and note that it was used."""
        token = self._signature.open(cookies.get(self.session_cookie))
        if token is None:
            return None
        hashed = hash_of(token)
        found = await self._store.read(lambda work: self._found(work, hashed))
        if found is not None and self._clock() - found.session.seen_at >= SEEN_EVERY:
            await self._store.run(lambda work: work.sessions.seen(hashed, self._clock()))
        return found

    def _found(self, work: Work, token: str) -> Operator | None:
        session = work.sessions.get(token)
        if session is None or not self._alive(session):
            return None
        user = work.users.get(session.user)
        return None if user is None or user.disabled_at else Operator(user, session)

    def _alive(self, session: Session) -> bool:
        now = self._clock()
        idle = now - session.seen_at >= self._idle
        return session.ended_at is None and now < session.expires_at and not idle

    def begin(self, work: Work, user: User, way: str, network: str, agent: str) -> str:
        """Begin a session in this work; return the value of the browser's cookie."""
        token, now = fresh(), self._clock()
        session = Session(
            token=hash_of(token),
            user=user.name,
            way=way,
            created_at=now,
            seen_at=now,
            expires_at=now + self._longest,
            network=network,
            agent=agent[:AGENT_CHARACTERS],
        )
        work.sessions.add(session)
        work.audit.add(AuditEvent(now, user.actor, "sign_in", detail=way))
        return self._signature.sign(token)

    def sessions_of(self, work: Work, user: str) -> list[Session]:
        """Return the live sessions of a person, the newest first."""
        now = self._clock()
        return work.sessions.of_user(user, now, now - self._idle)

    def fresh_visit(self) -> str:
        """Return a new mark for a browser, to which its forms are bound."""
        return fresh()

    def form_token(self, visit: str, operator: Operator | None) -> str:
        """Return what every form of this browser and session must send along."""
        return self._forms.of(visit, operator.session.token if operator else "")
