"""Asking the domain name system, behind one small function that tests can replace."""

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import Literal

import dns.exception
import dns.nameserver
import dns.resolver

RecordType = Literal["TXT", "A", "AAAA", "MX", "PTR"]
Lookup = Callable[[str, RecordType], Sequence[bytes]]
"""Gives the records of a name as bytes: TXT joined, MX as `10 mx.example`; empty for none.

Raises DnsTemporaryError when the answer can't be had now.
"""


class DnsTemporaryError(Exception):
    """No answer from the domain name system: another try may succeed."""


def dns_lookup(nameservers: Sequence[str] = (), timeout: float = 5.0) -> Lookup:
    """Return a lookup over `nameservers` (empty: the system's); `timeout` in seconds a name.

    A name server is an IP address, or `address:port` with IPv4.

    Raises DnsTemporaryError when the system names no server.
    """
    try:
        resolver = dns.resolver.Resolver(configure=not nameservers)
    except dns.resolver.NoResolverConfiguration as error:
        raise DnsTemporaryError("no name server is configured on this machine") from error
    if nameservers:
        resolver.nameservers = [_server(name) for name in nameservers]

    def lookup(name: str, kind: RecordType) -> Sequence[bytes]:
        with _explained(name):
            answer = resolver.resolve(name, kind, lifetime=timeout, search=False)
            if kind == "TXT":
                return [b"".join(record.strings) for record in answer]
            return [record.to_text().rstrip(".").encode("ascii") for record in answer]
        return ()

    return lookup


def _server(name: str) -> dns.nameserver.Nameserver:
    address, _, port = name.partition(":") if name.count(":") == 1 else (name, "", "")
    return dns.nameserver.Do53Nameserver(address, int(port or 53))


@contextmanager
def _explained(name: str) -> Generator[None]:
    """Let "there is no such record" and "that is no name" pass as no answer at all."""
    try:
        yield
    except dns.resolver.NoNameservers as error:
        raise DnsTemporaryError(f"{name}: no name server answers") from error
    except dns.exception.Timeout as error:
        raise DnsTemporaryError(f"{name}: the name servers are too slow") from error
    except (dns.exception.DNSException, UnicodeError, ValueError):
        return
