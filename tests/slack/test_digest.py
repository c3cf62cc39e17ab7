"""The morning digest, and what a call near the limit looks like on the card."""

from dataclasses import replace
from datetime import time, timedelta

from bot.cases import reissue
from bot.cases.digest import ask_for_digests, open_on
from bot.cases.outcome import Actor, Done, Seen
from bot.programmes import calendar_of
from quotas.ledger import Kind, LedgerEntry
from quotas.provision import always
from tests.slack.stage import REISSUES, TRIAGE, Stage
from tests.slack_double.block_kit import words

AT = time(9, 0)


async def asked(stage: Stage) -> None:
    """Let the desk look whether it is time for the digest, and draw it."""
    calendars = [calendar_of(programme) for programme in stage.letters.programmes.values()]
    with stage.store.work() as work:
        ask_for_digests(work, stage.settings.queues, open_on(calendars), AT, stage.now)
    await stage.work_off()


def digests(stage: Stage, channel: str = TRIAGE) -> list[str]:
    """Return the words of the digests of a channel."""
    posted = stage.double.space.messages[channel]
    return [words(post.blocks) for post in posted if post.text == "朝のまとめ"]


async def test_the_digest_comes_once_a_business_day_at_its_time(stage: Stage) -> None:
    """Not before, not on Saturdays and Sundays, and not twice however often it is looked."""
    stage.now = stage.now.replace(month=4, day=3, hour=8, minute=59)  # a Friday
    for minutes, count in ((0, 0), (1, 1), (1, 1), (24 * 60, 1), (24 * 60, 1), (24 * 60, 2)):
        stage.pass_time(minutes=minutes)
        await asked(stage)
        assert len(digests(stage)) == count
    assert len(digests(stage, REISSUES)) == 2


async def test_no_digest_on_a_national_holiday(stage: Stage) -> None:
    """昭和の日, a Wednesday."""
    stage.now = stage.now.replace(month=4, day=29, hour=12)
    await asked(stage)
    assert digests(stage) == []


async def test_the_digest_lists_what_waits_in_the_queues_of_its_channel(stage: Stage) -> None:
    """Overdue, to do by due time, waiting, and what comes back today; each where it belongs."""
    hour = timedelta(hours=1)
    late = stage.open_case(subject="遅れた件", due_at=stage.now - hour).number
    later = stage.open_case(subject="後の件", due_at=stage.now + 3 * hour).number
    sooner = stage.open_case(subject="先の件", due_at=stage.now + hour).number
    waiting, ending = stage.open_case().number, stage.open_case().number
    other = stage.open_case(queue="reissue").number
    with stage.store.work() as work:
        work.cases.change(waiting, 1, stage.now, state="waiting")
        until = stage.now + 5 * hour
        work.cases.change(ending, 1, stage.now, state="snoozed", snoozed_until=until)
    await asked(stage)
    (shown,) = digests(stage)
    titles = ["期限超過（1件）", "対応が必要（2件）", "回答待ち（1件）", "保留が終わる案件（1件）"]
    places = [shown.index(word) for word in titles]
    assert places == sorted(places)
    assert places[0] < shown.index(late) < places[1] < shown.index(sooner) < shown.index(later)
    assert places[2] < shown.index(waiting) < places[3] < shown.index(ending)
    assert other not in shown
    assert other in digests(stage, REISSUES)[0]


async def test_counts_near_their_limit_stand_in_the_digest_and_on_the_card(stage: Stage) -> None:
    """40 of 50 calls; the record itself shows the threshold in the thread, with its way back."""
    number = stage.phone_case()
    await stage.work_off()
    with stage.store.work() as work:
        work.ledger.append(_calls(stage, 39))
    await stage.hanako.click("通話を記録", stage.card(number))
    await stage.hanako.sees_modal("通話・リモートの記録")
    start = int(stage.now.timestamp()) - 1800
    values = {"種類": "電話サポート", "開始日時": start, "時間（分）": "21", "内容": "相談"}
    await stage.hanako.submit(values)
    await stage.work_off()
    assert "残り10／50回 ⚠ 80％到達" in words(stage.card(number).blocks)
    thread = stage.double.space.thread(TRIAGE, stage.card(number).ts)
    shown = "".join(words(post.blocks) for post in thread)
    assert "利用が80％に達しました" in shown
    assert "目安の20分を超えています" in shown
    await asked(stage)
    assert "残数が少ない契約（1件）" in digests(stage)[0]
    record = next(post for post in thread if "記録を取り消す" in words(post.blocks))
    await stage.hanako.click("記録を取り消す", record)
    await stage.hanako.sees_modal("記録の取り消し")
    await stage.hanako.submit({"取り消しの理由": "別のお客さまの通話でした"})
    await stage.work_off()
    assert "残り11／50回" in words(stage.card(number).blocks)
    assert "到達" not in words(stage.card(number).blocks)


async def test_a_granted_reissue_tells_of_thresholds_too(waiting_stage: Stage) -> None:
    """Where a vendor sets notices on a quota that requests reserve: the second of three is 66 %."""
    stage = waiting_stage
    number = stage.reissue_case(used=1)
    dax = stage.letters.programmes["desknets-dax"]
    terms = replace(dax.quota_on("licence_reissue", stage.now.date()), notices=(60, 100))
    told = replace(dax, quotas={"licence_reissue": always(terms, "第14条")})
    letters = replace(stage.letters, programmes={"desknets-dax": told})
    with stage.store.work() as work:
        seen = Seen(number, stage.case(number).version)
        done = reissue.approve(work, letters, seen, reissue.Grant("K-1"), Actor("x", stage.now))
    assert isinstance(done, Done)
    with stage.store.reading() as work:
        mails = [item.template for item in work.outbox.of_case(number) if item.kind == "mail"]
    assert sorted(str(name) for name in mails) == ["quota_notice", "reissue_done"]


def _calls(stage: Stage, units: int) -> LedgerEntry:
    return LedgerEntry(
        id=0,
        support_number="M12345678",
        quota="phone_call",
        kind=Kind.CONSUME,
        units=units,
        charged_on=stage.now.date(),
        on=stage.now.date(),
        recorded_at=stage.now,
        key="before",
        actor="cli",
    )


async def test_a_contact_is_registered_from_the_card(stage: Stage) -> None:
    """The field that is wrong is told; then the sender is a registered contact."""
    number = stage.reissue_case()
    with stage.store.work() as work:
        work.cases.change(number, 1, stage.now, contact="new@customer.example", contact_name=None)
    await stage.work_off()
    assert "登録なし" in words(stage.card(number).blocks)
    await stage.hanako.click("登録担当者に追加する", stage.card(number))
    await stage.hanako.sees_modal("登録担当者の追加")
    await stage.hanako.submit({"お名前": "山田", "メールアドレス": "山田"})
    assert "形が正しくありません" in stage.hanako.errors["email"]
    await stage.hanako.submit({"お名前": "山田", "メールアドレス": "new@customer.example"})
    await stage.work_off()
    assert "✅ 登録担当者" in words(stage.card(number).blocks)
    assert "登録担当者に追加する" not in words(stage.card(number).blocks)


async def test_a_vouched_sender_is_offered_only_where_it_is_asked(stage: Stage) -> None:
    """The card of an unauthenticated mail has the button; pressing it causes a new decision."""
    plain = stage.open_case().number
    number = stage.open_case(reason="sender_unauthenticated").number
    await stage.work_off()
    assert "手動で確認" not in words(stage.card(plain).blocks)
    await stage.hanako.click("送信者を手動で確認する", stage.card(number))
    await stage.hanako.sees_modal("送信者の手動確認")
    await stage.hanako.submit({"確認した方法と理由": "登録の番号に電話した"})
    with stage.store.reading() as work:
        message = work.messages.get(stage.case(number).opened_by or 0)
        assert message is not None
        assert message.state == "received"
        assert message.verified is not None
        assert message.verified["verdict"] == "pass"


async def test_alarms_survive_a_clock_that_jumps(stage: Stage) -> None:
    """Over both times at once only the later one is called out; back and forth, nothing again."""
    number = stage.open_case(due_at=stage.now + timedelta(hours=2)).number
    await stage.work_off()
    for hours in (3, -3, 1.5, 1.5):
        stage.pass_time(hours=hours)
        await stage.watch()
    thread = stage.double.space.thread(TRIAGE, stage.card(number).ts)
    alarms = [words(post.blocks) for post in thread[1:]]
    assert sum("期限を過ぎました" in alarm for alarm in alarms) == 1
    assert sum("まもなく期限" in alarm for alarm in alarms) <= 1
