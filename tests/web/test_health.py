"""Health, metrics and alarms: what they say, to whom, and what they never say."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.alarms import Alarms
from bot.measures import POLLED
from bot.store.causes import Cause
from bot.store.outbox import OutboxItem, Outgoing
from mail.parse import parse
from tests.bot.houses import Post, mail
from tests.web.site import WEB, WebStage, web_stage

ALARMS = '[alarms]\nto = ["ops@corp.example", "boss@corp.example"]\nquarantined = 1\n'
IMAP = 'imap = { host = "127.0.0.1", port = 1, user = "dax", security = "none" }'


def figures(text: str) -> dict[str, float]:
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


async def test_the_process_says_that_it_lives(desk: WebStage) -> None:
    answer = await desk.browser().get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_a_desk_is_ready_once_its_mailboxes_were_looked_into(
    tmp_path: Path, database_url: str
) -> None:
    async with web_stage(tmp_path, database_url, way_in=IMAP) as desk:
        browser = desk.browser()
        early = await browser.get("/readyz")
        assert (early.status_code, early.json()["mailboxes"]) == (503, False)
        with desk.house.store.work() as work:
            work.marks.set(POLLED, "dax", desk.clock())
        ready = await browser.get("/readyz")
        assert (ready.status_code, set(ready.json().values())) == (200, {True})
        desk.clock.forward(minutes=11)
        assert (await browser.get("/readyz")).status_code == 503


async def test_metrics_count_what_was_decided_and_name_no_customer(desk_on_both: WebStage) -> None:
    desk = desk_on_both
    post = Post(desk.house)
    post.put(
        mail("DX-1024-7731\n操作方法を教えてください。"),
        mail("DX-9999-0000\n誰でしょう。", message_id="<2@aoba.example.co.jp>"),
    )
    post.take(mail("DX-1024-7731\n未処理", message_id="<3@aoba.example.co.jp>"))
    desk.clock.forward(seconds=90)
    answer = await desk.browser().get("/metrics")
    told = figures(answer.text)
    assert told['madoguchi_decisions_total{mailbox="dax",reason="accepted"}'] == 1
    assert told['madoguchi_decisions_total{mailbox="dax",reason="number_unknown"}'] == 1
    assert told["madoguchi_queue_messages"] == 1
    assert told["madoguchi_queue_age_seconds"] == 90
    assert told['madoguchi_outbox_waiting{kind="mail"}'] == 2
    for secret in ("aoba", "DX-", "sato", "操作", "@"):
        assert secret not in answer.text


async def test_metrics_are_for_this_machine_or_who_has_the_token(tmp_path: Path) -> None:
    secrets = {"MADOGUCHI_METRICS_TOKEN": "the metrics token"}
    async with web_stage(tmp_path, secrets=secrets) as desk:
        assert (await desk.browser().get("/metrics")).status_code == 200
        behind = {"X-Forwarded-For": "203.0.113.5"}
        assert (await desk.browser(**behind).get("/metrics")).status_code == 404
        wrong = {**behind, "Authorization": "Bearer guess"}
        assert (await desk.browser(**wrong).get("/metrics")).status_code == 404
        right = {**behind, "Authorization": "Bearer the metrics token"}
        assert (await desk.browser(**right).get("/metrics")).status_code == 200


async def test_slack_is_told_where_it_is_used(tmp_path: Path) -> None:
    async with web_stage(tmp_path, slack=lambda: {"connected": False}) as desk:
        told = figures((await desk.browser().get("/metrics")).text)
        assert told["madoguchi_slack_connected"] == 0


def told_to(desk: WebStage, kind: str) -> list[OutboxItem]:
    with desk.house.store.reading() as work:
        found = [i for i in work.outbox.listed() if i.kind == kind]
    return [i for i in found if i.dedupe_key.startswith(("alarm:", "slack:notice:"))]


async def test_an_incident_is_told_once_and_once_when_it_is_over(
    tmp_path: Path, database_url: str
) -> None:
    async with web_stage(tmp_path, database_url, web=WEB + ALARMS) as desk:
        [waiting] = Post(desk.house).take(mail("DX-1024-7731\n秘密の質問"))
        alarms = Alarms(desk.house)
        await alarms.run([])
        assert told_to(desk, "mail") == []
        desk.clock.forward(minutes=6)
        for _ in range(3):
            await alarms.run([])
            desk.clock.forward(minutes=1)
        mails = told_to(desk, "mail")
        assert [m.recipient for m in mails] == ["ops@corp.example", "boss@corp.example"]
        assert len(told_to(desk, "slack")) == 1
        sent = parse(mails[0].raw or b"")
        assert "処理が滞っています" in sent.text
        assert b"Auto-Submitted: auto-generated" in (mails[0].raw or b"")
        assert "秘密" not in sent.text
        Post(desk.house).desk.decide_now([waiting])
        await Alarms(desk.house).run([])
        assert [m.subject for m in told_to(desk, "mail")[2:]] == [
            "【復旧】サポート窓口：解消しました（メールの処理が滞っています）"
        ] * 2
        await Alarms(desk.house).run([])
        assert len(told_to(desk, "mail")) == 4


async def test_every_limit_raises_its_alarm(tmp_path: Path) -> None:
    async with web_stage(tmp_path, web=WEB + ALARMS, way_in=IMAP) as desk:
        post = Post(desk.house)
        [poison, _] = post.take(mail("x"), mail("y", message_id="<2@a.example.jp>"))
        now = desk.clock()
        with desk.house.store.work() as work:
            work.messages.quarantine(poison, Cause.PROCESSING_FAILED, "x", now)
            keys = ("waits", "given up")
            items = [Outgoing("mail", key, created_at=now, raw=b"x") for key in keys]
            _, added = work.outbox.add_many(items)
            assert added is not None
            work.outbox.fail(added, "550")
        alarms = Alarms(desk.house, lambda: {"connected": False})
        await alarms.run([])
        desk.clock.now += timedelta(minutes=61)
        await alarms.run([])
        with desk.house.store.reading() as work:
            open_ = set(work.incidents.open())
        assert open_ == {
            "poll:dax", "queue", "outbox:mail", "outbox:slack", "outbox_failed", "quarantine",
            "slack",
        }  # fmt: skip


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
async def test_nobody_keeps_a_copy(desk: WebStage, path: str) -> None:
    assert (await desk.browser().get(path)).headers["cache-control"] == "no-store"
