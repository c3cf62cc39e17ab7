"""The ledger in the store: never oversold, never changed, always the sum of its entries."""

import multiprocessing
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import cache
from multiprocessing.synchronize import Barrier
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule
from sqlalchemy import delete, insert, text, update

from bot.programmes import load_all
from bot.store import PermanentStoreError, Store
from bot.store.cases import NewCase
from bot.store.ledger import following
from bot.store.ledger_proof import prove
from bot.store.tables import ledger, open_reservations
from quotas.contract import Contact, Contract, Period, Status
from quotas.counting import balance_on
from quotas.ledger import Balance, Kind, LedgerEntry
from quotas.ledger_check import Refusal
from quotas.programme import Programme

NUMBER = "AB-1234-5678"
DAY = date(2026, 4, 1)
AT = datetime(2026, 4, 1, 10, 30, tzinfo=UTC)
CONTRACT = Contract(
    support_number=NUMBER,
    programme="desknets-dax",
    customer="株式会社青空",
    periods=(Period(date(2025, 7, 1), date(2027, 7, 1), Status.PAID),),
    contacts=(Contact("青空 太郎", "taro@example.jp"),),
)


@cache
def programme() -> Programme:
    return load_all()["desknets-dax"]


def entry(key: str, kind: Kind = Kind.RESERVE, **changes: Any) -> LedgerEntry:
    made = LedgerEntry(
        id=0,
        support_number=NUMBER,
        quota="licence_reissue",
        kind=kind,
        units=1,
        charged_on=DAY,
        on=DAY,
        recorded_at=AT,
        key=key,
        actor="desk",
    )
    return replace(made, **changes)


def following_of(before: LedgerEntry, kind: Kind, key: str) -> LedgerEntry:
    return following(before, kind, key=key, actor="desk", at=AT)


def import_contract(store: Store) -> None:
    with store.work() as work:
        work.contracts.put([CONTRACT], AT)
        for part in ("periods", "contacts"):
            work.contracts.put_parts(part, [CONTRACT])


def record(store: Store, new: LedgerEntry, *, override: bool = False) -> LedgerEntry | Refusal:
    with store.work() as work:
        return work.ledger.record(new, programme(), override=override)


def recorded(store: Store, new: LedgerEntry) -> LedgerEntry:
    result = record(store, new)
    assert isinstance(result, LedgerEntry), result
    return result


def code(result: LedgerEntry | Refusal) -> str:
    return result.code if isinstance(result, Refusal) else "recorded"


def balance(store: Store, day: date = DAY) -> Balance:
    with store.reading() as work:
        contract = work.contracts.find(NUMBER)
        assert contract is not None
        entries = work.ledger.entries(NUMBER)
    found = balance_on(contract, programme(), "licence_reissue", entries, day)
    assert found is not None
    return found


def findings(store: Store) -> list[str]:
    with store.reading() as work:
        return [finding.code for finding in prove(work.connection)]


@pytest.fixture
def desk(store: Store) -> Store:
    import_contract(store)
    return store


def test_three_are_granted_and_the_fourth_is_refused(desk: Store) -> None:
    assert [code(record(desk, entry(str(n)))) for n in range(4)] == [
        "recorded",
        "recorded",
        "recorded",
        "limit_reached",
    ]
    assert (balance(desk).reserved, balance(desk).remaining) == (3, 0)
    assert balance(desk, date(2026, 7, 1)).remaining == 3


def test_an_override_by_a_person_may_go_beyond_the_limit(desk: Store) -> None:
    for n in range(3):
        recorded(desk, entry(str(n)))
    assert code(record(desk, entry("3"), override=True)) == "recorded"
    assert balance(desk).remaining == -1


def test_the_same_key_again_returns_the_first_entry(desk: Store) -> None:
    first = recorded(desk, entry("k"))
    assert record(desk, entry("k", recorded_at=AT.replace(hour=11))) == first
    assert balance(desk).reserved == 1
    with pytest.raises(PermanentStoreError, match="already stands for entry"):
        record(desk, entry("k", units=2))


def test_an_entry_comes_back_as_it_was_written(desk: Store) -> None:
    with desk.work() as work:
        case = work.cases.open(NewCase("desknets-dax", "email", "dax", "再発行", "default", AT))
    made = entry(
        "k", case_number=case, contact="taro@example.jp", article="第14条", reason="サーバー交換"
    )
    first = recorded(desk, made)
    with desk.reading() as work:
        assert work.ledger.entries(NUMBER) == (first,)
        assert work.ledger.entry(first.id) == work.ledger.of_key("k") == first
        assert work.ledger.of_case(case) == (first,)
        assert work.ledger.reserved_in(case) == (first,)


def test_a_reservation_is_consumed_or_released_once(desk: Store) -> None:
    reserved = recorded(desk, entry("r"))
    consumed = recorded(desk, following_of(reserved, Kind.CONSUME, "c"))
    assert (balance(desk).used, balance(desk).reserved) == (1, 0)
    for kind in (Kind.CONSUME, Kind.RELEASE, Kind.EXPIRE, Kind.WAIVE, Kind.REVERSE):
        refused = record(desk, following_of(reserved, kind, f"again {kind}"))
        assert isinstance(refused, Refusal)
    recorded(desk, following_of(consumed, Kind.REVERSE, "undo"))
    assert (balance(desk).used, balance(desk).reserved) == (0, 1)
    recorded(desk, following_of(reserved, Kind.RELEASE, "release"))
    assert balance(desk).remaining == 3
    assert findings(desk) == []


def test_a_call_is_recorded_without_a_reservation(desk: Store) -> None:
    call = recorded(desk, entry("call", Kind.CONSUME, minutes=20))
    assert (call.minutes, balance(desk).used) == (20, 1)
    recorded(desk, entry("sorry", Kind.ADJUST, units=1))
    assert balance(desk).remaining == 3


def test_a_day_outside_all_periods_and_an_unknown_contract_are_refused(desk: Store) -> None:
    assert code(record(desk, entry("k", charged_on=date(2027, 7, 1)))) == "outside_periods"
    with pytest.raises(LookupError, match="no contract"):
        record(desk, entry("k", support_number="ZZ-0000-0000"))


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        (update(ledger).values(units=9), "append-only"),
        (delete(ledger), "append-only"),
        (text("INSERT INTO ledger SELECT * FROM ledger"), "(?i)unique"),
    ],
)
def test_the_ledger_refuses_to_be_changed(desk: Store, statement: Any, message: str) -> None:
    first = recorded(desk, entry("k"))
    with pytest.raises(PermanentStoreError, match=message), desk.work() as work:
        work.connection.execute(statement)
    with desk.reading() as work:
        assert work.ledger.entries(NUMBER) == (first,)


@pytest.mark.parametrize(
    "change",
    [
        {"units": 0},
        {"units": -1},
        {"units": 0, "kind": Kind.ADJUST},
        {"kind": Kind.RELEASE},
        {"refers_to": 1},
        {"refers_to": 99, "kind": Kind.RELEASE},
        {"refers_to": 1, "kind": Kind.CONSUME, "quota": "other"},
        {"minutes": 0},
        {"key": "first"},
        {"support_number": "ZZ-0000-0000"},
        {"case_number": "C2026-000099"},
    ],
)
def test_the_database_itself_refuses_what_would_be_wrong(
    desk: Store, change: dict[str, Any]
) -> None:
    assert recorded(desk, entry("first")).id == 1
    with pytest.raises(PermanentStoreError), desk.work() as work:
        work.ledger.append(replace(entry("second"), **change))
    assert findings(desk) == []


def test_the_database_itself_refuses_to_close_twice(desk: Store) -> None:
    reserved = recorded(desk, entry("r"))
    released = recorded(desk, following_of(reserved, Kind.RELEASE, "release"))
    with pytest.raises(PermanentStoreError, match="closed already"), desk.work() as work:
        work.ledger.append(following_of(reserved, Kind.CONSUME, "c"))
    reversal = recorded(desk, following_of(released, Kind.REVERSE, "undo"))
    with pytest.raises(PermanentStoreError, match="not reversed"), desk.work() as work:
        work.ledger.append(following_of(reversal, Kind.REVERSE, "undo undo"))


def test_a_case_holds_one_open_reservation_a_quota(desk: Store) -> None:
    with desk.work() as work:
        case = work.cases.open(NewCase("desknets-dax", "email", "dax", "再発行", "default", AT))
    first = recorded(desk, entry("1", case_number=case))
    with pytest.raises(PermanentStoreError):
        record(desk, entry("2", case_number=case))
    recorded(desk, following_of(first, Kind.RELEASE, "release"))
    recorded(desk, entry("2", case_number=case))


def test_two_works_at_once_ask_for_the_last_unit_and_one_gets_it(desk: Store) -> None:
    for n in range(2):
        recorded(desk, entry(str(n)))
    results: list[str] = []
    second = Thread(target=lambda: results.append(code(record(desk, entry("second")))))
    with desk.work() as work:
        results.append(code(work.ledger.record(entry("first"), programme())))
        second.start()
        second.join(0.3)  # it waits for this work: without the lock it would be granted by now
    second.join()
    assert results == ["recorded", "limit_reached"]


def _reserve_in_a_process(url: str, key: str, barrier: Barrier, told: Any) -> None:
    store = Store.open(url)
    with store.reading() as work:
        assert work.contracts.find(NUMBER)  # connected: from here on they race
    barrier.wait()
    try:
        told.put(code(record(store, entry(key))))
    except Exception as error:  # noqa: BLE001 - the test must hear of it, not wait
        told.put(repr(error))
    store.close()


def test_fifty_processes_reserve_on_three_left(desk: Store, database_url: str) -> None:
    programme()
    forking = multiprocessing.get_context("fork")
    barrier, told = forking.Barrier(50), forking.SimpleQueue()
    processes = [
        forking.Process(target=_reserve_in_a_process, args=(database_url, str(n), barrier, told))
        for n in range(50)
    ]
    for process in processes:
        process.start()
    results = [told.get() for _ in processes]
    for process in processes:
        process.join()
    assert (results.count("recorded"), results.count("limit_reached")) == (3, 47)
    assert balance(desk).remaining == 0
    assert findings(desk) == []


def test_the_proof_finds_what_somebody_did_around_the_desk(desk: Store) -> None:
    reserved = recorded(desk, entry("r"))
    with desk.work() as work:
        work.connection.execute(delete(open_reservations))
        _drop_a_trigger(work.connection)
    assert findings(desk) == ["trigger_missing", "open_reservation_wrong"]
    with desk.work() as work:
        work.connection.execute(
            insert(open_reservations).values(entry=reserved.id, quota=reserved.quota)
        )
        work.connection.execute(update(ledger).values(kind=Kind.CONSUME))
    assert "open_reservation_wrong" in findings(desk)


def _drop_a_trigger(connection: Any) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(text("DROP TRIGGER ledger_refuses_update"))
    else:
        connection.execute(text("DROP TRIGGER ledger_refuses_change ON ledger"))


class LedgerMachine(RuleBasedStateMachine):
    """Any sequence of operations: the balance is the sum, and the proof finds nothing."""

    reservations = Bundle("reservations")
    consumptions = Bundle("consumptions")

    def __init__(self) -> None:
        super().__init__()
        self._folder = TemporaryDirectory()
        self._store = Store.open(f"sqlite:///{Path(self._folder.name) / 'desk.db'}")
        self._store.migrate()
        import_contract(self._store)
        self._count = 0
        self._used = {1: 0, 2: 0}
        self._reserved = {1: 0, 2: 0}

    def teardown(self) -> None:
        self._store.close()
        self._folder.cleanup()

    def _key(self) -> str:
        self._count += 1
        return str(self._count)

    @rule(
        target=reservations,
        year=st.sampled_from([1, 2]),
        units=st.integers(1, 2),
        late=st.booleans(),
    )
    def reserve(self, year: int, units: int, late: bool) -> Any:
        new = entry(self._key(), units=units, charged_on=_day_in(year, late=late))
        left = 3 - self._used[year] - self._reserved[year]
        result = record(self._store, new)
        assert isinstance(result, LedgerEntry) == (units <= left)
        if isinstance(result, Refusal):
            return (None, year)
        self._reserved[year] += units
        return (result, year)

    @rule(target=consumptions, made=consumes(reservations))
    def consume(self, made: tuple[LedgerEntry | None, int]) -> Any:
        before, year = made
        if before is None:
            return (None, None, year)
        after = recorded(self._store, following_of(before, Kind.CONSUME, self._key()))
        self._reserved[year] -= before.units
        self._used[year] += before.units
        assert code(record(self._store, following_of(before, Kind.RELEASE, self._key()))) == (
            "already_closed"
        )
        return (before, after, year)

    @rule(made=consumes(reservations), kind=st.sampled_from([Kind.RELEASE, Kind.REVERSE]))
    def give_back(self, made: tuple[LedgerEntry | None, int], kind: Kind) -> None:
        before, year = made
        if before is not None:
            recorded(self._store, following_of(before, kind, self._key()))
            self._reserved[year] -= before.units

    @rule(target=reservations, made=consumes(consumptions))
    def undo_consumption(self, made: tuple[LedgerEntry | None, LedgerEntry, int]) -> Any:
        before, after, year = made
        if before is None:
            return (None, year)
        recorded(self._store, following_of(after, Kind.REVERSE, self._key()))
        self._used[year] -= before.units
        self._reserved[year] += before.units
        return (before, year)

    @rule(year=st.sampled_from([1, 2]), units=st.integers(1, 2))
    def adjust(self, year: int, units: int) -> None:
        given_back = entry(
            self._key(), Kind.ADJUST, units=units, charged_on=_day_in(year, late=False)
        )
        recorded(self._store, given_back)
        self._used[year] -= units

    @invariant()
    def balance_is_the_sum(self) -> None:
        for year in (1, 2):
            found = balance(self._store, _day_in(year, late=True))
            assert (found.used, found.reserved) == (self._used[year], self._reserved[year])
        assert findings(self._store) == []


def _day_in(year: int, *, late: bool) -> date:
    """Return the first or the last day of a contract year."""
    return date(2025 + year, 6, 30) if late else date(2024 + year, 7, 1)


LedgerMachine.TestCase.settings = settings(max_examples=25, stateful_step_count=20, deadline=None)
TestAnySequenceOfOperations = LedgerMachine.TestCase
