"""One unit of work: everything a transaction can do, on one connection."""

from collections.abc import Generator
from contextlib import contextmanager
from functools import cached_property

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from bot.store.audit import AuditTrail
from bot.store.cases import Cases
from bot.store.clock_mark import ClockMark
from bot.store.contracts import Contracts
from bot.store.cursors import Cursors
from bot.store.errors import translate
from bot.store.guesses import Guesses
from bot.store.incidents import Incidents
from bot.store.job_table import JobTable
from bot.store.ledger import Ledger
from bot.store.marks import Marks
from bot.store.messages import Messages
from bot.store.notes import Notes
from bot.store.outbox import Outbox
from bot.store.sessions import Sessions
from bot.store.slack_inbox import SlackInbox
from bot.store.users import Users


class Work:
    """One transaction; all of it becomes durable together or none of it.

    `connection` is the SQLAlchemy connection it runs on. Made by `Store.work` and
    `Store.reading`, used by one thread, never kept after its transaction.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    @cached_property
    def messages(self) -> Messages:
        """The messages received."""
        return Messages(self.connection)

    @cached_property
    def contracts(self) -> Contracts:
        """The registers of contracts."""
        return Contracts(self.connection)

    @cached_property
    def ledger(self) -> Ledger:
        """The append-only ledger."""
        return Ledger(self.connection)

    @cached_property
    def cases(self) -> Cases:
        """The cases."""
        return Cases(self.connection)

    @cached_property
    def outbox(self) -> Outbox:
        """What waits to be sent, and what was."""
        return Outbox(self.connection)

    @cached_property
    def audit(self) -> AuditTrail:
        """The append-only record of who did what."""
        return AuditTrail(self.connection)

    @cached_property
    def cursors(self) -> Cursors:
        """How far each mailbox has been read."""
        return Cursors(self.connection)

    @cached_property
    def notes(self) -> Notes:
        """What was written about cases."""
        return Notes(self.connection)

    @cached_property
    def slack_inbox(self) -> SlackInbox:
        """Events taken in from Slack."""
        return SlackInbox(self.connection)

    @cached_property
    def jobs(self) -> JobTable:
        """Jobs caused by this transaction."""
        return JobTable(self.connection)

    @cached_property
    def clock_mark(self) -> ClockMark:
        """The time as the desk last saw it."""
        return ClockMark(self.connection)

    @cached_property
    def marks(self) -> Marks:
        """When things last happened."""
        return Marks(self.connection)

    @cached_property
    def users(self) -> Users:
        """The people who sign in to the web."""
        return Users(self.connection)

    @cached_property
    def sessions(self) -> Sessions:
        """Their sessions."""
        return Sessions(self.connection)

    @cached_property
    def guesses(self) -> Guesses:
        """Failed guesses at secrets."""
        return Guesses(self.connection)

    @cached_property
    def incidents(self) -> Incidents:
        """Alarms that are on, and were."""
        return Incidents(self.connection)

    @contextmanager
    def savepoint(self) -> Generator[None]:
        """Undo only what happens inside when it raises; raise the store's errors."""
        try:
            with self.connection.begin_nested():
                yield
        except DBAPIError as error:
            raise translate(error) from error
