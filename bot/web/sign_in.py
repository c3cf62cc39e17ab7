"""Signing in with a password, and out."""

from datetime import datetime
from typing import NamedTuple
from urllib.parse import quote

from starlette.responses import Response

from bot.store.audit import AuditEvent
from bot.store.users import User
from bot.store.work import Work
from bot.web.permission import Permission
from bot.web.room import Room, get, post
from bot.web.shell import local_path
from bot.web.visit import Visit

HOME = "/console"
NAME_CHARACTERS = 40
NOBODY = "web:?"
"""The actor of an attempt at a name that nobody has; what was typed is not kept."""


class _Begun(NamedTuple):
    """An attempt that was counted: whom it is at, or until when it is refused."""

    user: User | None
    locked_until: datetime | None


async def ask(visit: Visit) -> Response:
    """Show the form, or lead on who is signed in already."""
    following = local_path(visit.request.query_params.get("next", ""), HOME)
    if visit.operator is not None:
        return visit.redirect(following)
    return await _form(visit, following)


async def enter(visit: Visit) -> Response:
    """Sign in; wrong name, wrong password and disabled account are one answer."""
    following = local_path(visit.text("next"), HOME)
    name = visit.text("name").casefold()[:NAME_CHARACTERS]
    begun = await visit.run(lambda work: _begin(visit, work, name))
    if begun.locked_until is not None:
        return await _form(visit, following, 429, "sign_in.locked")
    user = begun.user
    given = str(visit.form.get("password", ""))
    known = await visit.site.passwords.check(given, user.password if user else None)
    if user is None or not known:
        await visit.run(lambda work: _failed(visit, work, user))
        return await _form(visit, following, 403, "sign_in.wrong")
    await visit.run(lambda work: visit.site.guessing.succeed(work, name, visit.network))
    return await admit(visit, user, "password", following)


async def admit(visit: Visit, user: User, way: str, following: str) -> Response:
    """Begin a session for `user` and lead on; a session this browser had is ended."""
    cookie = await visit.run(lambda work: _admitted(visit, work, user, way))
    response = visit.redirect(following)
    visit.set_cookie(response, visit.site.door.session_cookie, cookie)
    return response


async def leave(visit: Visit) -> Response:
    """Sign out."""
    person, now = visit.person, visit.now

    def end(work: Work) -> None:
        work.sessions.end(person.session.token, person.user.name, now)
        work.audit.add(AuditEvent(now, person.user.actor, "sign_out"))

    await visit.run(end)
    response = visit.redirect("/sign-in?left=1")
    response.delete_cookie(visit.site.door.session_cookie, path="/", httponly=True)
    return response


async def _form(
    visit: Visit, following: str, status: int = 200, error: str | None = None
) -> Response:
    nobody = not await visit.read(lambda work: work.users.listed())
    return visit.page(
        "sign_in.html",
        status,
        following=following,
        quoted=quote(following, safe=""),
        error=error,
        name=visit.text("name")[:NAME_CHARACTERS],
        left="left" in visit.request.query_params,
        nobody=nobody,
        oidc=visit.site.settings.oidc is not None,
    )


def _begin(visit: Visit, work: Work, name: str) -> _Begun:
    until = visit.site.guessing.begin(work, name, visit.network, visit.now)
    user = work.users.get(name)
    return _Begun(None if user is None or user.disabled_at else user, until)


def _failed(visit: Visit, work: Work, user: User | None) -> None:
    actor = user.actor if user else NOBODY
    work.audit.add(AuditEvent(visit.now, actor, "sign_in_failed", detail="password"))


def _admitted(visit: Visit, work: Work, user: User, way: str) -> str:
    if visit.operator is not None:
        before = visit.operator
        work.sessions.end(before.session.token, before.user.name, visit.now)
    agent = visit.request.headers.get("user-agent", "")
    return visit.site.door.begin(work, user, way, visit.network, agent)


ROOM = Room(
    routes=(
        get("/sign-in", ask, None),
        post("/sign-in", enter, None),
        post("/sign-out", leave, Permission.ACCOUNT),
    )
)
