"""The application: all rooms under one roof."""

from collections.abc import Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.routing import Route

from bot.house import House
from bot.settings import WebSettings
from bot.web import account, company, health, set_up, shell, sign_in, status
from bot.web.assets import PATH, serve_asset
from bot.web.door import Door
from bot.web.guard import Guard
from bot.web.guessing import Guessing
from bot.web.passwords import Passwords
from bot.web.site import Health, Site
from bot.web.tokens import Signature

ROOMS = (
    shell.ROOM,
    sign_in.ROOM,
    company.ROOM,
    set_up.ROOM,
    account.ROOM,
    status.ROOM,
    health.ROOM,
)
"""Every room of the site; the navigation shows their areas in this order."""


def create_app(
    house: House,
    settings: WebSettings,
    *,
    slack: Health = lambda: None,
    runs: Callable[[], bool] = lambda: True,
) -> Starlette:
    """Return the application for an open `house`.

    `slack` tells how this process's desk in Slack is, if it runs one; `runs` whether its jobs are
    worked off.
    """
    app = Starlette(
        routes=[Route(PATH, serve_asset), *(route for room in ROOMS for route in room.routes)],
        middleware=[Middleware(Guard, secure=settings.secure)],
        exception_handlers={HTTPException: shell.on_http_error, 500: shell.on_fault},
    )
    app.state.site = Site(
        house=house,
        settings=settings,
        door=Door(house.store, house.key, house.clock, settings),
        guessing=Guessing(house.key),
        passwords=Passwords(),
        begun=Signature(house.key, "oidc"),
        provider=company.provider_of(house, settings),
        areas=[area for room in ROOMS for area in room.areas],
        slack=slack,
        runs=runs,
    )
    return app
