"""An outgoing server where Postfix's smtp-sink isn't: ``python -m benchmarks.sink PORT``."""

import asyncio
import sys

from tests.real.smtp_sink import SmtpSink


async def main(port: int) -> None:
    sink = SmtpSink()
    sink.port = port
    await sink.start()
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
