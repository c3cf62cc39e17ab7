"""What is asked: the terms' words for each category, weighed sentence by sentence."""

import re
from dataclasses import dataclass
from functools import lru_cache

from quotas.programme import Category
from quotas.sentence import comparable, sentences

MARGIN = 2
LOUDEST = 8
LONGEST_GAP = 20

_REPLY_PREFIX = re.compile(r"^\s*(?:(?:re|fw|fwd|返信|転送|回答)\s*[:：]\s*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """The words that spoke for or against one category, and what they add up to."""

    category: Category
    score: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Classification:
    """What was made out: the `best` category, or None when nothing speaks for one.

    `rivals` are the categories within the margin of the best, so the reading is sure when there
    are none. `found` lists every category with any word in the text, best first.
    """

    best: Category | None
    rivals: tuple[Category, ...]
    found: tuple[Found, ...]

    @property
    def sure(self) -> bool:
        """Tell whether one category stands out."""
        return self.best is not None and not self.rivals

    @property
    def detail(self) -> str:
        """The words found, for the trace."""
        told = (f"{f.category.title} {f.score}点（{'、'.join(f.words)}）" for f in self.found)
        return "／".join(told) or "手がかりとなる語なし"


@lru_cache(maxsize=4096)
def word_pattern(text: str) -> re.Pattern[str]:
    """Return the pattern of a term; ``*`` in it stands for up to `LONGEST_GAP` characters."""
    gap = f".{{0,{LONGEST_GAP}}}?"
    return re.compile(gap.join(re.escape(comparable(part)) for part in text.split("*")))


def classify(own_text: str, subject: str, categories: tuple[Category, ...]) -> Classification:
    """Weigh what the sender wrote against the words of each category.

    A sentence counts at most `LOUDEST`, so that a word of weight -9 silences any, and never
    below zero, so ``再発行は不要です`` silences only itself, and each
    word speaks once. The subject is a sentence of its own, but a reply's subject is somebody
    else's and is heard only when nothing else was written.
    """
    heard = sentences(own_text)
    fresh = _REPLY_PREFIX.sub("", subject)
    if fresh == subject or not heard:
        heard = (*sentences(fresh), *heard)
    return _judged(heard, categories)


def _judged(heard: tuple[str, ...], categories: tuple[Category, ...]) -> Classification:
    """Weigh the sentences `heard` for each category; see `classify`."""
    text = "\n".join(heard)
    weighed = [_weigh(category, heard, text) for category in categories]
    found = sorted(weighed, key=lambda f: -f.score)
    standing = tuple(f for f in found if f.score >= f.category.threshold)
    best = standing[0] if standing else None
    return Classification(
        best=best.category if best else None,
        rivals=tuple(f.category for f in standing[1:] if best and best.score - f.score < MARGIN),
        found=tuple(f for f in found if f.words),
    )


def asked_besides(
    best: Category, own_text: str, categories: tuple[Category, ...]
) -> Category | None:
    """Return what is surely asked besides `best`, in sentences where no word speaks for that."""
    words = [word_pattern(word.text) for word in best.words if word.weight > 0]
    said = sentences(own_text)
    left = tuple(s for s in said if not any(word.search(s) for word in words))
    heard = _judged(left, categories)
    return heard.best if heard.sure and heard.best is not best else None


@lru_cache(maxsize=4096)
def _longest_part(text: str) -> str:
    return max((comparable(part) for part in text.split("*")), key=len)


def _weigh(category: Category, heard: tuple[str, ...], text: str) -> Found:
    """Weigh the sentences of `text`; words that are nowhere in it are not looked for in each."""
    possible = [word for word in category.words if _longest_part(word.text) in text]
    score, spoken, words = 0, set[str](), dict[str, int]()
    for sentence in heard if possible else ():
        hits = [w for w in possible if word_pattern(w.text).search(sentence)]
        gained = min(LOUDEST, sum(w.weight for w in hits if w.weight > 0 and w.text not in spoken))
        gained += sum(w.weight for w in hits if w.weight < 0)
        words.update({word.text: word.weight for word in hits})
        if gained > 0:
            score += gained
            spoken.update(word.text for word in hits)
    return Found(category, score, tuple(f"{text}{weight:+d}" for text, weight in words.items()))
