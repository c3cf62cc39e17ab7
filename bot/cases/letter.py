"""Letters to customers that people cause: drawn, composed and put into the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.cases.canned import Canned, CannedReply
from bot.cases.outcome import Refused
from bot.cases.overview import Programmes
from bot.cases.screening import size_in_words
from bot.correspondence import Mail, Office
from bot.settings import MailboxSettings, ReissueSettings, RepliesSettings
from bot.store.cases import Case
from bot.store.outbox import Outgoing
from bot.store.work import Work
from mail.message import Attachment
from quotas.decision import Reply


@dataclass(frozen=True, slots=True)
class Letters:
    """What letters are made with: how the desk signs, its mailboxes by name, its programmes.

    `canned` are the canned replies by programme; `replies` and `reissue` what the settings allow;
    `closed` are the company's own holidays, which due times leave out.
    """

    office: Office
    boxes: Mapping[str, MailboxSettings]
    programmes: Programmes
    canned: Canned = field(default_factory=dict[str, Sequence[CannedReply]])
    replies: RepliesSettings = field(default_factory=RepliesSettings)
    reissue: ReissueSettings = field(default_factory=ReissueSettings)
    closed: frozenset[date] = frozenset()


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail as it will be sent, every byte of it fixed; `files` are names with sizes."""

    to: str
    subject: str
    body: str
    template: str
    mailbox: str
    message_id: str
    raw: bytes = field(repr=False)
    files: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Addressee:
    """Whom a letter goes to and about what; `mailbox` is a mailbox's name, `case` may be None."""

    to: str | None
    name: str | None
    mailbox: str
    programme: str
    support_number: str | None
    case: str | None = None
    subject: str = ""


def write(  # noqa: PLR0913, PLR0917 - the open work, and what makes one letter
    work: Work,
    letters: Letters,
    case: Case,
    reply: Reply,
    now: datetime,
    files: tuple[Attachment, ...] = (),
) -> Letter | Refused:
    """Draw `reply` in `case` and compose the mail; its `values` are those besides the usual ones.

    `reply.to` is ignored: a case's letter goes to the case's contact, in the case's thread.
    """
    addressee = Addressee(
        case.contact,
        case.contact_name,
        case.mailbox,
        case.programme,
        case.support_number,
        case.number,
        case.subject,
    )
    return address(work, letters, addressee, reply, now, files)


def address(  # noqa: PLR0913, PLR0917 - the open work, and what makes one letter
    work: Work,
    letters: Letters,
    whom: Addressee,
    reply: Reply,
    now: datetime,
    files: tuple[Attachment, ...] = (),
) -> Letter | Refused:
    """Draw `reply` and compose the mail to `whom`, in the thread of the case if there is one."""
    box, programme = letters.boxes.get(whom.mailbox), letters.programmes.get(whom.programme)
    if not whom.to or box is None or programme is None:
        return Refused("宛先のメールアドレスがないため、メールを作成できません。")
    values = {**_usual(work, letters, whom, now.date()), **reply.values}
    drawn = letters.office.draw(
        Reply(reply.template, whom.to, values), programme, box, whom.case, now
    )
    thread = _thread(work, whom.case) if whom.case else ()
    composed = letters.office.compose(Mail(whom.to, drawn, thread, files=files), box, now)
    return Letter(
        whom.to,
        drawn.subject,
        drawn.body,
        reply.template,
        box.name,
        composed.message_id,
        composed.raw,
        tuple(f"{file.name}（{size_in_words(file.size)}）" for file in files),
    )


def outgoing(letter: Letter, case: Case | None, key: str, now: datetime) -> Outgoing:
    """Return the outbox row of a letter, under the dedupe key of what caused it."""
    return Outgoing(
        kind="mail",
        dedupe_key=key,
        created_at=now,
        case_number=case.number if case else None,
        mailbox=letter.mailbox,
        recipient=letter.to,
        template=letter.template,
        message_id=letter.message_id,
        subject=letter.subject,
        raw=letter.raw,
    )


def addressee_registered(work: Work, number: str | None, to: str | None, day: date) -> bool:
    """Tell whether mail to `to` reaches a contact registered on `day` for contract `number`."""
    contract = work.contracts.find(number) if number else None
    return bool(contract and to and contract.contact_of(to, day))


def _usual(work: Work, letters: Letters, whom: Addressee, day: date) -> dict[str, Any]:
    """Return the usual values; what the register knows is told to registered contacts only."""
    programme = letters.programmes[whom.programme]
    contract = work.contracts.find(whom.support_number) if whom.support_number else None
    known = contract.contact_of(whom.to or "", day) if contract else None
    return {
        "subject": whom.subject,
        "programme_name": programme.name,
        "number_label": programme.number.labels[0],
        "support_number": whom.support_number if known else None,
        "customer": contract.customer if contract and known else None,
        "contact_name": known.name if known else whom.name,
    }


def _thread(work: Work, number: str) -> tuple[str, ...]:
    """Return the Message-IDs of what the customer wrote in a case, oldest first."""
    written = (message.message_id for message in work.messages.of_case(number))
    return tuple(id_ for id_ in written if id_)
