"""Threads of cards: a post there is a note, and never anything else."""

from bot.drawing import post_follow_up, post_line
from tests.slack.stage import TRIAGE, Stage
from tests.slack_double.block_kit import marked_texts, words


async def test_a_post_in_the_thread_is_an_internal_note(stage: Stage) -> None:
    """It is kept for the next operator, and no mail comes of it."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.hanako.say(TRIAGE, "先方は来週まで不在です", stage.card(number).ts)
    await stage.work_off()
    with stage.store.reading() as work:
        (note,) = work.notes.of_case(number)
        assert [item.kind for item in work.outbox.of_case(number)] == ["slack"]
        assert [event.action for event in work.audit.of_case(number)] == ["note"]
    assert (note.author, note.text) == ("slack:U0HANAKO", "先方は来週まで不在です")


async def test_posts_told_often_and_in_disorder_are_kept_once_in_order(stage: Stage) -> None:
    """The same post comes under other event ids; the third comes before the first."""
    number = stage.open_case().number
    await stage.work_off()
    card = stage.card(number)
    posts = [await stage.hanako.say(TRIAGE, text, card.ts) for text in "一二三"]
    for index in (1, 2, 0, 1, 0):
        await stage.double.delivery.deliver_event(stage.hanako.event_of(posts[index]))
    await stage.work_off()
    stage.pass_time(hours=2)
    await stage.double.delivery.deliver_event(stage.hanako.event_of(posts[0]))
    await stage.work_off()
    with stage.store.reading() as work:
        assert [note.text for note in work.notes.of_case(number)] == ["一", "二", "三"]


async def test_reordered_delivery_keeps_the_order_of_writing(stage: Stage) -> None:
    """Events that arrive 3, 1, 2 before the worker runs are notes 1, 2, 3."""
    number = stage.open_case().number
    await stage.work_off()
    card = stage.card(number)
    silent = [stage.hanako.write(TRIAGE, text, card.ts) for text in "一二三"]
    for index in (2, 0, 1):
        await stage.double.delivery.deliver_event(stage.hanako.event_of(silent[index]))
    await stage.work_off()
    with stage.store.reading() as work:
        assert [note.text for note in work.notes.of_case(number)] == ["一", "二", "三"]


async def test_strangers_posts_and_posts_elsewhere_are_no_notes(stage: Stage) -> None:
    """Only operators write notes; a channel's chatter is nobody's note."""
    number = stage.open_case().number
    await stage.work_off()
    await stage.stranger.say(TRIAGE, "横から失礼", stage.card(number).ts)
    await stage.hanako.say(TRIAGE, "お昼に行きます")
    await stage.work_off()
    with stage.store.reading() as work:
        assert work.notes.of_case(number) == []
        assert [event.action for event in work.audit.of_case(number)] == ["note_refused"]


async def test_what_the_customer_adds_lands_in_the_thread(stage: Stage) -> None:
    """As literal text, once, under the card."""
    case = stage.open_case(text="<!here> 続きです")
    with stage.store.work() as work:
        assert case.opened_by is not None
        post_follow_up(work, case, case.opened_by, stage.now)
        post_follow_up(work, case, case.opened_by, stage.now)
        post_line(work, case, "x", "メールを送信できませんでした", stage.now)
    await stage.work_off()
    _, follow_up, line = stage.double.space.thread(TRIAGE, stage.card(case.number).ts)
    assert "<!here> 続きです" in words(follow_up.blocks)
    assert not [text for text in marked_texts(follow_up.blocks) if "here" in text]
    assert "メールを送信できませんでした" in words(line.blocks)
