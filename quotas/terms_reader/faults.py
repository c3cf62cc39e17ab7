"""What is wrong with a terms file, collected so that all of it is told at once."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from difflib import get_close_matches

MANY = 20
"""More names than these don't fit a line."""


class TermsError(ValueError):
    """Raised for terms that can't be used; `lines` holds ``file: key: what — remedy`` each."""

    def __init__(self, lines: Iterable[str]) -> None:
        self.lines = tuple(lines)
        super().__init__("\n".join(self.lines))


@dataclass(slots=True)
class Faults:
    """The faults found so far in one `file`."""

    file: str
    lines: list[str] = field(default_factory=list[str])

    def add(self, key: str, wrong: str, remedy: str) -> None:
        """Note that `key` is `wrong`, with what the author can do about it."""
        self.lines.append(f"{self.file}: {key}: {wrong} — {remedy}")

    def refuse(self) -> None:
        """Raise `TermsError` when anything was found."""
        if self.lines:
            raise TermsError(self.lines)


def nearest(name: str, known: Collection[str]) -> str:
    """Return a remedy for an unknown `name`: the near one among `known`, or all of them."""
    near = get_close_matches(name, list(known), n=1)
    if near:
        return f"did you mean {near[0]}?"
    if len(known) > MANY:
        return "docs/terms.md lists those there are"
    return f"known are {', '.join(known)}" if known else "none is declared in this file"
