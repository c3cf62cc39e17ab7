"""Keeping secrets at rest: mails that carry a licence key are encrypted until they leave."""

import hashlib

from nacl.exceptions import CryptoError
from nacl.secret import SecretBox


class SealError(ValueError):
    """Raised when something sealed can't be opened: the desk's key was changed."""


class Seal:
    """Encrypts with a key made from the desk's secret `key` (at least 16 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._box = SecretBox(
            hashlib.blake2b(key, digest_size=32, person=b"madoguchi-seal").digest()
        )

    def close(self, data: bytes) -> bytes:
        """Return `data` encrypted and authenticated."""
        return bytes(self._box.encrypt(data))

    def open(self, sealed: bytes) -> bytes:
        """Return what was sealed; raise `SealError` when it wasn't by this desk."""
        try:
            return bytes(self._box.decrypt(sealed))
        except CryptoError as error:
            raise SealError(
                "a sealed mail can't be opened: MADOGUCHI_SECRET (or desk.key) is not the one it "
                "was sealed with"
            ) from error
