"""The rooms of the site: routes that say what they ask of a visitor, checked in one place."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route
from starlette.types import Receive, Scope, Send

from bot.web.area import Area
from bot.web.body import BodyTooLargeError, BodyTooSlowError, limited
from bot.web.permission import Permission
from bot.web.same_origin import is_same_origin, is_token
from bot.web.site import Site
from bot.web.visit import NO_STORE, Visit

Handler = Callable[[Visit], Awaitable[Response]]
FORM_BYTES = 256 * 1024
FIELDS = 500
FILES = 10


@dataclass(frozen=True)
class Room:
    """A part of the site: its routes, and the areas of the navigation that lead to them."""

    routes: Sequence[BaseRoute]
    areas: Sequence[Area] = ()


def get(path: str, handler: Handler, permission: Permission | None) -> Route:
    """Return the route of a page; without `permission` it is public."""
    page = Page(handler, permission, 0)
    return Route(path, page, methods=["GET"], name=f"GET {path}")


def post(
    path: str, handler: Handler, permission: Permission | None, most: int = FORM_BYTES
) -> Route:
    """Return the route of a form, at most `most` bytes long; without `permission` it is public.

    The form must come from a page of this site and this session.
    """
    page = Page(handler, permission, most)
    return Route(path, page, methods=["POST"], name=f"POST {path}")


class Page:
    """One handler behind its checks, in their order."""

    def __init__(self, handler: Handler, permission: Permission | None, most: int) -> None:
        self._handler = handler
        self._permission = permission
        self._most = most

    @property
    def is_public(self) -> bool:
        """Whether it is open to who has not signed in."""
        return self._permission is None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, limited(receive, self._most))
        site: Site = request.app.state.site
        operator = await site.door.operator(request.cookies)
        visit = Visit(request, site, operator)
        try:
            response = await self._answer(visit)
        except BodyTooLargeError:
            response = refused(visit, 413)
        except BodyTooSlowError:
            response = refused(visit, 408)
        except HTTPException as error:
            response = refused(visit, error.status_code)
        if operator is not None:
            response.headers.setdefault("Cache-Control", NO_STORE["Cache-Control"])
        await response(scope, receive, send)

    async def _answer(self, visit: Visit) -> Response:
        posted = visit.request.method == "POST"
        if posted and not is_same_origin(visit):
            return refused(visit, 403, "error.foreign")
        if self._permission is not None and visit.operator is None:
            return _to_sign_in(visit)
        if posted:
            visit.form = await visit.request.form(max_files=FILES, max_fields=FIELDS)
            if not is_token(visit):
                return refused(visit, 403, "error.old_form")
        if self._permission is not None and not visit.person.may(self._permission):
            return refused(visit, 403)
        return await self._handler(visit)


def refused(visit: Visit, status: int, why: str | None = None) -> Response:
    """Answer with an error page: `why` is a key of the catalogue, as a rule that of `status`."""
    key = why or f"error.{status}"
    return visit.page("error.html", status, why=key)


def _to_sign_in(visit: Visit) -> Response:
    """Lead to the sign-in page, and from there back to the page that was asked for."""
    if visit.request.method != "GET" or visit.is_htmx:
        return Response(status_code=401, headers={"HX-Redirect": "/sign-in", **NO_STORE})
    return visit.redirect(f"/sign-in?next={_quoted(visit)}")


def _quoted(visit: Visit) -> str:
    asked = visit.request.url
    return quote(asked.path + (f"?{asked.query}" if asked.query else ""), safe="/")
