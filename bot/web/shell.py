"""The shell of the site: its front door, the console's first page, language, error pages."""

import logging

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from bot.render import LANGUAGES
from bot.web.permission import Permission
from bot.web.room import Room, get, post, refused
from bot.web.visit import Visit
from bot.web.words import COOKIE

YEAR = 365 * 24 * 3600
ERRORS = frozenset({400, 401, 403, 404, 405, 408, 413, 429, 500})

log = logging.getLogger(__name__)


def local_path(asked: str, otherwise: str) -> str:
    """Return `asked` when it is a path of this site, which nobody outside can lead away from."""
    plain = asked.startswith("/") and not asked.startswith(("//", "/\\")) and asked.isprintable()
    return asked if plain and "\\" not in asked else otherwise


async def front(visit: Visit) -> Response:
    """Lead to the console."""
    return visit.redirect("/console")


async def console(visit: Visit) -> Response:
    """Show what the person who is signed in can do here."""
    return visit.page("console.html")


async def choose_language(visit: Visit) -> Response:
    """Keep the language somebody chose and return to the page."""
    response = visit.redirect(local_path(visit.text("next"), "/"))
    if visit.text("language") in LANGUAGES:
        visit.set_cookie(response, COOKIE, visit.text("language"), max_age=YEAR)
    return response


async def on_http_error(request: Request, error: Exception) -> Response:
    """Answer with the page of an error that no handler caused, as an unknown address."""
    status = error.status_code if isinstance(error, HTTPException) else 500
    site = request.app.state.site
    visit = Visit(request, site, await site.door.operator(request.cookies))
    return refused(visit, status if status in ERRORS else 400)


async def on_fault(request: Request, error: Exception) -> Response:
    """Answer with the page for our own faults, which says nothing of what failed."""
    route = request.scope.get("route")
    log.error("a page failed: %s", getattr(route, "name", "-"), exc_info=error)
    return refused(Visit(request, request.app.state.site, None), 500)


ROOM = Room(
    routes=(
        get("/", front, None),
        get("/console", console, Permission.ACCOUNT),
        post("/language", choose_language, None),
    )
)
