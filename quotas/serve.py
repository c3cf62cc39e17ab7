"""What is done for an entitled request, by the kind of its category: count, answer, route."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from quotas import marks
from quotas.answer import (
    channel_titles,
    first_answer_due,
    line_values,
    quota_values,
    reseller_of,
    statement_values,
)
from quotas.conclusion import Outcome, conclude
from quotas.contract import Contract
from quotas.counting import balance_on, last_year, terms_in
from quotas.decision import Charge, Decision, Reason
from quotas.entitle import quotes_for
from quotas.facts import Awaited
from quotas.hearing import Hearing
from quotas.ledger import Balance
from quotas.programme import AtLimit, Category, Channel, QuotaTerms, RequiredFact
from quotas.provision import last_day
from quotas.questions import NO_QUESTION
from quotas.required_facts import find_facts
from quotas.statement import statement

Serving = Callable[[Hearing, Contract, Category], Decision]


def serve(hearing: Hearing) -> Decision:
    """Serve an entitled request; without contract or category, which can't be, ask a person."""
    contract, category = hearing.contract, hearing.category
    if contract is None or category is None:
        return conclude(hearing, Outcome(Reason.ASK_OPERATOR, "serve", NO_QUESTION))
    outside = not hearing.facts.calendar.is_open(hearing.request.received_at)
    told = hearing.marked(marks.OUTSIDE_HOURS) if outside else hearing
    return SERVINGS.get(category.kind, _ask)(told, contract, category)


def _count(hearing: Hearing, contract: Contract, quota: str | None) -> Balance | None:
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


def _question(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    balance = _count(hearing, contract, category.quota)
    if balance is not None:
        terms = terms_in(hearing.facts.programme, balance.quota, balance.year)
        if _exhausted(balance) and terms.at_limit is not AtLimit.ALLOW_OVERAGE:
            return _at_limit(hearing, contract, balance, terms)
        hearing = _counted(hearing, balance, terms)
    programme = hearing.facts.programme
    reason = Reason.NUMBER_NOT_AT_HEAD if hearing.remind_head else Reason.ACCEPTED
    outcome = Outcome(
        reason,
        "serve",
        f"「{category.title}」として受け付けました",
        programme.number.article if hearing.remind_head else category.article,
        balance=balance,
        due=first_answer_due(hearing),
    )
    return conclude(hearing, outcome)


def _counted(hearing: Hearing, balance: Balance, terms: QuotaTerms) -> Hearing:
    over = (marks.OVER_LIMIT,) if _exhausted(balance) else ()
    left = f"上限{balance.limit}、利用{balance.used}、確保{balance.reserved}{terms.unit}"
    return hearing.found("count", "counted", left).marked(*_quota_marks(balance, terms), *over)


def _exhausted(balance: Balance) -> bool:
    return balance.remaining is not None and balance.remaining <= 0


def _at_limit(
    hearing: Hearing, contract: Contract, balance: Balance, terms: QuotaTerms
) -> Decision:
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


def _quota_request(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    given = find_facts(hearing.text, category.facts)
    open_question = next((category.asks[v] for v in given.values() if v in category.asks), None)
    if open_question is not None:
        return _left_open(hearing, category, given, open_question)
    missing = tuple(fact for fact in category.facts if fact.name not in given)
    if missing:
        return _facts_missing(hearing, category, given, missing)
    balance = _count(hearing, contract, category.quota)
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
    over = _exhausted(balance)
    if over and terms.at_limit is not AtLimit.ALLOW_OVERAGE:
        return _at_limit(hearing, contract, balance, terms)
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
    return conclude(_counted(hearing, balance, terms), outcome)


def _quota_statement(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    facts, year = hearing.facts, last_year(contract, hearing.day)
    names = facts.programme.quotas if year else ()
    made = [
        statement(contract, facts.programme, name, year, facts.ledger) for name in names if year
    ]
    values = {
        "year_start": year.start if year else None,
        "year_end": last_day(year.until) if year else None,
        "statements": [statement_values(one) for one in made],
    }
    outcome = Outcome(
        Reason.QUOTA_STATEMENT,
        "serve",
        f"利用明細をお知らせします（{len(made)}件）",
        category.article,
        values=values,
        balance=made[0].balance if made else None,
    )
    return conclude(hearing, outcome)


def _contact_change(hearing: Hearing, _: Contract, category: Category) -> Decision:
    maximum = hearing.facts.programme.contacts_maximum.on(hearing.day).value
    values = {"contacts_maximum": maximum}
    return _routed(hearing, category, Reason.CONTACT_CHANGE_REQUESTED, values)


def _renewal(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    begun = [p for p in contract.periods if p.start <= hearing.day]
    present = max(begun, key=lambda period: period.start, default=None)
    values = {
        "period_end": present.end if present else None,
        "quotes": quotes_for(hearing, returning=contract.period_on(hearing.day) is None),
        "reseller": reseller_of(contract),
    }
    return _routed(hearing, category, Reason.RENEWAL_QUESTION, values)


def _call(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    programme = hearing.facts.programme
    accepted = programme.channels.on(hearing.day).value
    balance = _count(hearing, contract, category.quota)
    counted: list[dict[str, Any]] = []
    if balance is not None:
        terms = terms_in(programme, balance.quota, balance.year)
        hearing = _counted(hearing, balance, terms)
        counted.append(quota_values(balance, terms))
    values = {
        "phone_accepted": Channel.PHONE in accepted,
        "channels": channel_titles(accepted),
        "quotas": counted,
    }
    return _routed(hearing, category, Reason.CALL_REQUESTED, values, balance)


def _remote_support(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    balance = _count(hearing, contract, category.quota)
    return _routed(hearing, category, Reason.REMOTE_SUPPORT_REQUESTED, {}, balance)


def _routed(
    hearing: Hearing,
    category: Category,
    reason: Reason,
    values: Mapping[str, Any],
    balance: Balance | None = None,
) -> Decision:
    outcome = Outcome(
        reason,
        "serve",
        f"「{category.title}」として担当者へ回します",
        category.article,
        values=values,
        question=category.question,
        balance=balance,
        due=first_answer_due(hearing),
    )
    return conclude(hearing, outcome)


def _ask(hearing: Hearing, _: Contract, category: Category) -> Decision:
    outcome = Outcome(
        Reason.ASK_OPERATOR,
        "serve",
        f"「{category.title}」は担当者が判断します",
        category.article,
        question=category.question or NO_QUESTION,
        due=first_answer_due(hearing),
    )
    return conclude(hearing, outcome)


SERVINGS: Mapping[str, Serving] = {
    "question": _question,
    "quota_request": _quota_request,
    "quota_statement": _quota_statement,
    "contact_change": _contact_change,
    "renewal": _renewal,
    "call": _call,
    "remote_support": _remote_support,
    "ask_operator": _ask,
}
"""How each kind of category is served."""
