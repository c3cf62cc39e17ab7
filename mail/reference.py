"""Message-IDs and case references that can't be guessed: each carries a keyed hash (RFC 2104)."""

import base64
import hashlib
import hmac
import re
import unicodedata
from dataclasses import dataclass

_ID_HASH_BYTES = 10  # 80 bits: a stranger can't forge a Message-ID of ours
_TAG_LENGTH = 6  # 30 bits in a subject; contract and contact must agree besides
_MESSAGE_ID = re.compile(r"<([a-z2-7]{8,64})\.([a-z2-7]{16})@([^\s<>@]{1,255})>")
_REFERENCE = re.compile(
    r"(?<![A-Za-z0-9])(C\d{4}-\d{6,12})-([A-Za-z2-7]{6})(?![A-Za-z0-9])", re.IGNORECASE
)
_BRACKETED = re.compile(r"\s*\[C\d{4}-\d{6,12}-[A-Za-z2-7]{6}\]", re.IGNORECASE)
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−－", "-"))


@dataclass(frozen=True, slots=True)
class CaseReferences:
    """The case numbers a text refers to: `valid` ones, and `forged` ones with a wrong hash."""

    valid: tuple[str, ...]
    forged: tuple[str, ...]


def _keyed(key: bytes, *parts: bytes) -> bytes:
    return hmac.digest(key, b"\0".join(parts), hashlib.sha256)


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


def message_id(random: bytes, key: bytes, domain: str) -> str:
    """Return a Message-ID with angle brackets, made of `random` (>= 8 bytes) and its keyed hash."""
    if len(random) < 8:
        raise ValueError("a Message-ID needs at least 8 random bytes")
    left = _base32(random)
    return f"<{left}.{_id_hash(left, key, domain.lower())}@{domain.lower()}>"


def _id_hash(left: str, key: bytes, domain: str) -> str:
    digest = _keyed(key, b"message-id", left.encode(), domain.encode())
    return _base32(digest[:_ID_HASH_BYTES])


def verify_message_id(value: str, key: bytes) -> bool:
    """Tell whether `value` is a Message-ID that was made with `key`."""
    match = _MESSAGE_ID.fullmatch(value.strip().lower())
    if match is None:
        return False
    left, tag, domain = match.groups()
    return hmac.compare_digest(tag, _id_hash(left, key, domain))


def resembles_message_id(value: str) -> bool:
    """Tell whether `value` has the shape of a Message-ID of ours, whatever its hash."""
    return _MESSAGE_ID.fullmatch(value.strip().lower()) is not None


def case_reference(case_number: str, key: bytes) -> str:
    """Return the subject tag for a case, such as `[C2026-000123-7f3qk2]`."""
    return f"[{case_number}-{_case_hash(case_number, key)}]"


def _case_hash(case_number: str, key: bytes) -> str:
    return _base32(_keyed(key, b"case", case_number.upper().encode()))[:_TAG_LENGTH]


def find_case_references(text: str, key: bytes) -> CaseReferences:
    """Find case references in `text`, as people return them (full-width, other dashes).

    A number without a hash is no reference; one with a wrong hash is named as forged.
    """
    found = _REFERENCE.findall(unicodedata.normalize("NFKC", text).translate(_DASHES))
    checked = {
        number.upper(): hmac.compare_digest(tag.lower(), _case_hash(number, key))
        for number, tag in sorted(found, key=lambda pair: _is_valid(pair, key))
    }
    return CaseReferences(
        valid=tuple(number for number, good in checked.items() if good),
        forged=tuple(number for number, good in checked.items() if not good),
    )


def without_case_references(text: str) -> str:
    """Return `text` without bracketed case references, whoever made them."""
    return _BRACKETED.sub("", text)


def _is_valid(pair: tuple[str, str], key: bytes) -> bool:
    return hmac.compare_digest(pair[1].lower(), _case_hash(pair[0], key))
