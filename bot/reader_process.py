"""The process that parses mail: takes framed raw messages on stdin, answers framed pickles.

Run as ``python -m bot.reader_process BYTES`` by `bot.reader`, which ends it when it takes too long.
"""

import pickle
import resource
import struct
import sys
from typing import BinaryIO

from mail.parse import parse

FRAME = struct.Struct(">Q")


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end of the stream."""
    head = stream.read(FRAME.size)
    if len(head) < FRAME.size:
        return None
    return stream.read(FRAME.unpack(head)[0])


def serve(memory: int, source: BinaryIO, sink: BinaryIO) -> None:
    """Parse frames from `source` to `sink` until it ends, in `memory` bytes of address space.

    An empty frame first says that the process is ready: its start is nobody's reading time.
    """
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    sink.write(FRAME.pack(0))
    sink.flush()
    while (raw := read_frame(source)) is not None:
        answer = pickle.dumps(parse(raw), protocol=pickle.HIGHEST_PROTOCOL)
        sink.write(FRAME.pack(len(answer)) + answer)
        sink.flush()


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.stdin.buffer, sys.stdout.buffer)
