"""Raw messages as files, named by the SHA-256 of their bytes and durable before they are named."""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from tempfile import mkstemp
from typing import TypeVar

T = TypeVar("T")
SYNCS = 8
"""How many files are synced at a time."""


class BlobMissingError(LookupError):
    """No blob is stored under this hash."""


class BlobDamagedError(ValueError):
    """The stored bytes no longer have the hash they are named by."""


class Blobs:
    """A folder of blobs, ``ab/abcdef…``: equal bytes are kept once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._incoming = folder / "incoming"

    def prepare(self) -> None:
        """Make the folder, durably, if it isn't there."""
        if not self._incoming.is_dir():
            self._incoming.mkdir(parents=True, exist_ok=True)
            _sync_folders([self._folder, self._folder.parent])

    def discard_leftovers(self, before: datetime) -> None:
        """Remove what a dead process left half written before the aware instant `before`.

        Others may be writing now: `madoguchi receive` stores beside a desk that serves.
        """
        for leftover in self._incoming.iterdir():
            with suppress(FileNotFoundError):  # it was placed meanwhile
                if leftover.stat().st_mtime < before.timestamp():
                    leftover.unlink()

    def put(self, raw: bytes) -> str:
        """Store `raw` durably and return its SHA-256 in hex."""
        return self.put_many([raw])[0]

    def put_many(self, raws: Sequence[bytes]) -> list[str]:
        """Store several blobs durably; return their hashes.

        All are written before the first is synced, several are synced at a time and each folder
        once: the file system's journal then carries many of them with one flush.
        """
        self._incoming.mkdir(parents=True, exist_ok=True)
        hashes = [sha256(raw).hexdigest() for raw in raws]
        missing = {
            name: raw
            for name, raw in zip(hashes, raws, strict=True)
            if not self._path(name).exists()
        }
        written: list[tuple[str, int, str]] = []
        try:
            for name, raw in missing.items():
                written.append((name, *mkstemp(dir=self._incoming)))
                self._write(written[-1][1], raw)
            _at_once(os.fsync, [descriptor for _, descriptor, _ in written])
        except OSError:
            for _, _, temporary in written:
                Path(temporary).unlink()
            raise
        finally:
            for _, descriptor, _ in written:
                os.close(descriptor)
        made = [self._place(name, temporary) for name, _, temporary in written]
        _sync_folders(folder for folders in made for folder in folders)
        return hashes

    def get(self, name: str) -> bytes:
        """Return the bytes stored under a hash.

        Raise `BlobMissingError` when there are none, `BlobDamagedError` when they changed.
        """
        try:
            raw = self._path(name).read_bytes()
        except FileNotFoundError as error:
            raise BlobMissingError(f"no blob {name} in {self._folder}") from error
        if sha256(raw).hexdigest() != name:
            raise BlobDamagedError(f"{self._path(name)} is damaged: restore it from a backup")
        return raw

    def holds(self, name: str) -> bool:
        """Tell whether a blob is stored under a hash."""
        return self._path(name).exists()

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    @staticmethod
    def _write(descriptor: int, raw: bytes) -> None:
        with open(descriptor, "wb", closefd=False) as file:
            file.write(raw)

    def _place(self, name: str, temporary: str) -> list[Path]:
        """Give a synced file its name; return the folders that then have to be synced."""
        path = self._path(name)
        folders = [path.parent]
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True)
            folders.append(self._folder)
        Path(temporary).rename(path)
        return folders


def _sync_folders(folders: Iterable[Path]) -> None:
    _at_once(_sync_folder, list(dict.fromkeys(folders)))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _at_once(sync: Callable[[T], None], items: Sequence[T]) -> None:
    """Sync all `items`, up to `SYNCS` at a time; one alone is synced in this thread."""
    if len(items) <= 1:
        for item in items:
            sync(item)
        return
    with ThreadPoolExecutor(min(SYNCS, len(items)), "sync") as pool:
        list(pool.map(sync, items))
