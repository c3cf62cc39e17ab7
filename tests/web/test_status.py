"""The status page: what machines read in the figures, people read here."""

import re
from pathlib import Path

import httpx2
import pytest

from bot.measures import POLLED
from bot.roles import Role
from bot.store.causes import Cause
from bot.store.outbox import Outgoing
from tests.bot.houses import Post, mail
from tests.web.site import WEB, WebStage, web_stage

IMAP = 'imap = { host = "127.0.0.1", port = 1, user = "dax", security = "none" }'


def plain(page: httpx2.Response) -> str:
    """Return the words of a page, one blank between them."""
    assert page.status_code == 200
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page.text))


@pytest.mark.parametrize("role", Role)
async def test_every_link_of_the_console_leads_somewhere(desk: WebStage, role: Role) -> None:
    browser = desk.signed_in(role)
    console = (await browser.get("/console")).text
    links = set(re.findall(r'<a href="(/[^"]*)"', console))
    assert links >= {"/status", "/account"}
    for path in links:
        assert (await browser.get(path)).status_code == 200, path


async def test_an_idle_desk_has_nothing_to_show(desk_on_both: WebStage) -> None:
    page = plain(await desk_on_both.signed_in().get("/status"))
    assert "dax dax@desk.example 受信待ち ―" in page
    assert "処理待ち 0件 隔離 0件" in page
    assert "メール 0 ― 0 Slackへの表示 0 ― 0" in page
    assert "Slackとの接続" not in page


async def test_what_waits_and_what_was_given_up_is_counted(tmp_path: Path) -> None:
    slack = {"connected": False}
    async with web_stage(tmp_path, way_in=IMAP, slack=lambda: slack) as desk:
        now = desk.clock()
        poison, _ = Post(desk.house).take(mail("秘密x"), mail("y", message_id="<2@a.example.jp>"))
        with desk.house.store.work() as work:
            work.messages.quarantine(poison, Cause.PROCESSING_FAILED, "x", now)
            items = [Outgoing("mail", key, created_at=now, raw=b"x") for key in ("1", "2", "3")]
            *_, last = work.outbox.add_many(items)
            assert last is not None
            work.outbox.fail(last, "550")
            work.marks.set(POLLED, "dax", now)
        browser = desk.signed_in()
        page = plain(await browser.get("/status"))
        assert "正常 2026-11-16 10:30" in page
        assert "処理待ち 1件 最も古いもの： 2026-11-16 10:30 隔離 1件" in page
        assert "メール 2 2026-11-16 10:30 1" in page
        assert "Slackとの接続： 切断中" in page
        assert "秘密" not in page
        desk.clock.forward(minutes=11)
        assert "確認が遅れています" in plain(await browser.get("/status"))


async def test_the_status_is_not_for_strangers(tmp_path: Path) -> None:
    async with web_stage(tmp_path, web=WEB) as desk:
        answer = await desk.browser().get("/status")
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/status")
