"""Blobs: durable before they are named, kept once, never silently damaged."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from bot.store.blobs import BlobDamagedError, BlobMissingError, Blobs


@pytest.fixture
def blobs(tmp_path: Path) -> Blobs:
    made = Blobs(tmp_path / "blobs")
    made.prepare()
    return made


def test_bytes_come_back_under_their_hash(blobs: Blobs) -> None:
    raw = "件名: 質問\r\n".encode("iso-2022-jp")
    name = blobs.put(raw)
    assert name == sha256(raw).hexdigest()
    assert blobs.get(name) == raw
    assert blobs.holds(name)


def test_equal_bytes_are_kept_once_also_within_one_batch(blobs: Blobs, tmp_path: Path) -> None:
    names = blobs.put_many([b"a", b"b", b"a"])
    assert names[0] == names[2] == blobs.put(b"a")
    files = [path for path in (tmp_path / "blobs").rglob("*") if path.is_file()]
    assert len(files) == 2


def test_damage_and_absence_are_told_apart(blobs: Blobs, tmp_path: Path) -> None:
    name = blobs.put(b"a")
    (path,) = (tmp_path / "blobs").rglob(name)
    path.write_bytes(b"b")
    with pytest.raises(BlobDamagedError, match="backup"):
        blobs.get(name)
    with pytest.raises(BlobMissingError):
        blobs.get("0" * 64)


def test_what_a_dead_process_left_half_written_is_removed(blobs: Blobs, tmp_path: Path) -> None:
    name = blobs.put(b"a")
    half = tmp_path / "blobs" / "incoming" / "half"
    half.write_bytes(b"x")
    blobs.discard_leftovers(_written(half) + timedelta(seconds=1))
    assert not half.exists()
    assert blobs.get(name) == b"a"


def test_what_another_process_is_writing_is_left_alone(blobs: Blobs, tmp_path: Path) -> None:
    half = tmp_path / "blobs" / "incoming" / "half"
    half.write_bytes(b"x")
    blobs.prepare()
    blobs.discard_leftovers(_written(half) - timedelta(seconds=1))
    assert half.exists()


def _written(file: Path) -> datetime:
    return datetime.fromtimestamp(file.stat().st_mtime, UTC)
