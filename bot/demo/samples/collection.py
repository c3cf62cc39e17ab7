"""All sample mails in the order in which they come in, as bytes dated around a given time."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime

from bot.demo.samples import dax, dekispart, licence
from bot.demo.samples.letter import Letter, encoded_word, message_id, received, written

ADDRESSES: Mapping[str, str] = {
    "dax": "dax@desk.example",
    "dekispart": "dekispart@desk.example",
    "licence": "licence@desk.example",
}
_LETTERS: Mapping[str, tuple[tuple[str, str, Letter], ...]] = {
    "dax": dax.LETTERS,
    "dekispart": dekispart.LETTERS,
    "licence": licence.LETTERS,
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One sample mail: where it goes, its bytes, and the reason the desk is expected to find."""

    name: str
    title_ja: str
    mailbox: str
    envelope_from: str
    raw: bytes
    expected_reason: str


def _bounce(sent_at: datetime) -> Sample:
    """Return a delivery status notification (RFC 3464) for something the desk sent."""
    daemon = "mailer-daemon@mx.example.jp"
    headers = (
        *received("", sent_at),
        ("Message-ID", message_id("dax-bounce", daemon, sent_at)),
        ("Date", format_datetime(sent_at)),
        ("From", f"{encoded_word('メール配送システム', 'utf-8')} <{daemon}>"),
        ("To", f"<{ADDRESSES['dax']}>"),
        ("Subject", "Undelivered Mail Returned to Sender"),
        ("Auto-Submitted", "auto-replied"),
        ("MIME-Version", "1.0"),
        ("Content-Type", 'multipart/report; report-type=delivery-status; boundary="=_dsn"'),
    )
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    body = """
--=_dsn
Content-Type: text/plain; charset=us-ascii

The following message could not be delivered: <old@example.jp>

--=_dsn
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp

Final-Recipient: rfc822; old@example.jp
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 User unknown

--=_dsn
Content-Type: message/rfc822

Message-ID: <sent-long-ago@desk.example>
From: <dax@desk.example>
To: <old@example.jp>
Subject: Re: question

--=_dsn--
""".replace("\n", "\r\n")
    raw = (head + body).encode()
    return Sample("dax-bounce", "届かなかったメールの通知", "dax", "", raw, "bounce")


def _letters(today: datetime) -> Iterator[Sample]:
    every = [(box, *entry) for box, entries in _LETTERS.items() for entry in entries]
    sent_at = {
        letter.name: today - timedelta(minutes=len(every) - place)
        for place, (_, _, _, letter) in enumerate(every)
    }
    ids = {
        letter.name: message_id(letter.name, letter.address, sent_at[letter.name])
        for _, _, _, letter in every
    }
    for mailbox, title, reason, letter in every:
        answered = ids[letter.answers] if letter.answers else None
        raw = written(letter, ADDRESSES[mailbox], sent_at[letter.name], answered)
        yield Sample(letter.name, title, mailbox, letter.address, raw, reason)


def samples(today: datetime) -> list[Sample]:
    """Return the sample mails in the order in which they must come in.

    `today` is the aware present: the mails are dated within the hour before it, and the registers
    of `sample_registers` for its day make the expected reasons hold.
    """
    letters = list(_letters(today))
    first = letters[0]
    again = Sample(
        "dax-duplicate",
        "同じメールの再着信",
        first.mailbox,
        first.envelope_from,
        first.raw,
        "duplicate",
    )
    return [*letters, again, _bounce(today)]
