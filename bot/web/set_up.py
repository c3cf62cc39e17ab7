"""Set-up links: with one a person chooses a password, once."""

from datetime import datetime, timedelta

from starlette.responses import Response

from bot.store.audit import AuditEvent
from bot.store.users import User
from bot.store.work import Work
from bot.web.passwords import fault_of
from bot.web.room import Room, get, post
from bot.web.sign_in import HOME, admit
from bot.web.tokens import fresh, hash_of
from bot.web.visit import Visit

GOOD_FOR = timedelta(days=3)
PATH = "/set-up/{token}"


def invite(work: Work, name: str, now: datetime) -> str:
    """Give the person called `name` a new link, and void the old; return its path."""
    token = fresh()
    work.users.invite(name, hash_of(token), now, now + GOOD_FOR)
    return PATH.format(token=token)


async def ask(visit: Visit) -> Response:
    """Ask for a password, while the link is good."""
    user = await _invited(visit)
    return _void(visit) if user is None else _form(visit, user)


async def choose(visit: Visit) -> Response:
    """Take the password, void the link, end all sessions and sign in."""
    user = await _invited(visit)
    if user is None:
        return _void(visit)
    password = str(visit.form.get("password", ""))
    fault = fault_of(password, str(visit.form.get("again", "")), user.name)
    if fault is not None:
        return _form(visit, user, 422, fault)
    kept = await visit.site.passwords.hash(password)
    if not await visit.run(lambda work: _chosen(visit, work, user, kept)):
        return _void(visit)
    return await admit(visit, user, "password", HOME)


async def _invited(visit: Visit) -> User | None:
    token = hash_of(visit.request.path_params["token"])
    return await visit.read(lambda work: work.users.invited(token, visit.now))


def _chosen(visit: Visit, work: Work, user: User, kept: str) -> bool:
    token = hash_of(visit.request.path_params["token"])
    if not work.users.use_up(token, visit.now):
        return False
    work.users.change(user.name, password=kept)
    work.sessions.end_all(user.name, visit.now)
    work.audit.add(AuditEvent(visit.now, user.actor, "password_set", detail="set_up"))
    return True


def _form(visit: Visit, user: User, status: int = 200, error: str | None = None) -> Response:
    return visit.page("set_up.html", status, user=user, error=error)


def _void(visit: Visit) -> Response:
    return visit.page("error.html", 404, why="set_up.void")


ROOM = Room(routes=(get(PATH, ask, None), post(PATH, choose, None)))
