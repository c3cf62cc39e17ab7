"""Keys that could not be sent are not kept for ever: they are erased when their time is over."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.drawing import post_line
from bot.jobs import Handler, Periodic
from bot.store import Store
from bot.store.job_table import Job
from bot.store.work import Work

ERASE_JOB = "reissue.erase"
"""The kind of job that erases keys whose mail could not be sent; it comes round every hour."""
EVERY = Periodic(ERASE_JOB, timedelta(hours=1))
ERASED = "保管期限を過ぎたため、ライセンスキーを消去しました"


def erase_old(work: Work, keep: timedelta, now: datetime) -> int:
    """Erase the keys whose mails have not left within `keep`; return how many there were."""
    old = work.outbox.sealed_before(now - keep)
    work.outbox.erase([row.id for row in old])
    for row in old:
        if row.state != "withdrawn":
            work.outbox.fail(row.id, ERASED)
        case = work.cases.get(row.case_number) if row.case_number else None
        if case is not None:
            text = f"⚠ メールを送信できないまま{ERASED}。キーをもう一度お送りください。"
            post_line(work, case, f"erased:{row.id}", text, now)
    return len(old)


def handlers(store: Store, clock: Clock, keep: timedelta) -> Mapping[str, Handler]:
    """Return the job that erases old keys, for the runner, which has `EVERY` among its rounds."""

    async def run(jobs: Sequence[Job]) -> None:
        del jobs  # one look at the clock does for all
        await store.run(partial(erase_old, keep=keep, now=clock()))

    return {ERASE_JOB: Handler(run, batch=10)}
