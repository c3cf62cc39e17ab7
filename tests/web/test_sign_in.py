"""Signing in: who gets in, who doesn't, and that nobody learns why."""

from dataclasses import replace
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select

from bot.store.tables import audit
from bot.store.users import User
from bot.web.set_up import invite
from tests.web.site import Browser, WebStage

PASSWORD = "正しい馬のバッテリー staple"
QUICK = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1)
"""Cheap, so that tests are quick; what it takes is written in each hash."""


def with_password(desk: WebStage, name: str = "taro", role: str = "operator") -> User:
    return desk.person(role, name, password=QUICK.hash(PASSWORD))


async def try_in(browser: Browser, name: str, password: str, following: str = "") -> int:
    await browser.get("/sign-in")
    answer = await browser.post("/sign-in", name=name, password=password, next=following)
    return answer.status_code


def audited(desk: WebStage) -> list[tuple[str, str]]:
    with desk.house.store.reading() as work:
        rows = work.connection.execute(
            select(audit.c.actor, audit.c.action).where(audit.c.action != "import")
        )
        return [(row.actor, row.action) for row in rows]


async def test_the_right_password_leads_to_the_page_that_was_asked_for(
    desk_on_both: WebStage,
) -> None:
    with_password(desk_on_both)
    browser = desk_on_both.browser()
    page = await browser.get("/account")
    await browser.get(page.headers["location"])
    entered = await browser.post("/sign-in", name="TARO", password=PASSWORD, next="/account")
    assert (entered.status_code, entered.headers["location"]) == (303, "/account")
    cookie = entered.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert (await browser.get("/account")).status_code == 200
    assert ("web:taro", "sign_in") in audited(desk_on_both)


async def test_wrong_name_wrong_password_and_disabled_account_are_one_answer(
    desk: WebStage,
) -> None:
    with_password(desk)
    with_password(desk, "jiro")
    desk.person("operator", "saburo")
    with desk.house.store.work() as work:
        work.users.change("jiro", disabled_at=desk.clock())
    answers = set[str]()
    for name, password in (
        ("taro", "wrong"),
        ("nobody", PASSWORD),
        ("jiro", PASSWORD),
        ("saburo", PASSWORD),
    ):
        browser = desk.browser()
        await browser.get("/sign-in")
        answer = await browser.post("/sign-in", name=name, password=password)
        assert answer.status_code == 403
        answers.add(answer.text.replace(name, "NAME").replace(browser.token, "TOKEN"))
    assert len(answers) == 1
    assert {action for _, action in audited(desk)} == {"sign_in_failed"}


async def test_guessing_at_an_account_is_locked_and_the_lock_ends(desk_on_both: WebStage) -> None:
    desk = desk_on_both
    with_password(desk)
    browser = desk.browser()
    assert [await try_in(browser, "taro", f"wrong {n}") for n in range(6)] == [403] * 5 + [429]
    assert await try_in(browser, "taro", PASSWORD) == 429
    desk.clock.forward(seconds=31)
    assert await try_in(browser, "taro", "wrong") == 403
    desk.clock.forward(seconds=31)
    assert await try_in(browser, "taro", PASSWORD) == 429
    desk.clock.forward(seconds=30)
    assert await try_in(browser, "taro", PASSWORD) == 303
    assert len([1 for _, action in audited(desk) if action == "sign_in_failed"]) == 6


async def test_a_name_nobody_has_is_locked_alike(desk: WebStage) -> None:
    browser = desk.browser()
    assert [await try_in(browser, "ghost", "x") for _ in range(6)] == [403] * 5 + [429]


async def test_many_names_from_one_network_are_locked(desk: WebStage) -> None:
    with_password(desk)
    browser = desk.browser()
    said = [await try_in(browser, f"name{n}", "x") for n in range(31)]
    assert said == [403] * 30 + [429]
    assert await try_in(browser, "taro", PASSWORD) == 429


async def test_no_name_password_or_address_is_kept_of_failed_attempts(desk: WebStage) -> None:
    browser = desk.browser()
    await try_in(browser, "hunter2-typed-as-name", "secret-of-somebody")
    held = (desk.house.settings.folder / "desk.db").read_bytes()
    held += (desk.house.settings.folder / "desk.db-wal").read_bytes()
    assert b"hunter2" not in held
    assert b"secret-of" not in held


@pytest.mark.parametrize(
    "following", ["//evil.example", "https://evil.example/", "/\\evil.example", "javascript:1", ""]
)
async def test_nobody_is_led_to_another_site(desk: WebStage, following: str) -> None:
    with_password(desk)
    browser = desk.browser()
    await browser.get("/sign-in")
    entered = await browser.post("/sign-in", name="taro", password=PASSWORD, next=following)
    assert entered.headers["location"] == "/console"


async def test_who_signs_out_is_out_everywhere_the_cookie_was_copied_to(desk: WebStage) -> None:
    browser = desk.signed_in()
    copied = dict(browser.client.cookies)
    await browser.get("/account")
    assert (await browser.post("/sign-out")).headers["location"] == "/sign-in?left=1"
    thief = desk.browser()
    thief.client.cookies.update(copied)
    assert (await thief.get("/account")).status_code == 303


async def test_a_session_ends_when_it_is_idle_and_after_its_hours(desk_on_both: WebStage) -> None:
    desk = desk_on_both
    browser = desk.signed_in()
    desk.clock.forward(minutes=61)
    assert (await browser.get("/account")).status_code == 303
    with desk.house.store.reading() as work:
        user = work.users.get("taro")
    assert user is not None
    browser.let_in(user)
    for _ in range(14):
        assert (await browser.get("/account")).status_code == 200
        desk.clock.forward(minutes=50)
    desk.clock.forward(minutes=30)
    assert (await browser.get("/account")).status_code == 303


async def test_a_made_up_or_changed_cookie_is_nobody(desk: WebStage) -> None:
    browser = desk.signed_in()
    good = browser.client.cookies[desk.door.session_cookie]
    for bad in ("", "x", good[:-1], good + "A", good.replace(".", "..", 1), "é.x".encode().hex()):
        browser.client.cookies.set(desk.door.session_cookie, bad)
        assert (await browser.get("/account")).status_code == 303


async def test_a_disabled_person_is_out_at_once(desk: WebStage) -> None:
    browser = desk.signed_in()
    with desk.house.store.work() as work:
        work.users.change("taro", disabled_at=desk.clock())
    assert (await browser.get("/account")).status_code == 303


async def test_a_set_up_link_is_good_once(desk_on_both: WebStage) -> None:
    desk = desk_on_both
    desk.person("lead", "hanako")
    with desk.house.store.work() as work:
        path = invite(work, "hanako", desk.clock())
    browser = desk.browser()
    assert "hanakoさん" in (await browser.get(path)).text
    short = await browser.post(path, password="short", again="short")
    assert (short.status_code, "12文字以上" in short.text) == (422, True)
    differs = await browser.post(path, password=PASSWORD, again=PASSWORD + "!")
    assert differs.status_code == 422
    done = await browser.post(path, password=PASSWORD, again=PASSWORD)
    assert (done.status_code, done.headers["location"]) == (303, "/console")
    assert "hanakoさん" in (await browser.get("/console")).text
    other = desk.browser()
    assert (await other.get(path)).status_code == 404
    assert await try_in(other, "hanako", PASSWORD) == 303
    assert ("web:hanako", "password_set") in audited(desk)


async def test_a_set_up_link_expires_and_the_next_voids_it(desk: WebStage) -> None:
    desk.person("lead", "hanako")
    with desk.house.store.work() as work:
        first = invite(work, "hanako", desk.clock())
        second = invite(work, "hanako", desk.clock())
    browser = desk.browser()
    assert (await browser.get(first)).status_code == 404
    assert (await browser.get(second)).status_code == 200
    desk.clock.forward(days=3)
    assert (await browser.get(second)).status_code == 404
    assert (await browser.get("/set-up/" + "A" * 43)).status_code == 404


async def test_a_new_password_ends_all_other_sessions(desk: WebStage) -> None:
    user = with_password(desk)
    here, there = desk.browser(), desk.browser()
    here.let_in(user)
    there.let_in(replace(user))
    await here.get("/account")
    wrong = await here.post("/account/password", present="no", password="x" * 20, again="x" * 20)
    assert wrong.status_code == 403
    fresh = "まったく新しい合い言葉です。"
    changed = await here.post("/account/password", present=PASSWORD, password=fresh, again=fresh)
    assert changed.headers["location"] == "/account?done=password"
    assert (await here.get("/account?done=password")).status_code == 200
    assert (await there.get("/account")).status_code == 303
    assert await try_in(desk.browser(), "taro", PASSWORD) == 403
    assert await try_in(desk.browser(), "taro", fresh) == 303


async def test_a_session_is_ended_from_the_account_page(desk: WebStage) -> None:
    user = desk.person("operator")
    here, there = desk.browser(), desk.browser()
    here.let_in(user)
    desk.clock.now += timedelta(seconds=1)
    there.let_in(user)
    page = await here.get("/account")
    assert page.text.count('name="session"') == 2, "the other one, and all others"
    assert (await here.post("/account/sessions", session="0" * 16)).status_code == 404
    assert (await here.post("/account/sessions", session="others")).status_code == 303
    assert (await there.get("/account")).status_code == 303
    assert (await here.get("/account")).status_code == 200


async def test_nobody_ends_another_persons_session(desk: WebStage) -> None:
    desk.signed_in("operator", "victim")
    with desk.house.store.reading() as work:
        [session] = work.sessions.of_user("victim", desk.clock(), desk.clock() - timedelta(hours=1))
    browser = desk.signed_in("operator", "attacker")
    await browser.get("/account")
    answer = await browser.post("/account/sessions", session=session.token[:16])
    assert answer.status_code == 404
