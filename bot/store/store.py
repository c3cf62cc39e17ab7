"""The store: opens the database, runs units of work on it, keeps a second server away."""

import asyncio
import fcntl
from collections.abc import Awaitable, Callable, Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Self, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from bot.store import migrate
from bot.store.engine import parse_url, reading_engine, writing_engine
from bot.store.errors import SecondServerError, TemporaryStoreError, translate
from bot.store.work import Work

T = TypeVar("T")
Sleep = Callable[[float], Awaitable[None]]

_BACKOFF = (0.05, 0.25, 1.0, 4.0)
_READERS = 4
_SERVE_LOCK = 0x6D61646F  # any number of our own: "mado"


class Store:
    """One database, SQLite or PostgreSQL, behind the same units of work.

    Writing transactions run one at a time on SQLite (one writer thread), `pool_size` at a time
    on PostgreSQL. All methods may be called from any thread.
    """

    def __init__(self, url: URL, *, pool_size: int, busy_seconds: float, sleep: Sleep) -> None:
        self.url = url
        self.dialect = "sqlite" if url.drivername == "sqlite" else "postgresql"
        self._writing = writing_engine(url, pool_size=pool_size, busy_seconds=busy_seconds)
        self._reading = reading_engine(url, self._writing, busy_seconds=busy_seconds)
        one_writer = self.dialect == "sqlite"
        self._gate: AbstractContextManager[object] = Lock() if one_writer else nullcontext()
        self._writers = ThreadPoolExecutor(1 if one_writer else pool_size, "store-write")
        self._readers = ThreadPoolExecutor(_READERS, "store-read")
        self._sleep = sleep
        self._deferred: list[Callable[[], object]] = []
        self._right: Connection | None = None

    @classmethod
    def open(
        cls,
        url: str,
        *,
        pool_size: int = 8,
        busy_seconds: float = 60.0,
        sleep: Sleep = asyncio.sleep,
    ) -> Self:
        """Return the store at `url` (``sqlite:///FILE`` or ``postgresql://…``).

        `busy_seconds` is how long a writer waits for another process on SQLite; `sleep` waits
        between the attempts of `run`. Raise `PermanentStoreError` for an unusable URL. Nothing
        is connected before the first work.
        """
        return cls(parse_url(url), pool_size=pool_size, busy_seconds=busy_seconds, sleep=sleep)

    def migrate(self) -> list[str]:
        """Bring the tables to this version; return the revisions applied, in words."""
        with self._gate:
            return migrate.upgrade(self._writing)

    def pending(self) -> list[str]:
        """Return the revisions not yet applied, in words."""
        return migrate.pending(self._writing)

    @contextmanager
    def work(self) -> Generator[Work]:
        """Open one writing transaction: durable when the block ends, undone when it raises.

        Raise `TemporaryStoreError` or `PermanentStoreError` for what the database refuses.
        """
        with self._gate, self._transaction(self._writing) as work:
            yield work
            work.jobs.cause_wakes()
        if work.jobs.deferred:
            self._wake()

    @contextmanager
    def reading(self) -> Generator[Work]:
        """Open one transaction that sees one consistent state and can't write."""
        with self._transaction(self._reading) as work:
            yield work

    async def run(self, do: Callable[[Work], T], *, attempts: int = len(_BACKOFF) + 1) -> T:
        """Run `do` in a writing transaction off the event loop and return its value.

        A temporary error is tried again as a whole new transaction, so `do` has no effect
        outside the work and its keys make it idempotent (a lost commit may have happened).
        """
        return await self._retried(self._writers, lambda: self._in(self.work, do), attempts)

    async def read(self, do: Callable[[Work], T], *, attempts: int = len(_BACKOFF) + 1) -> T:
        """Run `do` in a reading transaction off the event loop and return its value."""
        return await self._retried(self._readers, lambda: self._in(self.reading, do), attempts)

    @contextmanager
    def on_deferred(self, wake: Callable[[], object]) -> Generator[None]:
        """Call `wake` (from any thread) whenever a committed work has deferred a job."""
        self._deferred.append(wake)
        try:
            yield
        finally:
            self._deferred.remove(wake)

    @contextmanager
    def serving(self) -> Generator[None]:
        """Hold the right to serve this database; raise `SecondServerError` when another does."""
        lock = self._file_lock() if self.dialect == "sqlite" else self._advisory_lock()
        with lock:
            yield

    def keep_serving(self) -> None:
        """Take the right to serve anew when its connection was lost, as by a restart of PostgreSQL.

        Raise `SecondServerError` when another process has taken it meanwhile.
        """
        if self.dialect == "sqlite":
            return  # a file's lock lasts as long as the process
        try:
            if self._right is not None:
                self._right.scalar(text("SELECT 1"))
                self._right.commit()
                return
        except DBAPIError:
            self._drop_right()
        try:
            self._right = self._taken_right()
        except DBAPIError as error:
            raise translate(error) from error

    def close(self) -> None:
        """Finish the running works and close all connections."""
        self._writers.shutdown()
        self._readers.shutdown()
        self._reading.dispose()
        self._writing.dispose()

    def _wake(self) -> None:
        for wake in tuple(self._deferred):
            wake()

    @contextmanager
    def _transaction(self, engine: Engine) -> Generator[Work]:
        try:
            with engine.begin() as connection:
                work = Work(connection)
                yield work
        except DBAPIError as error:
            raise translate(error) from error

    @staticmethod
    def _in(open_work: Callable[[], AbstractContextManager[Work]], do: Callable[[Work], T]) -> T:
        with open_work() as work:
            return do(work)

    async def _retried(self, pool: ThreadPoolExecutor, once: Callable[[], T], attempts: int) -> T:
        loop = asyncio.get_running_loop()
        for attempt in range(1, attempts):
            try:
                return await loop.run_in_executor(pool, once)
            except TemporaryStoreError:
                await self._sleep(_BACKOFF[min(attempt, len(_BACKOFF)) - 1])
        return await loop.run_in_executor(pool, once)

    @contextmanager
    def _file_lock(self) -> Generator[None]:
        path = Path(f"{self.url.database}.serving")
        with path.open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise SecondServerError(self._second()) from error
            yield

    @contextmanager
    def _advisory_lock(self) -> Generator[None]:
        self._right = self._taken_right()
        try:
            yield
        finally:
            self._drop_right()

    def _drop_right(self) -> None:
        right, self._right = self._right, None
        if right is not None:
            right.invalidate()
            right.close()

    def _taken_right(self) -> Connection:
        connection = self._writing.connect()
        taken = connection.scalar(text("SELECT pg_try_advisory_lock(:n)"), {"n": _SERVE_LOCK})
        connection.commit()
        if not taken:
            connection.close()
            raise SecondServerError(self._second())
        return connection

    def _second(self) -> str:
        shown = self.url.render_as_string(hide_password=True)
        return f"another process already serves {shown}: stop it, or use another database"
