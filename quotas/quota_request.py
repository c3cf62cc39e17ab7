"""What a quota allows: facts complete, a unit left, reserved; or why not."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from quotas import marks
from quotas.answer import first_answer_due, line_values, quota_values
from quotas.conclusion import Outcome, conclude
from quotas.contract import Contract
from quotas.counting import balance_on, terms_in
from quotas.decision import Charge, Decision, Reason
from quotas.facts import Awaited
from quotas.hearing import Hearing
from quotas.ledger import Balance
from quotas.programme import AtLimit, Category, QuotaTerms, RequiredFact
from quotas.questions import NO_QUESTION
from quotas.required_facts import find_facts
from quotas.statement import statement


def count(hearing: Hearing, contract: Contract, quota: str | None) -> Balance | None:
    """Return what is left of `quota` in the contract year of the request, None without one."""
    facts = hearing.facts
    if quota is None:
        return None
    return balance_on(contract, facts.programme, quota, facts.ledger, hearing.day)


def _quota_marks(balance: Balance, terms: QuotaTerms) -> tuple[str, ...]:
    """Return the highest threshold of the notices that has been reached."""
    if not balance.limit:
        return ()
    share = (balance.used + balance.reserved) * 100
    reached = [notice for notice in terms.notices if share >= notice * balance.limit]
    return (f"quota_{max(reached)}",) if reached else ()


def counted(hearing: Hearing, balance: Balance, terms: QuotaTerms) -> Hearing:
    """Return the hearing with the count in its trace and its marks."""
    over = (marks.OVER_LIMIT,) if exhausted(balance) else ()
    left = f"上限{balance.limit}、利用{balance.used}、確保{balance.reserved}{terms.unit}"
    return hearing.found("count", "counted", left).marked(*_quota_marks(balance, terms), *over)


def exhausted(balance: Balance) -> bool:
    """Tell whether nothing is left."""
    return balance.remaining is not None and balance.remaining <= 0


def at_limit(hearing: Hearing, contract: Contract, balance: Balance, terms: QuotaTerms) -> Decision:
    """Conclude for a quota with nothing left: ask a person, or tell what was used when."""
    article = hearing.facts.programme.quotas[terms.name].on(balance.year.start).article
    detail = (
        f"{terms.title}は{balance.resets_on}まで残りがありません（上限{balance.limit}{terms.unit}）"
    )
    if terms.at_limit is AtLimit.ASK_OPERATOR:
        question = terms.question or NO_QUESTION
        return conclude(
            hearing,
            Outcome(
                Reason.ASK_OPERATOR, "count", detail, article,
                question=question, balance=balance, due=first_answer_due(hearing),
            ),
        )  # fmt: skip
    made = statement(
        contract, hearing.facts.programme, terms.name, balance.year, hearing.facts.ledger
    )
    values = {
        "quota": quota_values(balance, terms),
        "over_limit": False,
        "lines": [line_values(line) for line in made.lines],
    }
    outcome = Outcome(
        Reason.QUOTA_EXHAUSTED, "count", detail, article, values=values, balance=balance
    )
    return conclude(hearing, outcome)


def serve_quota_request(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    """Reserve a unit when the facts are complete and one is left; else say what is missing."""
    given = find_facts(hearing.text, category.facts)
    open_question = next((category.asks[v] for v in given.values() if v in category.asks), None)
    if open_question is not None:
        return _left_open(hearing, category, given, open_question)
    missing = tuple(fact for fact in category.facts if fact.name not in given)
    if missing:
        return _facts_missing(hearing, category, given, missing)
    balance = count(hearing, contract, category.quota)
    if balance is None:
        return _left_open(hearing, category, given, category.question or NO_QUESTION)
    return _reserve(hearing, contract, category, balance, given)


def _left_open(
    hearing: Hearing, category: Category, given: Mapping[str, str], question: str
) -> Decision:
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "facts",
        "規約では判断が決まっていない依頼です",
        category.article,
        question=question,
        due=first_answer_due(hearing),
        facts=given,
    )
    return conclude(hearing, outcome)


def _facts_missing(
    hearing: Hearing,
    category: Category,
    given: Mapping[str, str],
    missing: tuple[RequiredFact, ...],
) -> Decision:
    titles = "、".join(fact.title for fact in missing)
    values = {
        "missing": [_fact_values(fact) for fact in missing],
        "given": [fact.title for fact in category.facts if fact.name in given],
    }
    outcome = Outcome(
        Reason.FACTS_MISSING,
        "facts",
        f"不足している項目: {titles}",
        category.article,
        values=values,
        awaits=Awaited.FACTS,
        facts=given,
    )
    return conclude(hearing, outcome)


def _fact_values(fact: RequiredFact) -> dict[str, Any]:
    choices = [{"value": value, "title": words[0]} for value, words in fact.values.items()]
    return {"name": fact.name, "title": fact.title, "choices": choices}


def _reserve(
    hearing: Hearing,
    contract: Contract,
    category: Category,
    balance: Balance,
    given: Mapping[str, str],
) -> Decision:
    terms = terms_in(hearing.facts.programme, balance.quota, balance.year)
    over = exhausted(balance)
    if over and terms.at_limit is not AtLimit.ALLOW_OVERAGE:
        return at_limit(hearing, contract, balance, terms)
    after = replace(balance, reserved=balance.reserved + 1)
    outcome = Outcome(
        Reason.REISSUE_REQUESTED,
        "count",
        f"1{terms.unit}を確保します（残り{after.remaining}{terms.unit}）",
        category.article,
        values={"quota": quota_values(after, terms), "over_limit": over},
        balance=after,
        charge=Charge(balance.quota, 1, hearing.day, category.article),
        due=first_answer_due(hearing),
        facts=given,
    )
    return conclude(counted(hearing, balance, terms), outcome)
