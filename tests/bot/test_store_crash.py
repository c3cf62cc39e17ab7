"""kill -9 in the middle of work: what was told as done is there, all else never happened."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from bot.store import Store
from bot.store.cases import NewCase
from bot.store.messages import NewMessage, imap_key

NOW = datetime(2026, 4, 1, tzinfo=UTC)
_LEAST = 20


def work_for_ever(url: str) -> None:
    """Store a message with its job and case in each work, and tell the ones that are durable."""
    store = Store.open(url)
    for uid in range(1, 1_000_000):
        with store.work() as work:
            new = NewMessage(imap_key("dax", 1, uid), "dax", "email", NOW, NOW, "0" * 64, 1, 1, uid)
            message = work.messages.add(new)
            work.cases.open(NewCase("p", "email", "dax", "s", "q", NOW, opened_by=message))
            work.jobs.defer("decide", {"message": message or 0}, NOW)
        sys.stdout.write(f"{uid}\n")
        sys.stdout.flush()


def test_kill_9_in_the_middle_of_work_loses_and_doubles_nothing(database_url: str) -> None:
    told = _killed_while_working(database_url)
    store = Store.open(database_url)
    with store.work() as work:
        kept = len(work.messages.uids("dax", 1))
        assert told <= kept <= told + 1
        assert sum(work.jobs.counts().values()) == kept
        numbers = [case.number for case in work.cases.listed(limit=100_000)]
        assert numbers == [f"C2026-{n:06d}" for n in range(1, kept + 1)]
    store.close()


def _killed_while_working(url: str) -> int:
    """Return how many works a process told as durable before it was killed."""
    process = subprocess.Popen(
        [sys.executable, "-c", f"from tests.bot.test_store_crash import *; work_for_ever({url!r})"],
        stdout=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    assert process.stdout is not None
    for _ in range(_LEAST):
        process.stdout.readline()
    os.kill(process.pid, signal.SIGKILL)
    told = _LEAST + sum(line.endswith("\n") for line in process.stdout)
    process.wait()
    return told
