"""A desk that is served: mail through Dovecot in, answers out over SMTP, on both databases."""

import asyncio
import smtplib
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.clock import system_clock
from bot.config import Environment, load
from bot.house import House, open_house
from bot.serve import Server
from bot.store.ledger_proof import prove
from tests.bot.houses import REISSUE, TOKYO, Hands, mail, open_desk, write_settings
from tests.real.dovecot import PASSWORD, Dovecot
from tests.real.servers import free_port
from tests.real.smtp_sink import SmtpSink

PASSWORDS = {"MADOGUCHI_MAILBOX_DAX_PASSWORD": PASSWORD}


def imap(dovecot: Dovecot, user: str, more: str = "") -> str:
    return (
        f'imap = {{ host = "127.0.0.1", port = {dovecot.imap}, user = "{user}", '
        f'security = "none", poll_seconds = 5{more} }}\n'
    )


def reopened(config: Path) -> House:
    """Open the desk again as a new process would, with the real clock."""
    env = Environment(PASSWORDS)
    return open_house(load(config, env), env, system_clock(TOKYO))


@asynccontextmanager
async def serving(house: House) -> AsyncGenerator[Server]:
    server = Server(house)
    running = asyncio.create_task(server.run())
    await asyncio.wait(
        [running, asyncio.create_task(server.ready.wait())], return_when=asyncio.FIRST_COMPLETED
    )
    try:
        yield server
    finally:
        server.stop()
        await running
        house.close()


async def until(condition: Callable[[], bool], what: str, seconds: float = 20) -> None:
    for _ in range(int(seconds / 0.02)):
        if condition():
            return
        await asyncio.sleep(0.02)
    raise TimeoutError(f"waited {seconds} s for {what}")


def states(house: House) -> dict[str, int]:
    with house.store.reading() as work:
        return work.messages.counts()


def questions(count: int, first: int = 0) -> list[bytes]:
    return [
        mail(
            f"DX-1024-7731\nスケジュールの操作方法を教えてください（{n}）。",
            subject=f"質問{n}",
            message_id=f"<q{n}@aoba.example.co.jp>",
            sender=("sato@aoba.example.co.jp", "takahashi@aoba.example.co.jp")[n % 2],
        )
        for n in range(first, first + count)
    ]


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
