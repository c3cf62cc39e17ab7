"""SPF (RFC 7208), evaluated by pyspf over the desk's own lookup."""

from dataclasses import dataclass
from typing import Any, Literal, cast

import spf

from mail.dns_lookup import DnsTemporaryError, Lookup, RecordType

SpfResult = Literal["pass", "fail", "softfail", "neutral", "none", "temperror", "permerror"]


@dataclass(frozen=True, slots=True)
class SpfFinding:
    """The result for `domain`: that of MAIL FROM, or of HELO when the reverse-path is null."""

    result: SpfResult
    domain: str
    why: str = ""


def check_spf(client_ip: str, mail_from: str, helo: str, lookup: Lookup) -> SpfFinding:
    """Evaluate SPF for one connection; without a `client_ip` (LMTP) nothing can be said."""
    domain = (mail_from.rpartition("@")[2] if mail_from else helo).lower()
    if not client_ip or not domain:
        return SpfFinding("none", domain, "the client's address or domain isn't known")
    try:
        result, _, why = _Query(lookup, client_ip, mail_from, helo).check()
    except Exception as error:  # noqa: BLE001 - pyspf lets many things out on hostile records
        return SpfFinding("permerror", domain, type(error).__name__)
    return SpfFinding(cast("SpfResult", result), domain, str(why))


class _Query(spf.query):
    """One evaluation; pyspf's own resolver and cache are replaced by the desk's lookup."""

    def __init__(self, lookup: Lookup, client_ip: str, mail_from: str, helo: str) -> None:
        super().__init__(i=client_ip, s=mail_from, h=helo)
        self._lookup = lookup

    def dns(
        self,
        name: str,
        qtype: RecordType,
        cnames: object = None,
        ignore_void: bool = False,
    ) -> list[Any]:
        """Answer as pyspf's own method does, and count names without records (section 4.6.4)."""
        del cnames
        try:
            found = self._lookup(str(name).rstrip(".").lower(), qtype)
        except DnsTemporaryError as error:
            raise spf.TempError(str(error)) from error
        if not found and not ignore_void:
            self.void_lookups += 1
            if self.void_lookups > spf.MAX_VOID_LOOKUPS:
                raise spf.PermError("too many names without records")
        return [_as_pyspf_wants(record, qtype) for record in found]


def _as_pyspf_wants(record: bytes, kind: RecordType) -> object:
    """Return TXT as a tuple of its pieces, MX as preference and host, the others as text."""
    if kind == "TXT":
        return (record,)
    text = record.decode("ascii", "replace")
    if kind == "MX":
        preference, _, host = text.partition(" ")
        return int(preference), host
    return text
