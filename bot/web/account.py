"""One's own account: password and sessions."""

from starlette.responses import Response

from bot.store.audit import AuditEvent
from bot.store.work import Work
from bot.web.passwords import fault_of
from bot.web.permission import Permission
from bot.web.room import Room, get, post, refused
from bot.web.visit import Visit

DONE = {"password": "account.password_changed", "session": "account.session_ended"}


async def show(visit: Visit) -> Response:
    """Show who is signed in, from where, and the form for a new password."""
    done = DONE.get(visit.request.query_params.get("done", ""))
    return await _page(visit, done=done)


async def change_password(visit: Visit) -> Response:
    """Take a new password from who knows the present one, and end all other sessions."""
    person = visit.person
    guessing, name = visit.site.guessing, person.user.name
    locked = await visit.run(lambda work: guessing.begin(work, name, visit.network, visit.now))
    if locked is not None:
        return await _page(visit, 429, "sign_in.locked")
    present, password = (str(visit.form.get(field, "")) for field in ("present", "password"))
    if not await visit.site.passwords.check(present, person.user.password):
        return await _page(visit, 403, "account.present_wrong")
    await visit.run(lambda work: guessing.succeed(work, name, visit.network))
    fault = fault_of(password, str(visit.form.get("again", "")), name)
    if fault is not None:
        return await _page(visit, 422, fault)
    kept = await visit.site.passwords.hash(password)
    await visit.run(lambda work: _changed(visit, work, kept))
    return visit.redirect("/account?done=password")


async def end_session(visit: Visit) -> Response:
    """End one of one's own sessions, or all but this one."""
    user, now, asked = visit.person.user, visit.now, visit.text("session")

    def end(work: Work) -> int:
        if asked == "others":
            return work.sessions.end_all(user.name, now, but=visit.person.session.token)
        named = [s for s in visit.site.door.sessions_of(work, user.name) if s.token[:16] == asked]
        return sum(work.sessions.end(s.token, user.name, now) for s in named)

    def end_audited(work: Work) -> int:
        ended = end(work)
        if ended:
            event = AuditEvent(now, user.actor, "sessions_ended", after={"sessions": ended})
            work.audit.add(event)
        return ended

    if not await visit.run(end_audited):
        return refused(visit, 404)
    return visit.redirect("/account?done=session")


def _changed(visit: Visit, work: Work, kept: str) -> None:
    person = visit.person
    work.users.change(person.user.name, password=kept)
    work.sessions.end_all(person.user.name, visit.now, but=person.session.token)
    work.audit.add(AuditEvent(visit.now, person.user.actor, "password_set", detail="changed"))


async def _page(
    visit: Visit, status: int = 200, error: str | None = None, done: str | None = None
) -> Response:
    name = visit.person.user.name
    sessions = await visit.read(lambda work: visit.site.door.sessions_of(work, name))
    return visit.page("account.html", status, sessions=sessions, error=error, done=done)


ROOM = Room(
    routes=(
        get("/account", show, Permission.ACCOUNT),
        post("/account/password", change_password, Permission.ACCOUNT),
        post("/account/sessions", end_session, Permission.ACCOUNT),
    )
)
