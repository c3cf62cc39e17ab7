"""Home and `/desk`: everything a card offers, also when the card is out of sight."""

from datetime import timedelta

from tests.slack.stage import TRIAGE, Stage
from tests.slack_double.block_kit import words


async def test_home_shows_my_cases_and_those_nobody_has(stage: Stage) -> None:
    """Those due first stand first."""
    late = stage.open_case(subject="後の件", due_at=stage.now + timedelta(hours=5)).number
    early = stage.open_case(subject="先の件", due_at=stage.now + timedelta(hours=1)).number
    mine = stage.open_case(subject="自分の件").number
    await stage.work_off()
    await stage.press(stage.hanako, "担当する", mine)
    await stage.hanako.open_home()
    shown = words(stage.double.space.homes["U0HANAKO"].body["blocks"])
    assert "担当している案件（1件）" in shown
    assert "未着手の案件（2件）" in shown
    assert shown.index(mine) < shown.index(early) < shown.index(late)


async def test_a_case_can_be_worked_on_from_home(stage: Stage) -> None:
    """A click lost with the connection is made again here; Home is drawn anew."""
    number = stage.open_case().number
    await stage.hanako.open_home()
    home = stage.double.space.homes["U0HANAKO"]
    await stage.hanako.click("担当する", home)
    await stage.settle(lambda: "担当している案件（1件）" in words(home.body["blocks"]))
    assert stage.case(number).assignee == "slack:U0HANAKO"


async def test_a_conflict_in_home_is_told_in_a_view(stage: Stage) -> None:
    """There is no channel to whisper in."""
    number = stage.open_case().number
    await stage.taro.open_home()
    await stage.work_off()
    await stage.press(stage.hanako, "担当する", number)
    await stage.taro.click("担当する", stage.double.space.homes["U0TARO"])
    notice = await stage.taro.sees_modal("お知らせ")
    assert "<@U0HANAKO> さんが先に" in words(notice.body["blocks"])


async def test_home_with_very_many_cases_still_opens(stage: Stage) -> None:
    """Home takes 100 blocks; the rest is counted and found by search."""
    for _ in range(40):
        stage.open_case()
    await stage.hanako.open_home()
    shown = words(stage.double.space.homes["U0HANAKO"].body["blocks"])
    assert "未着手の案件（40件）" in shown
    assert "ほか33件" in shown


async def test_strangers_see_nothing_in_home(stage: Stage) -> None:
    """No case, no name."""
    number = stage.open_case().number
    await stage.stranger.open_home()
    assert number not in words(stage.double.space.homes["U0OTHER"].body["blocks"])


async def test_desk_finds_cases_by_words_of_any_field(stage: Stage) -> None:
    """All words must be found; wildcards are only characters."""
    number = stage.reissue_case()
    for said in (number, "みどり", "佐藤 ログイン", "DX-1234", "SATO@customer"):
        await stage.hanako.slash("/desk", f"find {said}", TRIAGE)
        assert number in words(stage.hanako.whispers[-1]["blocks"]), said
    for said in ("みどり 存在しない", "%", "_"):
        await stage.hanako.slash("/desk", f"find {said}", TRIAGE)
        assert "合う案件はありません" in words(stage.hanako.whispers[-1]["blocks"]), said


async def test_desk_shows_counts_help_and_refuses_strangers(stage: Stage) -> None:
    """An unknown word shows what can be said."""
    stage.reissue_case()
    await stage.hanako.slash("/desk", "quota DX-1234-5678", TRIAGE)
    assert "残り2／3回（うち予約1回）" in stage.hanako.heard()
    await stage.hanako.slash("/desk", "なに", TRIAGE)
    assert "/desk find" in stage.hanako.heard()
    await stage.stranger.slash("/desk", "quota DX-1234-5678", TRIAGE)
    assert "担当者グループのメンバーだけ" in stage.stranger.heard()
    assert "みどり" not in stage.stranger.heard()


async def test_due_times_are_called_out_before_and_at_once_each(stage: Stage) -> None:
    """However often the desk looks at the clock."""
    number = stage.open_case(due_at=stage.now + timedelta(hours=2)).number
    await stage.work_off()
    for minutes in (0, 61, 5, 54, 1, 30):
        stage.pass_time(minutes=minutes)
        await stage.watch()
    thread = stage.double.space.thread(TRIAGE, stage.card(number).ts)
    alarms = [words(message.blocks) for message in thread[1:]]
    assert ["まもなく期限" in alarms[0], "期限を過ぎました" in alarms[1]] == [True, True]
    assert len(alarms) == 2
    assert "<!subteam^S0LEADS>" in alarms[1]


async def test_a_snoozed_case_comes_back_by_itself(stage: Stage) -> None:
    """保留 until the time that was chosen."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.hanako.click("保留する", stage.card(number))
    await stage.hanako.sees_modal("保留")
    until = int(stage.now.timestamp()) + 3600
    await stage.hanako.submit({"いつまで保留しますか": until})
    await stage.work_off()
    assert stage.case(number).state == "snoozed"
    for minutes, state in ((59, "snoozed"), (1, "open")):
        stage.pass_time(minutes=minutes)
        await stage.watch()
        assert stage.case(number).state == state


async def test_resolved_cases_are_closed_after_two_weeks(stage: Stage) -> None:
    """完了 without anybody pressing anything."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.press(stage.hanako, "解決", number)
    for days, state in ((13, "resolved"), (1, "closed")):
        stage.pass_time(days=days)
        await stage.watch()
        assert stage.case(number).state == state
