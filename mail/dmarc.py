"""DMARC (RFC 7489): the policy of From's domain, and whether DKIM or SPF stands for that domain."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from mail.dns_lookup import DnsTemporaryError, Lookup
from mail.organization import aligned, organization

DmarcResult = Literal["pass", "fail", "none", "temperror"]
_VERSION = re.compile(rb"v\s*=\s*DMARC1\s*(?:;|$)")


@dataclass(frozen=True, slots=True)
class Policy:
    """What a domain wants: `action` for mail that fails, and how exactly domains must agree."""

    action: str
    strict_dkim: bool = False
    strict_spf: bool = False


def policy(from_domain: str, lookup: Lookup) -> Policy | None:
    """Find the policy for `from_domain` or its organizational domain (section 6.6.3).

    Raises DnsTemporaryError when the question can't be answered now.
    """
    tags = _record(from_domain, lookup)
    wanted = "p"
    if tags is None and (above := organization(from_domain)) != from_domain.lower():
        tags = _record(above, lookup)
        wanted = "sp" if tags and "sp" in tags else "p"
    if tags is None:
        return None
    return Policy(tags.get(wanted, "none"), tags.get("adkim") == "s", tags.get("aspf") == "s")


def _record(domain: str, lookup: Lookup) -> dict[str, str] | None:
    """Return the tags of the one DMARC record of `domain`; several count as none."""
    records = [r for r in lookup(f"_dmarc.{domain.lower()}", "TXT") if _VERSION.match(r)]
    if len(records) != 1:
        return None
    pairs = (tag.partition("=") for tag in records[0].decode("ascii", "replace").split(";"))
    return {name.strip().lower(): value.strip().lower() for name, _, value in pairs if name.strip()}


def evaluate(
    from_domain: str, dkim_domains: Iterable[str], spf_domain: str, lookup: Lookup
) -> DmarcResult:
    """Return DMARC's result; `dkim_domains` and `spf_domain` are those that passed."""
    try:
        wanted = policy(from_domain, lookup)
    except DnsTemporaryError:
        return "temperror"
    if wanted is None:
        return "none"
    by_dkim = any(_stands_for(domain, from_domain, wanted.strict_dkim) for domain in dkim_domains)
    by_spf = _stands_for(spf_domain, from_domain, wanted.strict_spf)
    return "pass" if by_dkim or by_spf else "fail"


def _stands_for(domain: str, from_domain: str, strict: bool) -> bool:
    """Tell whether an authenticated `domain` stands for From's (section 3.1)."""
    if strict:
        return domain.lower().rstrip(".") == from_domain.lower().rstrip(".")
    return aligned(domain, from_domain)
