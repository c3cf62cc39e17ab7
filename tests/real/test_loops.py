"""Automatic replies end by themselves: between two desks, to oneself, and after a bounce."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli.outbox import app
from bot.outbox import deliver_soon
from bot.store.outbox import Outgoing
from bot.store.work import Work
from mail import compose
from tests.bot.houses import MONDAY, Hands, mail, open_desk, write_settings
from tests.real.offices import Office, open_office
from tests.real.postfix import Postfix
from tests.real.served import questions, reopened, serving, states, tally, until
from tests.real.servers import free_port, server_folder
from tests.real.smtp_sink import Fault, SmtpSink

SATO = "sato@aoba.example.co.jp"


@pytest.fixture
async def office(tmp_path: Path, database_url: str, sink: SmtpSink) -> AsyncIterator[Office]:
    async with open_office(tmp_path, database_url, sink.port) as opened:
        yield opened


def desk_at(folder: Path, address: str, listen: int, peer: int) -> Path:
    """Make a desk of its own that believes every sender and sends to the desk at port `peer`."""
    folder.mkdir()
    way_in = f'smtp = {{ listen = "127.0.0.1:{listen}" }}\nauthentication = "off"\n'
    config = write_settings(folder, f"sqlite:///{folder}/desk.db", smtp=peer, way_in=way_in)
    text = config.read_text("utf-8").replace("dax@desk.example", address)
    config.write_text(text, encoding="utf-8")
    open_desk(config, Hands()).close()
    return config


@pytest.mark.real
async def test_two_desks_that_write_to_each_other_stop_at_once(tmp_path: Path) -> None:
    ports = free_port(), free_port()
    left = desk_at(tmp_path / "left", "dax@left.example", ports[0], ports[1])
    right = desk_at(tmp_path / "right", "dax@right.example", ports[1], ports[0])
    first, second = reopened(left), reopened(right)
    async with serving(first), serving(second):
        letter = mail("操作方法を教えてください。", sender="dax@right.example", authentic=False)
        await asyncio.to_thread(hand_over, ports[0], letter, "dax@left.example")
        await until(lambda: states(second) == {"automatic": 1}, "the end")
        assert states(first) == {"waiting": 1}
        assert tally(left).replies == {"sent": 1}
        assert tally(right).replies == {}


def hand_over(port: int, raw: bytes, to: str) -> None:
    import smtplib  # noqa: PLC0415 - only this thread needs it

    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail(SATO, [to], raw)


@pytest.mark.parametrize("limit", [1, 5])
async def test_a_machine_that_hides_what_it_is_gets_the_daily_number_of_replies(
    tmp_path: Path, sink: SmtpSink, limit: int
) -> None:
    database = f"sqlite:///{tmp_path}/desk.db"
    async with open_office(tmp_path, database, sink.port, f"replies_per_day = {limit}") as office:
        office.post.take(*questions(1))
        await office.work()
        for turn in range(20):
            if turn >= len(sink.stored):
                break
            office.post.take(answered_by_machine(sink.stored[turn].raw, turn))
            await office.work()
        told = office.states()
        assert len(sink.stored) == limit
        with office.house.store.reading() as work:
            newest = work.messages.newest()
        assert newest is not None
        assert told == {"answered": limit, "routed": 1}
        assert "本日の上限" in str(newest.decision)
        await office.pass_time(days=1)
        office.post.take(*questions(1, first=98))
        await office.work()
        assert len(sink.stored) == limit + 1


def answered_by_machine(reply: bytes, turn: int) -> bytes:
    """Return what a responder writes that marks nothing: a new question each time."""
    subject = f"別の質問{turn}"
    text = f"DX-1024-7731\nスケジュールの操作方法を教えてください（{len(reply)}）。"
    return mail(text, subject=subject, message_id=f"<machine{turn}@aoba.example.co.jp>")


async def test_in_one_case_a_template_goes_out_once(office: Office, sink: SmtpSink) -> None:
    office.post.take(*questions(1))
    await office.work()
    (receipt,) = office.mails()
    office.clock.forward(hours=12)  # closed: a follow-up gets a note, once
    for turn in range(4):
        thread = f"In-Reply-To: {receipt.message_id}\nReferences: {receipt.message_id}\n"
        office.post.take(
            mail(
                f"DX-1024-7731\nまだ直りません（{turn}）。",
                subject="Re: 質問0",
                message_id=f"<again{turn}@aoba.example.co.jp>",
                headers=thread,
            )
        )
        await office.work()
    templates = [item.template for item in office.mails()]
    assert len(templates) == len(set(templates))
    assert len(templates) <= 2


NEVER = {
    "null sender": "Return-Path: <>\n",
    "bulk": "Precedence: bulk\n",
    "list": "List-Id: <news.example.jp>\n",
    "auto-submitted": "Auto-Submitted: auto-replied\n",
    "auto-generated": "Auto-Submitted: auto-generated\n",
    "exchange": "X-Auto-Response-Suppress: All\nAuto-Submitted: auto-generated\n",
    "vacation": "X-Vacation: yes\n",
}


@pytest.mark.parametrize("kind", NEVER)
async def test_no_machine_is_ever_answered(office: Office, sink: SmtpSink, kind: str) -> None:
    head = NEVER[kind].encode().replace(b"\n", b"\r\n")
    office.post.take(
        head + questions(1)[0], head + mail("番号なしの質問です。", message_id="<2@a>")
    )
    await office.work()
    assert office.states() == {"automatic": 2}
    assert (office.mails(), office.drawings(), sink.stored) == ([], [], [])


async def test_a_desk_that_writes_to_itself_is_not_answered(office: Office, sink: SmtpSink) -> None:
    office.post.take(mail("DX-1024-7731\n操作方法を教えてください。", sender="dax@desk.example"))
    office.post.take(questions(1)[0])
    await office.work()
    (reply,) = sink.stored
    plain = reply.raw.replace(b"Auto-Submitted: auto-replied\r\n", b"")
    plain = plain.replace(b"\r\nMessage-ID: <", b"\r\nMessage-ID: <again.")
    assert len(plain) < len(reply.raw)
    office.post.take(reply.raw, plain)
    await office.work()
    assert office.states() == {"automatic": 3, "answered": 1}
    assert len(sink.stored) == 1


def report(message_id: str | None, status: str = "5.1.1") -> bytes:
    """Return a delivery status notification (RFC 3464) for one of our replies."""
    action = "failed" if status.startswith("5") else "delayed"
    original = f"Message-ID: {message_id}\r\n" if message_id else ""
    return (
        "Return-Path: <>\r\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example>\r\n"
        "To: dax@desk.example\r\nSubject: Undelivered Mail Returned to Sender\r\n"
        f"Message-ID: <dsn{status}@mx.example>\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; {SATO}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\n{original}Subject: x\r\n\r\n--b--\r\n"
    ).encode()


async def test_a_bounce_marks_its_delivery_alerts_and_stops_further_replies(
    office: Office, sink: SmtpSink, tmp_path: Path
) -> None:
    office.post.take(questions(1)[0])
    await office.work()
    (reply,) = office.mails()
    office.post.take(report(reply.message_id), report(reply.message_id, "5.2.2"))
    await office.work()
    assert office.states() == {"answered": 1, "bounce": 2}
    (marked,) = office.mails()
    assert marked.bounce_status == "5.1.1"
    assert marked.bounced_at is not None
    (line,) = office.lines()
    assert SATO in line
    assert "5.1.1" in line
    listed = CliRunner().invoke(app, ["list", "--config", str(tmp_path / "desk.toml")])
    assert "bounced" in listed.output
    office.post.take(questions(3)[2])  # from the same address
    await office.work()
    assert office.states() == {"answered": 1, "bounce": 2, "routed": 1}
    assert len(sink.stored) == 1
    office.post.take(questions(2)[1])  # from the other contact
    await office.work()
    assert len(sink.stored) == 2


async def test_a_bounce_of_a_reply_without_case_is_listed(office: Office, tmp_path: Path) -> None:
    office.post.take(mail("操作方法を教えてください。"))
    await office.work()
    (reply,) = office.mails()
    assert reply.case_number is None
    office.post.take(report(reply.message_id))
    await office.work()
    listed = CliRunner().invoke(app, ["list", "--config", str(tmp_path / "desk.toml")])
    assert "bounced" in listed.output
    assert "5.1.1" in listed.output


@pytest.mark.parametrize("status", ["4.4.1", "forged", "silent"])
async def test_a_delay_or_a_report_that_names_nothing_of_ours_stops_nothing(
    office: Office, sink: SmtpSink, status: str
) -> None:
    office.post.take(questions(1)[0])
    await office.work()
    (reply,) = office.mails()
    reports = {
        "4.4.1": report(reply.message_id, "4.4.1"),
        "forged": report("<guessed@desk.example>"),
        "silent": report(None),
    }
    office.post.take(reports[status])
    office.post.take(questions(3)[2])
    await office.work()
    assert office.states() == {"answered": 2, "bounce": 1}
    assert all(item.bounced_at is None for item in office.mails())
    assert len(sink.stored) == 2


@pytest.mark.real
async def test_the_report_of_a_real_postfix_finds_its_delivery(
    tmp_path: Path, sink: SmtpSink
) -> None:
    """Automatic replies have no return path, so a report is only about an operator's letter."""
    sink.faults.append(Fault.RCPT_550)
    with server_folder("postfix") as folder:
        postfix = Postfix(folder, lmtp=(port := free_port()), relay=sink.port)
        postfix.start()
        try:
            house = reopened(desk_behind(tmp_path, port, postfix))
            async with serving(house):
                await house.store.run(write_letter)
                await until(lambda: states(house) == {"bounce": 1}, "the report", 30)
                with house.store.reading() as work:
                    (item,) = (i for i in work.outbox.listed() if i.kind == "mail")
                assert (item.state, item.bounce_status) == ("sent", "5.1.1")
        finally:
            postfix.stop()


def write_letter(work: Work) -> None:
    letter = compose.Outgoing(
        from_address="dax@desk.example",
        from_name="サポート窓口",
        to=SATO,
        subject="ご回答",
        text="ご回答いたします。",
        message_id="<letter@desk.example>",
        date=MONDAY,
    )
    work.outbox.add(
        Outgoing(
            kind="mail",
            dedupe_key="letter",
            created_at=MONDAY,
            mailbox="dax",
            recipient=SATO,
            message_id="<letter@desk.example>",
            subject="ご回答",
            raw=compose.compose(letter),
        )
    )
    deliver_soon(work, MONDAY)


def desk_behind(folder: Path, port: int, postfix: Postfix) -> Path:
    way_in = f'lmtp = {{ listen = "127.0.0.1:{port}" }}\nauthentication = "off"\n'
    database = f"sqlite:///{folder}/desk.db"
    config = write_settings(folder, database, smtp=postfix.smtp, way_in=way_in)
    open_desk(config, Hands()).close()
    return config
