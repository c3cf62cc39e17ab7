"""Delivery reports: structured (RFC 3464) and the plain text of carriers and old servers.

A report is told from a person's mail about one by where it comes from: structure at the top of
the message, or a mail system as sender together with the words mail systems use.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

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

_DAEMON = re.compile(
    r"mailer-?daemon|mail-?daemon|postmaster|mail ?deliver(?:y|er) (?:sub)?system|"
    r"mail delivery service|"
    r"mail administrator|system administrator|mdaemon|mail system|mail(?:er)? agent|"
    r"microsoft ?outlook|"
    r"microsoftexchange[0-9a-f]{8,}|interscan|bounce|no-?reply|daemon|internet mail|mail router|"
    r"delivery",
    re.IGNORECASE,
)
_SUBJECT = re.compile(
    r"undeliver|returned mail|return(?:ed)? to sender|failure notice|"
    r"delivery (?:status )?(?:notification|failure|"
    r"report|problem|has failed|error|delayed|warning)|deliver(?:y|ing).{0,30}fail|fail(?:ed|"
    r"ure).{0,30}deliver|"
    r"mail (?:system )?(?:error|failure|delivery fail)|could ?n[o']t be (?:delivered|sent)|"
    r"not delivered|"
    r"nondeliverable|non-?delivery|message delayed|delayed mail|mail delayed|mail delivery|"
    r"warning: (?:could not send|message)|"
    r"notice: mail delivery|unable to deliver|bounced|user unknown|unzustellbar|"
    r"配信(?:不能|できま|エラー|失敗|の遅延|遅延|に失敗|状態通知|不可|されま)|送信(?:できま|エラー|失敗|に失敗)|"
    r"(?:配送|配達)(?:不能|できま|エラー|失敗|に失敗|遅延)|メール(?:の)?(?:エラー|不達)|不達|"
    r"宛先(?:不明|が見つかり)|エラーメール|メールが(?:戻|返)|届きませんでした|お届けでき",
    re.IGNORECASE,
)
_BODY = re.compile(
    r"(?:message|mail|e-mail|delivery|it).{0,40}(?:could ?n[o']t|can ?not|was not|has not|"
    r"unable).{0,30}(?:be |been )?"
    r"(?:deliver|sent|complete)|unable to deliver|undeliverable|undelivered|did not receive|"
    r"delivery (?:has )?failed|"
    r"delivery to the following|permanent(?:ly)? (?:fatal )?(?:error|fail)|failed permanently|"
    r"following address(?:es)?|"
    r"user unknown|unknown user|no such (?:user|recipient)|mailbox (?:is )?(?:full|unavailable|"
    r"not found)|over quota|"
    r"host (?:unknown|not found)|recipient (?:address )?rejected|transcript of session|"
    r"each of the following|i'm afraid i wasn't able|returned (?:below|to sender|message)|"
    r"your (?:mail|message) (?:sent on|was not|attempted)|the user\(s\)|"
    r"address(?:es)? had .{0,20}errors|"
    r"\b5\d\d[ -]#?5\.\d\.\d|\b55\d[ -][^\d\r\n]|delayed|will (?:be retried|keep trying|"
    r"continue to try)|"
    r"(?:配信|送信|配送|配達|転送)(?:する?こと|が|を|は)?.{0,12}(?:できま|でき?なかった|失敗|不能|エラー|遅延|遅れ)|"
    r"届(?:けられ|けることが|きませ|かなかった)|宛先.{0,24}(?:存在し|見つから|不明|間違|エラー|ありませ)|"
    r"(?:メール)?アドレス.{0,24}(?:存在し|見つから|不明|無効|確認)|受信(?:者|側|拒否).{0,30}(?:拒否|存在|容量|超|満杯|でき)|"
    r"メールボックス.{0,20}(?:容量|一杯|いっぱい|満杯|存在)|以下の(?:メール)?(?:アドレス|宛先|受信者)",
    re.IGNORECASE,
)
_TEMPORARY = re.compile(
    r"delay|warning|still being retried|will (?:be retried|keep trying|continue to try)|遅延|遅れ|"
    r"再送|再試行",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~\"-]{1,64}@[A-Za-z0-9.-]{3,120}")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_SMTP = re.compile(r"\b([45])[0-5]\d[ -]")
_MESSAGE_ID = re.compile(r"<[^<>\s]{3,900}>")
_INLINE_ID = re.compile(r"^[ \t>|]{0,8}Message-I[dD]:\s{0,4}(<[^<>\s]{3,900}>)", re.MULTILINE)
_ORIGINAL = re.compile(
    r"^(?:-{2,} ?(?:original|below|this is a copy|the following|returned|unsent|"
    r".{0,40}(?:original|元の)).{0,80}|"
    r"[ \t>]{0,4}(?:Received|Return-Path): .{0,200}|Content-Type: message/rfc822.{0,80})$",
    re.IGNORECASE | re.MULTILINE,
)


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
        recipient = header.text("final-recipient", 500) or header.text("original-recipient", 500)
        if recipient or header.has("action"):
            status = _STATUS.search(header.text("status", 100))
            yield _Failure(
                _address(recipient),
                header.text("action", 100).lower().split(" ")[0],
                status.group(1) if status else "",
            )


def _address(field: str) -> str:
    match = _ADDRESS.search(field[:500])
    return match.group().strip("\"'") if match else ""


def _why_plain(root: Part, from_address: str, subject: str, text: str) -> str:
    """Return why a message without structure is a report, or nothing."""
    header = root.header
    if _FORWARDED.match(subject) or header.has("x-forwarded-message-id"):
        return ""
    sender = f"{header.text('from', 1000)} {from_address}"
    null = header.has("return-path") and not header.raw("return-path").strip(b" <>\t\r\n")
    system = null or _DAEMON.search(sender) is not None
    told = _SUBJECT.search(subject[:300]) is not None
    explained = _BODY.search(text[:_LOOK]) is not None
    if header.has("x-failed-recipients"):
        return "X-Failed-Recipients"
    if system and told and (explained or null or not text.strip()):
        return f"subject and sender: {subject[:60]}"
    strict = null or _ROBOT.search(from_address) is not None
    return "text and sender" if strict and explained and _tells_address(text) else ""


_ROBOT = re.compile(r"^(?:mailer-?daemon|mail-?daemon|postmaster|daemon)@", re.IGNORECASE)


def _tells_address(text: str) -> bool:
    return _ADDRESS.search(text[:_LOOK]) is not None


def _plain(root: Part, why: str, subject: str, text: str) -> BounceReport:
    head = _own(text)
    status = _STATUS.search(head)
    reply = _SMTP.search(head)
    temporary = (
        status.group(1).startswith("4")
        if status
        else (reply.group(1) == "4" if reply else _TEMPORARY.search(subject) is not None)
    )
    return BounceReport(
        why=why,
        original_message_id=_original_id(root, text),
        recipients=_recipients(root, text),
        status=status.group(1) if status else "",
        permanent=not temporary,
    )


def _own(text: str) -> str:
    """Return what the mail system says, without the message it returns."""
    look = text[:_LOOK]
    match = _ORIGINAL.search(look)
    return look[: match.start()] if match and match.start() > 0 else look


def _recipients(root: Part, text: str) -> tuple[str, ...]:
    told = root.header.text("x-failed-recipients", 5_000)
    found = _ADDRESS.findall(told) or _ADDRESS.findall(_own(text))
    robots = re.compile(r"(?:mailer-?daemon|postmaster|no-?reply)@", re.IGNORECASE)
    return _unique(a.strip("\"'").rstrip(".") for a in found if not robots.match(a))


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
