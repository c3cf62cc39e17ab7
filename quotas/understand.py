"""What is asked for, and whether that is sure enough to charge or refuse."""

from quotas import marks
from quotas.answer import first_answer_due
from quotas.classify import Classification, asked_besides, classify
from quotas.conclusion import Outcome, conclude
from quotas.decision import Decision, Reason
from quotas.hearing import Hearing
from quotas.programme import Category
from quotas.questions import UNCLEAR_REQUEST

HARMLESS = frozenset({"question", "call", "remote_support"})
"""Kinds that charge nothing and are entitled alike: a doubt among them costs nobody anything."""

SEEN_BY_NOBODY = frozenset({"quota_statement"})
"""Kinds that are answered without a card: what else was asked would reach no person."""


def understand(hearing: Hearing) -> Hearing | Decision:
    """Find the category; a doubt that could cost the customer a unit goes to a person."""
    if hearing.category is not None:
        return hearing
    programme = hearing.facts.programme
    heard = classify(hearing.text, hearing.subject, programme.categories.on(hearing.day).value)
    if heard.sure and heard.best is not None:
        return _understood(hearing, heard, heard.best)
    contenders = _contenders(heard)
    if any(category.kind not in HARMLESS for category in contenders):
        return _ask(hearing, heard, contenders)
    default = programme.category(programme.default_category, hearing.day)
    return hearing.found(
        "classify", "unclear", heard.detail, default.article, category=default, item=None
    )


def _understood(hearing: Hearing, heard: Classification, best: Category) -> Hearing | Decision:
    """Go on with what is surely asked; a second request must not end in the first one's answer."""
    categories = hearing.facts.programme.categories.on(hearing.day).value
    besides = asked_besides(best, hearing.text, categories)
    if besides is not None and best.kind in SEEN_BY_NOBODY:
        return _ask(hearing, heard, (best, besides))
    if besides is not None and besides.kind not in HARMLESS:
        hearing = hearing.marked(marks.NEW_REQUEST)
    return hearing.found(
        "classify",
        best.name,
        heard.detail,
        best.article,
        category=best,
        item=best.item,
        sure=True,
    )


def _contenders(heard: Classification) -> tuple[Category, ...]:
    return (heard.best, *heard.rivals) if heard.best else ()


def _ask(hearing: Hearing, heard: Classification, contenders: tuple[Category, ...]) -> Decision:
    titles = "／".join(category.title for category in contenders)
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "classify",
        f"判定できません: {heard.detail}",
        question=UNCLEAR_REQUEST.format(titles=titles),
        due=first_answer_due(hearing),
    )
    return conclude(hearing, outcome)
