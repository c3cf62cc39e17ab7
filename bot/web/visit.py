"""One request as a page sees it: who asks, for what, in which language, and how to answer."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.house import House
from bot.store.work import Work
from bot.web.operator import Operator
from bot.web.pages import draw
from bot.web.permission import Permission
from bot.web.site import Site
from bot.web.words import COOKIE, language_of, word

T = TypeVar("T")
NO_STORE = {"Cache-Control": "no-store"}


class Visit:
    """What a handler is given, and the answers it may give.

    `operator` is who is signed in, None only on public pages. `form` holds what a form sent.
    """

    def __init__(self, request: Request, site: Site, operator: Operator | None) -> None:
        self.request = request
        self.site = site
        self.operator = operator
        self.form = FormData()
        accepted = request.headers.get("accept-language", "")
        self.language = language_of(request.cookies.get(COOKIE), accepted)
        known = request.cookies.get(site.door.visit_cookie)
        self._visit = known or site.door.fresh_visit()
        self._visit_is_new = known is None
        self.csrf = site.door.form_token(self._visit, operator)

    @property
    def house(self) -> House:
        """The desk."""
        return self.site.house

    @property
    def now(self) -> datetime:
        """The present, in the desk's timezone."""
        return self.house.clock()

    @property
    def person(self) -> Operator:
        """Who is signed in, on pages that ask for it."""
        if self.operator is None:
            raise LookupError("nobody is signed in on a public page")
        return self.operator

    @property
    def is_htmx(self) -> bool:
        """Whether a part of a page is asked for, not a page."""
        return self.request.headers.get("hx-request") == "true"

    @property
    def network(self) -> str:
        """The address the request comes from."""
        return self.request.client.host if self.request.client else "-"

    def t(self, key: str, **values: Any) -> str:
        """Return a text of the catalogue in the visitor's language."""
        return word(self.language, key, **values)

    def text(self, name: str) -> str:
        """Return a field of the form as text, without blanks around it; empty when missing."""
        value = self.form.get(name)
        return value.strip() if isinstance(value, str) else ""

    async def read(self, do: Callable[[Work], T]) -> T:
        """Run `do` in a reading transaction, off the event loop."""
        return await self.house.store.read(do)

    async def run(self, do: Callable[[Work], T]) -> T:
        """Run `do` in a writing transaction, off the event loop; it may run again."""
        return await self.house.store.run(do)

    def page(self, template: str, status: int = 200, **values: Any) -> Response:
        """Answer with a template of `templates/web`, drawn with `values` and the layout's own."""
        timezone = self.house.settings.desk.timezone
        html = draw(self.language, timezone, template, {**self._layout(), **values})
        response = HTMLResponse(html, status, headers=NO_STORE)
        if self._visit_is_new:
            self.set_cookie(response, self.site.door.visit_cookie, self._visit)
        return response

    def redirect(self, path: str) -> Response:
        """Answer with a page to go to next, by GET; `path` begins with one slash."""
        if self.is_htmx:
            return Response(status_code=204, headers={"HX-Redirect": path, **NO_STORE})
        return RedirectResponse(path, 303, headers=NO_STORE)

    def set_cookie(
        self, response: Response, name: str, value: str, *, max_age: int | None = None
    ) -> None:
        """Give the browser a cookie that scripts and other sites don't get."""
        secure = self.site.settings.secure
        response.set_cookie(
            name, value, max_age=max_age, path="/", secure=secure, httponly=True, samesite="lax"
        )

    def _layout(self) -> dict[str, Any]:
        areas = self.site.areas if self.operator else ()
        return {
            "visit": self,
            "csrf": self.csrf,
            "operator": self.operator,
            "desk_name": self.house.settings.desk.name,
            "areas": [a for a in areas if self.operator and self.operator.may(a.permission)],
            "path": self.request.url.path,
            "Permission": Permission,
        }
