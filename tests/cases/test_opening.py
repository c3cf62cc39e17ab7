"""Cases opened by hand for a telephone call."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from bot.cases.opening import Call, open_by_phone
from bot.cases.outcome import Done, Refused
from bot.store import Store
from bot.store.cases import Case
from tests.cases.rooms import HANAKO, MEMBER, NOW, SATO, letters, member

CALL = Call("form", "0012 3456 78", "佐藤", "操作について", "印刷の方法を知りたい。")


def opened(store: Store, call: Call = CALL, *closed: date) -> Case:
    """Open a case for a call."""
    with store.work() as work:
        outcome = open_by_phone(work, replace(letters(), closed=frozenset(closed)), call, HANAKO)
    assert isinstance(outcome, Done)
    return outcome.case


def test_a_call_becomes_a_case_once(store: Store) -> None:
    """The same form again is the same case; it belongs to whoever took the call."""
    member(store, SATO)
    case = opened(store)
    assert opened(store).number == case.number
    assert (case.support_number, case.assignee, case.state) == (MEMBER, HANAKO.id, "claimed")
    assert (case.contact, case.mailbox, case.channel) == (SATO.email, "deki", "phone")
    with store.reading() as work:
        assert [note.text for note in work.notes.of_case(case.number)] == [CALL.text]
        assert [event.action for event in work.audit.of_case(case.number)] == ["open_by_phone"]


def test_a_caller_nobody_registered_is_kept_by_name_without_an_address(store: Store) -> None:
    """Nothing can be mailed to them, and the card says that they are not registered."""
    member(store, SATO)
    case = opened(store, replace(CALL, contact="社長"))
    assert (case.contact, case.contact_name) == (None, "社長")


def test_the_companys_holidays_put_the_due_time_off(store: Store) -> None:
    """Closed on the day of the call: the clock starts on the next business day."""
    member(store, SATO)
    later = opened(store, replace(CALL, key="other"), NOW.date()).due_at
    assert opened(store).due_at == NOW + timedelta(days=1)
    assert later == (NOW + timedelta(days=1)).replace(hour=17, minute=0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"number": "9999-9999-99"}, "number"), ({"subject": " "}, "subject"), ({"text": ""}, "text")],
)
def test_each_mistake_is_told_at_its_field(store: Store, wrong: dict[str, str], field: str) -> None:
    """And nothing is opened."""
    member(store, SATO)
    with store.work() as work:
        outcome = open_by_phone(work, letters(), replace(CALL, **wrong), HANAKO)
        assert isinstance(outcome, Refused)
        assert outcome.field == field
        assert work.cases.counts() == {}
