"""Whether a message goes on in an existing case of its contract."""

from dataclasses import replace

from quotas import marks
from quotas.answer import first_answer_due
from quotas.classify import classify
from quotas.conclusion import Outcome, conclude
from quotas.decision import Decision, Reason
from quotas.facts import Awaited, CaseFacts
from quotas.hearing import Hearing
from quotas.identify import AT_HEAD
from quotas.programme import Category
from quotas.questions import FORGED_REFERENCE
from quotas.required_facts import find_facts, unquoted

CLOSED = frozenset({"closed", "resolved"})


def refuse_forged_references(hearing: Hearing) -> Hearing | Decision:
    """Keep a reference that doesn't agree with contract and contact out of its case."""
    reference = hearing.facts.forged_reference or _foreign_case(hearing)
    if reference is None:
        return hearing
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "thread",
        f"案件の参照（{reference}）が契約・担当者と一致しません",
        question=FORGED_REFERENCE.format(reference=reference),
        due=first_answer_due(hearing),
    )
    return conclude(hearing.marked(marks.FORGED_REFERENCE), outcome)


def _foreign_case(hearing: Hearing) -> str | None:
    case, contract = hearing.facts.case, hearing.contract
    if case is None or contract is None or case.support_number is None:
        return None
    return None if case.support_number == contract.support_number else case.number


def take_up_facts(hearing: Hearing) -> Hearing | Decision:
    """Join facts that arrive in the thread to the request that waited for them."""
    waiting, category = hearing.facts.waiting, _category_of_case(hearing)
    if waiting is None or waiting.awaits is not Awaited.FACTS or category is None:
        return hearing
    told = f"{hearing.request.own_text}\n{unquoted(hearing.request.text)}"
    before = find_facts(waiting.text, category.facts)
    new = {n: v for n, v in find_facts(told, category.facts).items() if n not in before}
    if not new:
        return hearing
    joined = hearing.taking_up(waiting, f"{waiting.text}\n{told}")
    titles = "、".join(fact.title for fact in category.facts if fact.name in new)
    return joined.found(
        "waiting",
        "taken_up",
        f"不足していた項目が届きました（{titles}）",
        category=category,
        item=category.item,
        sure=True,
    )


def _category_of_case(hearing: Hearing) -> Category | None:
    case, waiting = hearing.facts.case, hearing.facts.waiting
    categories = hearing.facts.programme.categories.on(hearing.day).value
    if case and case.category:
        return next((c for c in categories if c.name == case.category), None)
    return classify(waiting.text, waiting.subject, categories).best if waiting else None


def follow_up(hearing: Hearing) -> Hearing | Decision:
    """Put a message in a case of the same contract to its thread; nothing is charged."""
    case = hearing.facts.case
    if case is None or case.support_number is None or hearing.takes_up:
        return hearing
    joined = replace(hearing, case_number=case.number, category=_category_of_case(hearing))
    notes = [marks.REOPENED] if case.state in CLOSED else []
    notes += [marks.NEW_REQUEST] if _asks_something_new(hearing, case) else []
    outside = not hearing.facts.calendar.is_open(hearing.request.received_at)
    notes += [marks.OUTSIDE_HOURS] if outside else []
    outcome = Outcome(
        Reason.FOLLOW_UP,
        "thread",
        f"案件{case.number}の続きです",
        reply=outside and not case.notes_outside_hours_sent,
    )
    return conclude(joined.marked(*notes), outcome)


def _asks_something_new(hearing: Hearing, case: CaseFacts) -> bool:
    """Tell whether it quotes its number at the head and surely asks for something else."""
    at_head = any(seen.position in AT_HEAD for seen in hearing.request.numbers)
    categories = hearing.facts.programme.categories.on(hearing.day).value
    heard = classify(hearing.request.own_text, hearing.subject, categories)
    return at_head and heard.sure and heard.best is not None and heard.best.name != case.category
