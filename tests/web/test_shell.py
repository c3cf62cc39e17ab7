"""The shell of the site: who sees the console, in which language, with which headers."""

from tests.web.site import WebStage


async def test_the_console_greets_who_is_signed_in(desk_on_both: WebStage) -> None:
    browser = desk_on_both.signed_in("auditor", "hanako")
    page = await browser.get("/console")
    assert page.status_code == 200
    assert "hanakoさん さん（監査担当（閲覧のみ））" in page.text
    assert page.headers["cache-control"] == "no-store"


async def test_a_stranger_is_led_to_the_sign_in_page_and_back(desk: WebStage) -> None:
    page = await desk.browser().get("/console?a=1")
    assert (page.status_code, page.headers["location"]) == (303, "/sign-in?next=/console%3Fa%3D1")
