"""The one path of a message: taken in durably, read, decided, recorded; nothing leaves before."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256

from bot.crashpoints import reach
from bot.deciding import DECIDE_JOB
from bot.gather import Gatherer, Reading
from bot.house import House
from bot.intake import Arrival, request_in
from bot.quarantine import set_aside
from bot.reader import Reader, UnreadableError
from bot.record import Recorder
from bot.render import Rendered
from bot.settings import MailboxSettings
from bot.store.blobs import BlobDamagedError, BlobMissingError
from bot.store.causes import Cause
from bot.store.cursors import Cursor
from bot.store.errors import TemporaryStoreError
from bot.store.job_table import Job
from bot.store.messages import NewMessage, StoredMessage
from bot.store.work import Work
from mail.message import Message
from quotas.decide import decide
from quotas.decision import Decision
from quotas.request import Authentication, Verdict

PATIENT_JOB = "message.decide_patiently"
"""The same for a message that could not be read quickly, beside the others."""
MOST_ATTEMPTS = 3
FIRST_PAUSE = timedelta(seconds=5)

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Explained:
    """What would be done about a message, without any effect."""

    reading: Reading
    decision: Decision
    rendered: Rendered | None


@dataclass(frozen=True, slots=True)
class Unread:
    """A stored message that could not be read, with a cause of the closed list."""

    id: int
    cause: Cause
    detail: str


class MessageDesk:
    """Takes messages in, decides them and records what follows."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._turn_to_read, self._turn_to_record = asyncio.Lock(), asyncio.Lock()

    def take(self, arrivals: Sequence[Arrival], cursor: Cursor | None = None) -> list[int | None]:
        """Make messages durable, with the jobs to decide them and the mailbox's `cursor`.

        Returns each row's id, None for an arrival that was taken before. When this returns, the
        source may be told that the messages are received.
        """
        house = self._house
        hashes = house.blobs.put_many([arrival.raw for arrival in arrivals])
        now = house.clock()
        rows = [self._row(a, sha, now) for a, sha in zip(arrivals, hashes, strict=True)]
        with house.store.work() as work:
            ids = work.messages.add_many(rows)
            taken = [(id_, a) for id_, a in zip(ids, arrivals, strict=True) if id_ is not None]
            for id_, arrival in taken:
                if arrival.withheld is not None:
                    set_aside(work, id_, Cause.WITHHELD, arrival.withheld, now)
            fresh = [{"message": i} for i, a in taken if not (a.archived or a.withheld)]
            work.jobs.defer_many(DECIDE_JOB, fresh, now)
            if cursor is not None:
                work.cursors.set(cursor, now)
        reach("stored")
        return ids

    def _row(self, arrival: Arrival, sha256: str, now: datetime) -> NewMessage:
        box = self._box(arrival.mailbox)
        verified = arrival.verified
        return NewMessage(
            source_key=arrival.source_key,
            mailbox=box.name,
            channel=box.channel,
            received_at=arrival.received_at,
            stored_at=now,
            sha256=sha256,
            size=len(arrival.raw),
            uidvalidity=arrival.uidvalidity,
            uid=arrival.uid,
            envelope_from=arrival.envelope_from,
            archived=arrival.archived,
            verified={"verdict": verified.verdict, "detail": verified.detail} if verified else None,
        )

    async def run(self, jobs: Sequence[Job]) -> None:
        """Decide the messages of `jobs`, all in one transaction; the handler of `DECIDE_JOB`.

        One that can't be read quickly is handed to `PATIENT_JOB`, so that the next is not held up.
        While a batch is recorded the next may be read, but they are recorded in their order.
        """
        async with self._turn_to_read:
            read = await self._read_stored(jobs, self._house.reader)
            await self._turn_to_record.acquire()
        slow = [r.id for r in read if isinstance(r, Unread) and r.cause is Cause.PARSE_TIMEOUT]
        try:
            await self._record(read, slow)
        finally:
            self._turn_to_record.release()

    async def run_patiently(self, jobs: Sequence[Job]) -> None:
        """Decide messages that take long to read; the handler of `PATIENT_JOB`."""
        await self._record(await self._read_stored(jobs, self._house.patient), [])

    async def _read_stored(self, jobs: Sequence[Job], reader: Reader) -> list[Reading | Unread]:
        wanted = [int(job.args["message"]) for job in jobs]
        stored = await self._house.store.read(lambda work: work.messages.get_many(wanted))
        return await asyncio.to_thread(self._read_all, list(stored.values()), reader)

    async def _record(self, read: Sequence[Reading | Unread], slow: Sequence[int]) -> None:
        """Decide and record what was read, and cause the jobs for those that are `slow`."""

        def record(work: Work) -> None:
            self._decide_all(work, [r for r in read if r.id not in slow])
            later = [{"message": message} for message in slow]
            work.jobs.defer_many(PATIENT_JOB, later, self._house.clock())

        reach("before_decide")
        await self._house.store.run(record)
        reach("decided")

    def decide_now(self, wanted: Sequence[int]) -> list[Decision]:
        """Decide stored messages here and now; return the decisions of those that were open."""
        with self._house.store.reading() as work:
            stored = work.messages.get_many(wanted)
        found = [stored[id_] for id_ in wanted if id_ in stored]
        read = self._read_all(found, self._house.patient)
        with self._house.store.work() as work:
            return self._decide_all(work, read)

    def explain(self, raw: bytes, box: MailboxSettings, at: datetime) -> Explained:
        """Tell what would be decided about `raw` arriving in `box` at `at`; nothing is written.

        Raises `UnreadableError` when the message can't be parsed.
        """
        digest = sha256(raw).hexdigest()
        reading = replace(
            self._reading(self._parse(raw, self._house.patient), box, at), sha256=digest
        )
        with self._house.store.reading() as work:
            gatherer = Gatherer(work, [reading], self._house.desk, self._text_of, as_of=at)
            decision = decide(reading.request, gatherer.facts(reading))
        rendered = None
        if decision.reply is not None:
            rendered = self._house.office.draw(
                decision.reply, reading.programme, box, decision.case_number, at
            )
        return Explained(reading, decision, rendered)

    def _read_all(self, stored: Sequence[StoredMessage], reader: Reader) -> list[Reading | Unread]:
        return [self._read(message, reader) for message in stored]

    def _read(self, stored: StoredMessage, reader: Reader) -> Reading | Unread:
        """Read one message; whatever its bytes do, the next one is read."""
        try:
            return self._whole(stored, reader)
        except UnreadableError as error:
            return Unread(stored.id, error.cause, str(error))
        except (BlobMissingError, BlobDamagedError) as error:
            return Unread(stored.id, Cause.RAW_DAMAGED, str(error))
        except OSError:
            raise  # of this machine, not of the message: the job comes again
        except Exception as error:  # noqa: BLE001 - poison must not block the next message
            return Unread(stored.id, Cause.PROCESSING_FAILED, _told(error))

    def _whole(self, stored: StoredMessage, reader: Reader) -> Reading:
        box = self._box(stored.mailbox)
        message = self._parse(self._house.blobs.get(stored.sha256), reader)
        given = stored.verified
        verified = Authentication(Verdict(given["verdict"]), given["detail"]) if given else None
        # A mail server's clock that runs ahead must not put a message into a day to come.
        at = min(stored.received_at, stored.stored_at)
        at = at.astimezone(self._house.settings.desk.timezone)
        reading = self._reading(message, box, at, verified)
        return replace(reading, id=stored.id, sha256=stored.sha256)

    def _parse(self, raw: bytes, reader: Reader) -> Message:
        message = reader.read(raw)
        if message.over_limit is not None:
            raise UnreadableError(Cause.OVER_LIMIT, message.over_limit)
        return message

    def _reading(
        self,
        message: Message,
        box: MailboxSettings,
        at: datetime,
        verified: Authentication | None = None,
    ) -> Reading:
        programme = self._house.programme_of(box)
        return Reading(
            message=message,
            request=request_in(message, box, programme, at, verified),
            box=box,
            programme=programme,
            calendar=self._house.calendars[programme.id],
        )

    def _decide_all(self, work: Work, read: Sequence[Reading | Unread]) -> list[Decision]:
        """Decide what is still open; each in a savepoint, so that one can't harm the others."""
        open_ids = {m.id for m in work.messages.lock_unfinished([r.id for r in read if r.id])}
        todo = [r for r in read if r.id in open_ids]
        now = self._house.clock()
        for unread in (r for r in todo if isinstance(r, Unread)):
            set_aside(work, unread.id, unread.cause, unread.detail, now)
        readings = [r for r in todo if isinstance(r, Reading)]
        gatherer = Gatherer(work, readings, self._house.desk, self._text_of)
        recorder = Recorder(work, self._house.office, now)
        decided = [self._decide_one(work, r, gatherer, recorder) for r in readings]
        return [decision for decision in decided if decision is not None]

    def _decide_one(
        self, work: Work, reading: Reading, gatherer: Gatherer, recorder: Recorder
    ) -> Decision | None:
        """Decide and record one message; a fault is counted, and the last one quarantines it."""
        try:
            with work.savepoint():
                decision = decide(reading.request, gatherer.facts(reading))
                recorded = recorder.record(reading, decision)
        except TemporaryStoreError:
            raise
        except Exception as error:  # noqa: BLE001 - poison must not block the next message
            self._failed(work, reading, error)
            return None
        gatherer.recorded(reading, recorded.entry, recorded.replied_to)
        return replace(decision, case_number=recorded.case_number)

    def _failed(self, work: Work, reading: Reading, error: Exception) -> None:
        message = reading.id or 0
        now = self._house.clock()
        log.error("message %d could not be handled: %s", message, type(error).__name__)
        log.debug("the fault", exc_info=error)
        attempts = work.messages.attempt(message)
        if attempts >= MOST_ATTEMPTS:
            set_aside(work, message, Cause.PROCESSING_FAILED, _told(error), now)
            return
        again = now + FIRST_PAUSE * attempts
        work.jobs.defer(DECIDE_JOB, {"message": message}, again)

    def _text_of(self, stored: StoredMessage) -> str:
        return self._parse(self._house.blobs.get(stored.sha256), self._house.patient).text

    def _box(self, name: str) -> MailboxSettings:
        box = self._house.settings.mailbox(name)
        if box is None:
            missing = f"there is no mailbox {name!r} in desk.toml"
            raise UnreadableError(Cause.MAILBOX_UNKNOWN, missing)
        return box


def _told(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
