"""A reader's process as the desk's own, but three words in a mail make it hang, swell or die."""

import os
import sys
import time

from bot import reader_process
from mail.message import Message
from mail.parse import parse


def fragile(raw: bytes) -> Message:
    """Parse, unless the message asks for trouble."""
    if b"HANG" in raw:
        time.sleep(600)
    if b"SLOW" in raw:
        time.sleep(2)
    if b"SWELL" in raw:
        _ = [bytes(64 << 20) for _ in range(1000)]
    if b"DIE" in raw:
        os._exit(3)
    return parse(raw)


if __name__ == "__main__":
    memory, seconds = int(sys.argv[1]), float(sys.argv[2])
    reader_process.serve(memory, seconds, sys.stdin.buffer, sys.stdout.buffer, fragile)
