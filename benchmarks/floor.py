"""The floor: one plain loop that fetches, parses, records and answers, and judges nothing.

Run as ``python -m benchmarks.floor IMAP_PORT USER DATABASE SMTP_PORT COUNT``; prints JSON.
"""

import asyncio
import contextlib
import json
import os
import sys
import time
from email import message_from_bytes
from email.header import decode_header, make_header
from email.message import Message
from email.mime.text import MIMEText
from typing import Any

from aiosmtplib import SMTP
from imapclient import IMAPClient
from sqlalchemy import Column, Engine, Integer, LargeBinary, MetaData, String, Table, Text, insert

from bot.store.engine import parse_url, writing_engine
from tests.real.dovecot import PASSWORD

BATCH = 50

metadata = MetaData()
tickets = Table(
    "floor_tickets",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("message_id", String(255), index=True),
    Column("sender", String(255), index=True),
    Column("subject", Text),
    Column("text", Text),
)
rows = [
    Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True),
        Column("ticket", Integer, index=True),
        Column("text", Text),
        Column("raw", LargeBinary),
    )
    for name in ("floor_notes", "floor_ledger", "floor_outbox")
]


def text_of(message: Message) -> str:
    """Return the first plain text; every part is decoded, as a reader of mail must."""
    found = ""
    for part in message.walk():
        if not part.is_multipart():
            data = part.get_payload(decode=True)
            assert isinstance(data, bytes)
            if part.get_content_type() == "text/plain" and not found:
                found = data.decode(part.get_content_charset("utf-8"), "replace")
    return found


def record(engine: Engine, sender: str, subject: str, text: str, message: Message) -> None:
    """Write four rows in one transaction."""
    with engine.begin() as connection:
        values = {"message_id": message["Message-ID"], "sender": sender, "subject": subject}
        new = insert(tickets).values(**values, text=text).returning(tickets.c.id)
        ticket = connection.execute(new).scalar_one()
        for table in rows:
            connection.execute(insert(table).values(ticket=ticket, text=subject))


async def handle(raw: bytes, engine: Engine, smtp: SMTP) -> None:
    """Do with one mail what nobody can leave out."""
    message = message_from_bytes(raw)
    subject = str(make_header(decode_header(message["Subject"])))
    sender = str(message["From"]).rpartition("<")[2].rstrip(">")
    text = text_of(message)
    record(engine, sender, subject, text, message)
    answer = MIMEText(f"お問い合わせを受け付けました。\n\n{text[:1000]}", "plain", "utf-8")
    answer["Subject"] = f"Re: {subject}"
    answer["From"], answer["To"] = "dax@desk.example", sender
    answer["In-Reply-To"] = message["Message-ID"]
    await smtp.sendmail("dax@desk.example", [sender], answer.as_bytes())


async def run(imap_port: int, user: str, database: str, smtp_port: int, count: int) -> int:
    engine = writing_engine(parse_url(database), pool_size=1, busy_seconds=60)
    metadata.create_all(engine)
    smtp = SMTP(hostname="127.0.0.1", port=smtp_port, start_tls=False)
    await smtp.connect()
    done = 0
    client = IMAPClient("127.0.0.1", imap_port, ssl=False)
    with contextlib.closing(client.socket()):
        client.login(user, PASSWORD)
        client.select_folder("INBOX")
        uids = client.search(["ALL"])[:count]
        for start in range(0, len(uids), BATCH):
            answers: dict[int, dict[bytes, Any]] = client.fetch(
                uids[start : start + BATCH], ["BODY.PEEK[]"]
            )
            for answer in answers.values():
                await handle(answer[b"BODY[]"], engine, smtp)
                done += 1
    await smtp.quit()
    engine.dispose()
    return done


def main() -> None:
    imap_port, user, database, smtp_port, count = sys.argv[1:]
    began, cpu = time.perf_counter(), _cpu()
    done = asyncio.run(run(int(imap_port), user, database, int(smtp_port), int(count)))
    taken = time.perf_counter() - began
    figures = {"mails": done, "seconds": taken, "cpu_ms": (_cpu() - cpu) * 1000 / done}
    print(json.dumps(figures | {"rate": done / taken}))


def _cpu() -> float:
    times = os.times()
    return times.user + times.system


if __name__ == "__main__":
    main()
