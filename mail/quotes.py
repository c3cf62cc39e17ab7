"""Own words, quoted words and signature of a mail text, by one pass over its lines.

Nothing is lost: every line belongs to exactly one of the three. Only the first few hundred
characters of a line are looked at, so the time is linear in the length of the text.
"""

import re
from enum import StrEnum
from typing import NamedTuple

_LOOK = 400
_WINDOW = 6


class Kind(StrEnum):
    """Whose words a line holds."""

    OWN = "own"
    QUOTED = "quoted"
    SIGNATURE = "signature"


class Split(NamedTuple):
    """The lines of each kind, in order and with their line ends."""

    own: str
    quoted: str
    signature: str


_MARKED = re.compile(r"[ \t\u3000]{0,8}(?:[>＞]|\|[ >]|[A-Za-z]{1,4}>[ >])")
_DATE = (
    r"(?:\d{2,4}[-/.年]\s?\d{1,2}[-/.月]\s?\d{1,2}日?"
    r"|\d{1,2}[./ ](?:\d{1,2}|[A-Za-z]{3,9})[./ ]\d{4}"
    r"|[A-Za-z]{3,9},?\s\d{1,2},?\s[A-Za-z]{0,9}\s?\d{2,4}|[A-Za-z]{3,9}\s\d{1,2},\s\d{4})"
)
# 2024/05/20 10:00、山田のメール:   2024年5月20日(月) 10:00 山田 <a@b>:   On Mon, … wrote:
_ATTRIBUTIONS = (
    re.compile(r"On\s.{4,300}\s(?:wrote|writes|schrieb|said)\s?[:：]\s*"),
    re.compile(
        r"(?:Am|Le|El|Il|Op)\s.{4,300}"
        r"(?:schrieb|a écrit|escribió|ha scritto|schreef).{0,80}[:：]\s*"
    ),
    re.compile(
        _DATE + r".{0,200}(?:のメール|は書きました|wrote|のメッセージ)\s?[:：]?\s*"
    ),
    re.compile(_DATE + r".{0,200}<[^<>\s]{3,100}@[^<>\s]{2,100}>.{0,20}[:：]\s*"),
    re.compile(r".{1,120}(?:さんは|様は|は).{0,60}書きました\s?[:：。]?\s*"),
    re.compile(r".{1,160}(?:wrote|writes)\s?[:：]\s*"),
    re.compile(r"In (?:message|article)\s.{3,200}[,:]?\s*"),
)  # fmt: skip
_WRAPPED_START = re.compile(r"(?:On|Am|Le|El)\s.{0,300}|" + _DATE + ".{0,200}")
_ORIGINAL = re.compile(
    r"[ \t]*[-_=*＝━─ー]{2,}\s?(?:Original Message|Original Appointment|Forwarded [Mm]essage|"
    r"Forwarded by|Weitergeleitete Nachricht|Ursprüngliche Nachricht|Message d'origine|"
    r"元のメッセージ|元のメール|転送メッセージ|転送されたメッセージ|オリジナルメッセージ|"
    r"受信メール|返信元|Begin forwarded message).{0,80}",
    re.IGNORECASE,
)
_BEGIN_FORWARDED = re.compile(r"[ \t]*(?:Begin forwarded message|以下転送|転送開始)\s?[:：]\s*")
_FIELD = re.compile(
    r"[ \t*＊_]{0,4}(?P<name>From|Sent|Date|To|Cc|Subject|"
    r"Von|Gesendet|An|Betreff|De|Envoyé|À|Objet|"
    r"差出人|送信者|送信元|送信日時|送信日|日時|日付|宛先|件名|CC|題名)[*＊]{0,2}\s?[:：][*＊]{0,2}",
    re.IGNORECASE,
)
_SENDER_FIELDS = frozenset({"from", "von", "de", "差出人", "送信者", "送信元"})
_RULE_CHARACTERS = (
    r"[-=━─＝*＊_＿~〜～#＃+＋・…‥☆★◆◇■□▲△▼▽●○◎∞^＾―‐－ー☘:：.。┏┓┗┛┌┐└┘|｜/／<>＜＞oO0｡ﾟ゜‥ｰ]"
)
_RULE = re.compile(
    r"[ \t\u3000]*"
    + _RULE_CHARACTERS
    + r"{4,}(?:[ \t\u3000]*"
    + _RULE_CHARACTERS
    + r"+){0,40}[ \t\u3000]*"
)
_DELIMITER = re.compile(r"-- ?")
_MOBILE = re.compile(
    r"[ \t]*(?:Sent from my .{2,60}|iPhoneから送信|iPadから送信|Androidから送信|"
    r"Get Outlook for .{2,40}|.{0,30}スマートフォンから送信.{0,20})[ \t]*"
)
_CONTACT = re.compile(
    r"T\s?E\s?L|Ｔ\s?Ｅ\s?Ｌ|℡|F\s?A\s?X|Ｆ\s?Ａ\s?Ｘ|\bPhone|\bMobile|E-?mail|Ｅ-?ｍａｉｌ|電話|携帯|〒|"
    r"https?://|www\.|[\w.+-]{1,64}@[\w-]{1,63}\.|メール\s?[:：]",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"(?:。|[?？]|(?:です|ます|ました|ません|ください|下さい|でしょうか|[a-z][.!])"
    r"[ \t\u3000。、]*)$"
)
_LABEL = re.compile(r"[ \t\u3000■□◆●・○◇]{0,4}([^:：\s@]{1,14})\s?[:：]\s?\S")
_CONTACT_LABEL = re.compile(
    r"(?:T\s?E\s?L|Ｔ|F\s?A\s?X|Ｆ|Phone|Mobile|Fax|Tel|Direct|E-?mail|Mail|Web|URL|HP|https?|"
    r"Address|"
    r"電話|携帯|直通|代表|内線|住所|所在地|メール|ホームページ|営業時間|定休日|担当|部署|〒|本社|支店|東京|大阪)",
    re.IGNORECASE,
)
_LONGEST_SIGNATURE = 25


class _Lines:
    """The lines of one text and what each became."""

    def __init__(self, text: str) -> None:
        self.lines = text.splitlines(keepends=True)
        self.looks = [line[:_LOOK].rstrip("\r\n") for line in self.lines]
        self.kinds = [Kind.OWN] * len(self.lines)

    def scan(self) -> None:
        """Mark quotes from the top, then the signatures of what is left."""
        at = 0
        while at < len(self.lines):
            if _MARKED.match(self.looks[at]):
                self.kinds[at] = Kind.QUOTED
            elif self._begins_rest(at):
                self.kinds[at:] = [Kind.QUOTED] * (len(self.lines) - at)
                break
            else:
                at += self._attribution(at)
                continue
            at += 1
        self._signature()

    def _begins_rest(self, at: int) -> bool:
        """Tell whether everything from this line on is an older message."""
        look = self.looks[at]
        if _BEGIN_FORWARDED.fullmatch(look) or _ORIGINAL.fullmatch(look):
            return True
        return self._header_block(at)

    def _header_block(self, at: int) -> bool:
        """Tell whether a block of header fields begins here: From and two others close by."""
        first = _FIELD.match(self.looks[at])
        if first is None or first["name"].lower() not in _SENDER_FIELDS:
            return False
        near = self.looks[at + 1 : at + _WINDOW]
        names = {m["name"].lower() for look in near if (m := _FIELD.match(look))}
        return len(names - _SENDER_FIELDS) >= 2

    def _attribution(self, at: int) -> int:
        """Mark a line such as `On … wrote:` (one line or wrapped to two); return lines consumed."""
        look = self.looks[at].strip()
        size = 0
        if _attributes(look):
            size = 1
        elif at + 1 < len(self.looks) and _WRAPPED_START.fullmatch(look):
            size = 2 if _attributes(f"{look} {self.looks[at + 1].strip()}") else 0
        if not size:
            return 1
        follows = self._next_nonblank(at + size)
        if follows is None:
            return size
        if _MARKED.match(self.looks[follows]):
            self.kinds[at:follows] = [Kind.QUOTED] * (follows - at)
            return follows - at
        if _STRONG.search(look) or size == 2:
            self.kinds[at:] = [Kind.QUOTED] * (len(self.lines) - at)
            return len(self.lines) - at
        return size

    def _next_nonblank(self, at: int) -> int | None:
        stop = min(at + 4, len(self.looks))
        return next((n for n in range(at, stop) if self.looks[n].strip()), None)

    def _signature(self) -> None:
        """Mark the signature at the end of the last run of own lines."""
        own = [at for at, kind in enumerate(self.kinds) if kind is Kind.OWN]
        start = self._delimited(own)
        if start is None:
            start = self._boxed(own)
        for at in own[start:] if start is not None else ():
            self.kinds[at] = Kind.SIGNATURE

    def _delimited(self, own: list[int]) -> int | None:
        """Return the place of the last `-- ` or `Sent from my …` with something before it."""
        for place in range(len(own) - 1, max(0, len(own) - 4 * _LONGEST_SIGNATURE), -1):
            look = self.looks[own[place]]
            if _DELIMITER.fullmatch(look) or _MOBILE.fullmatch(look):
                return place if self._says_something(own[:place]) else None
        return None

    def _says_something(self, own: list[int]) -> bool:
        return any(self.looks[at].strip() and not _is_rule(self.looks[at]) for at in own)

    def _boxed(self, own: list[int]) -> int | None:
        """Return where a box of contact data begins: no sentence and no form may follow."""
        start: int | None = None
        contacts = labels = size = 0
        for place in range(len(own) - 1, 0, -1):
            look = self.looks[own[place]]
            if _is_rule(look):
                start = place if contacts else start
                continue
            contacts += bool(_CONTACT.search(look))
            labels += _is_form_line(look)
            size += bool(look.strip())
            if size > _LONGEST_SIGNATURE or labels > 1 or _SENTENCE.search(look.rstrip()):
                break
        return start if start is not None and self._says_something(own[:start]) else None


_STRONG = re.compile(
    r"^On\s.*(?:wrote|writes)\s?[:：]|のメール\s?[:：]?$|書きました|<[^<>\s]+@[^<>\s]+>.{0,20}[:：]"
)


def _attributes(look: str) -> bool:
    return any(pattern.fullmatch(look) for pattern in _ATTRIBUTIONS)


def _is_rule(look: str) -> bool:
    return len(look.strip()) >= 4 and _RULE.fullmatch(look) is not None


def _is_form_line(look: str) -> bool:
    match = _LABEL.match(look)
    return match is not None and not _CONTACT_LABEL.match(match.group(1).strip())


def line_kinds(text: str) -> list[tuple[str, Kind]]:
    """Return every line of `text` with its line end, and whose words it holds."""
    lines = _Lines(text)
    lines.scan()
    return list(zip(lines.lines, lines.kinds, strict=True))


def split(text: str) -> Split:
    """Return the sender's own words, what is quoted or forwarded, and the signature."""
    parts: dict[Kind, list[str]] = {kind: [] for kind in Kind}
    for line, kind in line_kinds(text):
        parts[kind].append(line)
    return Split(*("".join(parts[kind]) for kind in Kind))
