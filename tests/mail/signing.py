"""A sender's side for tests: keys, a zone in memory, DKIM and ARC signatures."""

import base64
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import dkim
from nacl.signing import SigningKey

from mail.dns_lookup import DnsTemporaryError, RecordType


@dataclass
class Zone:
    """A name space: records by name and type; `broken` names give a temporary error."""

    records: dict[tuple[str, str], list[bytes]] = field(
        default_factory=dict[tuple[str, str], list[bytes]]
    )
    broken: set[str] = field(default_factory=set[str])
    asked: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])

    def __call__(self, name: str, kind: RecordType) -> Sequence[bytes]:
        self.asked.append((name, kind))
        if name in self.broken:
            raise DnsTemporaryError(f"{name}: no answer")
        return self.records.get((name, kind), [])

    def add(self, name: str, kind: RecordType, *values: bytes) -> None:
        self.records.setdefault((name, kind), []).extend(values)


@dataclass(frozen=True)
class Key:
    """A signing key: `private` as dkimpy wants it, `record` for the zone."""

    algorithm: bytes
    private: bytes
    record: bytes


def rsa_key(bits: int) -> Key:
    private = _openssl("genrsa", "-traditional", str(bits), given=b"")
    public = _openssl("rsa", "-pubout", "-outform", "DER", given=private)
    return Key(b"rsa-sha256", private, b"v=DKIM1; k=rsa; p=" + base64.b64encode(public))


def _openssl(*arguments: str, given: bytes) -> bytes:
    done = subprocess.run(["openssl", *arguments], input=given, capture_output=True, check=True)
    return done.stdout


def ed25519_key() -> Key:
    signing = SigningKey.generate()
    public = base64.b64encode(bytes(signing.verify_key))
    private = base64.b64encode(bytes(signing))
    return Key(b"ed25519-sha256", private, b"v=DKIM1; k=ed25519; p=" + public)


def signed(raw: bytes, key: Key, domain: str, **options: Any) -> bytes:
    """Return `raw` with a DKIM signature of `domain`, selector `s`, on top."""
    options.setdefault("include_headers", [b"from", b"subject"])
    options.setdefault("canonicalize", (b"relaxed", b"relaxed"))
    field_ = dkim.sign(
        raw, b"s", domain.encode(), key.private, signature_algorithm=key.algorithm, **options
    )
    return field_ + raw


def signed_over(raw: bytes, key: Key, domain: str, names: list[bytes]) -> bytes:
    """Return `raw` with a DKIM signature over exactly `names`, even without From.

    dkimpy refuses to make such signatures, but others do not.
    """
    signer = _Signer(raw, key, domain)
    return signer.field(b"DKIM-Signature", [(b"v", b"1")], names, body=True) + raw


def sealed(raw: bytes, key: Key, domain: str, found: str) -> bytes:
    """Return `raw` with one ARC set of `domain` on top, as a forwarder would add it.

    dkimpy's own `ARC.sign` needs another library to read the results; this seals given ones.
    """
    first: list[tuple[bytes, bytes]] = [(b"i", b"1")]
    whole = f"ARC-Authentication-Results: i=1; {domain}; {found}\r\n".encode() + raw
    names = [b"from", b"subject"]
    whole = (
        _Signer(whole, key, domain).field(b"ARC-Message-Signature", first, names, body=True) + whole
    )
    chain = [b"arc-authentication-results", b"arc-message-signature"]
    seal = [*first, (b"cv", b"none")]
    return _Signer(whole, key, domain).field(b"ARC-Seal", seal, chain, body=False) + whole


class _Signer(dkim.DomainSigner):
    """Makes one signature field with relaxed canonicalization."""

    def __init__(self, raw: bytes, key: Key, domain: str) -> None:
        super().__init__(raw)
        self._key, self._domain = key, domain.encode()
        self.hasher = dkim.HASH_ALGORITHMS[key.algorithm]

    def field(
        self, name: bytes, first: list[tuple[bytes, bytes]], names: list[bytes], *, body: bool
    ) -> bytes:
        policy = dkim.CanonicalizationPolicy.from_c_value(b"relaxed/relaxed")
        digest = self.hasher(policy.canonicalize_body(self.body)).digest()
        fields = [*first, (b"a", self._key.algorithm), (b"d", self._domain), (b"s", b"s")]
        if body:
            fields += [(b"c", b"relaxed/relaxed"), (b"h", b" : ".join(names))]
            fields += [(b"bh", base64.b64encode(digest))]
        fields += [(b"b", b"0" * 60)]
        key = dkim.parse_pem_private_key(self._key.private)
        return name + b": " + self.gen_header(fields, names, policy, name, key)
