"""Canned replies 定型文: files of the vendor and of the desk, found by what is typed."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

COMMON = "common"
"""The folder of what every programme may say; others are called like a programme."""

Canned = Mapping[str, Sequence["CannedReply"]]


class CannedError(ValueError):
    """A canned reply can't be used; the message is one line with the remedy."""


@dataclass(frozen=True, slots=True)
class CannedReply:
    """One text: `name` is the file's, `title` its first line, `text` what is put into a reply."""

    name: str
    title: str
    text: str


def load_canned(folders: Sequence[Path], programmes: Iterable[str]) -> Canned:
    """Return the canned replies of each programme, its own before the common ones, by name.

    `folders` hold ``<programme>/NAME.txt`` and ``common/NAME.txt``; a file of an earlier folder
    takes the place of one with the same name in a later. Raises `CannedError`.
    """
    missing = next((folder for folder in folders if not folder.is_dir()), None)
    if missing is not None:
        raise CannedError(f"{missing}: there is no such folder; make it, or mend [canned] folder")
    return {
        programme: tuple(reply for part in (programme, COMMON) for reply in _of_part(folders, part))
        for programme in programmes
    }


def matching(replies: Sequence[CannedReply], typed: str) -> list[CannedReply]:
    """Return those that hold every word of `typed`, titles before texts."""
    words = _folded(typed).split()
    in_title = [r for r in replies if all(w in _folded(f"{r.name} {r.title}") for w in words)]
    in_text = [r for r in replies if r not in in_title and all(w in _folded(r.text) for w in words)]
    return [*in_title, *in_text]


def joined(typed: str, reply: CannedReply) -> str:
    """Return what stands in the field after `reply` was put in: what was typed stays first."""
    return f"{typed.rstrip()}\n\n{reply.text}" if typed.strip() else reply.text


def _of_part(folders: Sequence[Path], part: str) -> list[CannedReply]:
    found: dict[str, Path] = {}
    for folder in folders:
        for file in sorted((folder / part).glob("*.txt")):
            found.setdefault(file.stem, file)
    return [_read(name, file) for name, file in sorted(found.items())]


def _read(name: str, file: Path) -> CannedReply:
    try:
        title, _, text = file.read_text(encoding="utf-8-sig").lstrip("\n").partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise CannedError(f"{file}: can't be read as UTF-8; save it as UTF-8 text") from error
    if not title.strip() or not text.startswith("\n") or not text.strip():
        raise CannedError(f"{file}: put the title on line 1, leave line 2 blank, then the text")
    return CannedReply(name, title.strip(), text.strip("\n"))


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()
