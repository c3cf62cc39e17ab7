"""Cases 案件: opened once, numbered without gaps, changed under an optimistic lock."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, exists, func, insert, or_, select, update

from bot.store.rows import insert_or
from bot.store.tables import cases, contracts, counters, messages, notes, outbox


@dataclass(frozen=True, slots=True)
class NewCase:
    """A case to be opened by message `opened_by`; `opened_at` aware in the desk's timezone."""

    programme: str
    channel: str
    mailbox: str
    subject: str
    queue: str
    opened_at: datetime
    opened_by: int | None = None
    support_number: str | None = None
    contact: str | None = None
    contact_name: str | None = None
    category: str | None = None
    item: str | None = None
    due_at: datetime | None = None
    priority: int = 0
    question: str | None = None
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A case as it stands; `version` grows with every change, `state` is one of `CASE_STATES`.

    `card_channel`, `card_ts` and `card_version` tell where its Slack card is and which version
    it shows. `merged_into` is the case that goes on in its place.
    """

    number: str
    programme: str
    channel: str
    mailbox: str
    support_number: str | None
    contact: str | None
    contact_name: str | None
    subject: str
    category: str | None
    item: str | None
    queue: str
    state: str
    assignee: str | None
    version: int
    priority: int
    due_at: datetime | None
    question: str | None
    marks: tuple[str, ...]
    opened_at: datetime
    opened_by: int | None
    changed_at: datetime
    resolved_at: datetime | None
    snoozed_until: datetime | None
    card_channel: str | None
    card_ts: str | None
    card_version: int | None
    merged_into: str | None = None


_COLUMNS = tuple(cases.c[field.name] for field in fields(Case))
_BY_URGENCY = (cases.c.priority.desc(), cases.c.due_at.is_(None), cases.c.due_at, cases.c.number)


class Cases:
    """The cases inside one unit of work."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def open(self, case: NewCase) -> str:
        """Open a case and return its number, ``C2026-000123``: counted by year, without gaps.

        The counter is held until the work ends, so open cases late in a work.
        """
        year = case.opened_at.year
        number = f"C{year}-{self._next(f'case-{year}'):06d}"
        values = {field.name: getattr(case, field.name) for field in fields(NewCase)}
        values |= {"number": number, "changed_at": case.opened_at}
        self._connection.execute(insert(cases), values)
        return number

    def get(self, number: str) -> Case | None:
        """Return a case, or ``None``."""
        return self.get_many([number]).get(number)

    def get_many(self, numbers: Iterable[str]) -> dict[str, Case]:
        """Return cases by number, in one statement."""
        query = select(*_COLUMNS).where(cases.c.number.in_(list(numbers)))
        return {row.number: Case(*row) for row in self._connection.execute(query)}

    def standing(self, number: str) -> str:
        """Return the case that goes on for `number`: itself, or the one it was merged into."""
        query = select(cases.c.merged_into).where(cases.c.number == number)
        while (into := self._connection.execute(query).scalar_one_or_none()) is not None:
            number = into
            query = select(cases.c.merged_into).where(cases.c.number == number)
        return number

    def opened_by(self, wanted: Iterable[int]) -> dict[int, str]:
        """Return, for those of the messages `wanted` that opened a case, its number."""
        query = select(cases.c.opened_by, cases.c.number).where(cases.c.opened_by.in_(list(wanted)))
        return dict(self._connection.execute(query).all())

    def lock(self, number: str) -> Case | None:
        """Lock a case until the work ends and return it, or ``None``."""
        query = select(*_COLUMNS).where(cases.c.number == number).with_for_update()
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Case(*row)

    def change(self, number: str, version: int, at: datetime, **values: Any) -> Case | None:
        """Change columns of a case that still is at `version`; return it as it then stands.

        Return ``None`` when somebody changed it in between: nothing is written.
        """
        statement = (
            update(cases)
            .where(cases.c.number == number, cases.c.version == version)
            .values(**values, version=version + 1, changed_at=at)
            .returning(*_COLUMNS)
        )
        row = self._connection.execute(statement).one_or_none()
        return None if row is None else Case(*row)

    def claim(self, number: str, operator: str, version: int, at: datetime) -> Case | None:
        """担当する: make `operator` the assignee of a case still at `version`."""
        return self.change(number, version, at, assignee=operator, state="claimed")

    def resolve(self, number: str, version: int, at: datetime) -> Case | None:
        """解決: resolve a case still at `version`."""
        return self.change(number, version, at, state="resolved", resolved_at=at)

    def reopen(self, number: str, at: datetime) -> Case | None:
        """Bring a case back to work because its customer wrote; one at work stays as it is."""
        case = self.lock(number)
        if case is None or case.state in {"open", "claimed", "approval"}:
            return case
        state = "claimed" if case.assignee else "open"
        return self.change(
            number, case.version, at, state=state, resolved_at=None, snoozed_until=None
        )

    def card_drawn(self, number: str, channel: str, ts: str, version: int) -> None:
        """Remember where the card of a case stands in Slack and which version it shows."""
        self._connection.execute(
            update(cases)
            .where(cases.c.number == number)
            .values(card_channel=channel, card_ts=ts, card_version=version)
        )

    def with_card(self, limit: int) -> list[tuple[str, str]]:
        """Return channel and ts of the cards of the cases changed last that are not ended."""
        query = (
            select(cases.c.card_channel, cases.c.card_ts)
            .where(cases.c.card_ts.is_not(None), cases.c.resolved_at.is_(None))
            .order_by(cases.c.changed_at.desc())
            .limit(limit)
        )
        return [(channel, ts) for channel, ts in self._connection.execute(query)]

    def of_card(self, channel: str, ts: str) -> Case | None:
        """Return the case whose Slack card stands there."""
        query = select(*_COLUMNS).where(cases.c.card_channel == channel, cases.c.card_ts == ts)
        row = self._connection.execute(query).one_or_none()
        return None if row is None else Case(*row)

    def of_thread(self, references: Iterable[str]) -> str | None:
        """Return the case in which one of `references` was sent or received, the newest first.

        `references` are Message-IDs with angle brackets.
        """
        named = list(references)
        sent = select(outbox.c.case_number, outbox.c.created_at.label("at")).where(
            outbox.c.message_id.in_(named), outbox.c.case_number.is_not(None)
        )
        got = select(messages.c.case_number, messages.c.stored_at.label("at")).where(
            messages.c.message_id.in_(named), messages.c.case_number.is_not(None)
        )
        both = sent.union_all(got).subquery()
        query = select(both.c.case_number).order_by(both.c.at.desc()).limit(1)
        return self._connection.execute(query).scalar_one_or_none()

    def listed(
        self, *, state: str | None = None, queue: str | None = None, limit: int = 1000
    ) -> list[Case]:
        """Return cases by state and queue: by priority, then those due first at the top."""
        query = select(*_COLUMNS).order_by(*_BY_URGENCY)
        if state is not None:
            query = query.where(cases.c.state == state)
        if queue is not None:
            query = query.where(cases.c.queue == queue)
        return [Case(*row) for row in self._connection.execute(query.limit(limit))]

    def of_assignee(self, operator: str, limit: int = 200) -> list[Case]:
        """Return an operator's cases that are not ended, by priority and due time."""
        query = (
            select(*_COLUMNS)
            .where(cases.c.assignee == operator, cases.c.resolved_at.is_(None))
            .order_by(*_BY_URGENCY)
        )
        return [Case(*row) for row in self._connection.execute(query.limit(limit))]

    def search(self, words: str, limit: int = 20) -> list[Case]:
        """Return cases that hold every one of `words`, the newest first.

        Looked at are number, support number, customer, contact, subject, what customers wrote
        (its head) and the notes, without case.
        """
        looked = (
            cases.c.number,
            cases.c.support_number,
            contracts.c.customer,
            cases.c.contact,
            cases.c.contact_name,
            cases.c.subject,
        )
        query = select(*_COLUMNS).outerjoin(
            contracts, contracts.c.support_number == cases.c.support_number
        )
        for word in words.split():
            in_fields = (c.icontains(word, autoescape=True) for c in looked)
            query = query.where(or_(*in_fields, *_written_in_case(word)))
        query = query.order_by(cases.c.opened_at.desc(), cases.c.number.desc()).limit(limit)
        return [Case(*row) for row in self._connection.execute(query)]

    def of_contract(self, support_number: str) -> list[Case]:
        """Return the cases of a contract, newest first."""
        query = (
            select(*_COLUMNS)
            .where(cases.c.support_number == support_number)
            .order_by(cases.c.number.desc())
        )
        return [Case(*row) for row in self._connection.execute(query)]

    def counts(self) -> dict[str, int]:
        """Return how many cases stand in each state."""
        query = select(cases.c.state, func.count()).group_by(cases.c.state)
        return dict(self._connection.execute(query).all())

    def _next(self, counter: str) -> int:
        statement = (
            insert_or(self._connection, counters)
            .values(name=counter, value=1)
            .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
            .returning(counters.c.value)
        )
        return int(self._connection.execute(statement).scalar_one())


def _written_in_case(word: str) -> tuple[ColumnElement[bool], ...]:
    """Tell of a case that a message in it or a note about it holds `word`."""
    return tuple(
        exists().where(
            table.c.case_number == cases.c.number, column.icontains(word, autoescape=True)
        )
        for table, column in ((messages, messages.c.excerpt), (notes, notes.c.text))
    )
