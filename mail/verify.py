"""Is the sender who From says? DKIM, SPF, DMARC and ARC where the desk sees the connection."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mail import dmarc
from mail.dkim_check import Signature, chain, signatures, vouched
from mail.dns_lookup import Lookup
from mail.organization import aligned
from mail.spf_check import check_spf

Verdict = Literal["pass", "fail", "none", "temperror"]


@dataclass(frozen=True, slots=True)
class Connection:
    """What the listener knows: `client_ip` is empty where another server stands in front."""

    client_ip: str
    helo: str
    mail_from: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who verifies: the `authserv_id` to sign with, and ARC `forwarders` that are believed."""

    authserv_id: str
    forwarders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class VerifiedResult:
    """The verdict on From, why, and the field to put on top of the message (RFC 8601).

    `pass`: DMARC passes, a DKIM signature stands for From's domain, or a named forwarder found
    so. `fail`: From's domain has a policy and nothing stands for it. `none`: nobody says
    anything. `temperror`: the name servers didn't answer.
    """

    verdict: Verdict
    detail: str
    authentication_results: str


def verify(
    raw: bytes, from_address: str, connection: Connection, receiver: Receiver, lookup: Lookup
) -> VerifiedResult:
    """Verify the sender of `raw`; `from_address` is empty unless From holds exactly one mailbox.

    Blocking: it asks name servers through `lookup`, so it belongs in a thread.
    """
    domain = from_address.rpartition("@")[2].lower()
    found = signatures(raw, lookup)
    spf = check_spf(connection.client_ip, connection.mail_from, connection.helo, lookup)
    signed = [signature.domain for signature in found if signature.result == "pass"]
    if not domain or _from_fields(raw) != 1:
        return _result(receiver, "fail", "From doesn't hold exactly one address", [])
    sent = spf.domain if spf.result == "pass" else ""
    policy = dmarc.evaluate(domain, signed, sent, lookup)
    seal = chain(raw, lookup)
    forwarded = vouched(seal, domain, receiver.forwarders)
    by_signature = any(aligned(name, domain) for name in signed)
    passed = policy == "pass" or (policy == "none" and by_signature) or forwarded
    doubtful = "temperror" in {policy, seal.result, *(s.result for s in found)}
    verdict = "pass" if passed else _without_pass(policy, doubtful or spf.result == "temperror")
    findings = [
        f"spf={spf.result} smtp.mailfrom={spf.domain}",
        *(f"dkim={s.result} header.d={s.domain} header.s={s.selector}" for s in found),
        f"dmarc={policy} header.from={domain}",
        f"arc={seal.result}" + (f" arc.sealer={seal.sealer}" if seal.sealer else ""),
    ]
    return _result(receiver, verdict, _because(policy, found, forwarded), findings)


def _without_pass(policy: dmarc.DmarcResult, doubtful: bool) -> Verdict:
    if doubtful:
        return "temperror"
    return "fail" if policy == "fail" else "none"


def _because(policy: str, found: Iterable[Signature], forwarded: bool) -> str:
    reasons = [f"dmarc={policy}"]
    reasons += [f"dkim={s.result} for {s.domain or '?'} {s.why}".rstrip() for s in found]
    reasons += ["vouched for by a named forwarder (ARC)"] if forwarded else []
    return "; ".join(reasons)


def _from_fields(raw: bytes) -> int:
    head = re.split(rb"\r?\n\r?\n", raw, maxsplit=1)[0]
    return len(re.findall(rb"^from[ \t]*:", head, re.IGNORECASE | re.MULTILINE))


def _result(
    receiver: Receiver, verdict: Verdict, detail: str, findings: list[str]
) -> VerifiedResult:
    parts = [receiver.authserv_id, *(map(_token, findings) if findings else ["none"])]
    return VerifiedResult(verdict, detail, "Authentication-Results: " + ";\r\n ".join(parts))


def _token(finding: str) -> str:
    """Keep only what can't end a value or a field: names come from the message."""
    return re.sub(r"[^A-Za-z0-9 =._@+-]", "?", finding)
