"""Sending mail from the outbox: at least once, in order within a case, and marked after."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.crashpoints import reach
from bot.drawing import post_line
from bot.jobs import doubling
from bot.sealing import Seal, SealError
from bot.settings import SmtpSettings
from bot.store import Store
from bot.store.job_table import Job
from bot.store.outbox import OutboxItem
from bot.store.work import Work
from mail import courier
from mail.courier import Courier, Outcome

DELIVER_JOB = "mail.deliver"
"""The kind of job that sends what is due; it is a wake-up, the rows of the outbox are the work."""
LONGEST_TRYING = timedelta(days=5)
"""RFC 5321, section 4.5.4.1: give up after four to five days."""
BATCH = 100

SEALED = {"sealed": True}
"""The payload of a mail whose bytes are sealed."""

log = logging.getLogger(__name__)


def deliver_soon(work: Work, now: datetime) -> None:
    """Cause the outbox to be worked off once this work is durable."""
    work.jobs.wake(DELIVER_JOB, now)


def deliver_later(work: Work, at: datetime) -> None:
    """Cause the outbox to be worked off at the aware instant `at`."""
    key = f"{DELIVER_JOB}:{int(at.timestamp())}"
    work.jobs.defer(DELIVER_JOB, {}, at, key=key)


def is_sealed(item: OutboxItem) -> bool:
    """Tell whether a mail's bytes are sealed."""
    return bool((item.payload or {}).get("sealed"))


def smtp_settings(settings: SmtpSettings, connections: int = 4) -> courier.SmtpSettings:
    """Return the courier's settings for `[smtp]` of desk.toml."""
    return courier.SmtpSettings(
        host=settings.host,
        port=settings.port,
        security=settings.security,
        user=settings.user or "",
        password=settings.password or "",
        ca_file=str(settings.ca_file or ""),
        timeout=float(settings.timeout),
        connections=connections,
    )


class Postman:
    """Sends what is due; `senders` maps each mailbox to its address, used as the return path.

    `seal` opens mails that carry a secret: sealed at rest, and erased as soon as they are sent.
    """

    def __init__(
        self,
        store: Store,
        courier: Courier,
        clock: Clock,
        senders: dict[str, str],
        seal: Seal,
    ) -> None:
        self._store = store
        self._courier = courier
        self._clock = clock
        self._senders = senders
        self._seal = seal

    async def run(self, jobs: Sequence[Job]) -> None:
        """Send the mails that are due; the handler of `DELIVER_JOB`."""
        del jobs  # wake-ups: the outbox itself says what is to be done
        now = self._clock()
        items = await self._store.read(lambda work: work.outbox.due("mail", now, BATCH))
        outcomes = await asyncio.gather(*(self._send(item) for item in items))
        settled = list(zip(items, outcomes, strict=True))
        reach("after_250")
        await self._store.run(lambda work: self._settle(work, settled))

    async def _send(self, item: OutboxItem) -> Outcome:
        sender = "" if item.automatic else self._senders.get(item.mailbox or "", "")
        reach("before_data")
        if is_sealed(item) and item.raw is None:
            return Outcome("permanent", None, "the licence key was erased; it has to be sent anew")
        try:
            raw = self._seal.open(item.raw or b"") if is_sealed(item) else item.raw or b""
        except SealError as error:
            return Outcome("permanent", None, str(error))
        return await self._courier.send(sender, [item.recipient or ""], raw)

    def _settle(self, work: Work, settled: Sequence[tuple[OutboxItem, Outcome]]) -> None:
        now = self._clock()
        sent = [item for item, outcome in settled if outcome.kind == "sent"]
        work.outbox.sent_many([item.id for item in sent], now)
        work.outbox.erase([item.id for item in sent if is_sealed(item)])
        for item, outcome in settled:
            if outcome.kind != "sent":
                self._not_sent(work, item, outcome, now)
        following = work.outbox.next_due("mail")
        if following is not None:
            if following <= now:
                deliver_soon(work, now)
            else:
                deliver_later(work, following)

    def _not_sent(self, work: Work, item: OutboxItem, outcome: Outcome, now: datetime) -> None:
        error = f"{outcome.code} {outcome.text}" if outcome.code else outcome.text
        log.warning("outbox %d not sent (%s): %s", item.id, outcome.kind, outcome.code or "-")
        tired = now - item.created_at > LONGEST_TRYING
        if outcome.kind != "permanent" and not tired:
            work.outbox.postpone(item.id, error, now + doubling(item.attempts + 1))
            return
        work.outbox.fail(item.id, error)
        case = work.cases.get(item.case_number) if item.case_number else None
        if case is not None:
            text = f"メールを送信できませんでした（{error[:200]}）。送信トレイをご確認ください。"
            post_line(work, case, f"outbox:{item.id}", text, now)
