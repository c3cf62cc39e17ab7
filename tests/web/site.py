"""A site for tests: a real desk served by uvicorn on a free port, and browsers that visit it."""

import re
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import httpx2

from bot.house import House
from bot.roles import Role
from bot.store.users import User
from bot.web.app import create_app
from bot.web.door import Door
from bot.web.server import WebServer
from bot.web.site import Health
from tests.bot.houses import Hands, open_desk, write_settings

WEB = '[web]\nlisten = "127.0.0.1:1"\n'
_TOKEN = re.compile(r'name="csrf" value="([0-9a-f]+)"')


@dataclass
class WebStage:
    """A served desk: `house` behind it, `clock` to set, `base` the address of its pages."""

    house: House
    clock: Hands
    base: str
    door: Door
    browsers: "list[Browser]" = field(default_factory=list["Browser"])

    def browser(self, **headers: str) -> "Browser":
        """Open a browser that nobody has signed in with."""
        made = Browser(self, headers)
        self.browsers.append(made)
        return made

    def person(
        self,
        role: Role | str,
        name: str = "taro",
        *,
        password: str | None = None,
        slack: str | None = None,
    ) -> User:
        """Add a person who may sign in; `password` is an Argon2 hash."""
        user = User(name, f"{name}さん", Role(role), self.clock(), password=password, slack=slack)
        with self.house.store.work() as work:
            assert work.users.add(user)
        return user

    def signed_in(self, role: Role | str = Role.OPERATOR, name: str = "taro") -> "Browser":
        """Add a person of `role` and return a browser in which that person is signed in."""
        browser = self.browser()
        browser.let_in(self.person(role, name))
        return browser


class Browser:
    """One browser: keeps cookies, says where it comes from, fills in the tokens of forms."""

    def __init__(self, stage: WebStage, headers: Mapping[str, str]) -> None:
        self._stage = stage
        said = {"Origin": stage.base, "Accept-Language": "ja", **headers}
        self.client = httpx2.AsyncClient(base_url=stage.base, headers=said)
        self.token = ""

    def let_in(self, user: User) -> None:
        """Begin a session for `user` without going through the sign-in page."""
        door = self._stage.door
        with self._stage.house.store.work() as work:
            cookie = door.begin(work, user, "password", "127.0.0.1", "test")
        self.client.cookies.set(door.session_cookie, cookie)

    async def get(self, path: str, **more: object) -> httpx2.Response:
        """Open a page and remember the token of its forms."""
        answer = await self.client.get(path, **more)  # type: ignore[arg-type]
        found = _TOKEN.search(answer.text)
        self.token = found[1] if found else self.token
        return answer

    async def post(self, path: str, **fields: str) -> httpx2.Response:
        """Send a form of a page that was opened before (the sign-in page if none was)."""
        if not self.token:
            await self.get("/sign-in")
        return await self.client.post(path, data={"csrf": self.token, **fields})


@asynccontextmanager
async def web_stage(
    folder: Path,
    database: str = "",
    *,
    web: str = WEB,
    way_in: str = "",
    secrets: Mapping[str, str] | None = None,
    slack: Health = lambda: None,
) -> AsyncGenerator[WebStage]:
    """Serve a desk with the registers of `tests.bot.houses` on a free port for a while.

    `web` are further tables of desk.toml, `way_in` is the mailbox's; `slack` tells how a desk in
    Slack would be.
    """
    clock = Hands()
    database = database or f"sqlite:///{folder / 'desk.db'}"
    config = write_settings(folder, database, way_in=way_in)
    config.write_text(web + config.read_text("utf-8"), "utf-8")
    house = open_desk(config, clock, secrets)
    settings = house.settings.web
    assert settings is not None
    app = create_app(house, settings, slack=slack)
    server = WebServer(app, replace(settings, port=0))
    await server.start()
    stage = WebStage(house, clock, f"http://127.0.0.1:{server.port}", app.state.site.door)
    try:
        yield stage
    finally:
        for browser in stage.browsers:
            await browser.client.aclose()
        await server.stop()
        house.close()
