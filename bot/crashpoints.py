"""Named points on the path of a message at which a test may let the process die, as by kill -9."""

import os
import signal
from collections import Counter

POINTS = ("stored", "before_decide", "decided", "before_data", "after_250", "before_move")

_planned: dict[str, int] = {}
_reached: Counter[str] = Counter()


def plan(wish: str | None) -> None:
    """Let the process die at a point: ``stored``, or ``stored:3`` for the third time there.

    Raises ValueError for a point there isn't.
    """
    if wish is None:
        return
    name, _, times = wish.partition(":")
    if name not in POINTS:
        raise ValueError(f"there is no crash point {name!r}; use one of {', '.join(POINTS)}")
    _planned[name] = int(times or 1)


def reach(name: str) -> None:
    """Pass a point; without a plan nothing happens."""
    if name not in _planned:
        return
    _reached[name] += 1
    if _reached[name] == _planned[name]:
        os.kill(os.getpid(), signal.SIGKILL)
