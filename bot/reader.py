"""Parsing in a process that can be ended: what hangs or swallows memory harms only itself."""

import contextlib
import pickle
import signal
import subprocess
import sys
import threading
from typing import IO, Self, cast

from bot.reader_process import FRAME
from bot.store.causes import Cause
from mail.message import Message

SECONDS = 20.0
START_SECONDS = 60.0
MEMORY = 2 * 1024**3
CHUNK = 1024 * 1024


class UnreadableError(Exception):
    """A message could not be parsed; `cause` is a word of the quarantine's closed list."""

    def __init__(self, cause: Cause, detail: str) -> None:
        super().__init__(detail)
        self.cause = cause


class Reader:
    """Reads messages one at a time in a process of its own, started when first needed.

    `seconds` is the longest one message may take, `memory` the address space in bytes, `module`
    what the process runs.
    """

    def __init__(
        self, seconds: float = SECONDS, memory: int = MEMORY, module: str = "bot.reader_process"
    ) -> None:
        self._module = module
        self._seconds = seconds
        self._memory = memory
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()

    def read(self, raw: bytes) -> Message:
        """Parse `raw`; raise `UnreadableError` when it takes too long or ends its process twice."""
        with self._lock:
            try:
                answer = self._exchange(raw)
            except UnreadableError as error:
                if error.cause is Cause.PARSE_TIMEOUT:
                    raise
                answer = self._exchange(raw)  # the process may have died of something else
        message = pickle.loads(answer)  # noqa: S301 - written by our own process
        return cast("Message", message)

    def _exchange(self, raw: bytes) -> bytes:
        """Have one message parsed; the process ends itself when its time is over."""
        process = self._running()
        try:
            return _asked(process, raw)
        except (OSError, EOFError):
            self.close()
            raise self._failed(timeout=process.returncode == -signal.SIGALRM) from None

    def _failed(self, *, timeout: bool) -> UnreadableError:
        if timeout:
            detail = f"could not be read within {self._seconds:g} seconds"
            return UnreadableError(Cause.PARSE_TIMEOUT, detail)
        return UnreadableError(Cause.PARSE_FAILED, "the reading process ended")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._process = subprocess.Popen(  # noqa: S603 - our own module
                [sys.executable, "-m", self._module, str(self._memory), str(self._seconds)],
                bufsize=0,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._await_ready(self._process)
        return self._process

    def _await_ready(self, process: subprocess.Popen[bytes]) -> None:
        watch = threading.Timer(START_SECONDS, process.kill)
        watch.start()
        try:
            _take(cast("IO[bytes]", process.stdout), FRAME.size)
        except EOFError:
            self.close()
            raise OSError("the process that reads mail could not be started") from None
        finally:
            watch.cancel()

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


def _asked(process: subprocess.Popen[bytes], raw: bytes) -> bytes:
    """Send a framed message and return the framed answer; raise EOFError when it ends early."""
    sent, received = cast("IO[bytes]", process.stdin), cast("IO[bytes]", process.stdout)
    rest = memoryview(FRAME.pack(len(raw)) + raw)
    while rest:
        rest = rest[sent.write(rest) :]
    size: int = FRAME.unpack(_take(received, FRAME.size))[0]
    return _take(received, size)


def _take(stream: IO[bytes], size: int) -> bytes:
    parts: list[bytes] = []
    while size:
        part = stream.read(min(size, CHUNK))
        if not part:
            raise EOFError
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
