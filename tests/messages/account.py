"""What became of a message, as text that people can read and compare."""

import re
from collections.abc import Iterable, Iterator, Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from bot.store.messages import StoredMessage
from bot.store.outbox import OutboxItem
from bot.store.work import Work
from quotas.decision import Decision
from quotas.ledger import LedgerEntry

OWN_ID = re.compile(r"<[a-z2-7]+\.[a-z2-7]{16}@desk\.example>")
HEADERS = ("From", "To", "Subject", "In-Reply-To", "References", "Auto-Submitted", "Message-ID")
NOTHING = "  (nothing)"


def account(
    work: Work,
    message: StoredMessage,
    decision: Decision | None,
    entries: Iterable[LedgerEntry],
    items: Iterable[OutboxItem],
) -> str:
    """Return what was decided about `message` and what it caused, in full."""
    items = list(items)
    lines = [
        *_outcome(message, decision),
        *_case(work, message),
        "ledger",
        *([f"  {_entry(e)}" for e in entries] or [NOTHING]),
        "outbox",
        *([f"  {_item(item)}" for item in items] or [NOTHING]),
    ]
    for item in items:
        if item.kind == "mail":
            lines += ["", *_letter(item)]
    return "\n".join(lines) + "\n"


def _outcome(message: StoredMessage, decision: Decision | None) -> Iterator[str]:
    yield f"reason     {message.reason or '-'}"
    yield f"state      {message.state}"
    if message.cause:
        yield f"cause      {message.cause}: {message.detail}"
    if decision is None:
        return
    told: Mapping[str, Any] = {
        "number": decision.support_number,
        "contact": decision.contact and decision.contact.name,
        "category": decision.category,
        "item": decision.item,
        "article": decision.article,
        "quota": _quota(decision),
        "facts": "; ".join(f"{name} = {value}" for name, value in decision.facts.items()),
        "queue": decision.queue,
        "due": decision.due and decision.due.isoformat(),
        "question": decision.question and decision.question.replace("\n", " / "),
        "marks": ", ".join(decision.marks),
        "awaits": decision.awaits,
        "takes up": decision.takes_up and f"message {decision.takes_up}",
        "challenge": decision.challenge,
        "steps": ", ".join(f"{step.rule} {step.result}" for step in decision.trace),
    }
    for name, value in told.items():
        if value:
            yield f"{name:<11}{value}"


def _quota(decision: Decision) -> str | None:
    left = decision.balance
    if left is None:
        return None
    limit = f"{left.limit} less {left.used} used less {left.reserved} reserved = {left.remaining}"
    counted = f"{left.used} used, {left.reserved} reserved, no limit"
    told = counted if left.limit is None else limit
    return f"{left.quota}: {told}, starts again on {left.resets_on}"


def _case(work: Work, message: StoredMessage) -> Iterator[str]:
    case = work.cases.get(message.case_number) if message.case_number else None
    if case is not None:
        yield f"case       {case.number} ({case.state}, queue {case.queue}): {case.subject}"


def _entry(entry: LedgerEntry) -> str:
    about = f"for {entry.case_number}" if entry.case_number else "for no case"
    return (
        f"{entry.kind} {entry.units} {entry.quota} of {entry.support_number}, charged on "
        f"{entry.charged_on}, {about}, by {entry.actor}, {entry.article}"
    )


def _item(item: OutboxItem) -> str:
    to = f" to {item.recipient}" if item.recipient else ""
    automatic = ", automatic" if item.automatic else ""
    about = f", case {item.case_number}" if item.case_number else ""
    back = f", came back: {item.bounce_status}" if item.bounced_at else ""
    return f"{item.kind} {_kind(item)}{to}, {item.state}{automatic}{about}{back}"


def _kind(item: OutboxItem) -> str:
    return item.template or str((item.payload or {}).get("draw"))


def _letter(item: OutboxItem) -> Iterator[str]:
    sent = message_from_bytes(item.raw or b"", policy=policy.default)
    assert isinstance(sent, EmailMessage)
    for name in HEADERS:
        if sent[name]:
            yield f"{name}: {masked(str(sent[name]))}"
    yield ""
    for line in sent.get_content().rstrip().splitlines():
        yield f"| {line}".rstrip(" ")


def masked(text: str) -> str:
    """Return `text` with the desk's own Message-IDs, which are random, made alike."""
    return OWN_ID.sub("<(of the desk)@desk.example>", text)
