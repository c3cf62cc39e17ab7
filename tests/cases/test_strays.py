"""Strays: contacts registered from a case, senders vouched for by hand, cases merged."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from bot.cases import commands, merging, registering, vouching
from bot.cases.outcome import Actor, Conflict, Done, Refused, Seen
from bot.store import Store
from quotas.contract import Contract
from quotas.ledger import Kind, LedgerEntry
from tests.bot.houses import MONDAY, REISSUE, Hands, Post, mail, open_desk, write_settings
from tests.cases.rooms import HANAKO, MEMBER, NOW, SATO, TARO, case_of, letters, member, now_of

DAX = "DX-9999-0001"
YEAR = (date(2026, 6, 1), date(2027, 6, 1))


def _dax(store: Store, *contacts: tuple[str, date | None, date | None]) -> Contract:
    """Register a contract whose programme allows two contacts at a time."""
    people = tuple(
        replace(SATO, name=name, email=f"{name}@c.example", since=since, last=last)
        for name, since, last in contacts
    )
    contract = member(store, *people, number=DAX)
    with store.work() as work:
        work.contracts.put([replace(contract, programme="desknets-dax")], NOW)
    return contract


def _register(store: Store, since: date | None, last: date | None, **more: str) -> object:
    case = case_of(store, DAX)
    person = registering.Person(
        more.get("name", "新任"), more.get("email", "new@c.example"), since, last
    )
    programmes = letters().programmes
    with store.work() as work:
        seen = Seen(case.number, case.version)
        return registering.register(work, programmes, seen, person, HANAKO)


END = date(2026, 12, 31)


@pytest.mark.parametrize(
    ("since", "last", "allowed"),
    [
        (END, None, False),
        (END + timedelta(days=1), None, True),
        (None, None, False),
        (date(2026, 4, 1), date(2026, 6, 30), True),
        (date(2026, 4, 1), date(2026, 7, 1), False),
    ],
)
def test_never_more_contacts_than_the_programme_allows_on_any_day(
    store: Store, since: date | None, last: date | None, *, allowed: bool
) -> None:
    """Two are registered from July to the end of the year: the day before and after are free."""
    _dax(store, ("a", None, None), ("b", date(2026, 7, 1), END))
    outcome = _register(store, since, last)
    assert isinstance(outcome, Done) == allowed
    if isinstance(outcome, Refused):
        assert outcome.field == "since"
    with store.reading() as work:
        contract = work.contracts.find(DAX)
    assert contract is not None
    assert len(contract.contacts) == (3 if allowed else 2)


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "  "}, "name"),
        ({"email": "sato.example"}, "email"),
        ({"email": "A@C.example"}, "email"),
        ({"last": "2026-01-01"}, "last"),
    ],
)
def test_each_mistake_is_told_at_its_field(store: Store, more: dict[str, str], field: str) -> None:
    """No name, no address, one registered already, an end before the beginning."""
    _dax(store, ("a", None, None))
    day = more.get("last")
    said = {name: value for name, value in more.items() if name != "last"}
    outcome = _register(store, date(2026, 8, 1), date.fromisoformat(day) if day else None, **said)
    assert isinstance(outcome, Refused)
    assert outcome.field == field


def test_a_registered_contact_is_audited_without_the_name(store: Store) -> None:
    """Who did it and when; the name is the register's."""
    _dax(store, ("a", None, None))
    assert isinstance(_register(store, None, None), Done)
    with store.reading() as work:
        (event,) = [e for e in work.audit.of_contract(DAX) if e.action == "contact_registered"]
    assert event.actor == HANAKO.id
    assert "新任" not in str(event)


def test_a_vouched_mail_is_decided_as_if_authenticated(database_url: str, tmp_path: Path) -> None:
    """The same path, the same case: reserved once, answered, and drawn anew."""
    house = open_desk(write_settings(tmp_path, database_url), Hands())
    try:
        post = Post(house)
        text = f"DX-1024-7731\n\n{REISSUE}"
        (message,) = post.take(mail(text, authentic=False))
        (refused,) = post.desk.decide_now([message])
        assert refused.reason == "sender_unauthenticated"
        number = refused.case_number or ""
        actor = Actor("slack:U0HANAKO", MONDAY)
        with house.store.work() as work:
            case = work.cases.get(number)
            assert case is not None
            seen = Seen(number, case.version)
            assert isinstance(vouching.vouch(work, seen, " ", actor), Refused)
            assert isinstance(vouching.vouch(work, seen, "電話で確認", actor), Done)
        assert post.stored(message).state == "received"
        (decision,) = post.desk.decide_now([message])
        assert (decision.reason, decision.case_number) == ("reissue_requested", number)
        with house.store.reading() as work:
            case = work.cases.get(number)
            assert case is not None
            assert (case.category, case.support_number) == ("licence_reissue", "DX-1024-7731")
            assert len(work.ledger.reserved_in(number)) == 1
            events = [e for e in work.audit.of_case(number) if e.action == "vouched"]
            assert [(e.actor, e.message) for e in events] == [(actor.id, message)]
            assert "手動で確認" in str(post.stored(message).decision)
            assert len(work.cases.of_contract("DX-1024-7731")) == 1
            mails = [i for i in work.outbox.answering(message) if i.template == "reissue_requested"]
            assert len(mails) == 1
        with house.store.work() as work:
            again = vouching.vouch(work, Seen(number, case.version), "二度目", actor)
        assert isinstance(again, Refused)
    finally:
        house.close()


def _merge(store: Store, source: str, target: str, actor: Actor = HANAKO) -> object:
    seen = Seen(source, now_of(store, source).version)
    with store.work() as work:
        return merging.merge(work, seen, target, actor)


def test_merging_never_moves_what_was_counted(store: Store) -> None:
    """The call stays with its case, the balance stays what it was, and the case is ended."""
    member(store, SATO)
    source, target = case_of(store).number, case_of(store, subject="続き").number
    with store.work() as work:
        work.ledger.append(
            LedgerEntry(
                id=0,
                support_number=MEMBER,
                quota="phone_call",
                kind=Kind.CONSUME,
                units=1,
                charged_on=NOW.date(),
                on=NOW.date(),
                recorded_at=NOW,
                key="call",
                actor="x",
                case_number=source,
            )
        )
        commands.note(work, source, "電話の内容", HANAKO, ref="n1")
    assert isinstance(_merge(store, source, target), Done)
    with store.reading() as work:
        assert [e.case_number for e in work.ledger.entries(MEMBER)] == [source]
        assert any(n.text == "電話の内容" for n in work.notes.of_case(target))
        assert work.cases.standing(source) == target
    stale = Seen(source, 1)
    with store.work() as work:
        assert isinstance(merging.merge(work, stale, target, TARO), Conflict)
        reopened = commands.reopen(work, Seen(source, now_of(store, source).version), TARO)
    assert isinstance(reopened, Refused)
    assert "統合済み" in reopened.why


def test_two_cases_merged_into_each_other_end_as_one(store: Store) -> None:
    """Whoever comes second is told that the target is merged already: no circle of pointers."""
    member(store, SATO)
    one, other = case_of(store).number, case_of(store).number
    assert isinstance(_merge(store, one, other), Done)
    assert isinstance(_merge(store, other, one), Refused)
    with store.reading() as work:
        assert [work.cases.standing(n) for n in (one, other)] == [other, other]


def test_priorities_are_sorted_before_due_times_and_only_known_ones_are_taken(
    store: Store,
) -> None:
    """High, then normal, then low."""
    member(store, SATO)
    low, normal, high = (case_of(store).number for _ in range(3))
    with store.work() as work:
        for number, level in ((low, -1), (high, 1)):
            assert isinstance(commands.prioritise(work, Seen(number, 1), level, HANAKO), Done)
        assert isinstance(commands.prioritise(work, Seen(normal, 1), 7, HANAKO), Refused)
        assert [case.number for case in work.cases.listed(state="open")] == [high, normal, low]
