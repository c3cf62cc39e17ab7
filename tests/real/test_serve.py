"""A desk that is served: mail through Dovecot in, answers out over SMTP, on both databases."""

import asyncio
import smtplib
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.store.ledger_proof import prove
from tests.bot.houses import REISSUE, Hands, mail, open_desk, write_settings
from tests.real.dovecot import Dovecot
from tests.real.served import imap, questions, reopened, serving, states, until
from tests.real.servers import free_port
from tests.real.smtp_sink import SmtpSink


async def test_mail_in_the_mailbox_is_answered_over_smtp(
    tmp_path: Path, database_url: str, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    way_in = imap(dovecot, user) + 'first_run = "answer"'
    config = write_settings(tmp_path, database_url, smtp=sink.port, way_in=way_in)
    open_desk(config, Hands()).close()
    dovecot.append(user, *questions(3), mail("DX-1024-7731\n" + REISSUE, message_id="<r@a.jp>"))
    house = reopened(config)
    async with serving(house):
        await until(lambda: len(sink.stored) == 4, "four answers")
        dovecot.append(user, *questions(2, first=3))
        await until(lambda: len(sink.stored) == 6, "two more, announced by IDLE")
        assert sum(states(house).values()) == 6
        with house.store.reading() as work:
            assert len(work.ledger.entries("DX-1024-7731")) == 1
            assert prove(work.connection) == []
    assert {message.mail_from for message in sink.stored} == {""}
    assert all(b"Auto-Submitted: auto-replied" in message.raw for message in sink.stored)


async def test_a_restarted_desk_answers_nothing_twice(
    tmp_path: Path, database_url: str, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    way_in = imap(dovecot, user) + 'first_run = "answer"'
    config = write_settings(tmp_path, database_url, smtp=sink.port, way_in=way_in)
    open_desk(config, Hands()).close()
    dovecot.append(user, *questions(3))
    async with serving(reopened(config)):
        await until(lambda: len(sink.stored) == 3, "three answers")
    dovecot.change_uidvalidity(user)
    dovecot.append(user, *questions(1, first=3))
    house = reopened(config)
    async with serving(house):
        await until(lambda: len(sink.stored) == 4, "the new mail's answer")
        await until(lambda: sum(states(house).values()) == 7, "the listing of the folder")
        assert states(house).get("duplicate") == 3
    assert len({message.message_id for message in sink.stored}) == 4


async def test_mail_older_than_the_desk_is_archived_and_never_answered(
    tmp_path: Path, database_url: str, dovecot: Dovecot, user: str, sink: SmtpSink
) -> None:
    config = write_settings(tmp_path, database_url, smtp=sink.port, way_in=imap(dovecot, user))
    open_desk(config, Hands()).close()
    dovecot.append(user, *questions(5))
    house = reopened(config)
    async with serving(house):
        await until(lambda: states(house).get("archived") == 5, "the archive")
        dovecot.append(user, *questions(1, first=5))
        await until(lambda: len(sink.stored) == 1, "the first answer")
        dovecot.append(user, *questions(1))
        await until(lambda: states(house).get("duplicate") == 1, "an old mail appended again")
    assert b"q5@aoba.example.co.jp" in sink.stored[0].raw
    assert len(sink.stored) == 1


@pytest.mark.parametrize("kind", ["lmtp", "smtp"])
async def test_mail_handed_over_by_a_mail_server_is_answered(
    tmp_path: Path, database_url: str, kind: str, sink: SmtpSink
) -> None:
    port = free_port()
    way_in = f'{kind} = {{ listen = "127.0.0.1:{port}" }}\n'
    config = write_settings(tmp_path, database_url, smtp=sink.port, way_in=way_in)
    open_desk(config, Hands()).close()
    house = reopened(config)
    async with serving(house):
        client = smtplib.LMTP if kind == "lmtp" else smtplib.SMTP
        await asyncio.to_thread(hand_over, lambda: client("127.0.0.1", port), questions(3))
        await until(lambda: len(sink.stored) == 3, "three answers")


def hand_over(connect: Callable[[], smtplib.SMTP], raws: list[bytes]) -> None:
    """Deliver mails as a mail server does; an address that isn't the desk's is refused."""
    with connect() as client:
        for raw in raws:
            client.sendmail("sato@aoba.example.co.jp", ["dax@desk.example"], raw)
        with pytest.raises(smtplib.SMTPRecipientsRefused):
            client.sendmail("sato@aoba.example.co.jp", ["nobody@desk.example"], raws[0])
