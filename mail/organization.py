"""Organizational domains (RFC 7489, 3.2), by the public suffix list the library ships."""

from functools import cache, lru_cache
from importlib import import_module
from typing import Any


@cache
def _suffixes() -> Any:
    return import_module("publicsuffixlist").PublicSuffixList()


@lru_cache(maxsize=4096)
def organization(domain: str) -> str:
    """Return the organizational domain of `domain` (`example.co.jp` for `mail.example.co.jp`)."""
    name = domain.strip().rstrip(".").lower()
    try:
        name = name.encode("idna").decode("ascii") if not name.isascii() else name
    except UnicodeError:
        return name
    if len(name) > 253 or not name:
        return ""
    return str(_suffixes().privatesuffix(name) or name)


def aligned(one: str, other: str) -> bool:
    """Tell whether two domains are aligned in relaxed mode: of one organization."""
    return bool(one.strip()) and organization(one) == organization(other) != ""
