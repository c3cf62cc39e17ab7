"""Units of work: durable or undone, one at a time, refused to a second server."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from threading import Barrier, Thread

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import delete, text, update

from bot.store import (
    PermanentStoreError,
    SecondServerError,
    Store,
    StoreError,
    TemporaryStoreError,
    Work,
)
from bot.store.audit import AuditEvent
from bot.store.cases import NewCase
from bot.store.causes import Cause
from bot.store.cursors import Cursor
from bot.store.messages import NewMessage, Outcome, imap_key
from bot.store.outbox import Outgoing
from bot.store.tables import audit, metadata
from quotas.decision import State

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)


def arrival(uid: int, **changes: object) -> NewMessage:
    values: dict[str, object] = {
        "source_key": imap_key("dax", 7, uid),
        "mailbox": "dax",
        "channel": "email",
        "received_at": NOW,
        "stored_at": NOW,
        "sha256": f"{uid:064x}",
        "size": 100,
        "uidvalidity": 7,
        "uid": uid,
    }
    return NewMessage(**(values | changes))  # type: ignore[arg-type] # pyright: ignore


def new_case(**changes: object) -> NewCase:
    values: dict[str, object] = {
        "programme": "desknets-dax",
        "channel": "email",
        "mailbox": "dax",
        "subject": "質問",
        "queue": "default",
        "opened_at": NOW,
    }
    return NewCase(**(values | changes))  # type: ignore[arg-type] # pyright: ignore


def outgoing(key: str, **changes: object) -> Outgoing:
    values: dict[str, object] = {"kind": "mail", "dedupe_key": key, "created_at": NOW}
    return Outgoing(**(values | changes))  # type: ignore[arg-type] # pyright: ignore


def failing(_written: object) -> None:
    raise RuntimeError


def test_a_work_that_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.work() as work:
        failing(work.messages.add(arrival(1)))
    with store.reading() as work:
        assert work.messages.counts() == {}


def test_a_savepoint_undoes_only_its_own_part(store: Store) -> None:
    with store.work() as work:
        work.messages.add(arrival(1))
        with pytest.raises(RuntimeError), work.savepoint():
            failing(work.messages.add(arrival(2)))
        with pytest.raises(PermanentStoreError), work.savepoint():
            work.connection.execute(text("INSERT INTO counters (name) VALUES ('x')"))
        work.messages.add(arrival(3))
    with store.reading() as work:
        assert work.messages.uids("dax", 7) == {1, 3}


def test_an_arrival_is_recorded_once_also_within_one_batch(store: Store) -> None:
    with store.work() as work:
        ids = work.messages.add_many([arrival(1), arrival(2), arrival(1)])
        assert ids[0] is not None
        assert ids[2] is None
        assert work.messages.add_many([arrival(2), arrival(3)])[0] is None
    with store.reading() as work:
        assert work.messages.counts() == {"received": 3}


def test_the_same_uid_under_another_key_is_refused(store: Store) -> None:
    with store.work() as work:
        assert work.messages.add(arrival(1)) is not None
        assert work.messages.add(arrival(1, source_key="smtp:dax:other")) is None


def test_a_message_ends_in_one_state_and_is_not_taken_again(store: Store) -> None:
    with store.work() as work:
        first, second = work.messages.add_many([arrival(1), arrival(2)])
        assert first is not None
        assert second is not None
        outcome = Outcome(
            state=State.ANSWERED,
            reason="accepted",
            decided_at=NOW,
            message_id="<a@example.jp>",
            fingerprint="f1",
            sender="Taro@Example.jp",
            subject="質問",
            decision={"trace": ["番号"]},
        )
        work.messages.finish(first, outcome)
        assert [m.id for m in work.messages.lock_unfinished([first, second])] == [second]
        stored = work.messages.get(first)
        assert stored is not None
        assert (stored.state, stored.sender, stored.decision) == (
            "answered",
            "taro@example.jp",
            {"trace": ["番号"]},
        )
        assert stored.received_at == NOW
        assert work.messages.find_duplicates(["f1", "f2"]) == {"f1": first}


def test_a_quarantined_message_names_its_cause_and_can_be_taken_again(store: Store) -> None:
    with store.work() as work:
        message = work.messages.add(arrival(1))
        assert message is not None
        assert work.messages.attempt(message) == 1
        work.messages.quarantine(message, Cause.PARSE_FAILED, "20 s over", NOW)
        (listed,) = work.messages.by_state("quarantined")
        assert (listed.cause, listed.detail, listed.attempts) == (
            Cause.PARSE_FAILED,
            "20 s over",
            1,
        )
        work.messages.reopen(message)
        assert work.messages.unfinished() == [message]
    with pytest.raises(PermanentStoreError, match="cause_iff_quarantined"), store.work() as work:
        work.messages.finish(message, Outcome(State.QUARANTINED, None, NOW))


def test_old_mail_is_archived_and_never_to_be_decided(store: Store) -> None:
    with store.work() as work:
        work.messages.add(arrival(1, archived=True))
        assert work.messages.unfinished() == []
        assert work.messages.counts() == {"archived": 1}


def test_a_waiting_message_is_found_by_its_own_id_or_by_what_answered_it(store: Store) -> None:
    with store.work() as work:
        message = work.messages.add(arrival(1))
        assert message is not None
        waiting = Outcome(
            State.WAITING,
            "number_missing",
            NOW,
            message_id="<q@example.jp>",
            sender="taro@example.jp",
            awaits="number",
        )
        work.messages.finish(message, waiting)
        work.outbox.add(outgoing("reply:1", answers=message, message_id="<r@desk.example>"))
        found = work.messages.waiting_in_thread
        assert getattr(found("TARO@example.jp", ["<q@example.jp>"]), "id", None) == message
        assert getattr(found("taro@example.jp", ["<r@desk.example>"]), "id", None) == message
        assert found("jiro@example.jp", ["<q@example.jp>"]) is None
        assert found("taro@example.jp", ["<z@example.jp>"]) is None
        answer = work.messages.add(arrival(2))
        assert answer is not None
        work.messages.finish(answer, Outcome(State.ANSWERED, "accepted", NOW))
        work.messages.take_up(message, answer, NOW)
        assert found("taro@example.jp", ["<q@example.jp>"]) is None


def test_case_numbers_have_no_gaps_even_when_works_are_undone(store: Store) -> None:
    with store.work() as work:
        assert work.cases.open(new_case()) == "C2026-000001"
    with pytest.raises(RuntimeError), store.work() as work:
        failing(work.cases.open(new_case()))
    with store.work() as work:
        assert work.cases.open(new_case(marks=("lossy",))) == "C2026-000002"
        assert work.cases.open(new_case(opened_at=NOW + timedelta(days=365))) == "C2027-000001"
        case = work.cases.get("C2026-000002")
        assert case is not None
        assert case.marks == ("lossy",)


def test_a_message_opens_one_case_only(store: Store) -> None:
    with store.work() as work:
        message = work.messages.add(arrival(1))
        work.cases.open(new_case(opened_by=message))
    with pytest.raises(PermanentStoreError), store.work() as work:
        work.cases.open(new_case(opened_by=message))


def test_two_operators_claim_and_one_gets_the_case(store: Store) -> None:
    with store.work() as work:
        number = work.cases.open(new_case())
        claimed = work.cases.claim(number, "U1", 1, NOW)
        assert claimed is not None
        assert (claimed.assignee, claimed.version) == ("U1", 2)
        assert work.cases.claim(number, "U2", 1, NOW) is None
        resolved = work.cases.resolve(number, 2, NOW)
        assert resolved is not None
        reopened = work.cases.reopen(number, NOW)
        assert reopened is not None
        assert (reopened.state, reopened.version) == ("claimed", 4)


def test_a_thread_leads_to_its_case_by_what_was_sent_and_received(store: Store) -> None:
    with store.work() as work:
        number = work.cases.open(new_case())
        work.outbox.add(outgoing("reply:1", case_number=number, message_id="<r@desk.example>"))
        assert work.cases.of_thread(["<z@x>", "<r@desk.example>"]) == number
        assert work.cases.of_thread(["<z@x>"]) is None


def test_one_cause_puts_one_thing_in_the_outbox(store: Store) -> None:
    with store.work() as work:
        first = work.outbox.add(outgoing("reply:1", raw=b"\x00\xff", recipient="A@example.jp"))
        assert first is not None
        assert work.outbox.add(outgoing("reply:1")) is None
        item = work.outbox.get(first)
        assert item is not None
        assert (item.raw, item.recipient, item.state) == (b"\x00\xff", "a@example.jp", "queued")


def test_the_outbox_keeps_the_order_of_a_case_through_a_retry(store: Store) -> None:
    with store.work() as work:
        case, other = work.cases.open(new_case()), work.cases.open(new_case())
        ids = work.outbox.add_many(
            [
                outgoing("1", case_number=case),
                outgoing("2", case_number=case),
                outgoing("3", case_number=other),
                outgoing("4", case_number=case, kind="slack"),
            ]
        )
        first, second, third, _ = (id_ or 0 for id_ in ids)
        assert [i.id for i in work.outbox.due("mail", NOW)] == [first, third]
        work.outbox.postpone(first, "451 later", NOW + timedelta(minutes=1))
        assert [i.id for i in work.outbox.due("mail", NOW)] == [third]
        assert [i.id for i in work.outbox.due("mail", NOW + timedelta(minutes=1))] == [first, third]
        work.outbox.sent_many([first, third], NOW)
        assert [i.id for i in work.outbox.due("mail", NOW)] == [second]
        work.outbox.fail(second, "550 no such user")
        assert work.outbox.due("mail", NOW) == []
        assert work.outbox.retry(second, NOW)
        assert [i.id for i in work.outbox.due("mail", NOW)] == [second]
        assert work.outbox.withdraw(second)
        assert not work.outbox.withdraw(first)


def test_automatic_replies_are_counted_by_address_since_an_instant(store: Store) -> None:
    with store.work() as work:
        sent = {"recipient": "Taro@example.jp", "automatic": True, "template": "accepted"}
        early = NOW - timedelta(days=1)
        work.outbox.add(outgoing("old", **sent | {"created_at": early}))
        work.outbox.add(outgoing("1", **sent))
        withdrawn = work.outbox.add(outgoing("2", **sent))
        assert withdrawn is not None
        work.outbox.withdraw(withdrawn)
        work.outbox.add(outgoing("3", **sent | {"automatic": False}))
        assert work.outbox.automatic_to(["taro@EXAMPLE.jp", "x@y"], NOW) == {"taro@example.jp": 1}
        assert not work.outbox.bounced_to(["taro@example.jp"])
        work.outbox.bounced(1, "5.1.1", NOW)
        assert work.outbox.bounced_to(["Taro@example.jp", "x@y"]) == {"taro@example.jp"}


def test_a_cursor_moves_with_the_messages_it_counts(store: Store) -> None:
    with store.work() as work:
        assert work.cursors.get("dax") is None
        work.cursors.set(Cursor("dax", 7, 10, 9), NOW)
        work.cursors.set(Cursor("dax", 8, 1), NOW)
        assert work.cursors.get("dax") == Cursor("dax", 8, 1, 0)


def test_the_audit_only_grows(store: Store) -> None:
    event = AuditEvent(NOW, "U1", "claim", before={"assignee": None}, after={"assignee": "U1"})
    with store.work() as work:
        number = work.cases.open(new_case())
        work.audit.add(AuditEvent(NOW, "desk", "open", case_number=number), event)
        assert [e.action for e in work.audit.of_case(number)] == ["open"]
    for change in (update(audit).values(actor="U2"), delete(audit)):
        with pytest.raises(PermanentStoreError, match="append-only"), store.work() as work:
            work.connection.execute(change)


def test_instants_are_aware_and_equal_whatever_zone_they_came_in(store: Store) -> None:
    tokyo = datetime(2026, 4, 1, 18, 30, 0, 123456, tzinfo=timezone(timedelta(hours=9)))
    with store.work() as work:
        work.cursors.set(Cursor("dax", 1, 1), tokyo)
        kept = work.connection.execute(
            metadata.tables["cursors"]
            .select()
            .with_only_columns(metadata.tables["cursors"].c.updated_at)
        ).scalar_one()
    assert kept == tokyo
    assert kept.utcoffset() == timedelta(0)
    with pytest.raises(Exception, match="naive"), store.work() as work:
        work.cursors.set(Cursor("dax", 1, 1), datetime(2026, 4, 1))  # noqa: DTZ001 - the fault


def test_a_reading_work_sees_one_state_and_cannot_write(store: Store) -> None:
    with store.work() as work:
        work.messages.add(arrival(1))
    with store.reading() as reading:
        assert reading.messages.counts() == {"received": 1}
        with store.work() as work:
            work.messages.add(arrival(2))
        assert reading.messages.counts() == {"received": 1}
    with pytest.raises(StoreError), store.reading() as reading:
        reading.messages.add(arrival(3))


def test_writers_wait_for_each_other(store: Store) -> None:
    barrier = Barrier(8)

    def open_ten() -> None:
        barrier.wait()
        for _ in range(10):
            with store.work() as work:
                work.cases.open(new_case())

    threads = [Thread(target=open_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as work:
        numbers = sorted(case.number for case in work.cases.listed())
    assert numbers == [f"C2026-{n:06d}" for n in range(1, 81)]


async def test_run_returns_what_the_work_returns_and_tries_a_passing_error_again(
    database_url: str,
) -> None:
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    store = Store.open(database_url, sleep=sleep)
    failures = [TemporaryStoreError("gone"), TemporaryStoreError("gone")]

    def add(work: Work) -> int | None:
        message = work.messages.add(arrival(1))
        if failures:
            raise failures.pop()
        return message

    assert await store.run(add) is not None
    assert len(waits) == 2
    assert waits == sorted(waits)
    assert await store.read(lambda work: work.messages.counts()) == {"received": 1}
    with pytest.raises(PermanentStoreError):
        await store.run(
            lambda work: work.connection.execute(text("INSERT INTO nowhere VALUES (1)"))
        )
    store.close()


def test_a_second_server_is_refused_while_commands_are_not(database_url: str) -> None:
    first, second = Store.open(database_url), Store.open(database_url)
    with first.serving():
        with pytest.raises(SecondServerError, match="already serves"), second.serving():
            pass
        with second.work() as work:
            work.messages.add(arrival(1))
    with second.serving():
        pass
    first.close()
    second.close()


def test_the_tables_are_what_the_migrations_make(store: Store) -> None:
    assert store.pending() == []
    assert store.migrate() == []
    with store.work() as work:
        context = MigrationContext.configure(work.connection, opts={"compare_type": True})
        found = compare_metadata(context, metadata)
    # Alembic does not see on SQLite that a key made later on PostgreSQL was made with the table
    assert [d for d in found if not (d[0] == "add_fk" and d[1].use_alter)] == []


def test_a_database_of_a_newer_version_is_refused_with_the_remedy(store: Store) -> None:
    with store.work() as work:
        work.connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(PermanentStoreError, match="newer Madoguchi"):
        store.migrate()


@pytest.mark.parametrize("url", ["sqlite://", "mysql://x/y", "desk.db", ""])
def test_an_unusable_address_is_refused_with_the_remedy(url: str) -> None:
    with pytest.raises(PermanentStoreError, match="sqlite:///FILE"):
        Store.open(url)


def test_sqlite_is_durable_at_every_commit(tmp_path: Path) -> None:
    store = Store.open(f"sqlite:///{tmp_path / 'desk.db'}")
    store.migrate()
    with store.work() as work:
        asked = ("journal_mode", "synchronous", "foreign_keys", "recursive_triggers")
        found = [work.connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in asked]
    assert found == ["wal", 2, 1, 1]
    store.close()


def test_a_reference_to_nothing_is_refused(store: Store) -> None:
    with pytest.raises(PermanentStoreError), store.work() as work:
        work.outbox.add(outgoing("1", case_number="C2026-000099"))


def test_foreign_keys_hold_on_every_table() -> None:
    without = {"contracts", "cursors", "counters", "jobs", "slack_inbox"}
    without |= {"users", "guesses", "incidents"}
    for table in metadata.tables.values():
        assert table.foreign_keys or table.name in without, table.name
