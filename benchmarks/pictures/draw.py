"""Draws the pictures of docs/slack.md: the real desk's cards and modals, by headless Chromium.

Run from the checkout: ``python -m benchmarks.pictures.draw``; Debian's packages chromium,
fonts-noto-cjk and fonts-noto-color-emoji are needed. It is a tool of developers, no part of the
tests.
"""

import asyncio
import subprocess
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import update

from benchmarks.pictures.block_html import PEOPLE, blocks_html, message_html, modal_html, page
from bot.cases.digest import ask_for_digests
from bot.store import Store, tables
from quotas.ledger import Kind, LedgerEntry
from tests.slack.stage import TOKYO, TRIAGE, Stage, slack_settings
from tests.slack_double import SlackDouble
from tests.slack_double.workspace import View

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
WIDTH = 820
ASKED = (
    "お世話になっております。みどりの佐藤です。\nサーバを入れ替えたため、ライセンスキーの再発行を"
    "お願いします。\nお客様コード：A1B2-C3D4\n新しいサーバ：Windows Server 2022"
)
QUESTION = (
    "いつもお世話になっております。\n会議室の予約画面が真っ白になります。手順を教えてください。"
)


async def draw() -> None:
    """Play a morning at the desk and keep a picture of each screen."""
    double = await SlackDouble("socket").start()
    with tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{folder}/desk.db")
        store.migrate()
        stage = Stage(double, store, slack_settings(double))
        stage.now = datetime(2026, 11, 20, 9, 30, tzinfo=TOKYO)
        PEOPLE.update({"U0HANAKO": "花子", "U0TARO": "太郎", "S0OPERATORS": "窓口担当"})
        await stage.start()
        try:
            await _morning(stage)
        finally:
            await stage.desk.stop()
            store.close()
            await double.stop()


async def _morning(stage: Stage) -> None:
    number = stage.reissue_case(used=1)
    with stage.store.work() as work:
        case = work.cases.get(number)
        assert case is not None
        message = work.messages.get(case.opened_by or 0)
        assert message is not None
        work.connection.execute(
            update(tables.messages).where(tables.messages.c.id == message.id).values(excerpt=ASKED)
        )
        due = stage.now + timedelta(days=5)
        work.cases.change(number, 1, stage.now, due_at=due, subject="ライセンスキー再発行のお願い")
    await stage.work_off()
    _shoot("card", message_html(stage.card(number).blocks, at="9:30"))
    await _letters(stage)
    await _calls(stage)
    await _overviews(stage)


async def _letters(stage: Stage) -> None:
    number = stage.open_case(
        subject="会議室予約の画面について",
        text=QUESTION,
        support_number="DX-1234-5678",
        contact="sato@customer.example",
        contact_name="佐藤",
        due_at=stage.now + timedelta(hours=4),
    ).number
    await stage.work_off()
    await stage.press(stage.hanako, "担当する", number)
    await stage.hanako.click("返信", stage.card(number))
    await stage.hanako.sees_modal("お客さまへ返信")
    text = "設定ファイルの3行目をご確認ください。\n改善しない場合は、画面の写しをお送りください。"
    await stage.hanako.submit({"本文": text})
    _shoot("reply", _modal(await stage.hanako.sees_modal("送信内容の確認")))
    await stage.hanako.submit()
    await stage.work_off()
    posts = stage.double.space.thread(TRIAGE, stage.card(number).ts)
    inside = message_html(posts[0].blocks, at="9:31")
    inside += "".join(message_html(p.blocks, thread=True, at="9:33") for p in posts[1:])
    _shoot("thread", inside)


async def _calls(stage: Stage) -> None:
    number = stage.phone_case()
    with stage.store.work() as work:
        work.ledger.append(_before(stage, 39))
        subject = "出来形管理の操作について"
        work.cases.change(number, 1, stage.now, subject=subject, contact_name="佐藤")
    await stage.work_off()
    await stage.hanako.click("通話を記録", stage.card(number))
    view = await stage.hanako.sees_modal("通話・リモートの記録")
    typed = {"minutes": "24", "summary": "測点の入力方法を案内した。"}
    start = stage.now - timedelta(minutes=40)
    _shoot("call", _modal(view, {**typed, "start": f"{start:%Y-%m-%d %H:%M}"}))
    values = {"種類": "電話サポート", "開始日時": int(start.timestamp()), "時間（分）": "24"}
    await stage.hanako.submit({**values, "内容": typed["summary"]})
    await stage.work_off()


async def _overviews(stage: Stage) -> None:
    late = stage.open_case(subject="印刷するとエラーになる", due_at=stage.now - timedelta(hours=1))
    stage.open_case(subject="パスワードの初期化について", due_at=stage.now + timedelta(hours=2))
    with stage.store.work() as work:
        work.cases.change(late.number, late.version, stage.now, priority=1)
        queues = stage.settings.queues
        ask_for_digests(work, queues, lambda _: True, stage.settings.digest, stage.now)
    await stage.work_off()
    digest = next(p for p in stage.double.space.messages[TRIAGE] if p.text == "朝のまとめ")
    _shoot("digest", message_html(digest.blocks, at="9:00"))
    await stage.hanako.open_home()
    home = stage.double.space.homes["U0HANAKO"].body["blocks"]
    _shoot("home", f'<div class="message">{blocks_html(home)}</div>')


def _before(stage: Stage, units: int) -> LedgerEntry:
    day = stage.now.date()
    entry = LedgerEntry(
        0, "M12345678", "phone_call", Kind.CONSUME, units, day, day, stage.now, "before", "cli"
    )
    return replace(entry, reason="")


def _modal(view: View, values: Mapping[str, Any] | None = None) -> str:
    return modal_html(view.body, values)


def _shoot(name: str, inside: str) -> None:
    """Write one PNG as high as what it shows."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        measure = "<script>document.title=document.documentElement.offsetHeight</script>"
        file.write_text(page(inside) + measure, encoding="utf-8")
        dom = _chromium("--dump-dom", f"--window-size={WIDTH},600", file.as_uri())
        height = int(dom.partition("<title>")[2].partition("</title>")[0])
        size = f"--window-size={WIDTH},{height}"
        _chromium(f"--screenshot={FOLDER / name}.png", size, file.as_uri())


def _chromium(*arguments: str) -> str:
    options = ("--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    ran = subprocess.run(
        ["chromium", *options, *arguments], check=True, capture_output=True, text=True
    )
    return ran.stdout


if __name__ == "__main__":
    asyncio.run(draw())
