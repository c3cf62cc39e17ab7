"""Limits on guessing at sign-in, by account and by network, on the desk's clock."""

from datetime import datetime, timedelta
from ipaddress import ip_address, ip_network

from bot.store.guesses import Limit
from bot.store.work import Work
from bot.web.tokens import Signature

OF_ACCOUNT = Limit(free=5, first=timedelta(seconds=30), longest=timedelta(hours=1))
OF_NETWORK = Limit(free=30, first=timedelta(seconds=30), longest=timedelta(hours=1))
IPV6_PREFIX = 64
"""What one customer of a provider has to himself (RFC 6177)."""


class Guessing:
    """Counts sign-ins; what is kept are keyed hashes, as people type passwords for names."""

    def __init__(self, key: bytes) -> None:
        self._signature = Signature(key, "guess")

    def subject(self, kind: str, value: str) -> str:
        """Return under what attempts at or from `value` are counted."""
        return f"{kind}:{self._signature.of(kind, value.casefold())}"

    def begin(self, work: Work, name: str, network: str, now: datetime) -> datetime | None:
        """Count an attempt at `name`; return until when it is refused, None to go ahead."""
        limits = {self._account(name): OF_ACCOUNT, self._network(network): OF_NETWORK}
        until = work.guesses.locked_until(limits, now)
        if until is None:
            for subject, limit in limits.items():
                work.guesses.attempt(subject, limit, now)
        return until

    def succeed(self, work: Work, name: str, network: str) -> None:
        """Note that the attempt counted last was no guess."""
        work.guesses.succeeded(self._account(name))
        work.guesses.forgive(self._network(network))

    def _account(self, name: str) -> str:
        return self.subject("account", name)

    def _network(self, network: str) -> str:
        return self.subject("network", neighbourhood(network))


def neighbourhood(address: str) -> str:
    """Return what counts as one network: an IPv4 address, or the /64 of an IPv6 address."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    if known.version == 4:
        return address
    mapped = getattr(known, "ipv4_mapped", None)
    return str(mapped or ip_network(f"{known}/{IPV6_PREFIX}", strict=False))
