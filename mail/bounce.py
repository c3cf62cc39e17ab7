"""Delivery reports: structured (RFC 3464) and the plain text of carriers and old servers.

A report is told from a person's mail about one by where it comes from: structure at the top of
the message, or a mail system as sender together with the words mail systems use.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mail.address import mailboxes
from mail.bounce_words import (
    DELIVERED,
    EXPLANATION,
    ORIGINAL,
    PERMANENT,
    SUBJECT,
    SYSTEM,
    TEMPORARY,
)
from mail.header import Header, split_header
from mail.message import BounceReport
from mail.mime import Part

_LOOK = 6_000
_MOST = 50
_REPORTS = frozenset({"message/delivery-status", "message/global-delivery-status"})
_RETURNED = frozenset({"message/rfc822", "text/rfc822-headers", "message/global",
                       "message/global-headers", "message/rfc822-headers"})  # fmt: skip
_DONE = frozenset({"delivered", "relayed", "expanded"})
_FORWARDED = re.compile(r"\s*(?:fwd?|転送|tr|wg|vs)\s?[:：]", re.IGNORECASE)

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\"-]{1,64}@(?:[A-Za-z0-9-]{1,63}\.){0,8}[A-Za-z0-9-]{1,63}"
)
# A field or envelope line quoted from the message, which names others than the failed recipient.
_QUOTED_FIELD = re.compile(
    r"^[ \t>|]{0,8}(?:Message-Id|Message id|From|Sender|Reply-To|Return-Path|References|Received|"
    r"In-Reply-To|Subject|Cc|X-[A-Za-z-]{1,40})[ \t]{0,8}:.*",
    re.IGNORECASE | re.MULTILINE,
)
_TO = re.compile(r"^[ \t>|]{0,8}To[ \t]{0,8}:.*", re.IGNORECASE | re.MULTILINE)
_X400 = re.compile(r"^(?:.{0,60}[;:/])?(?:SMTP|RFC-?822)=", re.IGNORECASE)
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SMTP = re.compile(r"\b([45])[0-5]\d[ -]")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,900}>")
_INLINE_ID = re.compile(r"^[ \t>|]{0,8}Message-I[dD]:\s{0,4}(<[^<>\s]{3,900}>)", re.MULTILINE)


class _Failure(NamedTuple):
    """One recipient of a structured report."""

    recipient: str
    action: str
    status: str


def read_bounce(root: Part, from_address: str, subject: str, text: str) -> BounceReport | None:
    """Return what a delivery report says, or None when the message isn't one.

    `from_address`, `subject` and `text` are as `mail.parse` read them.
    """
    reports = [part for part in _parts(root) if part.type in _REPORTS]
    declared = root.content_type.parameters.get("report-type", "").lower()
    if reports or (root.type == "multipart/report" and declared == "delivery-status"):
        return _structured(root, reports, text)
    why = _why_plain(root, from_address, subject, text)
    return _plain(root, why, subject, text) if why else None


def _parts(part: Part) -> Iterator[Part]:
    yield part
    for child in part.children:
        yield from _parts(child)


def _structured(root: Part, reports: list[Part], text: str) -> BounceReport | None:
    failures = [failure for part in reports for failure in _failures(part)]
    if failures and all(failure.action in _DONE for failure in failures):
        return None
    failed = [failure for failure in failures if failure.action not in _DONE]
    status = next((failure.status for failure in failed if failure.status), "")
    delayed = bool(failed) and all(failure.action == "delayed" for failure in failed)
    recipients = _unique(failure.recipient for failure in failed)
    return BounceReport(
        why="delivery status notification" + (f" {status}" if status else ""),
        original_message_id=_original_id(root, text),
        recipients=recipients or _recipients(root, text),
        status=status,
        permanent=not (delayed or status.startswith("4")),
    )


def _failures(part: Part) -> Iterator[_Failure]:
    """Yield the per-recipient groups of a delivery-status part (RFC 3464, 2.3)."""
    rest = part.decoded().data.lstrip()
    for _ in range(_MOST):
        if not rest.strip():
            return
        header, rest = split_header(rest.lstrip(b"\r\n"))
        # What we sent to counts; the final recipient may be a mailbox behind a forwarding.
        original = _address(header.text("original-recipient", 500))
        recipient = original or _address(header.text("final-recipient", 500))
        if recipient or header.has("action"):
            status = _STATUS.search(header.text("status", 100))
            yield _Failure(
                recipient,
                header.text("action", 100).lower().split(" ")[0],
                status.group(1) if status else "",
            )


def _address(field: str) -> str:
    match = _ADDRESS.search(field[:500])
    return _X400.sub("", match.group()).strip("\"'") if match else ""


def _why_plain(root: Part, from_address: str, subject: str, text: str) -> str:
    """Return why a message without structure is a report, or nothing."""
    header = root.header
    if _FORWARDED.match(subject) or header.has("x-forwarded-message-id"):
        return ""
    if header.has("x-failed-recipients"):
        return "X-Failed-Recipients"
    told = SUBJECT.search(subject[:300]) is not None
    if DELIVERED.search(subject[:300]):
        return ""
    explained = EXPLANATION.search(text[:_LOOK]) is not None
    robot = _null_path(header) or _ROBOT.search(from_address) is not None
    system = robot or SYSTEM.search(f"{header.text('from', 1000)} {from_address}") is not None
    if told and (robot or (system and (explained or not text.strip()))):
        return f"subject and sender: {subject[:60]}"
    if told and explained and _returns_mail(root) and not header.has("in-reply-to"):
        return f"subject and returned message: {subject[:60]}"
    return "text and sender" if robot and explained and _tells_address(text) else ""


def _null_path(header: Header) -> bool:
    return header.has("return-path") and not header.raw("return-path").strip(b" <>\t\r\n")


def _returns_mail(root: Part) -> bool:
    """Tell whether a message is enclosed and the sender is none who wrote by hand."""
    enclosed = any(part.type in _RETURNED for part in _parts(root) if part is not root)
    return enclosed and not (root.header.has("user-agent") or root.header.has("x-mailer"))


_ROBOT = re.compile(r"^(?:mailer-?daemon|mail-?daemon|postmaster|daemon)@", re.IGNORECASE)


def _tells_address(text: str) -> bool:
    return _ADDRESS.search(text[:_LOOK]) is not None


def _plain(root: Part, why: str, subject: str, text: str) -> BounceReport:
    head = _own(text)
    status = _STATUS.search(head)
    return BounceReport(
        why=why,
        original_message_id=_original_id(root, text),
        recipients=_recipients(root, text),
        status=status.group(1) if status else "",
        permanent=not _temporary(status.group(1) if status else "", subject, head),
    )


def _temporary(status: str, subject: str, head: str) -> bool:
    """Tell whether the mail system will try again: by status, SMTP reply, then by words."""
    if status:
        return status.startswith("4")
    reply = _SMTP.search(head)
    if reply:
        return reply.group(1) == "4"
    if PERMANENT.search(f"{subject} {head}"):
        return False
    return TEMPORARY.search(f"{subject} {head}") is not None


def _own(text: str) -> str:
    """Return what the mail system says, without the message it returns."""
    look = text[:_LOOK]
    match = ORIGINAL.search(look)
    return look[: match.start()] if match and match.start() > 0 else look


def _recipients(root: Part, text: str) -> tuple[str, ...]:
    """Return the addresses a report names, without those of fields it quotes and of robots."""
    told = root.header.text("x-failed-recipients", 5_000)
    own = _QUOTED_FIELD.sub("", _own(text))
    found = _ADDRESS.findall(told) or _ADDRESS.findall(_TO.sub("", own)) or _ADDRESS.findall(own)
    ours = {box.address.lower() for raw in root.header.all("to") for box in mailboxes(raw, 4_000)}
    named = _unique(_X400.sub("", one).strip("\"'") for one in found if not _MACHINE.match(one))
    others = tuple(one for one in named if one.lower() not in ours)
    return others or named


_MACHINE = re.compile(
    r"(?:mailer-?daemon|postmaster|no-?reply|uucp|root)@|.{1,64}@localhost", re.IGNORECASE
)


def _unique(values: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for value in values if value))[:_MOST]


def _original_id(root: Part, text: str) -> str | None:
    """Return the Message-ID of what was sent: of the returned part, of the text, of References."""
    for part in _parts(root):
        if part.type in _RETURNED and part is not root:
            found = _MESSAGE_ID.search(
                _header_of(part).raw("message-id").decode("ascii", "replace")
            )
            if found:
                return found.group()
    inline = _INLINE_ID.search(text)
    if inline:
        return inline.group(1)
    for name in ("in-reply-to", "references"):
        ids = _MESSAGE_ID.findall(root.header.raw(name).decode("ascii", "replace")[:64_000])
        if ids:
            return str(ids[-1])
    return None


def _header_of(part: Part) -> Header:
    return split_header(part.decoded().data[:100_000].lstrip())[0]
