"""Cards: one a case, drawn from the database, pressed by the people who may."""

from bot.drawing import draw_card
from tests.slack.stage import REISSUES, Stage
from tests.slack_double.block_kit import marked_texts, words


async def test_a_case_gets_one_card_in_the_channel_of_its_queue(stage: Stage) -> None:
    """A queue without a channel of its own goes to the default one."""
    plain, special = stage.open_case(), stage.open_case(queue="reissue")
    await stage.work_off()
    assert plain.subject in words(stage.card(plain.number).blocks)
    assert stage.card(special.number, REISSUES)
    assert stage.cards(special.number) == []


async def test_claiming_makes_the_presser_the_assignee_and_redraws(stage: Stage) -> None:
    """担当する changes case, card and audit."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.press(stage.hanako, "担当する", number)
    assert (stage.case(number).assignee, stage.case(number).state) == ("slack:U0HANAKO", "claimed")
    assert "<@U0HANAKO>" in words(stage.card(number).blocks)
    with stage.store.reading() as work:
        (event,) = work.audit.of_case(number)
    assert (event.actor, event.action) == ("slack:U0HANAKO", "claim")


async def test_the_second_of_two_operators_is_told_who_was_first(stage: Stage) -> None:
    """Both looked at the same card; only one gets the case."""
    number = stage.open_case().number
    await stage.work_off()
    old_screen = stage.taro.glance(stage.card(number))
    await stage.press(stage.hanako, "担当する", number)
    await stage.taro.click("担当する", old_screen)
    await stage.hears(stage.taro, "<@U0HANAKO> さんが先に")
    assert stage.case(number).assignee == "slack:U0HANAKO"


async def test_resolving_ends_the_case_and_offers_to_reopen(stage: Stage) -> None:
    """解決 takes the other buttons away."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.press(stage.hanako, "解決", number)
    assert stage.case(number).state == "resolved"
    await stage.press(stage.hanako, "再開", number)
    assert stage.case(number).state == "open"


async def test_people_outside_the_groups_and_guests_can_do_nothing(stage: Stage) -> None:
    """A guest stays a guest, even when somebody put the guest into the group."""
    number = stage.open_case().number
    await stage.work_off()
    for person in (stage.stranger, stage.guest):
        await person.click("担当する", stage.card(number))
        await stage.hears(person, "担当者グループのメンバーだけ")
    assert stage.case(number).version == 1
    with stage.store.reading() as work:
        assert {e.action for e in work.audit.of_case(number)} == {"claim_denied"}


async def test_a_membership_that_ended_is_noticed_within_a_minute(stage: Stage) -> None:
    """The groups are asked again after 60 seconds, not before."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.press(stage.hanako, "担当する", number)
    stage.double.space.groups["S0OPERATORS"].remove("U0HANAKO")
    await stage.press(stage.hanako, "解決", number)
    stage.pass_time(seconds=60)
    await stage.hanako.click("再開", stage.card(number))
    await stage.hears(stage.hanako, "担当者グループのメンバーだけ")
    assert stage.case(number).state == "resolved"


async def test_customers_text_stays_text(stage: Stage) -> None:
    """Mentions and markup of a customer stand only in literal elements."""
    nasty = "<!channel> *太字* <https://evil.example|click> &amp; :bomb: `x`"
    number = stage.open_case(subject=nasty, text=nasty, contact=nasty, contact_name=nasty).number
    await stage.work_off()
    card = stage.card(number)
    assert nasty in words(card.blocks)
    assert nasty not in card.text
    for text in marked_texts(card.blocks):
        assert "evil.example" not in text
        assert "channel" not in text


async def test_the_longest_mail_still_makes_a_card(stage: Stage) -> None:
    """Subjects, names and questions beyond every limit are cut, not refused."""
    long = "長" * 5000
    number = stage.open_case(
        subject=long, text=long, contact=long, contact_name=long, question=long
    ).number
    await stage.work_off()
    assert stage.card(number)


async def test_changes_that_waited_are_one_drawing(stage: Stage) -> None:
    """Two changes before Slack is reached draw the card once, as it is now."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.hanako.click("担当する", stage.card(number))
    await stage.settle(lambda: stage.case(number).version == 2)
    stale = stage.card(number)
    assert stale.edits == 0
    with stage.store.work() as work:
        case = work.cases.change(number, 2, stage.now, priority=1)
        assert case is not None
        draw_card(work, case, stage.now)
    await stage.work_off()
    assert stage.card(number).edits == 1
    with stage.store.reading() as work:
        assert {item.state for item in work.outbox.of_case(number)} == {"sent"}


async def test_a_stray_case_is_linked_to_its_contract_by_hand(stage: Stage) -> None:
    """Full-width digits will do; a number that isn't there is told at the field."""
    stage.reissue_case()
    number = stage.open_case(contact="sato@customer.example").number
    await stage.work_off()
    await stage.hanako.click("契約と関連付ける", stage.card(number))
    await stage.hanako.sees_modal("契約と関連付ける")
    await stage.hanako.submit({"サポート番号": "DX-9999-9999", "関連付けの理由": "電話で確認"})
    assert "契約は、この窓口にはありません" in stage.hanako.errors["number"]
    await stage.hanako.submit({"サポート番号": "ＤＸ－１２３４－５６７８"})
    assert stage.hanako.errors == {}
    await stage.work_off()
    shown = words(stage.card(number).blocks)
    assert "株式会社みどり" in shown
    assert "✅ 登録担当者" in shown
    with stage.store.reading() as work:
        assert [event.action for event in work.audit.of_case(number)] == ["link"]
