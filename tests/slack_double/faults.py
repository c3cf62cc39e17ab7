"""What can be made to go wrong, method by method."""

import asyncio
from collections import defaultdict, deque
from dataclasses import dataclass
from typing import Literal

When = Literal["before", "after"]


@dataclass(frozen=True)
class Fault:
    """One failure of a Web API method.

    `error` is Slack's own refusal (``ok: false``), `status` an HTTP status instead of an answer
    (429 carries `retry_after`), `delay` seconds of waiting, `drop` cuts the connection before or
    after the method was executed.
    """

    error: str | None = None
    status: int | None = None
    retry_after: int = 1
    delay: float = 0.0
    drop: When | None = None


class Faults:
    """The failures that are due; each is used up by one call, those of `always` never.

    `delayed` counts the calls that wait to be executed just now.
    """

    def __init__(self) -> None:
        self._due: dict[str, deque[Fault]] = defaultdict(deque)
        self.always: Fault | None = None
        self.delayed = 0

    def add(self, method: str, *faults: Fault) -> None:
        """Let the next calls of `method` fail so, in this order."""
        self._due[method].extend(faults)

    async def next(self, method: str) -> Fault | None:
        """Take the failure due for a call, after its delay."""
        fault = self._due[method].popleft() if self._due[method] else self.always
        if fault is not None and fault.delay:
            self.delayed += 1
            await asyncio.sleep(fault.delay)
            self.delayed -= 1
        return fault
