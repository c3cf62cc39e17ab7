"""Stopping in order when the system or a person asks for it."""

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

STOPPING = (signal.SIGINT, signal.SIGTERM)


@contextmanager
def stopped_by_signals(stop: Callable[[], None]) -> Generator[None]:
    """Call `stop` on SIGINT and SIGTERM while the block runs in the event loop."""
    loop = asyncio.get_running_loop()
    for each in STOPPING:
        loop.add_signal_handler(each, stop)
    try:
        yield
    finally:
        for each in STOPPING:
            loop.remove_signal_handler(each)
