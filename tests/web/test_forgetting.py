"""What signing in leaves behind goes when nobody can use it any more, and not before."""

from datetime import timedelta

from sqlalchemy import func, select

from bot.store.web_tables import guesses, sessions, setup_links
from bot.web.forgetting import FORGET_JOB, GUESSES_COUNT, handlers
from bot.web.guessing import OF_ACCOUNT, Guessing
from bot.web.set_up import GOOD_FOR, invite
from tests.real.served import serving, until
from tests.web.site import WebStage

KEPT = (sessions, setup_links, guesses)


def left(desk: WebStage) -> list[int]:
    with desk.house.store.reading() as work:
        rows = [work.connection.execute(select(func.count()).select_from(t)) for t in KEPT]
        return [row.scalar_one() for row in rows]


async def forget(desk: WebStage) -> None:
    await handlers(desk.house.store, desk.clock)[FORGET_JOB].run([])


async def test_each_goes_in_its_time(desk_on_both: WebStage) -> None:
    desk = desk_on_both
    browser = desk.signed_in()
    with desk.house.store.work() as work:
        invite(work, "taro", desk.clock())
        Guessing(desk.house.key).begin(work, "taro", "192.0.2.1", desk.clock())
    desk.clock.now += GUESSES_COUNT - timedelta(seconds=1)
    await forget(desk)
    assert left(desk) == [1, 1, 2]
    desk.clock.forward(seconds=2)
    await forget(desk)
    assert left(desk) == [1, 1, 0]
    desk.clock.forward(hours=12)
    await forget(desk)
    assert left(desk) == [0, 1, 0]
    assert (await browser.get("/account")).status_code == 303
    desk.clock.now += GOOD_FOR
    await forget(desk)
    assert left(desk) == [0, 0, 0]


async def test_a_served_desk_forgets_by_itself(desk: WebStage) -> None:
    desk.signed_in()
    desk.clock.forward(hours=13)
    async with serving(desk.house):
        await until(lambda: left(desk) == [0, 0, 0], "the dead session is deleted")


async def test_a_lock_outlives_no_forgetting(desk: WebStage) -> None:
    guessing = Guessing(desk.house.key)
    with desk.house.store.work() as work:
        subject = guessing.subject("account", "taro")
        until = [work.guesses.attempt(subject, OF_ACCOUNT, desk.clock()) for _ in range(20)][-1]
    assert until == desk.clock() + OF_ACCOUNT.longest
    desk.clock.forward(minutes=59)
    await forget(desk)
    with desk.house.store.work() as work:
        assert guessing.begin(work, "taro", "192.0.2.1", desk.clock()) == until
