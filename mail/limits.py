"""How much of a message is read before it is set aside for a person."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Caps on one message; sizes in bytes, `parts` and `depth` in MIME entities.

    A message over a cap is still returned, with `Message.over_limit` naming the cap.
    """

    raw: int = 40_000_000
    header: int = 256_000
    address_header: int = 32_000
    field: int = 64_000
    parts: int = 500
    depth: int = 50
    html: int = 2_000_000
    text: int = 1_000_000
    unpacked: int = 60_000_000
