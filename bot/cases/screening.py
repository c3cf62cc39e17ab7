"""What is looked at before words and files of an operator may go to a customer."""

import unicodedata
from collections.abc import Iterable, Sequence

from bot.cases.outcome import Refused
from bot.settings import RepliesSettings
from mail.message import Attachment

SPOKEN_OF = ("添付", "同封", "attach", "enclosed")
"""Words by which a text promises a file."""
MEGABYTE = 2**20


def speaks_of_files(text: str) -> str | None:
    """Return the word by which `text` promises a file, or None."""
    folded = text.casefold()
    return next((word for word in SPOKEN_OF if word in folded), None)


def screen(texts: Iterable[str], settings: RepliesSettings) -> Refused | None:
    """Refuse texts that hold a word which must not go out, and name the word.

    Width, case and breaks make no difference: the comparison is of NFKC without white space.
    """
    written = _plain("".join(texts))
    found = next((word for word in settings.forbidden if _plain(word) in written), None)
    if found is None:
        return None
    return Refused(f"「{found}」は、お客さまへのメールに使えない語です。別の表現にしてください。")


def screen_files(files: Sequence[Attachment], settings: RepliesSettings) -> Refused | None:
    """Refuse files of a kind that is not allowed, and too many bytes."""
    for file in files:
        extension = file.name.rpartition(".")[2].casefold()
        if extension not in settings.file_types:
            allowed = "、".join(settings.file_types)
            return Refused(f"「{file.name}」は添付できない種類です（添付できるもの：{allowed}）。")
    return too_big(files, settings)


def too_big(files: Sequence[Attachment], settings: RepliesSettings) -> Refused | None:
    """Refuse more bytes than one mail may carry, and empty files."""
    empty = next((file for file in files if not file.size), None)
    if empty is not None:
        return Refused(f"「{empty.name}」は空のファイルです。")
    if sum(file.size for file in files) > settings.file_megabytes * MEGABYTE:
        return Refused(f"添付できるのは、合計{settings.file_megabytes}MBまでです。")
    return None


def size_in_words(size: int) -> str:
    """Return a number of bytes as people read it."""
    if size < MEGABYTE:
        return f"{max(1, round(size / 1024))}KB"
    return f"{size / MEGABYTE:.1f}MB"


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())
