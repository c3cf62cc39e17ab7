"""Gathering facts: everything `decide` needs about a batch of messages, in few statements."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.settings import MailboxSettings
from bot.store.messages import StoredMessage
from bot.store.work import Work
from mail.message import Message
from mail.reference import find_case_references, resembles_message_id, verify_message_id
from quotas.calendar import BusinessCalendar
from quotas.contract import Contract
from quotas.facts import Awaited, CaseFacts, Facts, Sent, Waiting
from quotas.ledger import LedgerEntry
from quotas.programme import Programme
from quotas.request import Request

TextOf = Callable[[StoredMessage], str]


@dataclass(frozen=True, slots=True)
class Reading:
    """One message as read, and what it asks.

    `id` is its row (None where nothing is stored), `sha256` the hash of its raw bytes.
    """

    message: Message
    request: Request
    box: MailboxSettings
    programme: Programme
    calendar: BusinessCalendar
    id: int | None = None
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Desk:
    """What holds for every message of this desk: its key, addresses and limit."""

    key: bytes
    addresses: frozenset[str]
    replies_per_day: int


@dataclass(frozen=True, slots=True)
class Thread:
    """Where a message says it belongs: a case and a waiting message, or a forged reference."""

    case: str | None
    waiting: StoredMessage | None
    forged: str | None


class Gatherer:
    """The facts of a batch inside one unit of work, kept current while the batch is decided.

    A live desk counts under the contracts' locks; with `as_of`, an instant, it is only looked at
    what was known then. `text_of` reads the text of a message stored before.
    """

    def __init__(
        self,
        work: Work,
        readings: Sequence[Reading],
        desk: Desk,
        text_of: TextOf,
        as_of: datetime | None = None,
    ) -> None:
        self._work = work
        self._desk = desk
        self._text_of = text_of
        self._threads = {id(r): self._thread(r) for r in readings}
        numbers = self._numbers(readings)
        find = work.contracts.lock_many if as_of is None else work.contracts.find_many
        self._contracts: Mapping[str, Contract] = find(numbers) if numbers else {}
        entries = work.ledger.entries_of(self._contracts) if self._contracts else ()
        self._ledger: list[LedgerEntry] = list(entries)
        prints = {r.message.fingerprint for r in readings}
        self._seen = dict(work.messages.find_duplicates(prints, as_of))
        self._archived = work.messages.find_archived({r.sha256 for r in readings})
        self._as_of = as_of
        self._opened = work.cases.opened_by(r.id for r in readings if r.id is not None)
        senders = {r.request.sender for r in readings if r.request.sender}
        self._bounced = work.outbox.bounced_to(senders)
        self._replies = self._recent_replies(readings)

    def facts(self, reading: Reading) -> Facts:
        """Return what is known about one message."""
        request, thread = reading.request, self._threads[id(reading)]
        case = self._case(thread.case) if thread.case else None
        numbers = {n.number for n in request.numbers}
        if case is not None and case.support_number is not None:
            numbers.add(case.support_number)
        return Facts(
            programme=reading.programme,
            calendar=reading.calendar,
            contracts={n: c for n in numbers if (c := self._contract(n, reading)) is not None},
            ledger=tuple(
                e
                for e in self._ledger
                if e.support_number in numbers
                and (self._as_of is None or e.on <= self._as_of.date())
            ),
            case=case,
            waiting=self._waiting(thread.waiting),
            sent=self._sent(reading, thread.case),
            duplicate_of=self._duplicate(reading),
            forged_reference=thread.forged,
            own_addresses=self._desk.addresses,
            limit_per_day=self._desk.replies_per_day,
            opened=self._opened.get(reading.id or 0),
        )

    def recorded(self, reading: Reading, entry: LedgerEntry | None, replied_to: str | None) -> None:
        """Keep the facts current: this message was recorded, with what it caused."""
        if reading.id is not None:
            self._seen.setdefault(reading.message.fingerprint, reading.id)
        if entry is not None:
            self._ledger.append(entry)
        if replied_to is not None:
            folded = replied_to.casefold()
            self._replies[folded] = self._replies.get(folded, 0) + 1

    def _contract(self, number: str, reading: Reading) -> Contract | None:
        contract = self._contracts.get(number)
        return contract if contract and contract.programme == reading.programme.id else None

    def _numbers(self, readings: Iterable[Reading]) -> set[str]:
        seen = {n.number for r in readings for n in r.request.numbers}
        named = {t.case for t in self._threads.values() if t.case is not None}
        cases = self._work.cases.get_many(named) if named else {}
        return seen | {c.support_number for c in cases.values() if c.support_number is not None}

    def _thread(self, reading: Reading) -> Thread:
        """Find where the message belongs by its references and the tag in its subject."""
        message = reading.message
        if message.automatic or message.bounce:
            return Thread(None, None, None)
        ours = [*message.in_reply_to, *message.references]
        tags = find_case_references(message.subject, self._desk.key)
        case = tags.valid[0] if tags.valid else None
        if case is None and ours:
            case = self._work.cases.of_thread(ours)
        if case is not None:
            case = self._work.cases.standing(case)
        waiting = None
        if ours and message.from_address:
            waiting = self._work.messages.waiting_in_thread(message.from_address, ours)
        forged = tags.forged[0] if tags.forged else self._forged_id(ours)
        return Thread(case, waiting, forged)

    def _forged_id(self, references: Iterable[str]) -> str | None:
        """Return a reference with the shape of the desk's Message-IDs whose hash is wrong."""
        key = self._desk.key
        shaped = (r for r in references if resembles_message_id(r))
        return next((r for r in shaped if not verify_message_id(r, key)), None)

    def _case(self, number: str) -> CaseFacts | None:
        case = self._work.cases.get(number)
        if case is None:
            return None
        contract = self._contracts.get(case.support_number or "")
        known = contract.contacts if contract else ()
        addresses = {c.email.casefold() for c in known if c.email}
        if case.contact:
            addresses.add(case.contact.casefold())
        return CaseFacts(
            number=case.number,
            support_number=case.support_number,
            contacts=frozenset(addresses),
            state=case.state,
            category=case.category,
            notes_outside_hours_sent="follow_up" in self._work.outbox.templates_in(number),
        )

    def _waiting(self, stored: StoredMessage | None) -> Waiting | None:
        if stored is None:
            return None
        return Waiting(
            message_id=stored.id,
            awaits=Awaited(stored.awaits or Awaited.NUMBER),
            received_at=stored.received_at,
            subject=stored.subject or "",
            text=self._text_of(stored),
            case_number=stored.case_number,
        )

    def _recent_replies(self, readings: Sequence[Reading]) -> dict[str, int]:
        senders = {r.request.sender for r in readings if r.request.sender}
        if not senders:
            return {}
        midnight = min(
            r.request.received_at.replace(hour=0, minute=0, second=0, microsecond=0)
            for r in readings
        )
        return dict(self._work.outbox.automatic_to(senders, midnight))

    def _sent(self, reading: Reading, case: str | None) -> Sent:
        sender, message = reading.request.sender, reading.message
        ours = [*message.in_reply_to, *message.references]
        outbox = self._work.outbox
        in_case = outbox.templates_in(case) if case else frozenset[str]()
        in_thread = outbox.templates_under(ours) if ours else frozenset[str]()
        return Sent(
            today=self._replies.get(sender.casefold(), 0),
            templates_in_case=in_case | in_thread,
            stopped_by_bounce=sender.casefold() in self._bounced,
        )

    def _duplicate(self, reading: Reading) -> int | None:
        first = self._seen.get(reading.message.fingerprint)
        if first is None or first == reading.id:
            first = self._archived.get(reading.sha256)
        return first
