"""Statements: what customers read always equals the fold of the ledger."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from quotas.contract_year import contract_year
from quotas.counting import made_by
from quotas.ledger import ContractYear, Kind, LedgerEntry, balance
from quotas.ledger_check import check_entry
from quotas.programme import AtLimit
from quotas.statement import Statement, statement
from tests.quotas.builders import PROGRAMMES, contract, entry

HELD = contract()
YEAR = contract_year(date(2026, 4, 1), date(2027, 4, 1), date(2026, 5, 1))
DAX = PROGRAMMES["desknets-dax"]
TERMS = DAX.quota_on("licence_reissue", YEAR.start)


def stated(*entries: LedgerEntry, year: ContractYear = YEAR) -> Statement:
    return statement(HELD, DAX, "licence_reissue", year, entries)


def test_it_opens_with_the_limit_and_closes_with_what_is_left() -> None:
    found = stated(
        entry(Kind.RESERVE, 1),
        entry(Kind.CONSUME, 2, refers_to=1),
        entry(Kind.RESERVE, 3),
        entry(Kind.RELEASE, 4, refers_to=3),
        entry(Kind.CONSUME, 5),
    )
    assert (found.opening, found.closing, found.resets_on) == (3, 1, date(2027, 4, 1))
    assert [(line.units, line.balance) for line in found.lines] == [
        (-1, 2),
        (0, 2),
        (-1, 1),
        (1, 2),
        (-1, 1),
    ]
    assert [line.case_number for line in found.lines] == ["C-1", "C-2", "C-3", "C-4", "C-5"]


def test_only_its_own_year_contract_and_quota_stand_in_it() -> None:
    found = stated(
        entry(Kind.CONSUME, 1, day=date(2026, 3, 31)),
        entry(Kind.CONSUME, 2, day=date(2026, 4, 1)),
        entry(Kind.CONSUME, 3, day=date(2027, 3, 31)),
        entry(Kind.CONSUME, 4, day=date(2027, 4, 1)),
        entry(Kind.CONSUME, 5, support_number="DX-2000-0001"),
        entry(Kind.CONSUME, 6, quota="phone_call"),
    )
    assert [line.entry.id for line in found.lines] == [2, 3]
    assert found.closing == 1


def test_what_nothing_limits_is_counted_up() -> None:
    held = contract("dekispart")
    sessions = [
        entry(Kind.CONSUME, n, quota="remote_session", support_number="0012-3456-78")
        for n in (1, 2)
    ]
    found = statement(held, PROGRAMMES["dekispart"], "remote_session", YEAR, sessions)
    assert (found.opening, [line.balance for line in found.lines], found.closing) == (0, [1, 2], 2)


def test_as_of_a_day_later_entries_are_not_known_yet() -> None:
    entries = (entry(Kind.CONSUME, 1), entry(Kind.CONSUME, 2, day=date(2026, 5, 2)))
    assert stated(*made_by(entries, date(2026, 5, 1))).closing == 2


@st.composite
def ledgers(draw: st.DrawFn) -> list[LedgerEntry]:
    entries: list[LedgerEntry] = []
    for number in range(1, draw(st.integers(0, 12)) + 1):
        refers_to = draw(st.sampled_from([None, *(e.id for e in entries)]))
        day = draw(st.sampled_from([date(2026, 4, 1), date(2027, 3, 31), date(2027, 4, 1)]))
        about = next((e for e in entries if e.id == refers_to), None)
        new = entry(
            draw(st.sampled_from(Kind)),
            number,
            refers_to=refers_to,
            day=about.charged_on if about else day,
        )
        year = contract_year(date(2026, 4, 1), date(2029, 4, 1), new.charged_on)
        if check_entry(new, entries, TERMS, year) is None:
            entries.append(new)
    return entries


@given(ledgers())
def test_it_is_always_the_fold_of_the_ledger(entries: list[LedgerEntry]) -> None:
    found = stated(*entries)
    folded = balance(entries, "licence_reissue", TERMS, YEAR)
    assert TERMS.at_limit is AtLimit.BLOCK
    assert found.closing == folded.remaining == found.balance.remaining
    assert found.closing == found.opening + sum(line.units for line in found.lines)
    assert found.balance == folded
