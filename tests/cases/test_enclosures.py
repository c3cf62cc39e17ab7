"""What comes with a customer's mail is asked for under its card, where there is any."""

from pathlib import Path

import pytest

from tests.bot.houses import Hands, Post, mail, open_desk, write_settings

QUESTION = "DX-1024-7731\nログインできません。"


def _with_file(text: str) -> bytes:
    head, _, _ = mail(text).partition(b"\r\nMIME-Version")
    part = b'--b\r\nContent-Type: image/png; name="a.png"\r\n\r\nPNG\r\n--b--\r\n'
    return (
        head
        + b"\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        + b"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n"
        + text.replace("\n", "\r\n").encode()
        + b"\r\n"
        + part
    )


@pytest.mark.parametrize(
    ("raw", "asked"),
    [
        (_with_file(QUESTION), ["card", "files"]),
        (mail(QUESTION), ["card"]),
        (mail(QUESTION + "長い説明です。" * 300), ["card", "files"]),
    ],
)
def test_files_are_asked_for_after_the_card(
    tmp_path: Path, database_url: str, raw: bytes, asked: list[str]
) -> None:
    """An attachment, or a text that the card has to cut."""
    house = open_desk(write_settings(tmp_path, database_url), Hands())
    Post(house).put(raw)
    with house.store.reading() as work:
        rows = [row for row in work.outbox.listed() if row.kind == "slack"]
        (stored,) = [work.messages.get(1)]
    assert [(row.payload or {}).get("draw") for row in rows] == asked
    assert stored is not None
    names = [file.name for file in house.originals.files(stored)]
    assert names == {"card": [], "files": ["a.png"] if b"a.png" in raw else ["全文.txt"]}[asked[-1]]
    house.close()
