"""A served desk as its own process, which counts its SQL statements.

Run as ``python -m benchmarks.served DESK_TOML STATEMENTS_FILE``; ends in order on SIGTERM. On
SIGUSR1 the number of statements so far is written to the file.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, event

from bot.config import Environment, load
from bot.house import open_house
from bot.serve import Server

_counted = [0]


def count(*_: Any) -> None:
    """Count one statement."""
    _counted[0] += 1


async def serve(config: Path, file: Path) -> None:
    env = Environment(dict(os.environ))
    house = open_house(load(config, env), env)
    server = Server(house)
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, server.stop)
    loop.add_signal_handler(signal.SIGUSR1, lambda: file.write_text(str(_counted[0])))
    running = asyncio.create_task(server.run())
    ready = asyncio.create_task(server.ready.wait())
    await asyncio.wait([running, ready], return_when=asyncio.FIRST_COMPLETED)
    await asyncio.to_thread(file.write_text, "0")
    await running
    house.close()


if __name__ == "__main__":
    event.listen(Engine, "before_cursor_execute", count)
    asyncio.run(serve(Path(sys.argv[1]), Path(sys.argv[2])))
