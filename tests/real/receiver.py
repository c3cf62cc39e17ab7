"""A desk's side of a mailbox for tests: stores in memory, and lets a test wait for it."""

import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager

from mail.imap_connection import InboxError
from mail.imap_fetch import Batch, Cursor, Fetched
from mail.inbox import Inbox


class Memory:
    """Keeps what it is given; `before_take` may raise or act in the middle of a hand-over."""

    def __init__(self) -> None:
        self.batches: list[Batch] = []
        self.stored_cursor: Cursor | None = None
        self.changes: list[tuple[int, int]] = []
        self.connections = 0
        self.polls = 0
        self.errors: list[InboxError] = []
        self.pauses: list[float] = []
        self.before_take: Callable[[Batch], None] = lambda _batch: None
        self._news = threading.Condition()

    @property
    def messages(self) -> list[Fetched]:
        return [message for batch in self.batches for message in batch.messages]

    @property
    def bodies(self) -> list[bytes]:
        return [message.raw for message in self.messages]

    def cursor(self) -> Cursor | None:
        return self.stored_cursor

    def take(self, batch: Batch) -> None:
        self.before_take(batch)
        with self._news:
            self.batches.append(batch)
            self.stored_cursor = batch.cursor
            self._news.notify_all()

    def stored(self, uidvalidity: int, uids: Sequence[int]) -> list[int]:
        known = {
            message.uid
            for batch in self.batches
            for message in batch.messages
            if batch.cursor.uidvalidity == uidvalidity
        }
        return [uid for uid in uids if uid in known]

    def uidvalidity_changed(self, old: int, new: int) -> None:
        self.changes.append((old, new))

    def connected(self) -> None:
        with self._news:
            self.connections += 1
            self._news.notify_all()

    def polled(self) -> None:
        self.polls += 1

    def interrupted(self, error: InboxError, retry_in: float) -> None:
        with self._news:
            self.errors.append(error)
            self.pauses.append(retry_in)
            self._news.notify_all()

    def wait(self, condition: Callable[[], bool], seconds: float = 20.0) -> None:
        """Wait until `condition` holds after something has happened here."""
        with self._news:
            assert self._news.wait_for(condition, seconds), (self.errors, len(self.messages))

    def wait_for_messages(self, count: int) -> None:
        self.wait(lambda: len(self.messages) >= count)

    def wait_for_connections(self, count: int) -> None:
        self.wait(lambda: self.connections >= count)


@contextmanager
def watching(inbox: Inbox) -> Generator[threading.Thread]:
    """Run `inbox` in a thread for the length of a block, and see that it stops in a second."""
    thread = threading.Thread(target=inbox.run, daemon=True)
    thread.start()
    try:
        yield thread
    finally:
        inbox.stop()
        thread.join(1.0)
        assert not thread.is_alive(), "the inbox did not stop within a second"
