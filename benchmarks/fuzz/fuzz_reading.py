"""Fuzz the reading of mail: parser, number reader, Authentication-Results reader, quote scanner.

    pip install atheris
    python benchmarks/fuzz/make_corpus.py corpus
    python benchmarks/fuzz/fuzz_reading.py corpus -max_len=20000 -timeout=5

Without atheris (it has no wheel for every platform) the same target runs over mutated seeds:

    python benchmarks/fuzz/fuzz_reading.py --plain 10000
"""

import importlib.util
import random
import sys
import time
from importlib import import_module
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.fuzz.make_corpus import seeds
from mail.authentication import judge
from mail.parse import parse
from mail.quotes import split
from mail.support_number import NumberShape, find_numbers

_SHAPES = tuple(
    NumberShape(pattern, ("サポート番号",), "none")
    for pattern in ("AA-9999-9999", "9999-9999-99", "M99999999")
)
_SLOW = 2.0


def read(data: bytes) -> None:
    """Read one message all the way; every promise of the parser is checked."""
    message = parse(data)
    unreadable = [defect for defect in message.defects if defect.startswith("unreadable")]
    assert not unreadable, unreadable
    parts = split(message.text)
    assert sum(map(len, parts)) == len(message.text)
    for shape in _SHAPES:
        find_numbers(message.text, message.subject, shape, own_text=parts.own)
    judge(message.authentication_results, "client.example", "mx.example")
    for line in (message.subject, message.from_address, message.from_name):
        assert not set(line) & set("\r\n\0")
    (message.text + message.subject).encode("utf-8")


def _mutated(seed: bytes, others: list[bytes], dice: random.Random) -> bytes:
    data = bytearray(seed[:20_000])
    for _ in range(dice.randint(1, 8)):
        at = dice.randint(0, len(data))
        kind = dice.randrange(4)
        if kind == 0:
            data[at:at] = dice.randbytes(dice.randint(1, 6))
        elif kind == 1:
            del data[at : at + dice.randint(1, 20)]
        elif kind == 2:
            other = dice.choice(others)
            cut = dice.randint(0, len(other))
            data[at:at] = other[cut : cut + dice.randint(1, 200)]
        else:
            data[at : at + 30] = data[at : at + 30] * dice.randint(2, 40)
    return bytes(data)


def plain(rounds: int, seed: int) -> None:
    """Read mutated seeds; the first failing input is written beside the command."""
    dice = random.Random(seed)
    pool = list(seeds())
    slowest = 0.0
    for _ in range(rounds):
        data = _mutated(dice.choice(pool), pool, dice)
        began = time.perf_counter()
        try:
            read(data)
        except Exception:
            Path("crash.eml").write_bytes(data)
            raise
        slowest = max(slowest, time.perf_counter() - began)
        if slowest > _SLOW:
            Path("slow.eml").write_bytes(data)
            break
    print(f"{rounds} messages read, slowest {slowest:.3f} s")


def main() -> None:
    """Fuzz with atheris, or plainly with `--plain ROUNDS [SEED]`."""
    if "--plain" in sys.argv or importlib.util.find_spec("atheris") is None:
        numbers = [int(word) for word in sys.argv[1:] if word.isdigit()]
        rounds, seed = (numbers + [10_000, 1][len(numbers) :])[:2]
        plain(rounds, seed)
        return
    atheris = import_module("atheris")
    atheris.instrument_all()
    atheris.Setup(sys.argv, read)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
