"""The shell of the site: who sees it, in which language, with which headers, safe from others."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from starlette.routing import Route

from bot.roles import Role
from bot.web.app import ROOMS
from bot.web.assets import assets
from bot.web.permission import MAY, Permission
from bot.web.room import Page
from bot.web.words import catalogue
from tests.docs.documents import ROOT
from tests.web.site import WEB, WebStage, web_stage

PUBLIC = {
    "/", "/language", "/sign-in", "/sign-in/oidc", "/sign-in/oidc/back", "/set-up/{token}",
    "/healthz", "/readyz", "/metrics",
}  # fmt: skip
"""Every address that is open to who has not signed in; a new one is a decision."""
PAGES = ROOT / "templates" / "web"


def routes() -> list[Route]:
    found = [route for room in ROOMS for route in room.routes]
    return [route for route in found if isinstance(route, Route)]


async def test_the_console_greets_who_is_signed_in(desk_on_both: WebStage) -> None:
    browser = desk_on_both.signed_in("auditor", "hanako")
    page = await browser.get("/console")
    assert page.status_code == 200
    assert "hanakoさん さん（監査担当（閲覧のみ））" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_a_stranger_is_led_to_the_sign_in_page_and_back(desk: WebStage) -> None:
    page = await desk.browser().get("/console?a=1")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=/console%3Fa%3D1")


def test_every_address_is_behind_the_checks_and_public_only_on_purpose() -> None:
    pages = [(route.path, route.app) for route in routes()]
    assert [path for path, page in pages if not isinstance(page, Page)] == []
    public = {path for path, page in pages if isinstance(page, Page) and page.is_public}
    assert public == PUBLIC


async def test_every_page_that_is_not_public_asks_to_sign_in(desk: WebStage) -> None:
    stranger = desk.browser()
    await stranger.get("/sign-in")
    for route in routes():
        if route.path in PUBLIC:
            continue
        path = re.sub(r"\{.*?\}", "1", route.path)
        if "GET" in (route.methods or ()):
            answer = await stranger.get(path)
            assert answer.headers["location"].startswith("/sign-in?next="), path
        else:
            assert (await stranger.post(path)).status_code == 401, path


def test_roles_grow_but_for_the_auditor_who_only_looks() -> None:
    chain = (Role.OPERATOR, Role.LEAD, Role.MANAGER, Role.ADMINISTRATOR)
    for less, more in pairwise(chain):
        assert MAY[less] < MAY[more]
    changing = {Permission.ACT, Permission.LEAD, Permission.RETRY, Permission.MANAGE}
    assert not MAY[Role.AUDITOR] & (changing | {Permission.EDIT_REGISTERS})
    assert set(MAY) == set(Role)


async def test_what_browsers_may_do_is_said_with_every_answer(desk: WebStage) -> None:
    browser = desk.signed_in()
    for path in ("/console", "/nowhere", next(iter(assets().values())).address):
        headers = (await browser.get(path)).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "server" not in headers
        assert "strict-transport-security" not in headers


async def test_behind_tls_cookies_are_bound_to_the_site(tmp_path: Path) -> None:
    web = WEB + 'address = "https://desk.example.jp"\n'
    async with web_stage(tmp_path, web=web) as desk:
        page = await desk.browser().get("/sign-in")
        assert page.headers["strict-transport-security"] == "max-age=31536000"
        cookie = page.headers["set-cookie"]
        assert cookie.startswith("__Host-madoguchi_visit=")
        assert "Secure" in cookie
        assert "HttpOnly" in cookie


async def test_files_are_kept_by_browsers_until_they_change(desk: WebStage) -> None:
    browser = desk.browser()
    for asset in assets().values():
        answer = await browser.get(asset.address)
        assert (answer.status_code, answer.content) == (200, asset.content)
        assert "immutable" in answer.headers["cache-control"]
    for wrong in ("/static/desk.css", "/static/../../pyproject.toml", "/static/%2e%2e/x"):
        assert (await browser.get(wrong)).status_code == 404


@pytest.mark.parametrize(
    ("accepted", "language"),
    [("en-GB,en;q=0.9", "en"), ("fr,ja;q=0.5,en;q=0.4", "ja"), ("fr", "ja"), ("en;q=x", "ja")],
)
async def test_the_language_is_the_readers(desk: WebStage, accepted: str, language: str) -> None:
    page = await desk.browser(**{"Accept-Language": accepted}).get("/sign-in")
    assert f'<html lang="{language}">' in page.text


async def test_a_language_that_was_chosen_stays(desk: WebStage) -> None:
    browser = desk.browser()
    await browser.get("/sign-in")
    chosen = await browser.post("/language", language="en", next="/sign-in")
    assert chosen.headers["location"] == "/sign-in"
    assert "Account name" in (await browser.get("/sign-in")).text


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": ""},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
    ids=str,
)
async def test_a_form_of_another_site_changes_nothing(
    desk: WebStage, headers: dict[str, str]
) -> None:
    browser = desk.signed_in()
    await browser.get("/account")
    answer = await browser.client.post("/sign-out", data={"csrf": browser.token}, headers=headers)
    assert answer.status_code == 403
    assert (await browser.get("/account")).status_code == 200


async def test_a_form_needs_the_token_of_its_session(desk: WebStage) -> None:
    browser, other = desk.signed_in(), desk.signed_in("lead", "hanako")
    await other.get("/account")
    anonymous = desk.browser()
    await anonymous.get("/sign-in")
    for token in ("", "x", "é", other.token, anonymous.token):
        answer = await browser.client.post("/sign-out", data={"csrf": token})
        assert answer.status_code == 403
    await browser.get("/account")
    sent = await browser.client.post("/sign-out", headers={"X-CSRF-Token": browser.token})
    assert sent.status_code == 303


async def test_a_form_that_is_too_large_or_broken_is_refused(desk: WebStage) -> None:
    browser = desk.signed_in()
    await browser.get("/account")
    large = await browser.post("/account/password", present="x" * 300_000)
    assert large.status_code == 413
    fields = {f"f{n}": "x" for n in range(600)}
    assert (await browser.post("/account/password", **fields)).status_code == 400
    broken = await browser.client.post(
        "/sign-out", content=b"--x\r\nbroken", headers={"Content-Type": "multipart/form-data"}
    )
    assert broken.status_code in {400, 403}
    assert (await browser.get("/account")).status_code == 200


async def test_htmx_is_led_to_the_sign_in_page_as_a_whole(desk: WebStage) -> None:
    answer = await desk.browser(**{"HX-Request": "true"}).get("/console")
    assert (answer.status_code, answer.headers["hx-redirect"]) == (401, "/sign-in")


async def test_errors_have_a_page_and_say_nothing_of_what_failed(desk: WebStage) -> None:
    browser = desk.browser()
    missing = await browser.get("/nowhere/<script>alert(1)</script>")
    assert (missing.status_code, "見つかりません" in missing.text) == (404, True)
    assert "<script>alert" not in missing.text
    assert (await browser.client.put("/sign-in")).status_code == 405
    desk.house.store.close()
    failed = await browser.get("/sign-in")
    assert failed.status_code == 500
    assert "時間をおいて" in failed.text
    assert "Traceback" not in failed.text
    desk.house.store = type(desk.house.store).open(desk.house.settings.desk.database)


def test_every_word_is_there_in_every_language_with_the_same_values() -> None:
    japanese, english = catalogue("ja"), catalogue("en")
    assert set(japanese) == set(english)
    for key, text in japanese.items():
        braces = re.compile(r"\{(\w+)\}")
        assert set(braces.findall(text)) == set(braces.findall(english[key])), key


def test_every_word_is_asked_for_and_every_word_asked_for_is_there() -> None:
    texts = [file.read_text("utf-8") for file in PAGES.rglob("*.html")]
    code = (ROOT / "bot" / "web").rglob("*.py")
    texts += [file.read_text("utf-8") for file in code if file.name != "__init__.py"]
    source = "\n".join(texts)
    known = set(catalogue("ja"))
    asked = set(re.findall(r"""\bt\(\s*["']([\w.]+)["']\s*[,)]""", source))
    assert asked <= known
    open_ended = ("role.", "error.")
    unused = {k for k in known if f'"{k}"' not in source and f"'{k}'" not in source}
    assert {key for key in unused if not key.startswith(open_ended)} == set()


def test_no_page_holds_script_or_style_or_loads_from_elsewhere() -> None:
    for file in PAGES.rglob("*.html"):
        text = file.read_text("utf-8")
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", text), file
        assert not re.search(r"<script(?![^>]*\bsrc=)", text), file
        assert not re.search(r'(?:href|src|action)="(?:\w+:)?//', text), file
