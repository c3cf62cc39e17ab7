"""Write the fuzzing corpus: every probe and small forms of the hostile shapes, one file each.

python benchmarks/fuzz/make_corpus.py FOLDER
"""

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[2]
_SMALL = 4_000


def seeds() -> Iterator[bytes]:
    """Yield the bytes of every probe and the beginning of every hostile shape."""
    for file in sorted((_ROOT / "tests/mail/probes").glob("*.json")):
        for probe in json.loads(file.read_text(encoding="utf-8")):
            yield probe["raw"].encode("latin-1")
    sys.path.insert(0, str(_ROOT / "tests/mail"))
    shapes = __import__("hostile_shapes").SHAPES
    yield from (raw[:_SMALL] for raw in shapes.values())


def main() -> None:
    """Write the corpus into the folder named on the command line."""
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for raw in seeds():
        (folder / hashlib.sha256(raw).hexdigest()[:16]).write_bytes(raw)
    print(f"{len(list(folder.iterdir()))} seeds in {folder}")


if __name__ == "__main__":
    main()
