"""DKIM signatures (RFC 6376, RFC 8463) and ARC chains (RFC 8617), verified by dkimpy."""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

import dkim

from mail.authentication import read_results
from mail.dns_lookup import DnsTemporaryError, Lookup

Result = Literal["pass", "fail", "none", "temperror", "permerror"]
MAX_SIGNATURES = 5  # each costs a lookup and a verification
_MINIMUM_KEY = 1024


@dataclass(frozen=True, slots=True)
class Signature:
    """One DKIM signature: `domain` and `selector` as it claims, and why it has its `result`."""

    result: Result
    domain: str = ""
    selector: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """An ARC chain: who sealed it last, and what that server had found (its results' value)."""

    result: Result
    sealer: str = ""
    found: str = ""
    why: str = ""


def signatures(raw: bytes, lookup: Lookup) -> tuple[Signature, ...]:
    """Verify the first signatures of `raw`; empty when there are none.

    Refused although they verify: `l=` (text may have been added), a From outside the signature
    (section 5.4), RSA keys below 1024 bits.
    """
    try:
        message = dkim.DKIM(raw, minkey=_MINIMUM_KEY)
    except dkim.DKIMException as error:
        return (Signature("permerror", why=f"unreadable message: {error}"),)
    count = sum(name.lower() == b"dkim-signature" for name, _ in message.headers)
    return tuple(_signature(message, i, lookup) for i in range(min(count, MAX_SIGNATURES)))


def _signature(message: dkim.DKIM, index: int, lookup: Lookup) -> Signature:
    message.domain, message.selector, message.signature_fields = b"", b"", {}
    result, why = _verified(lambda: message.verify(index, dnsfunc=_key_lookup(lookup)))
    fields = message.signature_fields
    if result == "pass" and b"l" in fields:
        result, why = "permerror", "the signature covers only a part of the text (l=)"
    if result == "pass" and b"from" not in message.include_headers:
        result, why = "permerror", "the signature doesn't cover From"
    return Signature(result, _text(fields.get(b"d")), _text(fields.get(b"s")), why)


def _verified(verify: Callable[[], bool]) -> tuple[Result, str]:
    """Run dkimpy, which raises many things on hostile input; none of them is a pass."""
    try:
        return ("pass", "") if verify() else ("fail", "the signature doesn't match, or no key")
    except DnsTemporaryError as error:
        return "temperror", str(error)
    except dkim.KeyFormatError as error:
        return "permerror", f"unusable key: {error}"
    except dkim.ValidationError as error:
        return "fail", str(error)
    except Exception as error:  # noqa: BLE001 - dkimpy lets ValueError, IndexError and others out
        return "permerror", f"{type(error).__name__}: {error}"


def chain(raw: bytes, lookup: Lookup) -> Chain:
    """Verify the ARC chain of `raw`; `sealer` is the domain of the newest seal."""
    sets: list[dict[str, object]] = []
    verdict: list[bytes | None] = []

    def verify() -> bool:
        verdict_, sets_, _ = dkim.ARC(raw, minkey=_MINIMUM_KEY).verify(_key_lookup(lookup))
        verdict.append(verdict_)
        sets.extend(sets_)
        return verdict_ == dkim.CV_Pass

    result, why = _verified(verify)
    if verdict == [dkim.CV_None]:
        return Chain("none")
    newest = sets[0] if sets else {}
    return Chain(result, _text(newest.get("as-domain")), _text(newest.get("aar-value")), why)


def vouched(chain: Chain, from_domain: str, forwarders: Collection[str]) -> bool:
    """Tell whether a named forwarder found the sender authentic (dmarc=pass for From's domain)."""
    if chain.result != "pass" or chain.sealer not in {name.lower() for name in forwarders}:
        return False
    return any(
        result.method == "dmarc"
        and result.value == "pass"
        and result.properties.get("header.from") == from_domain.lower()
        for result in read_results(chain.found).results
    )


def _key_lookup(lookup: Lookup) -> Callable[..., bytes | None]:
    def get_txt(name: bytes, timeout: float = 5) -> bytes | None:
        del timeout  # the lookup has its own
        found = lookup(name.decode("ascii", "replace").rstrip("."), "TXT")
        return found[0] if found else None

    return get_txt


def _text(value: object) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else ""
