"""Secrets that browsers hold: made at random, kept by hash, signed with the desk's key."""

import hmac
import secrets
from hashlib import sha256

from itsdangerous import BadSignature, Signer

BYTES = 32


def fresh() -> str:
    """Return a new secret that nobody can guess."""
    return secrets.token_urlsafe(BYTES)


def hash_of(token: str) -> str:
    """Return what the store keeps of a secret."""
    return sha256(token.encode()).hexdigest()


class Signature:
    """Signs and checks what browsers hold for one `purpose`, with a key of its own."""

    def __init__(self, key: bytes, purpose: str) -> None:
        self._key = hmac.new(key, f"madoguchi.web.{purpose}".encode(), sha256).digest()
        self._signer = Signer(self._key, digest_method=sha256)

    def sign(self, value: str) -> str:
        """Return `value` with its signature."""
        return self._signer.sign(value).decode()

    def open(self, signed: str | None) -> str | None:
        """Return the value under a good signature, None for anything else."""
        try:
            return self._signer.unsign(signed or "").decode()
        except (BadSignature, UnicodeError):
            return None

    def of(self, *parts: str) -> str:
        """Return the keyed hash of `parts`, from which they can't be told."""
        return hmac.new(self._key, "\0".join(parts).encode(), sha256).hexdigest()[:40]
