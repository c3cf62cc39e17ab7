"""Reading a real Dovecot: every message once, in order, and nothing in the mailbox is changed."""

import time
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from mail import imap_connection
from mail.imap_connection import PermanentInboxError, TemporaryInboxError
from mail.imap_fetch import Batch, Cursor
from mail.inbox import Inbox
from tests.real.dovecot import PASSWORD, Dovecot, running_dovecot
from tests.real.receiver import Memory, watching
from tests.real.servers import Certificate, free_port


def letter(number: int, size: int = 0) -> bytes:
    head = f"From: a@c.example\r\nSubject: {number}\r\nMessage-ID: <{number}@c.example>\r\n\r\n"
    return head.encode() + b"x" * size + b"\r\n"


def inbox(dovecot: Dovecot, user: str, memory: Memory, **changes: object) -> Inbox:
    settings = replace(dovecot.settings(user), **changes)  # type: ignore[arg-type] # per test
    return Inbox(settings, lambda: PASSWORD, memory, jitter=lambda: 0.0)


def flags(dovecot: Dovecot, user: str, folder: str = "INBOX") -> set[bytes]:
    client = dovecot.client(user, folder)
    answer = client.fetch(client.search(["ALL"]), ["FLAGS"])
    client.logout()
    return {flag for item in answer.values() for flag in item[b"FLAGS"]}


def test_new_messages_come_whole_once_and_untouched(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    letters = [letter(n) for n in range(3)] + [b"\xff\x00 not a mail at all", b"\x1b$B8\r\n"]
    dovecot.append(user, *letters)
    assert inbox(dovecot, user, memory).pull() == 5
    assert [body.replace(b"\x80", b"\x00") for body in memory.bodies] == letters
    assert [message.uid for message in memory.messages] == [1, 2, 3, 4, 5]
    assert {message.extent for message in memory.messages} == {"whole"}
    assert memory.messages[0].size == len(letters[0])
    received_at = memory.messages[0].received_at
    assert received_at is not None
    assert abs(received_at - datetime.now(UTC)) < timedelta(minutes=5)
    assert inbox(dovecot, user, memory).pull() == 0
    assert flags(dovecot, user) == {b"\\Recent"}


def test_flags_set_by_others_change_nothing(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, letter(1), letter(2))
    client = dovecot.client(user)
    client.add_flags([1, 2], [b"\\Seen", b"\\Deleted"])
    client.logout()
    assert inbox(dovecot, user, memory).pull() == 2


def test_an_empty_folder_is_no_trouble(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    assert inbox(dovecot, user, memory).pull() == 0
    assert inbox(dovecot, user, memory).status().messages == 0


def test_many_messages_come_in_batches_of_fifty(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, *(letter(n) for n in range(120)))
    assert inbox(dovecot, user, memory).pull() == 120
    assert [len(batch.messages) for batch in memory.batches] == [50, 50, 20]
    assert memory.batches[0].cursor.last_uid == 50
    assert memory.bodies == [letter(n) for n in range(120)]


def test_a_failed_store_loses_nothing(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, *(letter(n) for n in range(70)))

    def fail_on_second(batch: Batch) -> None:
        if batch.messages[0].uid == 51 and not memory.errors:
            raise OSError("disk full")

    memory.before_take = fail_on_second
    with pytest.raises(TemporaryInboxError, match="could not be stored") as caught:
        inbox(dovecot, user, memory).pull()
    assert "disk full" not in str(caught.value)
    assert memory.stored_cursor is not None
    assert memory.stored_cursor.last_uid == 50
    memory.before_take = lambda _batch: None
    assert inbox(dovecot, user, memory).pull() == 20
    assert memory.bodies == [letter(n) for n in range(70)]


def test_an_oversize_message_gives_its_head(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, letter(1), letter(2, size=5000), letter(3))
    assert inbox(dovecot, user, memory, max_size=4000).pull() == 3
    assert [message.extent for message in memory.messages] == ["whole", "headers", "whole"]
    assert memory.bodies[1] == letter(2).removesuffix(b"\r\n")
    assert memory.messages[1].size == len(letter(2, size=5000))


def test_messages_are_moved_only_after_they_are_stored(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, letter(1), letter(2))
    at_take: list[int] = []
    moving = inbox(dovecot, user, memory, move_to="Done")
    memory.before_take = lambda _batch: at_take.append(len(moving.list_uids().uids))
    assert moving.pull() == 2
    assert at_take == [2]
    assert moving.list_uids().uids == ()
    assert len(moving.list_uids("Done").uids) == 2
    assert b"\\Seen" not in flags(dovecot, user, "Done")


def test_a_break_before_the_move_is_made_good(own_dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    own_dovecot.append(user, letter(1), letter(2))
    archived = inbox(own_dovecot, user, memory).status().end
    memory.stored_cursor = archived
    own_dovecot.append(user, letter(3))

    def cut_once(_batch: Batch) -> None:
        if not memory.errors:
            own_dovecot.cut_sessions()

    memory.before_take = cut_once
    moving = inbox(own_dovecot, user, memory, move_to="Done")
    with watching(moving):
        memory.wait(lambda: memory.connections == 2)
    assert memory.bodies == [letter(3)]
    assert moving.list_uids().uids == (1, 2)  # never stored, so never moved
    assert len(moving.list_uids("Done").uids) == 1


def test_without_move_and_uidplus_the_messages_stay(user: str) -> None:
    memory = Memory()
    with running_dovecot(capability="IMAP4rev1 IDLE") as server:
        server.append(user, letter(1))
        client = server.client(user)
        client.append("INBOX", letter(2), [b"\\Deleted"])
        client.logout()
        moving = inbox(server, user, memory, move_to="Done")
        assert moving.pull() == 2
        assert moving.list_uids().uids == (1, 2)


def test_the_audit_sees_every_uid_of_a_day(dovecot: Dovecot, user: str) -> None:
    old = datetime(2020, 2, 29, 12, tzinfo=UTC)
    client = dovecot.client(user)
    client.append("INBOX", letter(1), msg_time=old)
    client.append("INBOX", letter(2))
    client.logout()
    reader = inbox(dovecot, user, Memory())
    assert reader.list_uids().uids == (1, 2)
    assert reader.list_uids(day=date(2020, 2, 29)).uids == (1,)
    assert reader.status().end == Cursor(reader.list_uids().uidvalidity, 2)


def test_archive_mode_can_start_behind_what_is_there(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, letter(1), letter(2))
    status = inbox(dovecot, user, memory).status()
    assert status.messages == 2
    memory.stored_cursor = status.end
    dovecot.append(user, letter(3))
    assert inbox(dovecot, user, memory).pull() == 1
    assert memory.bodies == [letter(3)]


def test_a_deleted_and_a_reappended_message(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, letter(1), letter(2), letter(3))
    client = dovecot.client(user)
    client.add_flags([2], [b"\\Deleted"])
    client.expunge()
    client.append("INBOX", letter(1))
    client.logout()
    assert inbox(dovecot, user, memory).pull() == 3
    assert [message.uid for message in memory.messages] == [1, 3, 4]
    client = dovecot.client(user)
    client.move([1, 3, 4], "Done")
    client.logout()
    dovecot.append(user, letter(5))
    assert inbox(dovecot, user, memory).pull() == 1
    assert memory.messages[-1].uid == 5


def test_a_message_deleted_during_the_fetch_is_left_out(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, *(letter(n) for n in range(60)))

    def delete_55(batch: Batch) -> None:
        if batch.messages[0].uid == 1:
            client = dovecot.client(user)
            client.add_flags([55], [b"\\Deleted"])
            client.expunge()
            client.logout()

    memory.before_take = delete_55
    assert inbox(dovecot, user, memory).pull() == 59
    assert 55 not in [message.uid for message in memory.messages]


def test_a_new_uidvalidity_lists_everything_again(own_dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    own_dovecot.append(user, letter(1), letter(2))
    reader = inbox(own_dovecot, user, memory)
    reader.pull()
    assert memory.stored_cursor is not None
    old = memory.stored_cursor.uidvalidity
    own_dovecot.stop()
    own_dovecot.change_uidvalidity(user)
    own_dovecot.start()
    own_dovecot.append(user, letter(3))
    assert reader.pull() == 3
    new = memory.stored_cursor.uidvalidity
    assert new != old
    assert memory.changes == [(old, new)]
    assert [batch.relisted for batch in memory.batches] == [False, True]
    assert memory.bodies == [letter(n) for n in (1, 2, 1, 2, 3)]
    assert reader.pull() == 0


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encrypted_connections_verify_the_server(
    dovecot: Dovecot, user: str, certificate: Certificate, security: str
) -> None:
    dovecot.append(user, letter(1))
    port = dovecot.imaps if security == "tls" else dovecot.imap
    good = str(dovecot.certificate.certificate)
    memory = Memory()
    assert inbox(dovecot, user, memory, port=port, security=security, ca_file=good).pull() == 1
    for ca_file in ("", str(certificate.certificate)):
        wrong = inbox(dovecot, user, memory, port=port, security=security, ca_file=ca_file)
        with pytest.raises(PermanentInboxError, match=r"certificate.*ca_file"):
            wrong.pull()


def test_each_wrong_setting_is_named_in_one_line(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    refused = Inbox(dovecot.settings(user), lambda: "wrong", memory)
    with pytest.raises(PermanentInboxError, match="password is refused"):
        refused.pull()
    with pytest.raises(PermanentInboxError, match="Nowhere"):
        inbox(dovecot, user, memory, folder="Nowhere").pull()
    with pytest.raises(PermanentInboxError, match="move_to"):
        inbox(dovecot, user, memory, move_to="Nowhere").pull()
    with pytest.raises(TemporaryInboxError, match="host and port") as caught:
        inbox(dovecot, user, memory, port=free_port()).pull()
    assert "\n" not in str(caught.value)
    assert user in str(caught.value)


def test_wrong_settings_end_the_watch_before_it_has_begun(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    with pytest.raises(PermanentInboxError):
        Inbox(dovecot.settings(user), lambda: "wrong", memory).run()
    assert memory.errors == []


def test_idle_brings_a_message_at_once(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    with watching(inbox(dovecot, user, memory, poll_seconds=600)):
        memory.wait(lambda: memory.connections == 1)
        for number in range(3):
            begun = time.monotonic()
            dovecot.append(user, letter(number))
            memory.wait_for_messages(number + 1)
            assert time.monotonic() - begun < 3
    assert memory.errors == []


def test_a_message_that_arrives_while_another_is_stored_is_not_overlooked(
    dovecot: Dovecot, user: str
) -> None:
    memory = Memory()
    dovecot.append(user, letter(0))

    def append_another(batch: Batch) -> None:
        if len(memory.messages) < 3:
            dovecot.append(user, letter(batch.cursor.last_uid))

    memory.before_take = append_another
    with watching(inbox(dovecot, user, memory, poll_seconds=600)):
        memory.wait_for_messages(4)
    assert memory.bodies == [letter(number) for number in range(4)]


def test_a_look_sees_what_the_server_has_not_announced_yet(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    box = inbox(dovecot, user, memory)
    with imap_connection.connected(dovecot.settings(user), lambda: PASSWORD) as client:
        position = box._position(client)
        dovecot.append(user, letter(1))
        assert box._pull(client, position)[1] == 1


def test_a_server_without_idle_is_polled(user: str) -> None:
    memory = Memory()
    with running_dovecot(capability="IMAP4rev1 UIDPLUS") as server:
        with watching(inbox(server, user, memory, poll_seconds=0.1, move_to="Done")):
            memory.wait(lambda: memory.connections == 1)
            server.append(user, letter(1))
            memory.wait_for_messages(1)
        assert len(inbox(server, user, memory).list_uids("Done").uids) == 1


@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_restart_during_idle(own_dovecot: Dovecot, user: str, security: str) -> None:
    memory = Memory()
    settings = {"none": own_dovecot.settings, "tls": own_dovecot.tls_settings}[security](user)
    with watching(Inbox(settings, lambda: PASSWORD, memory, jitter=lambda: 0.0)):
        memory.wait(lambda: memory.connections == 1)
        own_dovecot.append(user, letter(1))
        memory.wait(lambda: len(memory.messages) == 1)
        own_dovecot.restart()
        own_dovecot.append(user, letter(2))
        memory.wait(lambda: len(memory.messages) == 2)
    assert memory.bodies == [letter(1), letter(2)]
    assert all(isinstance(error, TemporaryInboxError) for error in memory.errors)
    assert memory.errors


def test_sessions_that_are_killed_are_opened_again(own_dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    with watching(inbox(own_dovecot, user, memory)):
        for number in range(3):
            memory.wait_for_connections(number + 1)
            own_dovecot.append(user, letter(number))
            memory.wait_for_messages(number + 1)
            assert own_dovecot.cut_sessions() >= 1
    assert memory.bodies == [letter(number) for number in range(3)]


def test_a_restart_during_the_fetch(own_dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    own_dovecot.append(user, *(letter(n, size=20_000) for n in range(150)))

    def restart_once(batch: Batch) -> None:
        if batch.messages[0].uid == 51 and not memory.errors:
            own_dovecot.restart()

    memory.before_take = restart_once
    with watching(inbox(own_dovecot, user, memory)):
        memory.wait(lambda: len(memory.messages) >= 150)
    assert memory.bodies == [letter(n, size=20_000) for n in range(150)]
    assert memory.errors


def test_the_pauses_grow_while_the_server_is_away(own_dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    own_dovecot.stop()
    with watching(inbox(own_dovecot, user, memory)):
        memory.wait(lambda: len(memory.pauses) == 3)
        assert memory.pauses == [0.5, 1.0, 2.0]
        own_dovecot.start()
        own_dovecot.append(user, letter(1))
        memory.wait(lambda: len(memory.messages) == 1)


def test_a_stop_during_a_take_lets_it_finish(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, *(letter(n) for n in range(60)))
    reader = inbox(dovecot, user, memory)
    memory.before_take = lambda _batch: reader.stop()
    reader.run()
    assert len(memory.messages) == 50
    assert memory.stored_cursor is not None
    assert memory.stored_cursor.last_uid == 50
    assert memory.errors == []


def test_a_failing_store_is_tried_again_with_growing_pauses(dovecot: Dovecot, user: str) -> None:
    memory = Memory()
    dovecot.append(user, letter(1))

    def fail_twice(_batch: Batch) -> None:
        if len(memory.errors) < 2:
            raise OSError("database away")

    memory.before_take = fail_twice
    with watching(inbox(dovecot, user, memory)):
        memory.wait(lambda: len(memory.messages) == 1)
    assert memory.pauses == [0.5, 1.0]
