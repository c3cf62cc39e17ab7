"""The engine: jobs come with their cause, again when they fail, in order where asked."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from bot.jobs import GiveUp, Handler, Periodic, Retry, Runner
from bot.store import Store
from bot.store.job_table import Job

START = datetime(2026, 4, 1, 9, 0, tzinfo=UTC)


class Time:
    """A clock that only moves when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Diary:
    """A handler that writes down what it was given, and fails as told."""

    def __init__(self) -> None:
        self.runs: list[list[int | str]] = []
        self.fail: Callable[[Sequence[Job]], Exception | None] = lambda _: None

    async def __call__(self, jobs: Sequence[Job]) -> None:
        self.runs.append([job.args["n"] for job in jobs])
        error = self.fail(jobs)
        if error is not None:
            raise error


@pytest.fixture
def time() -> Time:
    return Time()


@pytest.fixture
def diary() -> Diary:
    return Diary()


def defer(store: Store, *numbers: int, kind: str = "note", lock: str | None = None) -> None:
    with store.work() as work:
        for n in numbers:
            work.jobs.defer(kind, {"n": n}, START, lock=lock)


def counts(store: Store) -> dict[str, int]:
    with store.reading() as work:
        return work.jobs.counts()


async def test_jobs_of_one_kind_come_in_batches(store: Store, time: Time, diary: Diary) -> None:
    defer(store, 1, 2, 3, 4, 5)
    await Runner(store, {"note": Handler(diary, batch=3)}, time).drain()
    assert diary.runs == [[1, 2, 3], [4, 5]]
    assert counts(store) == {}


async def test_a_job_of_a_work_that_was_undone_never_runs(
    store: Store, time: Time, diary: Diary
) -> None:
    with pytest.raises(RuntimeError), store.work() as work:
        raise RuntimeError(work.jobs.defer("note", {"n": 1}, START))
    await Runner(store, {"note": Handler(diary)}, time).drain()
    assert diary.runs == []


async def test_a_batch_that_fails_is_tried_again_one_by_one(
    store: Store, time: Time, diary: Diary
) -> None:
    diary.fail = lambda jobs: ValueError("poison") if any(j.args["n"] == 2 for j in jobs) else None
    defer(store, 1, 2, 3)
    runner = Runner(store, {"note": Handler(diary, batch=10, attempts=2)}, time)
    await runner.drain()
    assert diary.runs == [[1, 2, 3]]
    time.passes(4.9)
    await runner.drain()
    assert diary.runs == [[1, 2, 3]]
    time.passes(0.1)
    await runner.drain()
    assert sorted(diary.runs[1:]) == [[1], [2], [3]]
    with store.reading() as work:
        ((job, why),) = work.jobs.failed()
    assert (job.args, why) == ({"n": 2}, "ValueError: poison")
    with store.work() as work:
        assert work.jobs.retry(job.id, time())
    diary.fail = lambda _: None
    await runner.drain()
    assert counts(store) == {}


async def test_a_handler_says_when_to_try_again_and_when_to_give_up(
    store: Store, time: Time, diary: Diary
) -> None:
    errors: list[Exception] = [GiveUp("550"), Retry("451", timedelta(minutes=3))]
    diary.fail = lambda _: errors.pop() if errors else None
    defer(store, 1)
    runner = Runner(store, {"note": Handler(diary)}, time)
    await runner.drain()
    time.passes(179)
    await runner.drain()
    assert len(diary.runs) == 1
    time.passes(1)
    await runner.drain()
    assert len(diary.runs) == 2
    assert counts(store) == {"failed": 1}


async def test_jobs_of_one_lock_run_in_order_even_through_a_retry(
    store: Store, time: Time, diary: Diary
) -> None:
    errors: list[Exception] = [Retry("later")]
    diary.fail = lambda jobs: errors.pop() if errors and jobs[0].args["n"] == 1 else None
    defer(store, 1, 2, lock="case")
    defer(store, 3, lock="other")
    runner = Runner(store, {"note": Handler(diary, batch=10, at_once=5)}, time)
    await runner.drain()
    assert diary.runs == [[1, 3]]
    time.passes(5)
    await runner.drain()
    assert diary.runs == [[1, 3], [1], [3], [2]]


async def test_a_job_with_a_key_waits_only_once(store: Store, time: Time, diary: Diary) -> None:
    with store.work() as work:
        assert work.jobs.defer("note", {"n": 1}, START, key="k") is not None
        assert work.jobs.defer("note", {"n": 2}, START, key="k") is None
    runner = Runner(store, {"note": Handler(diary)}, time)
    await runner.drain()
    with store.work() as work:
        assert work.jobs.defer("note", {"n": 3}, START, key="k") is not None
    await runner.drain()
    assert diary.runs == [[1], [3]]


async def test_a_job_for_later_waits_for_its_time(store: Store, time: Time, diary: Diary) -> None:
    with store.work() as work:
        work.jobs.defer("note", {"n": 1}, START + timedelta(hours=1))
    runner = Runner(store, {"note": Handler(diary)}, time)
    await runner.drain()
    assert diary.runs == []
    time.passes(3600)
    await runner.drain()
    assert diary.runs == [[1]]


async def test_no_more_batches_run_at_once_than_allowed(store: Store, time: Time) -> None:
    running = most = 0

    async def slow(_: Sequence[Job]) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0)
        running -= 1

    defer(store, *range(20))
    await Runner(store, {"note": Handler(slow, batch=2, at_once=3)}, time).drain()
    assert 1 <= most <= 3
    assert counts(store) == {}


async def test_a_periodic_job_comes_once_a_span_also_after_a_restart(
    store: Store, time: Time
) -> None:
    ticks: list[int | str] = []

    async def tick(jobs: Sequence[Job]) -> None:
        ticks.extend(job.args["slot"] for job in jobs)

    def runner() -> Runner:
        every = [Periodic("tick", timedelta(minutes=10))]
        return Runner(store, {"tick": Handler(tick)}, time, periodic=every)

    for seconds in (0, 599, 1, 3600):
        time.passes(seconds)
        await runner().drain()
        await runner().drain()
    first = int(START.timestamp()) // 600
    assert ticks == [first, first + 1, first + 7]


async def test_what_a_dead_process_left_running_runs_again(
    store: Store, time: Time, diary: Diary
) -> None:
    defer(store, 1)
    with store.work() as work:
        assert len(work.jobs.take({"note": 1}, START)) == 1
    runner = Runner(store, {"note": Handler(diary)}, time)
    await runner.drain()
    assert diary.runs == []
    task = asyncio.create_task(runner.run())
    await _until(lambda: diary.runs == [[1]])
    runner.stop()
    await task
    assert counts(store) == {}


async def test_a_job_that_kills_the_process_is_not_tried_for_ever(store: Store) -> None:
    defer(store, 1)
    for expected in (1, 1, 0):
        with store.work() as work:
            work.jobs.take({"note": 1}, START)
        with store.work() as work:
            assert work.jobs.take_back(3) == expected
    assert counts(store) == {"failed": 1}


async def test_a_running_engine_wakes_for_a_job_deferred_in_this_process(
    store: Store, time: Time, diary: Diary
) -> None:
    runner = Runner(store, {"note": Handler(diary)}, time, poll=timedelta(hours=1))
    task = asyncio.create_task(runner.run())
    await asyncio.sleep(0.05)
    await store.run(lambda work: work.jobs.defer("note", {"n": 1}, START))
    await _until(lambda: diary.runs == [[1]])
    runner.stop()
    await task
    assert counts(store) == {}


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not holds():  # noqa: ASYNC110 - a real engine runs beside
            await asyncio.sleep(0.005)
