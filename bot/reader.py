"""Parsing in a process that can be ended: what hangs or swallows memory harms only itself."""

import contextlib
import pickle
import select
import subprocess
import sys
import threading
from typing import IO, Self, cast

from bot.reader_process import FRAME
from mail.message import Message

SECONDS = 20.0
MEMORY = 2 * 1024**3
CHUNK = 1024 * 1024


class UnreadableError(Exception):
    """A message could not be parsed; `cause` is a word of the quarantine's closed list."""

    def __init__(self, cause: str, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class Reader:
    """Reads messages one at a time in a process of its own, started when first needed.

    `seconds` is the longest one message may take, `memory` the address space in bytes.
    """

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, raw: bytes) -> Message:
        """Parse `raw`; raise `UnreadableError` when it takes too long or its process dies."""
        with self._lock:
            answer = self._exchange(raw)
        message = pickle.loads(answer)  # noqa: S301 - written by our own process
        return cast("Message", message)

    def _exchange(self, raw: bytes) -> bytes:
        process = self._running()
        sent, received = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
        try:
            sent.write(FRAME.pack(len(raw)) + raw)
            size = FRAME.unpack(self._take(received, FRAME.size))[0]
            return self._take(received, size)
        except TimeoutError:
            self.close()
            raise UnreadableError(
                "parse_timeout", f"could not be read within {self._seconds:g} seconds"
            ) from None
        except (OSError, EOFError):
            self.close()
            raise UnreadableError("parse_failed", "the reading process ended") from None

    def _take(self, stream: IO[bytes], size: int) -> bytes:
        parts: list[bytes] = []
        while size:
            if not select.select([stream], [], [], self._seconds)[0]:
                raise TimeoutError
            part = stream.read(min(size, CHUNK))
            if not part:
                raise EOFError
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", "bot.reader_process", str(self._memory)],
                bufsize=0,  # `select` must see all that has come
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        return self._process

    def close(self) -> None:
        """End the process, whatever it is doing."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for stream in (process.stdin, process.stdout):
            if stream is not None:
                with contextlib.suppress(OSError):
                    stream.close()
        process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
