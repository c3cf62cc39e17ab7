"""The process that parses mail: takes framed raw messages on stdin, answers framed pickles.

Run as ``python -m bot.reader_process BYTES SECONDS`` by `bot.reader`. The kernel ends it when one
message takes longer than it may, whatever the code is doing then.
"""

import pickle
import resource
import signal
import struct
import sys
from collections.abc import Callable
from typing import BinaryIO

from mail.message import Message
from mail.parse import parse

FRAME = struct.Struct(">Q")


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end of the stream."""
    head = stream.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    return stream.read(FRAME.unpack(head)[0])


def serve(
    memory: int,
    seconds: float,
    source: BinaryIO,
    sink: BinaryIO,
    read: Callable[[bytes], Message] = parse,
) -> None:
    """`read` frames from `source` to `sink` until it ends, in `memory` bytes of address space.

    A message that takes more than `seconds` is answered by the end of the process (SIGALRM).

    An empty frame first says that the process is ready: its start is nobody's reading time.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sink.write(FRAME.pack(0))
    sink.flush()
    while (raw := read_frame(source)) is not None:
        signal.setitimer(signal.ITIMER_REAL, seconds)
        answer = pickle.dumps(read(raw), protocol=pickle.HIGHEST_PROTOCOL)
        sink.write(FRAME.pack(len(answer)) + answer)
        sink.flush()
        signal.setitimer(signal.ITIMER_REAL, 0)


if __name__ == "__main__":
    serve(int(sys.argv[1]), float(sys.argv[2]), sys.stdin.buffer, sys.stdout.buffer)
