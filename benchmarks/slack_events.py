"""Events from Slack: time to the durable acknowledgement, and a burst handled once each.

Run it from the checkout: ``python -m benchmarks.slack_events [EVENTS]``.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bot.store import Store
from tests.slack.stage import TRIAGE, Stage, slack_settings
from tests.slack_double import SlackDouble

AT_ONCE = 20


async def measure(mode: str, events: int, folder: Path) -> tuple[float, float, int]:
    """Return median milliseconds of a lone event, events a second in a burst, and notes kept."""
    double = await SlackDouble(mode).start()
    store = Store.open(f"sqlite:///{folder / f'{mode}.db'}")
    store.migrate()
    stage = Stage(double, store, slack_settings(double))
    await stage.start()
    number = stage.open_case().number
    await stage.work_off()
    thread = stage.card(number).ts
    alone = [await _timed(stage, thread) for _ in range(100)]
    posts = [stage.hanako.write(TRIAGE, f"{n}件目", thread) for n in range(events)]
    gate = asyncio.Semaphore(AT_ONCE)

    async def tell(index: int) -> None:
        async with gate:
            await double.delivery.deliver_event(stage.hanako.event_of(posts[index]))

    begun = time.perf_counter()
    await asyncio.gather(*(tell(index) for index in range(events)))
    rate = events / (time.perf_counter() - begun)
    await asyncio.gather(*(tell(index) for index in range(0, events, 10)))
    await stage.work_off()
    with store.reading() as work:
        kept = len(work.notes.of_case(number)) - len(alone)
    await stage.desk.stop()
    await double.stop()
    store.close()
    return statistics.median(alone) * 1000, rate, kept


async def _timed(stage: Stage, thread: str) -> float:
    begun = time.perf_counter()
    await stage.hanako.say(TRIAGE, "一件", thread)
    return time.perf_counter() - begun


def main() -> None:
    """Print one line for each way Slack delivers."""
    events = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        for mode in ("socket", "http"):
            median, rate, kept = asyncio.run(measure(mode, events, Path(folder)))
            print(
                f"{mode}: event to durable ack {median:.1f} ms median; burst of {events}: "
                f"{rate:.0f} a second, {kept} notes kept"
            )


if __name__ == "__main__":
    main()
