"""Passwords: hashed with Argon2id, checked in the same time whether there is one or not."""

import asyncio
import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

SHORTEST = 12
LONGEST = 200
AT_ONCE = 2
"""Each check takes 64 MiB and a processor for a moment."""


class Passwords:
    """Makes and checks hashes, off the event loop, a few at once (RFC 9106, second choice)."""

    def __init__(self) -> None:
        self._hasher = PasswordHasher()
        self._of_nobody = self._hasher.hash(secrets.token_urlsafe())
        self._room = asyncio.Semaphore(AT_ONCE)

    async def hash(self, password: str) -> str:
        """Return the hash to keep of a password."""
        async with self._room:
            return await asyncio.to_thread(self._hasher.hash, password)

    async def check(self, password: str, kept: str | None) -> bool:
        """Tell whether `password` is the one whose hash is `kept`; None costs the same time."""
        async with self._room:
            return await asyncio.to_thread(self._check, password[:LONGEST], kept)

    def _check(self, password: str, kept: str | None) -> bool:
        try:
            known = self._hasher.verify(kept or self._of_nobody, password)
        except (VerificationError, InvalidHashError):
            return False
        return known and kept is not None


def fault_of(password: str, again: str, name: str) -> str | None:
    """Say what keeps a new password from being taken: a key of the catalogue, None for nothing."""
    if len(password) < SHORTEST:
        return "password.short"
    if len(password) > LONGEST:
        return "password.long"
    if name.casefold() in password.casefold():
        return "password.name"
    if len(set(password)) < 5:
        return "password.plain"
    return None if password == again else "password.differs"
