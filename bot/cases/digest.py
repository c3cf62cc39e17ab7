"""The morning digest: on every business day, what waits in the queues of each channel."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import partial

from bot.cases.overview import Programmes
from bot.cases.states import AT_WORK, CaseState
from bot.clock import Clock
from bot.drawing import post_digest
from bot.jobs import Handler, Periodic
from bot.store import Store
from bot.store.cases import Case
from bot.store.job_table import Job
from bot.store.work import Work
from quotas.calendar import BusinessCalendar
from quotas.contract import Contract
from quotas.counting import balance_on, terms_in
from quotas.ledger import Balance, LedgerEntry
from quotas.programme import QuotaTerms

DIGEST_JOB = "cases.digest"
"""The kind of job that asks for the digests; it comes round every minute."""
EVERY = Periodic(DIGEST_JOB, timedelta(minutes=1))
NEAR = 80
"""Percent of a limit from which a count is near it."""
HERE = (CaseState.OPEN, CaseState.CLAIMED, CaseState.APPROVAL)

IsOpen = Callable[[date], bool]


@dataclass(frozen=True, slots=True)
class NearLimit:
    """A count that is near its limit, or beyond."""

    contract: Contract
    terms: QuotaTerms
    balance: Balance


@dataclass(frozen=True, slots=True)
class Digest:
    """What waits, each list by urgency: open (also in hand), overdue, waiting, ending today."""

    at_work: tuple[Case, ...]
    overdue: tuple[Case, ...]
    waiting: tuple[Case, ...]
    ending: tuple[Case, ...]
    near: tuple[NearLimit, ...]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all waits."""
        return not (self.at_work or self.overdue or self.waiting or self.ending or self.near)


def queues_of(channel: str, queues: Mapping[str, str]) -> Callable[[str], bool]:
    """Return the test whether a queue goes to `channel`, as `[slack] queues` says."""
    default = queues.get("default")
    return lambda queue: queues.get(queue, default) == channel


def digest(
    work: Work, ours: Callable[[str], bool], programmes: Programmes, now: datetime
) -> Digest:
    """Return what waits at the aware local time `now` in the queues that `ours` holds for."""
    cases = [
        case
        for state in sorted(AT_WORK | {CaseState.APPROVAL})
        for case in work.cases.listed(state=state)
        if ours(case.queue)
    ]
    here = [c for c in cases if c.state in HERE]
    late = tuple(c for c in here if c.due_at is not None and c.due_at <= now)
    tomorrow = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Digest(
        at_work=tuple(sorted((c for c in here if c not in late), key=_urgency)),
        overdue=tuple(sorted(late, key=_urgency)),
        waiting=tuple(c for c in cases if c.state == CaseState.WAITING),
        ending=tuple(
            c for c in cases if c.snoozed_until is not None and c.snoozed_until < tomorrow
        ),
        near=tuple(_near(work, ours, programmes, now.date())),
    )


def _urgency(case: Case) -> tuple[int, bool, float, str]:
    due = case.due_at.timestamp() if case.due_at else 0.0
    return (-case.priority, case.due_at is None, due, case.number)


def _near(
    work: Work, ours: Callable[[str], bool], programmes: Programmes, today: date
) -> Iterable[NearLimit]:
    for number, entries in work.ledger.by_contract():
        contract = work.contracts.find(number)
        programme = programmes.get(contract.programme) if contract else None
        if contract is None or programme is None:
            continue
        if ours(programme.category(programme.default_category, today).queue):
            yield from _counts_near(contract, programmes, entries, today)


def _counts_near(
    contract: Contract, programmes: Programmes, entries: Sequence[LedgerEntry], today: date
) -> Iterable[NearLimit]:
    programme = programmes[contract.programme]
    for quota in programme.quotas:
        balance = balance_on(contract, programme, quota, entries, today)
        if balance is None or not balance.limit:
            continue
        if (balance.used + balance.reserved) * 100 >= NEAR * balance.limit:
            yield NearLimit(contract, terms_in(programme, quota, balance.year), balance)


def ask_for_digests(
    work: Work, queues: Mapping[str, str], is_open: IsOpen, at: time, now: datetime
) -> None:
    """Ask for the digest of each channel once a business day, from the local time `at` on."""
    if now.timetz().replace(tzinfo=None) < at or not is_open(now.date()):
        return
    for channel in sorted(set(queues.values())):
        post_digest(work, channel, now)


def open_on(calendars: Iterable[BusinessCalendar]) -> IsOpen:
    """Return the test whether any of `calendars` has hours on a day."""
    known = tuple(calendars)
    return lambda day: any(calendar.is_business_day(day) for calendar in known)


def handlers(
    store: Store, clock: Clock, queues: Mapping[str, str], is_open: IsOpen, at: time
) -> Mapping[str, Handler]:
    """Return the job that asks for digests, for the runner, which has `EVERY` in its rounds."""

    async def run(jobs: Sequence[Job]) -> None:
        del jobs  # one look at the clock does for all
        now = clock()
        ask = partial(ask_for_digests, queues=queues, is_open=is_open, at=at, now=now)
        await store.run(ask)

    return {DIGEST_JOB: Handler(run, batch=10)}
