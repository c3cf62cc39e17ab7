"""The facts a request must state: found in forms and in sentences, however they are labelled."""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice

from quotas.classify import word_pattern
from quotas.programme import RequiredFact
from quotas.sentence import LONGEST_TEXT, comparable, sentences

MOST_MENTIONS = 20
LONGEST_VALUE = 200

_ENDS = r"[ \t\u3000]"
_OLD = re.compile(r"(?:旧|変更前の?|以前の|古い|これまでの|従来の)\s*$")
_FORM = re.compile(r"^(?:[(][^)\n]{0,30}[)]|[^\n:=\[【】、。「]){0,14}[:=】\]]+[ \t\u3000]*")
_ON_NEXT_LINE = re.compile(
    rf"^{_ENDS}*[】\])」:=]*{_ENDS}*\n{_ENDS}*([^\n:=【■●・□○◆(][^\n:=【]*)$", re.MULTILINE
)
_SPOKEN = re.compile(r"^\s*(?:は|が|を|として)?\s*[、,]?\s*")
_TOKEN = re.compile(r"[0-9A-Za-z][0-9A-Za-z_./#-]{3,}(?![0-9A-Za-z]*(?:年|月|日|時|円|台|名))")
_UNKNOWN = re.compile(
    r"^(?:[-_.…・*?\s]*|未定|不明|未記入|なし|無し|わかりません|分かりません|不明です|未定です|"
    r"確認中|調査中|記入|ご?記入ください|後日.*|追って.*|[(].*[)])$"
)
_DENIED = re.compile(
    r"^(?:で?は(?:なく|無く|ありません|ない)|では|以外|し?する前|に備え|を?(?:防|避け)|予防)"
)
_QUOTE_MARKS = re.compile(r"^(?:[>|｜＞]\s?)+", re.MULTILINE)


def unquoted(text: str) -> str:
    """Return `text` without quote marks: a form that was filled in where it was quoted."""
    return _QUOTE_MARKS.sub("", text[:LONGEST_TEXT])


def find_facts(text: str, required: tuple[RequiredFact, ...]) -> Mapping[str, str]:
    """Return what `text` states of the `required` facts, by name; what is missing is absent.

    A fact with a closed list of values yields the name of the value whose words are found, first
    behind its label, else anywhere; any other fact the words behind its label.
    """
    plain = _plain(text)
    found = ((fact.name, _find(fact, plain)) for fact in required)
    return {name: value for name, value in found if value}


def _plain(text: str) -> str:
    lines = text[:LONGEST_TEXT].replace("\r\n", "\n")
    return unicodedata.normalize("NFKC", lines)


def _find(fact: RequiredFact, plain: str) -> str | None:
    stated = _labelled(fact.labels, plain)
    if not fact.values:
        return stated
    return _value(fact, stated or "") or _value(fact, _without_choices(fact, plain))


def _without_choices(fact: RequiredFact, plain: str) -> str:
    """Return `plain` without what a form's label offers in brackets: nobody has said that."""
    for label in fact.labels:
        plain = _choices_pattern(label).sub("", plain)
    return plain


def _value(fact: RequiredFact, text: str) -> str | None:
    heard = sentences(text)
    for name, words in fact.values.items():
        if any(_says(word, sentence) for word in words for sentence in heard):
            return name
    return None


def _says(word: str, sentence: str) -> bool:
    hits = word_pattern(word).finditer(sentence)
    return any(not _DENIED.match(sentence[hit.end() :]) for hit in hits)


@lru_cache(maxsize=256)
def _label_pattern(label: str) -> re.Pattern[str]:
    letters = (re.escape(letter) for letter in comparable(label))
    return re.compile(r"[ \u3000]?".join(letters) + "ー?", re.IGNORECASE)


@lru_cache(maxsize=256)
def _choices_pattern(label: str) -> re.Pattern[str]:
    return re.compile(_label_pattern(label).pattern + r"[(][^()]{0,60}[)]", re.IGNORECASE)


def _labelled(labels: tuple[str, ...], plain: str) -> str | None:
    for label in labels:
        for hit in islice(_label_pattern(label).finditer(plain), MOST_MENTIONS):
            if _OLD.search(plain[max(0, hit.start() - 8) : hit.start()]):
                continue
            value = _value_behind(plain[hit.end() : hit.end() + LONGEST_VALUE])
            if value:
                return value
    return None


def _value_behind(rest: str) -> str | None:
    """Return the value at the beginning of `rest`, behind a label, or None."""
    form = _FORM.match(rest)
    if form:
        return _stated(rest[form.end() :].split("\n", 1)[0]) or _on_next_line(rest[form.end() :])
    return _on_next_line(rest) or _spoken(rest)


def _on_next_line(rest: str) -> str | None:
    hit = _ON_NEXT_LINE.match(rest)
    return _stated(hit[1]) if hit else None


def _spoken(rest: str) -> str | None:
    clause = re.split(r"[。\n]", _SPOKEN.sub("", rest, count=1), maxsplit=1)[0]
    token = _TOKEN.search(clause[:60])
    return _stated(re.split(r"[、,]|です|に(?:変|な)|とな", clause)[0]) if token else None


def _stated(value: str) -> str | None:
    value = value.strip(" \t\u3000。、「」『』[]【】")
    return None if _UNKNOWN.match(value) else value
