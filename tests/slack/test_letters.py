"""Writing to customers from Slack: what is shown is what is sent, and only when it is confirmed."""

import email
import email.policy
from email.message import EmailMessage

from bot.outbox import is_sealed
from bot.sealing import Seal
from bot.store.outbox import OutboxItem
from tests.slack.stage import TRIAGE, Stage
from tests.slack_double import Person
from tests.slack_double.block_kit import words

TEXT = "設定ファイルの3行目をご確認ください。"


def mails(stage: Stage, number: str) -> list[OutboxItem]:
    """Return the mails of a case, in whatever state."""
    with stage.store.reading() as work:
        return [item for item in work.outbox.of_case(number) if item.kind == "mail"]


def read(raw: bytes) -> EmailMessage:
    """Return a mail as the customer's program reads it."""
    return email.message_from_bytes(raw, policy=email.policy.default)


async def opened(stage: Stage, **changes: object) -> str:
    """Open a case of a registered customer, its card drawn."""
    number = stage.open_case(contact="sato@customer.example", contact_name="佐藤", **changes).number
    await stage.work_off()
    return number


async def previewed(stage: Stage, person: Person, number: str, text: str = TEXT) -> str:
    """Write a reply up to its preview; return what the preview shows."""
    await person.click("返信", stage.card(number))
    await person.sees_modal("お客さまへ返信")
    await person.submit({"本文": text})
    view = await person.sees_modal("送信内容の確認")
    return words(view.body["blocks"])


async def test_a_reply_is_previewed_held_and_then_queued(stage: Stage) -> None:
    """Nothing leaves before 30 seconds are over; the case then waits for the customer."""
    number = await opened(stage)
    shown = await previewed(stage, stage.hanako, number)
    assert "sato@customer.example" in shown
    await stage.hanako.submit()
    assert [item.state for item in mails(stage, number)] == ["held"]
    assert (stage.case(number).state, stage.case(number).assignee) == ("waiting", "slack:U0HANAKO")
    stage.pass_time(seconds=29)
    await stage.work_off()
    assert [item.state for item in mails(stage, number)] == ["held"]
    stage.pass_time(seconds=1)
    await stage.work_off()
    (mail,) = mails(stage, number)
    assert (mail.state, mail.recipient) == ("queued", "sato@customer.example")
    text = read(mail.raw or b"").get_content()
    assert TEXT in text
    assert text.replace("\r", "").strip() in shown


async def test_a_reply_can_be_taken_back_until_it_is_released(stage: Stage) -> None:
    """取り消す within 30 seconds; afterwards the button says that it is too late."""
    number = await opened(stage)
    for seconds, state in ((10, "withdrawn"), (30, "queued")):
        await previewed(stage, stage.hanako, number)
        await stage.hanako.submit()
        await stage.work_off()
        held = stage.double.space.thread(TRIAGE, stage.card(number).ts)[-1]
        stage.pass_time(seconds=seconds)
        await stage.work_off()
        await stage.hanako.click("取り消す", held)
        if state == "queued":
            await stage.hears(stage.hanako, "すでに送信された")
        else:
            await stage.settle(lambda: stage.case(number).state == "claimed")
        await stage.work_off()
        assert mails(stage, number)[-1].state == state


async def test_of_two_who_answer_at_once_the_second_is_stopped(stage: Stage) -> None:
    """Both have written; only the first to confirm sends."""
    number = await opened(stage)
    await previewed(stage, stage.hanako, number)
    await previewed(stage, stage.taro, number, "別の回答です。")
    await stage.hanako.submit()
    await stage.taro.submit()
    notice = await stage.taro.sees_modal("お知らせ")
    assert "<@U0HANAKO> さんが先に" in words(notice.body["blocks"])
    stage.pass_time(hours=2)
    await stage.work_off()
    assert [item.state for item in mails(stage, number)] == ["queued", "withdrawn"]


async def test_a_draft_nobody_confirms_is_forgotten(stage: Stage) -> None:
    """Closing the preview sends nothing, today or later."""
    number = await opened(stage)
    await previewed(stage, stage.hanako, number)
    stage.hanako.close()
    stage.pass_time(days=1)
    await stage.work_off()
    assert [item.state for item in mails(stage, number)] == ["withdrawn"]


async def test_a_draft_confirmed_at_the_last_moment_is_still_held(stage: Stage) -> None:
    """The forgetting of drafts, an hour on, must not release it before its 30 seconds."""
    number = await opened(stage)
    await previewed(stage, stage.hanako, number)
    stage.pass_time(minutes=59, seconds=50)
    await stage.hanako.submit()
    for seconds, state in ((15, "held"), (15, "queued")):
        stage.pass_time(seconds=seconds)
        await stage.work_off()
        assert [item.state for item in mails(stage, number)] == [state]


async def test_a_missing_attachment_is_warned_of(stage: Stage) -> None:
    """The text speaks of 添付 and nothing is attached."""
    number = await opened(stage)
    assert "添付ファイルはありません" in await previewed(stage, stage.hanako, number, "添付します")


async def test_people_who_may_not_act_see_a_notice_instead_of_a_form(stage: Stage) -> None:
    """The gate stands before every form."""
    number = await opened(stage)
    await stage.stranger.click("返信", stage.card(number))
    notice = await stage.stranger.sees_modal("お知らせ")
    assert "担当者グループのメンバーだけ" in words(notice.body["blocks"])


async def test_a_form_on_an_old_card_says_who_was_first(stage: Stage) -> None:
    """The screen was old: no form, but the name."""
    number = await opened(stage)
    old = stage.taro.glance(stage.card(number))
    await stage.press(stage.hanako, "担当する", number)
    await stage.taro.click("返信", old)
    notice = await stage.taro.sees_modal("お知らせ")
    assert "<@U0HANAKO> さんが先に" in words(notice.body["blocks"])


async def test_an_expired_trigger_breaks_nothing(stage: Stage) -> None:
    """Slack was slow: no view opens, the next click works."""
    number = await opened(stage)
    await stage.hanako.click("返信", stage.card(number), trigger_age=4.0)
    assert stage.hanako.modal is None
    await previewed(stage, stage.hanako, number)


async def test_a_lost_acknowledgement_of_a_form_sends_once(stage: Stage) -> None:
    """The operator presses again because nothing seemed to happen."""
    number = await opened(stage)
    await previewed(stage, stage.hanako, number)
    view = stage.hanako.modal
    assert view is not None
    await stage.hanako.submit()
    stage.double.space.modals["U0HANAKO"].append(view)
    await stage.hanako.submit()
    stage.pass_time(hours=2)
    await stage.work_off()
    assert [item.state for item in mails(stage, number)] == ["queued"]


KEY = "ABCD-EFGH-1234-SECRET"


async def reissue(stage: Stage) -> str:
    """Open a re-issue case with its unit reserved."""
    number = stage.reissue_case()
    await stage.work_off()
    return number


async def test_an_approved_reissue_consumes_and_mails_the_key_sealed(stage: Stage) -> None:
    """The key is in the customer's mail and nowhere else: not in the database, not in Slack."""
    number = await reissue(stage)
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    await stage.hanako.submit({"ライセンスキー": KEY})
    assert stage.hanako.errors == {}
    (mail,) = mails(stage, number)
    assert is_sealed(mail)
    assert KEY not in str(mail)
    opened_mail = read(Seal(stage.letters.office.key).open(mail.raw or b""))
    assert KEY in opened_mail.get_content()
    with stage.store.reading() as work:
        assert [e.kind for e in work.ledger.of_case(number)] == ["reserve", "consume"]
    await stage.work_off()
    card = stage.card(number)
    assert "残り2／3回" in words(card.blocks)
    everything = stage.database_bytes() + repr(stage.double.journal).encode()
    for form in (KEY.encode(), KEY.encode("utf-16-le"), KEY.encode("unicode_escape")):
        assert form not in everything


async def test_a_refused_reissue_gives_the_unit_back_and_says_why(stage: Stage) -> None:
    """The reason stands in the mail; the count is as before."""
    number = await reissue(stage)
    await stage.hanako.click("却下", stage.card(number))
    await stage.hanako.sees_modal("再発行の却下")
    await stage.hanako.submit({"却下の理由": "お申し出のサーバー名が登録と異なります。"})
    (mail,) = mails(stage, number)
    assert "サーバー名が登録と異なります" in read(mail.raw or b"").get_content()
    with stage.store.reading() as work:
        assert [e.kind for e in work.ledger.of_case(number)] == ["reserve", "release"]
        assert not work.ledger.reserved_in(number)


async def test_a_case_with_an_open_reservation_cant_be_resolved(stage: Stage) -> None:
    """Otherwise the unit would be neither given nor given back."""
    number = await reissue(stage)
    await stage.hanako.click("解決", stage.card(number))
    await stage.hears(stage.hanako, "承認または却下")
    assert stage.case(number).state == "open"


async def test_two_approvals_at_once_are_one_key(stage: Stage) -> None:
    """Both filled the form in: one mail, one unit."""
    number = await reissue(stage)
    for person in (stage.hanako, stage.taro):
        await person.click("再発行を承認", stage.card(number))
        await person.sees_modal("再発行の承認")
    for person in (stage.hanako, stage.taro):
        await person.submit({"ライセンスキー": KEY})
    await stage.taro.sees_modal("お知らせ")
    assert len(mails(stage, number)) == 1
    with stage.store.reading() as work:
        assert [e.kind for e in work.ledger.of_case(number)] == ["reserve", "consume"]


async def test_a_call_is_counted_once_with_its_minutes(stage: Stage) -> None:
    """Over the guideline it is marked; the summary is a note, the rest stands in the thread."""
    number = stage.phone_case()
    await stage.work_off()
    await stage.hanako.click("通話を記録", stage.card(number))
    view = await stage.hanako.sees_modal("通話・リモートの記録")
    assert "電話サポート：残り50／50回" in words(view.body["blocks"])
    await stage.hanako.submit({"時間（分）": "25", "内容": "印刷の設定を案内"})
    assert stage.hanako.errors == {}
    await stage.work_off()
    thread = "\n".join(
        words(m.blocks) for m in stage.double.space.thread(TRIAGE, stage.card(number).ts)
    )
    assert "残り49回" in thread
    assert "目安の20分を超えています" in thread
    stage.double.space.modals["U0HANAKO"].append(view)
    version = stage.case(number).version
    await stage.hanako.submit()
    assert stage.case(number).version == version
    with stage.store.reading() as work:
        (entry,) = work.ledger.of_case(number)
        (note,) = work.notes.of_case(number)
    assert (entry.kind, entry.minutes, entry.actor) == ("consume", 25, "slack:U0HANAKO")
    assert "印刷の設定を案内" in note.text


async def test_wrong_times_are_told_at_the_field(stage: Stage) -> None:
    """A call can't have begun tomorrow."""
    number = stage.phone_case()
    await stage.work_off()
    await stage.hanako.click("通話を記録", stage.card(number))
    await stage.hanako.sees_modal("通話・リモートの記録")
    tomorrow = int(stage.now.timestamp()) + 86_400
    await stage.hanako.submit({"時間（分）": "5", "内容": "x", "開始日時": tomorrow})
    assert "すでに始まった日時" in stage.hanako.errors["minutes"]


async def test_beyond_the_limit_a_second_person_must_grant(stage: Stage) -> None:
    """Who asked can't grant; the other's grant reserves, and the key goes the usual way."""
    number = stage.reissue_case(used=3)
    await stage.work_off()
    await stage.hanako.click("上限超過を申請する", stage.card(number))
    await stage.hanako.sees_modal("上限超過の申請")
    await stage.hanako.submit({"申請の理由": "障害の復旧のため"})
    await stage.work_off()
    assert stage.case(number).state == "approval"
    for person in (stage.hanako, stage.taro):
        await person.click("上限超過を承認", stage.card(number))
        view = await person.sees_modal("上限超過の承認")
        assert "障害の復旧のため" in words(view.body["blocks"])
        await person.submit()
    notice = await stage.hanako.sees_modal("お知らせ")
    assert "申請したご本人は承認できません" in words(notice.body["blocks"])
    await stage.work_off()
    await stage.hanako.click("再発行を承認", stage.card(number))
    await stage.hanako.sees_modal("再発行の承認")
    await stage.hanako.submit({"ライセンスキー": KEY})
    with stage.store.reading() as work:
        reserve, consume = work.ledger.of_case(number)
        asked = [e.actor for e in work.audit.of_case(number) if e.action.startswith("override_")]
    assert (reserve.kind, reserve.actor) == ("reserve", "slack:U0TARO")
    assert (consume.kind, consume.actor) == ("consume", "slack:U0HANAKO")
    assert asked[:2] == ["slack:U0HANAKO", "slack:U0TARO"]


async def test_a_request_beyond_the_limit_can_be_denied(stage: Stage) -> None:
    """The case is at work again, and nothing was counted."""
    number = stage.reissue_case(used=3)
    await stage.work_off()
    await stage.hanako.click("上限超過を申請する", stage.card(number))
    await stage.hanako.sees_modal("上限超過の申請")
    await stage.hanako.submit({"申請の理由": "至急"})
    await stage.work_off()
    await stage.press(stage.taro, "申請を却下", number)
    assert stage.case(number).state == "claimed"
    with stage.store.reading() as work:
        assert work.ledger.of_case(number) == ()
