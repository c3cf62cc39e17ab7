"""Arranging cases: who works on them, how urgent they are, which of them are one."""

from datetime import timedelta
from itertools import pairwise

from bot.store.causes import Cause
from bot.store.messages import NewMessage, Outcome
from quotas.decision import State
from tests.slack.stage import TRIAGE, Stage
from tests.slack_double import Person
from tests.slack_double.block_kit import words


async def asked(stage: Stage, person: Person, label: str, number: str, title: str) -> None:
    """Choose something from a card's menus and wait for its form."""
    await person.click(label, stage.card(number))
    await person.sees_modal(title)


async def test_a_case_is_given_to_another_operator_but_to_nobody_else(stage: Stage) -> None:
    """Slack can't restrict the field to a group, so the desk refuses at the field."""
    number = stage.open_case().number
    await stage.work_off()
    await asked(stage, stage.hanako, "担当者を変更する", number, "担当者の変更")
    await stage.hanako.submit({"新しい担当者": "U0OTHER"})
    assert "担当者グループ" in stage.hanako.errors["operator"]
    await stage.hanako.submit({"新しい担当者": "U0TARO"})
    await stage.work_off()
    assert (stage.case(number).assignee, stage.case(number).state) == ("slack:U0TARO", "claimed")
    assert "<@U0TARO>" in words(stage.card(number).blocks)
    with stage.store.reading() as work:
        assert "assign_denied" not in {event.action for event in work.audit.of_case(number)}


async def test_assigning_keeps_a_case_waiting_for_its_customer(stage: Stage) -> None:
    """Only who works on it changes."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.press(stage.hanako, "回答待ちにする", number)
    await asked(stage, stage.hanako, "担当者を変更する", number, "担当者の変更")
    await stage.hanako.submit({"新しい担当者": "U0TARO"})
    assert (stage.case(number).assignee, stage.case(number).state) == ("slack:U0TARO", "waiting")


async def test_priority_is_shown_and_goes_before_due_times(stage: Stage) -> None:
    """An urgent case without due time stands above one due soon, a low one below."""
    due = stage.now + timedelta(hours=1)
    soon = stage.open_case(subject="期限あり", due_at=due).number
    urgent = stage.open_case(subject="至急の件").number
    low = stage.open_case(subject="後でよい件", due_at=due - timedelta(minutes=30)).number
    await stage.work_off()
    for number, level in ((urgent, "高"), (low, "低")):
        await asked(stage, stage.hanako, "優先度を変更する", number, "優先度の変更")
        await stage.hanako.submit({"優先度": level})
    await stage.work_off()
    assert "優先度：*高*" in words(stage.card(urgent).blocks)
    await stage.hanako.open_home()
    shown = words(stage.double.space.homes["U0HANAKO"].body["blocks"])
    assert shown.index(urgent) < shown.index(soon) < shown.index(low)


async def test_a_merged_case_goes_on_in_the_other(stage: Stage) -> None:
    """Messages, notes and later posts are found there; the pointers stand in both threads."""
    source = stage.open_case(text="一通目の本文です。").number
    target = stage.open_case(subject="統合先の件").number
    await stage.work_off()
    await stage.hanako.say(TRIAGE, "内線で聞いた話", stage.card(source).ts)
    await stage.work_off()
    await asked(stage, stage.hanako, "ほかの案件に統合する", source, "案件の統合")
    await stage.hanako.submit({"統合先の案件番号": f" {target.lower()} "})
    await stage.work_off()
    merged = stage.case(source)
    assert (merged.state, merged.merged_into) == ("closed", target)
    with stage.store.reading() as work:
        assert [m.case_number for m in work.messages.of_case(source)] == []
        assert len(work.messages.of_case(target)) == 2
        assert "内線で聞いた話" in "".join(note.text for note in work.notes.of_case(target))
    thread = stage.double.space.thread(TRIAGE, stage.card(target).ts)
    assert "一通目の本文です。" in "".join(words(post.blocks) for post in thread[1:])
    assert f"案件 {source} を統合しました" in "".join(words(post.blocks) for post in thread)
    card = words(stage.card(source).blocks)
    assert f"{target} に統合済み" in card
    assert "再開" not in card
    await stage.taro.say(TRIAGE, "統合後の投稿", stage.card(source).ts)
    await stage.work_off()
    with stage.store.reading() as work:
        assert "統合後の投稿" in "".join(note.text for note in work.notes.of_case(target))


async def test_mail_in_the_thread_of_a_merged_case_joins_the_other(stage: Stage) -> None:
    """However its thread is known: by what was sent in it, and over two merges."""
    numbers = [stage.open_case().number for _ in range(3)]
    await stage.work_off()
    for source, target in pairwise(numbers):
        await asked(stage, stage.hanako, "ほかの案件に統合する", source, "案件の統合")
        await stage.hanako.submit({"統合先の案件番号": target})
        await stage.work_off()
    with stage.store.reading() as work:
        assert [work.cases.standing(number) for number in numbers] == [numbers[2]] * 3


async def test_what_may_not_be_merged_is_refused_at_the_field(stage: Stage) -> None:
    """Itself, what is not there, what is ended, and what waits for a licence key."""
    number = stage.open_case().number
    ended = stage.open_case().number
    reissue = stage.reissue_case()
    await stage.work_off()
    await stage.press(stage.hanako, "解決", ended)
    await asked(stage, stage.hanako, "ほかの案件に統合する", number, "案件の統合")
    for into, why in (
        (number, "同じ案件"),
        ("C2020-000001", "見つかりません"),
        (ended, "解決済み"),
    ):
        await stage.hanako.submit({"統合先の案件番号": into})
        assert why in stage.hanako.errors["into"]
    stage.hanako.close()
    await asked(stage, stage.hanako, "ほかの案件に統合する", reissue, "案件の統合")
    await stage.hanako.submit({"統合先の案件番号": number})
    assert "契約が異なる" in stage.hanako.errors["into"]
    stage.hanako.close()
    with stage.store.work() as work:
        work.cases.change(number, 1, stage.now, support_number="DX-1234-5678")
    await asked(stage, stage.hanako, "ほかの案件に統合する", reissue, "案件の統合")
    await stage.hanako.submit({"統合先の案件番号": number})
    assert "予約が残っています" in stage.hanako.errors["into"]


async def test_edited_and_deleted_posts_are_noted_as_such(stage: Stage) -> None:
    """The first note stays as it was written; an unfurled link is no edit."""
    number = stage.open_case().number
    await stage.work_off()
    post = await stage.hanako.say(TRIAGE, "はじめの文", stage.card(number).ts)
    await stage.work_off()
    await stage.hanako.edit(post, "直した文")
    await stage.hanako.edit(post, "直した文")
    await stage.hanako.delete(post)
    await stage.work_off()
    with stage.store.reading() as work:
        notes = [note.text for note in work.notes.of_case(number)]
    assert notes[0] == "はじめの文"
    assert ["編集されました" in notes[1], "直した文" in notes[1]] == [True, True]
    assert "削除されました" in notes[2]
    assert len(notes) == 3


async def test_desk_finds_what_customers_wrote_and_what_is_noted(stage: Stage) -> None:
    """Words of the body and of notes, besides the fields."""
    number = stage.open_case(text="帳票が印刷できません。").number
    await stage.work_off()
    await stage.hanako.say(TRIAGE, "プリンタードライバーが古い", stage.card(number).ts)
    await stage.work_off()
    for said in ("帳票", "ドライバー 印刷"):
        await stage.hanako.slash("/desk", f"find {said}", TRIAGE)
        assert number in words(stage.hanako.whispers[-1]["blocks"]), said


async def test_a_case_is_opened_by_phone_from_the_command_and_the_shortcut(stage: Stage) -> None:
    """It is mine, its first note is what was told, and the reply goes to the contact's address."""
    stage.reissue_case()
    await stage.hanako.slash("/desk", "new DX-1234-5678", TRIAGE)
    form = await stage.hanako.sees_modal("電話の案件を作成")
    assert form.body["blocks"][0]["element"]["initial_value"] == "DX-1234-5678"
    told = {"件名": "起動しない", "お問い合わせの内容": "朝から起動しないとのこと。"}
    who = "お客さまの担当者名（登録名またはメールアドレス）"
    await stage.hanako.submit({**told, "サポート番号": "DX-0000-0000", who: "佐藤"})
    assert "契約はありません" in stage.hanako.errors["number"]
    await stage.hanako.submit({**told, "サポート番号": "dx12345678", who: "佐藤"})
    await stage.work_off()
    with stage.store.reading() as work:
        case = work.cases.of_assignee("slack:U0HANAKO")[0]
    assert (case.support_number, case.contact) == ("DX-1234-5678", "sato@customer.example")
    assert (case.channel, case.state, case.due_at is not None) == ("phone", "claimed", True)
    assert "朝から起動しない" in words(stage.card(case.number).blocks)
    await stage.stranger.shortcut("desk_new")
    view = await stage.stranger.sees_modal("お知らせ")
    assert "担当者グループ" in words(view.body["blocks"])


async def test_a_message_is_kept_as_a_note_by_its_shortcut(stage: Stage) -> None:
    """From any conversation; the case is named in the form."""
    number = stage.open_case().number
    await stage.work_off()
    message = stage.taro.write(TRIAGE, "前にも同じ現象がありました")
    await stage.hanako.shortcut("desk_keep", message)
    await stage.hanako.sees_modal("案件のメモに残す")
    await stage.hanako.submit({"案件番号": "C2020-000001"})
    assert "見つかりません" in stage.hanako.errors["number"]
    await stage.hanako.submit({"案件番号": number})
    with stage.store.reading() as work:
        (note,) = work.notes.of_case(number)
    assert note.text == "前にも同じ現象がありました"


async def test_home_at_its_fullest_still_opens(stage: Stage) -> None:
    """Every list longer than what is shown, and strays of both kinds: 100 blocks are the limit."""
    now = stage.now
    with stage.store.work() as work:
        for count in range(12):
            for kind in ("held", "lost"):
                key = f"{kind}:{count}"
                new = NewMessage(key, "dax", "email", now, now, f"{count:064x}", 10)
                message = work.messages.add(new)
                assert message is not None
                if kind == "held":
                    work.messages.quarantine(message, Cause.PARSE_TIMEOUT, "slow", now)
                else:
                    ending = Outcome(State.ANSWERED, "number_unknown", now, sender="a@x.example")
                    work.messages.finish(message, ending)
    for state, assignee in (("open", None), ("claimed", "U0HANAKO"), ("approval", "U0TARO")):
        for _ in range(9):
            case = stage.open_case()
            who = f"slack:{assignee}" if assignee else None
            with stage.store.work() as work:
                work.cases.change(case.number, case.version, now, state=state, assignee=who)
    await stage.hanako.open_home()
    blocks = stage.double.space.homes["U0HANAKO"].body["blocks"]
    assert "承認待ちの案件（9件）" in words(blocks)
    assert "隔離中のメッセージ（12件）" in words(blocks)
    assert 90 < len(blocks) <= 100


async def test_strays_are_listed_and_quarantine_is_tried_again(stage: Stage) -> None:
    """From Home and by `/desk strays`; a second press is told that it is done already."""
    now = stage.now
    with stage.store.work() as work:
        held = work.messages.add(NewMessage("q:1", "dax", "email", now, now, "a" * 64, 10))
        lost = work.messages.add(NewMessage("q:2", "dax", "email", now, now, "b" * 64, 10))
        assert held is not None
        assert lost is not None
        outcome = Outcome(State.ANSWERED, "number_unknown", now, sender="who@x.example")
        work.messages.finish(lost, outcome)
        work.messages.quarantine(held, Cause.PARSE_TIMEOUT, "slow", now)
    await stage.hanako.slash("/desk", "strays", TRIAGE)
    shown = words(stage.hanako.whispers[-1]["blocks"])
    assert "隔離中のメッセージ（1件）" in shown
    assert "who@x.example" in shown
    await stage.hanako.open_home()
    home = stage.double.space.homes["U0HANAKO"]
    await stage.hanako.click("再処理する", home)
    await stage.settle(lambda: _state(stage, held) == "received")
    with stage.store.reading() as work:
        assert held in work.jobs.arguments("message.decide", "message")[1]


def _state(stage: Stage, message: int) -> str:
    with stage.store.reading() as work:
        found = work.messages.get(message)
    return found.state if found else ""
