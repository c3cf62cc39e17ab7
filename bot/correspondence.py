"""Mail the desk writes, automatic or by an operator: drawn and composed once and for all."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from bot.render import Letterhead, Rendered, render
from bot.settings import MailboxSettings
from mail import compose
from mail.message import Attachment
from mail.reference import case_reference, message_id
from quotas.decision import Reply
from quotas.programme import Programme


@dataclass(frozen=True, slots=True)
class Office:
    """How the desk signs: its key, name, language, a vendor's templates, lines at the foot."""

    key: bytes
    name: str
    language: str
    templates: Path | None
    signature: str = ""

    def draw(
        self,
        reply: Reply,
        programme: Programme,
        box: MailboxSettings,
        case_number: str | None,
        now: datetime,
    ) -> Rendered:
        """Draw `reply` from its template as it would be sent from `box` at the local `now`."""
        return render(
            reply,
            programme=programme,
            letterhead=Letterhead(self.name, box.address, self.signature),
            now=now,
            case_number=case_number,
            case_reference=case_reference(case_number, self.key) if case_number else None,
            language=self.language,
            folder=self.templates,
        )

    def compose(self, mail: "Mail", box: MailboxSettings, now: datetime) -> "Composed":
        """Return `mail` as it goes out from `box`, every byte of it fixed, its Message-ID too."""
        domain = box.address.rpartition("@")[2]
        own_id = message_id(secrets.token_bytes(10), self.key, domain)
        raw = compose.compose(
            compose.Outgoing(
                from_address=box.address,
                from_name=self.name,
                to=mail.to,
                subject=mail.drawn.subject,
                text=mail.drawn.body,
                message_id=own_id,
                date=now,
                in_reply_to=mail.thread[-1] if mail.thread else "",
                references=mail.thread,
                auto_submitted="auto-replied" if mail.automatic else None,
                attachments=mail.files,
            )
        )
        return Composed(own_id, raw)


@dataclass(frozen=True, slots=True)
class Mail:
    """What is to be sent to whom; `thread` holds the Message-IDs it answers, the newest last."""

    to: str
    drawn: Rendered
    thread: tuple[str, ...] = ()
    automatic: bool = False
    files: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail's Message-ID and its bytes."""

    message_id: str
    raw: bytes = field(repr=False)
