"""Parsing in a process of its own: what takes too long ends that process and nothing else."""

from collections.abc import Iterator

import pytest

from bot.reader import Reader, UnreadableError
from bot.store.causes import Cause

SMALL = b"From: <a@example.jp>\r\n\r\nhello\r\n"
LARGE = b"From: <a@example.jp>\r\n\r\n" + "あいう ".encode() * 500_000


@pytest.fixture
def reader() -> Iterator[Reader]:
    with Reader() as opened:
        yield opened


def test_a_message_that_takes_too_long_is_named_so_and_the_next_is_read() -> None:
    with Reader(seconds=0.02) as hasty:
        with pytest.raises(UnreadableError) as error:
            hasty.read(LARGE)
        assert error.value.cause is Cause.PARSE_TIMEOUT
        hasty._seconds = 20
        assert hasty.read(SMALL).text.strip() == "hello"


def test_time_between_messages_is_nobodys_reading_time(reader: Reader) -> None:
    assert [reader.read(SMALL).text.strip() for _ in range(50)] == ["hello"] * 50
    assert reader.read(LARGE).text


def test_a_process_that_died_is_started_again(reader: Reader) -> None:
    assert reader.read(SMALL).from_address == "a@example.jp"
    process = reader._process
    assert process is not None
    process.kill()
    process.wait()
    assert reader.read(SMALL).from_address == "a@example.jp"
