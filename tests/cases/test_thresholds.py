"""Quota notices: one for each threshold and member year, however the use was recorded."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from email import message_from_bytes, policy

import pytest

from bot.cases import counting
from bot.cases.outcome import Refused
from bot.store import Store
from quotas.ledger import Kind, LedgerEntry
from quotas.ledger_check import Refusal
from tests.cases.rooms import HANAKO, MEMBER, NOW, SATO, TANAKA, case_of, letters, member, notices

PERCENTS = [80, 100]


def _entry(key: str, units: int = 1, on: date | None = None, **more: object) -> LedgerEntry:
    day = on or NOW.date()
    entry = LedgerEntry(
        id=0,
        support_number=MEMBER,
        quota="phone_call",
        kind=Kind.CONSUME,
        units=units,
        charged_on=day,
        on=day,
        recorded_at=NOW,
        key=key,
        actor="cli",
    )
    return replace(entry, **more)  # type: ignore[arg-type] # names are checked at run time


def record(store: Store, entry: LedgerEntry) -> LedgerEntry:
    """Record a use without a face."""
    with store.work() as work:
        done = counting.record_entry(work, letters(), entry, "used", HANAKO)
    assert not isinstance(done, Refusal)
    return done


def told(store: Store) -> list[tuple[str | None, str]]:
    """Return whom each notice goes to and which threshold it tells."""
    percents = {"100": "回数に達しました", "80": "80％に達しました"}
    found: list[tuple[str | None, str]] = []
    for item in notices(store):
        mail = message_from_bytes(item.raw or b"", policy=policy.default)
        body = mail.get_content().replace("\n", "")
        found += [(item.recipient, name) for name, said in percents.items() if said in body]
    return found


def test_the_40th_and_the_50th_call_are_told_once_each(store: Store) -> None:
    """39 calls tell nobody; the same key again, or one call more, tells nothing again."""
    member(store, SATO)
    record(store, _entry("k39", 39))
    assert told(store) == []
    record(store, _entry("k40"))
    record(store, _entry("k40"))
    assert told(store) == [("sato@member.example", "80")]
    record(store, _entry("k49", 9))
    assert len(notices(store)) == 1
    record(store, _entry("k50"))
    record(store, _entry("k51"))
    assert told(store) == [("sato@member.example", "80"), ("sato@member.example", "100")]


def test_a_call_taken_back_and_made_again_is_not_told_again(store: Store) -> None:
    """The threshold is crossed twice, the notice is one."""
    member(store, SATO)
    done = record(store, _entry("k40", 40))
    back = replace(done, id=0, kind=Kind.REVERSE, key="back", refers_to=done.id)
    record(store, back)
    record(store, _entry("again", 40))
    assert len(notices(store)) == 1


def test_each_member_year_has_its_own_notices(store: Store) -> None:
    """A call noted late is told in the year it was made in."""
    member(store, SATO)
    record(store, _entry("first", 40))
    record(store, _entry("second", 40, on=date(2027, 4, 1)))
    record(store, _entry("last-day", 10, on=date(2027, 3, 31)))
    assert [percent for _, percent in told(store)] == ["80", "80", "100"]


@pytest.mark.parametrize(
    ("contacts", "customer_email", "caller", "to"),
    [
        ((SATO, TANAKA), None, "田中", "tanaka@member.example"),
        ((SATO, TANAKA), None, "TANAKA@member.example", "tanaka@member.example"),
        ((SATO, TANAKA), "info@member.example", "田中", "tanaka@member.example"),
        ((SATO, TANAKA), "info@member.example", None, "info@member.example"),
        ((SATO, TANAKA), None, "他社の人", "sato@member.example"),
        ((), "info@member.example", None, "info@member.example"),
    ],
)
def test_who_is_told(
    store: Store, contacts: tuple[object, ...], customer_email: str | None, caller: str | None,
    to: str,
) -> None:  # fmt: skip
    """The contact who called, else the customer's own address, else the first contact."""
    member(store, *contacts, customer_email=customer_email)  # type: ignore[arg-type]
    record(store, _entry("k40", 40, contact=caller))
    assert [item.recipient for item in notices(store)] == [to]


def test_without_any_address_only_the_operators_hear_of_it_once(store: Store) -> None:
    """The line in the thread says that nothing was sent."""
    member(store, replace(SATO, email=None, phone="03-0000-0000"))
    case = case_of(store)
    for key in ("k40", "k41"):
        record(store, _entry(key, 40 if key == "k40" else 1, case_number=case.number))
    assert notices(store) == []
    with store.reading() as work:
        lines = [str((row.payload or {}).get("text")) for row in work.outbox.of_case(case.number)]
        events = [e for e in work.audit.of_contract(MEMBER) if e.action == "quota_notice"]
    assert sum("80％に達しました" in line for line in lines) == 1
    assert any("お知らせは送りません" in line for line in lines)
    assert [(e.after or {})["mailed"] for e in events] == [False]


def test_quotas_without_notices_tell_nothing(store: Store) -> None:
    """A remote session has no limit, a protector no notices."""
    member(store, SATO)
    record(store, _entry("r", 99, quota="remote_session"))
    record(store, _entry("p", 1, quota="protector_replacement"))
    assert notices(store) == []


def test_a_call_over_20_minutes_is_one_call_marked_as_long(store: Store) -> None:
    """20 minutes are still within the guideline."""
    member(store, SATO)
    terms = letters().programmes["dekispart"].quota_on("phone_call", NOW.date())
    short, long = (record(store, _entry(f"m{m}", minutes=m)) for m in (20, 21))
    assert [counting.is_long(terms, entry) for entry in (short, long)] == [False, True]
    with store.reading() as work:
        assert sum(e.units for e in work.ledger.entries(MEMBER)) == 2


def test_a_recorded_call_can_be_taken_back_once_with_a_reason(store: Store) -> None:
    """The reason stands in the ledger, and the card is drawn again."""
    member(store, SATO)
    case = case_of(store)
    start = datetime.combine(NOW.date(), NOW.timetz()) - timedelta(minutes=30)
    use = counting.Use("form", "phone_call", "佐藤", start, 25, "設定の相談")
    with store.work() as work:
        counting.record_use(work, letters(), case.number, use, HANAKO)
    with store.work() as work:
        (entry,) = work.ledger.of_case(case.number)
        first = counting.reverse_use(work, letters(), entry.id, "別の契約でした", HANAKO)
        again = counting.reverse_use(work, letters(), entry.id, "もう一度", HANAKO)
        blank = counting.reverse_use(work, letters(), entry.id, " ", HANAKO)
    assert type(first).__name__ == "Done"
    assert [type(outcome).__name__ for outcome in (again, blank)] == ["Refused", "Refused"]
    with store.reading() as work:
        kinds = [(e.kind, e.reason) for e in work.ledger.of_case(case.number)]
    assert kinds == [(Kind.CONSUME, ""), (Kind.REVERSE, "別の契約でした")]


def test_a_remote_session_belongs_to_a_call_of_its_day(store: Store) -> None:
    """The terms allow it during a call only: without one, or after it was undone, it is refused."""
    member(store, SATO)
    case = case_of(store)
    start = NOW - timedelta(minutes=30)

    def used(quota: str, key: str) -> object:
        use = counting.Use(key, quota, "佐藤", start, 10, "画面の確認")
        with store.work() as work:
            return counting.record_use(work, letters(), case.number, use, HANAKO)

    refused = used("remote_session", "too early")
    assert isinstance(refused, Refused)
    assert refused.field == "quota"
    used("phone_call", "call")
    used("remote_session", "session")
    with store.reading() as work:
        call, session = work.ledger.entries(MEMBER)
    assert (session.quota, session.reason) == (
        "remote_session",
        f"電話サポート #{call.id} の通話中",
    )
    with store.work() as work:
        counting.reverse_use(work, letters(), call.id, "誤り", HANAKO)
    assert isinstance(used("remote_session", "after"), Refused)
