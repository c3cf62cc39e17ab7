"""What helps to write: canned replies, files, words that must not go out, a second person."""

from pathlib import Path

import pytest

from bot.cases.canned import load_canned
from bot.render import shipped_templates
from tests.slack.stage import TRIAGE, Stage
from tests.slack.writing import (
    allow,
    file,
    mails,
    notice_of,
    opened,
    preview_of,
    read,
    replying,
)
from tests.slack_double.block_kit import words
from tests.slack_double.people import field_of

PDF = b"%PDF-1.7 one page\n"


@pytest.fixture
async def canned_stage(waiting_stage: Stage) -> Stage:
    """Give a connected stage with the shipped canned replies."""
    folder = shipped_templates() / "ja" / "canned"
    waiting_stage.change_letters(canned=load_canned([folder], waiting_stage.letters.programmes))
    await waiting_stage.start()
    return waiting_stage


async def chosen(stage: Stage, title: str) -> None:
    """Choose a canned reply and wait until it is on the screen."""
    before = stage.hanako.modal.hash if stage.hanako.modal else ""
    await stage.hanako.choose("定型文", "", title)
    await stage.settle(lambda: stage.hanako.modal and stage.hanako.modal.hash != before)


async def test_canned_replies_of_the_programme_are_offered_as_one_types(
    canned_stage: Stage,
) -> None:
    """Its own and the common ones, nobody else's; titles come before texts."""
    number = await opened(canned_stage)
    hanako = canned_stage.hanako
    await replying(canned_stage, hanako, number)
    titles = [o["text"]["text"] for o in await hanako.suggestions("定型文", "")]
    assert "ログの送付のお願い" in titles
    assert "調査中のご連絡" in titles
    assert "お電話でのご案内の日時" not in titles
    found = [o["text"]["text"] for o in await hanako.suggestions("定型文", "ログ")]
    assert found[0] == "ログの送付のお願い"
    assert await hanako.suggestions("定型文", "ない言葉") == []


async def test_a_canned_reply_is_put_after_what_was_typed(canned_stage: Stage) -> None:
    """Nothing typed is lost, not even by a second choice, and the files stay."""
    number = await opened(canned_stage)
    hanako = canned_stage.hanako
    await replying(canned_stage, hanako, number)
    hanako.fill({"本文": "お電話でお伝えした件です。"})
    hanako.give("添付ファイル", file(canned_stage, "手順.pdf", PDF))
    await chosen(canned_stage, "調査中のご連絡")
    await chosen(canned_stage, "ログの送付のお願い")
    assert hanako.modal is not None
    _, element = field_of(hanako.modal, "本文")
    text = element["initial_value"]
    assert text.startswith("お電話でお伝えした件です。")
    assert text.index("調査を進めております") < text.index("ログをお送りください")
    await hanako.submit()
    assert "手順.pdf" in await preview_of(hanako)
    (draft,) = mails(canned_stage, number)
    body = read(draft.raw or b"").get_body()
    assert body is not None
    assert "お電話でお伝えした件です。" in body.get_content()


async def test_a_canned_reply_that_would_be_too_long_is_told_and_left_out(
    waiting_stage: Stage, tmp_path: Path
) -> None:
    """The typed text stays as it was."""
    (tmp_path / "common").mkdir()
    text = "長い定型文\n\n" + "あ" * 2000
    (tmp_path / "common" / "long.txt").write_text(text, encoding="utf-8")
    canned = load_canned([tmp_path], waiting_stage.letters.programmes)
    waiting_stage.change_letters(canned=canned)
    await waiting_stage.start()
    number = await opened(waiting_stage)
    hanako = waiting_stage.hanako
    await replying(waiting_stage, hanako, number)
    hanako.fill({"本文": "い" * 1500})
    await hanako.choose("定型文", "長い", "長い定型文")
    await waiting_stage.settle(lambda: "3000文字" in words(hanako.modal.body["blocks"]))  # type: ignore[union-attr]
    await hanako.submit()
    assert "い" * 30 in await preview_of(hanako)


async def test_strangers_are_offered_nothing(canned_stage: Stage) -> None:
    """The gate stands before the typeahead too."""
    number = await opened(canned_stage)
    await replying(canned_stage, canned_stage.hanako, number)
    view = canned_stage.hanako.modal
    assert view is not None
    canned_stage.double.space.modals["U0OTHER"].append(view)
    assert await canned_stage.stranger.suggestions("定型文", "") == []


async def test_files_of_an_operator_are_shown_and_attached(stage: Stage) -> None:
    """What the preview names is in the mail, byte for byte, and nothing is warned of."""
    number = await opened(stage)
    await replying(stage, stage.hanako, number)
    stage.hanako.give("添付ファイル", file(stage, "手順書 v2.pdf", PDF))
    await stage.hanako.submit({"本文": "手順書を添付します。"})
    shown = await preview_of(stage.hanako)
    assert "手順書 v2.pdf（1KB）" in shown
    assert "添付ファイルはありません" not in shown
    await stage.hanako.submit()
    assert stage.hanako.modal is None
    stage.pass_time(seconds=30)
    await stage.work_off()
    (mail,) = mails(stage, number)
    (part,) = read(mail.raw or b"").iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("手順書 v2.pdf", PDF)
    assert mail.state == "queued"


@pytest.mark.parametrize(
    ("name", "data", "more", "said"),
    [
        ("installer.exe", b"MZ", {}, "添付できない種類"),
        ("big.pdf", b"x" * (2 * 2**20), {}, "大きすぎます（1MBまで）"),
        ("empty.pdf", b"", {}, "空のファイル"),
        ("drive.pdf", PDF, {"external": True}, "Slackの外"),
        ("evil.pdf", PDF, {"address": "http://127.0.0.1:9/download/x"}, "Slackの外"),
        ("極秘の価格表.pdf", PDF, {}, "「極秘」は、お客さまへのメールに使えない語"),
    ],
)
async def test_files_that_may_not_go_out_are_refused_and_the_text_is_kept(
    waiting_stage: Stage, name: str, data: bytes, more: dict[str, object], said: str
) -> None:
    """Kind, size, place and name; the form below still holds what was typed."""
    allow(waiting_stage, file_megabytes=1, forbidden=("極秘",))
    await waiting_stage.start()
    number = await opened(waiting_stage)
    hanako = waiting_stage.hanako
    await replying(waiting_stage, hanako, number)
    hanako.give("添付ファイル", file(waiting_stage, name, data, **more))
    await hanako.submit({"本文": "ご確認ください。"})
    assert said in await notice_of(hanako)
    hanako.close()
    assert mails(waiting_stage, number) == []
    assert hanako.modal is not None
    hanako.give("添付ファイル", file(waiting_stage, "ok.pdf", PDF))
    await hanako.submit()
    assert "ご確認ください。" in await preview_of(hanako)


async def test_a_name_with_a_path_is_made_safe(stage: Stage) -> None:
    """What people name their files can't name a folder at the customer's."""
    number = await opened(stage)
    await replying(stage, stage.hanako, number)
    stage.hanako.give("添付ファイル", file(stage, "..\\..\\x/手順\r\n.pdf", PDF))
    await stage.hanako.submit({"本文": "添付します。"})
    await preview_of(stage.hanako)
    (draft,) = mails(stage, number)
    (part,) = read(draft.raw or b"").iter_attachments()
    assert part.get_filename() == "手順 .pdf"


async def test_slack_that_asks_to_sign_in_gives_no_file(stage: Stage) -> None:
    """A missing scope answers with a page of HTML: it must not reach the customer as a file."""
    number = await opened(stage)
    await replying(stage, stage.hanako, number)
    stage.double.space.files_hidden = True
    as_long = b"x" * len("<html>sign in</html>")
    stage.hanako.give("添付ファイル", file(stage, "a.pdf", as_long))
    await stage.hanako.submit({"本文": "添付します。"})
    assert "取得できませんでした" in await notice_of(stage.hanako)


@pytest.mark.parametrize(
    "text", ["資料を添付します。", "別紙を同封いたします", "See the ATTACHED file"]
)
async def test_a_text_that_promises_a_file_is_warned_of(stage: Stage, text: str) -> None:
    """The word is named; the reply may still be sent."""
    number = await opened(stage)
    await replying(stage, stage.hanako, number)
    await stage.hanako.submit({"本文": text})
    assert "添付ファイルはありません" in await preview_of(stage.hanako)


async def test_words_that_must_not_go_out_are_refused_by_name(waiting_stage: Stage) -> None:
    """Width, case and line breaks hide nothing; the field tells which word it is."""
    allow(waiting_stage, forbidden=("社外秘", "Project X"))
    await waiting_stage.start()
    number = await opened(waiting_stage)
    hanako = waiting_stage.hanako
    await replying(waiting_stage, hanako, number)
    for text, word in (("これは社外\n秘です", "社外秘"), ("ＰＲＯＪＥＣＴ　ｘ の件", "Project X")):
        await hanako.submit({"本文": text})
        assert f"「{word}」" in hanako.errors["text"]
    assert mails(waiting_stage, number) == []


async def test_the_operators_name_stands_in_the_letter_where_wished(waiting_stage: Stage) -> None:
    """担当： and the display name, and the desk's own lines at the foot."""
    allow(waiting_stage, operator_name=True)
    await waiting_stage.start()
    number = await opened(waiting_stage)
    await replying(waiting_stage, waiting_stage.hanako, number)
    await waiting_stage.hanako.submit({"本文": "ご確認ください。"})
    assert "担当：花子" in await preview_of(waiting_stage.hanako)


async def test_in_a_queue_of_two_another_person_lets_the_reply_go(waiting_stage: Stage) -> None:
    """The author can't; the other sees the very mail; it is held and audited like any reply."""
    allow(waiting_stage, second_person=("default",))
    await waiting_stage.start()
    stage = waiting_stage
    number = await opened(stage)
    await replying(stage, stage.hanako, number)
    stage.hanako.give("添付ファイル", file(stage, "手順.pdf", PDF))
    await stage.hanako.submit({"本文": "ご返金いたします。"})
    assert "別の担当者の承認" in await preview_of(stage.hanako)
    await stage.hanako.submit()
    stage.pass_time(hours=3)
    await stage.work_off()
    assert (stage.case(number).state, mails(stage, number)[0].state) == ("approval", "held")
    for person in (stage.hanako, stage.taro):
        await person.click("返信を確認", stage.card(number))
        view = await person.sees_modal("返信の承認")
        shown = words(view.body["blocks"])
        assert "ご返金いたします。" in shown
        assert "手順.pdf（1KB）" in shown
        assert "sato@customer.example" in shown
        await person.submit()
    assert "ご本人は承認できません" in await notice_of(stage.hanako)
    assert stage.taro.modal is None
    assert stage.case(number).state == "waiting"
    stage.pass_time(seconds=30)
    await stage.work_off()
    (mail,) = mails(stage, number)
    assert mail.state == "queued"
    with stage.store.reading() as work:
        done = [(e.action, e.actor) for e in work.audit.of_case(number)]
    assert done == [
        ("reply_submitted", "slack:U0HANAKO"),
        ("reply_approved", "slack:U0TARO"),
        ("reply", "slack:U0TARO"),
        ("reply_sent", "slack:U0HANAKO"),
    ]


async def test_a_reply_sent_back_is_not_sent(waiting_stage: Stage) -> None:
    """The reason is a note and stands in the thread; the author is at work again."""
    allow(waiting_stage, second_person=("default",))
    await waiting_stage.start()
    stage = waiting_stage
    number = await opened(stage)
    await replying(stage, stage.hanako, number)
    await stage.hanako.submit({"本文": "ご返金いたします。"})
    await preview_of(stage.hanako)
    await stage.hanako.submit()
    await stage.work_off()
    await stage.boss.click("差し戻す", stage.card(number))
    await stage.boss.sees_modal("返信の差し戻し")
    await stage.boss.submit({"差し戻しの理由": "金額を書いてください"})
    await stage.work_off()
    assert (stage.case(number).state, stage.case(number).assignee) == ("claimed", "slack:U0HANAKO")
    assert mails(stage, number)[0].state == "withdrawn"
    thread = [words(m.blocks) for m in stage.double.space.thread(TRIAGE, stage.card(number).ts)]
    assert any("金額を書いてください" in post for post in thread)
    stage.pass_time(days=1)
    await stage.work_off()
    assert mails(stage, number)[0].state == "withdrawn"
