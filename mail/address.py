"""Mailboxes in From, To and Cc (RFC 5322, 3.4), cut without being fooled.

Standard parsers read `alice@example.org)bob@victim.jp` as alice. Here whatever isn't clearly one
mailbox is none, and a display name is decoded only after the cutting.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from mail.encoded_words import decode_token, raw_text
from mail.names import clean_line

_TOKEN = re.compile(r'[(),;:<>"\\]|[^(),;:<>"\\]+', re.DOTALL)
_ATOMS = re.compile(r"[^\s()<>\[\]:;@\\,\"\x00-\x20\x7f-\x9f\ufeff\u200b]+")
_DOMAIN = re.compile(
    r"[^\s()<>\[\]:;@\\,\"\x00-\x20\x7f-\x9f!#$%&'*+/=?^`{|}~\uff20]+|\[[0-9A-Fa-f:.IPv]+\]"
)
_QUOTED = re.compile(r'"((?:[^"\\\r\n\x00]|\\.)*)"')
_AROUND = re.compile(r"\s*([@])\s*")
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+")


class Mailbox(NamedTuple):
    """A display name (decoded, one line) and an address as it is written."""

    name: str
    address: str


class _Entry:
    """What stands between two commas: a phrase, angle brackets, comments."""

    def __init__(self) -> None:
        self.phrase: list[str] = []
        self.angles: list[str] = []
        self.comments: list[str] = []
        self.after: list[str] = []
        self.broken = False

    def add(self, text: str) -> None:
        (self.after if self.angles else self.phrase).append(text)

    @property
    def blank(self) -> bool:
        return not (self.angles or "".join(self.phrase).strip())


class _Cutter:
    """Cuts one address header into entries in a single pass."""

    def __init__(self, text: str) -> None:
        self.tokens = _TOKEN.findall(text)
        self.at = 0
        self.entries: list[_Entry] = [_Entry()]

    def cut(self) -> list[_Entry]:
        steps = {'"': self._quoted, "(": self._comment, "<": self._angle}
        while self.at < len(self.tokens):
            mark = self.tokens[self.at]
            self.at += 1
            step = steps.get(mark)
            if step:
                step()
            else:
                self._plain(mark)
        return self.entries

    def _plain(self, mark: str) -> None:
        entry = self.entries[-1]
        if mark in ",;":
            self.entries.append(_Entry())
        elif mark == ":":
            self._colon(entry)
        elif mark == ">" and not entry.angles and self._ends():
            pass  # `taro@client.example>`: nothing follows that could be meant instead.
        elif mark in ")>":
            entry.broken = True
        elif mark == "\\":
            entry.add(mark)
        else:
            entry.add(mark)

    def _ends(self) -> bool:
        """Tell whether the header, or its part up to a comma, ends here."""
        rest = next((mark for mark in self.tokens[self.at :] if mark.strip()), ",")
        return rest in ",;"

    def _colon(self, entry: _Entry) -> None:
        if "@" in "".join(entry.phrase) or entry.angles:
            entry.add(":")
        else:
            self.entries[-1] = _Entry()

    def _until(self, stop: str) -> tuple[str, bool]:
        """Return the text up to `stop`, backslash escapes resolved, and whether it was there."""
        out: list[str] = []
        while self.at < len(self.tokens):
            mark = self.tokens[self.at]
            self.at += 1
            if mark == stop:
                return "".join(out), True
            if mark == "\\" and self.at < len(self.tokens):
                mark = self.tokens[self.at]
                self.at += 1
            out.append(mark)
        return "".join(out), False

    def _quoted(self) -> None:
        start = self.at
        text, closed = self._until('"')
        if not closed and any(mark == "<" for mark in self.tokens[start:]):
            # A lone quote: read on as if it were not there, or the address would be swallowed.
            self.at = start
            self.tokens = [*self.tokens[:start], *(t for t in self.tokens[start:] if t != '"')]
            return
        escaped = text.replace("\\", "\\\\").replace('"', '\\"')
        self.entries[-1].add(f'"{escaped}"')

    def _comment(self) -> None:
        out: list[str] = []
        depth = 1
        while self.at < len(self.tokens) and depth:
            mark = self.tokens[self.at]
            self.at += 1
            if mark == "\\" and self.at < len(self.tokens):
                mark = self.tokens[self.at]
                self.at += 1
            else:
                depth += (mark == "(") - (mark == ")")
            if depth:
                out.append(mark)
        entry = self.entries[-1]
        entry.broken = entry.broken or depth > 0
        entry.comments.append("".join(out))

    def _angle(self) -> None:
        out: list[str] = []
        while self.at < len(self.tokens):
            mark = self.tokens[self.at]
            if mark == "<":
                break
            self.at += 1
            if mark == ">":
                break
            if mark == '"':
                text, _ = self._until('"')
                mark = f'"{text}"'
            out.append(mark)
        self.entries[-1].angles.append("".join(out))


def mailboxes(raw: bytes, cap: int = 32_000) -> tuple[Mailbox, ...]:
    """Return the mailboxes of an address header body, without those that can't be trusted."""
    return tuple(box for box in _read(raw[:cap]) if box.address)


def sole_mailbox(bodies: list[bytes], cap: int = 32_000) -> Mailbox:
    """Return the mailbox of From if there is exactly one; else a name at best and no address.

    `bodies` are all From fields: two that don't agree are as bad as two mailboxes in one.
    """
    boxes = [box for body in bodies[:10] for box in _read(body[:cap])]
    addresses = {box.address.lower() for box in boxes}
    if len(addresses) == 1 and len(boxes) == len(bodies) and not any(len(b) > cap for b in bodies):
        return boxes[0]
    return Mailbox(boxes[0].name if boxes else "", "")


def _read(raw: bytes) -> list[Mailbox]:
    entries = _Cutter(raw_text(raw)).cut()
    return [_mailbox(entry) for entry in _merged(entries)]


def _merged(entries: list[_Entry]) -> Iterator[_Entry]:
    """Join `Yamada, Taro <taro@…>`: what has no `@` before a comma belongs to the next name."""
    held: list[str] = []
    for entry in entries:
        if entry.blank and not entry.broken:
            continue
        phrase = "".join(entry.phrase)
        if not entry.angles and "@" not in phrase and not entry.broken:
            held.append(phrase)
            continue
        if held and entry.angles:
            entry.phrase = [*(f"{text}," for text in held), *entry.phrase]
        held = []
        yield entry
    if held:
        last = _Entry()
        last.phrase = held
        yield last


def _mailbox(entry: _Entry) -> Mailbox:
    phrase = "".join(entry.phrase)
    name = _display(phrase) if entry.angles else _display(" ".join(entry.comments))
    if len(entry.angles) > 1 or "@" in "".join(entry.after):
        return Mailbox(name, "")
    if entry.broken and not entry.angles:
        return Mailbox(name, "")
    source = entry.angles[0] if entry.angles else phrase
    return Mailbox(name, _addr_spec(source))


def _display(phrase: str) -> str:
    unquoted = _QUOTED.sub(lambda m: re.sub(r"\\(.)", r"\1", m.group(1)), phrase)
    return clean_line(decode_token(unquoted.strip()))


def _addr_spec(source: str) -> str:
    """Return `source` as local@domain, or nothing if it is anything else."""
    text = _AROUND.sub(r"\1", source.strip())
    text = text[7:] if text[:7].lower() == "mailto:" else text
    if text.startswith("@") and ":" in text:
        text = text.rpartition(":")[2]
    local, at, domain = text.rpartition("@")
    quoted = _QUOTED.fullmatch(local)
    if quoted and _PLAIN_LOCAL.fullmatch(quoted.group(1)):
        local = quoted.group(1)
    elif not quoted and not _ATOMS.fullmatch(local):
        return ""
    domain = domain.removesuffix(".")
    return f"{local}@{domain}" if at and _DOMAIN.fullmatch(domain) else ""
