"""What is done for an entitled request, by the kind of its category: count, answer, route."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from quotas import marks
from quotas.answer import (
    channel_titles,
    first_answer_due,
    quota_values,
    quotations_values,
    reseller_of,
    statement_values,
)
from quotas.conclusion import Outcome, conclude
from quotas.contract import Contract
from quotas.counting import last_year, terms_in
from quotas.decision import Decision, Reason
from quotas.entitle import price_of, quotations_for
from quotas.hearing import Hearing
from quotas.programme import AtLimit, Category, Channel
from quotas.provision import last_day
from quotas.questions import NO_QUESTION
from quotas.quota_request import at_limit, count, counted, exhausted, serve_quota_request
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


def _question(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    balance = count(hearing, contract, category.quota)
    if balance is not None:
        terms = terms_in(hearing.facts.programme, balance.quota, balance.year)
        if exhausted(balance) and terms.at_limit is not AtLimit.ALLOW_OVERAGE:
            return at_limit(hearing, contract, balance, terms)
        hearing = counted(hearing, balance, terms)
    programme = hearing.facts.programme
    reason = Reason.NUMBER_NOT_AT_HEAD if hearing.remind_head else Reason.ACCEPTED
    outcome = Outcome(
        reason,
        "serve",
        f"「{category.title}」として受け付けました",
        programme.number.article if hearing.remind_head else category.article,
        values={"price": price_of(hearing)},
        balance=balance,
        due=first_answer_due(hearing),
    )
    return conclude(hearing, outcome)


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
    outcome = Outcome(Reason.CONTACT_CHANGE_REQUESTED, "serve", values=values)
    return _routed(hearing, category, outcome)


def _renewal(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    begun = [p for p in contract.periods if p.start <= hearing.day]
    present = max(begun, key=lambda period: period.start, default=None)
    quotations = quotations_for(hearing, returning=contract.period_on(hearing.day) is None)
    values = {
        "period_end": present.end if present else None,
        "quotes": quotations_values(quotations),
        "reseller": reseller_of(contract),
    }
    asked = [category.question, *(q for made in quotations for q in made.questions)]
    question = "\n".join(dict.fromkeys(filter(None, asked))) or None
    outcome = Outcome(Reason.RENEWAL_QUESTION, "serve", values=values, question=question)
    return _routed(hearing, category, outcome)


def _call(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    programme = hearing.facts.programme
    questions = programme.category(programme.default_category, hearing.day)
    balance = count(hearing, contract, category.quota)
    quotas: list[dict[str, Any]] = []
    if balance is not None:
        terms = terms_in(programme, balance.quota, balance.year)
        hearing = counted(hearing, balance, terms)
        quotas.append(quota_values(balance, terms))
    values = {
        "phone_accepted": Channel.PHONE in programme.channels.on(hearing.day).value,
        "channels": channel_titles(questions.channels),
        "quotas": quotas,
    }
    outcome = Outcome(Reason.CALL_REQUESTED, "serve", values=values, balance=balance)
    return _routed(hearing, category, outcome)


def _remote_support(hearing: Hearing, contract: Contract, category: Category) -> Decision:
    balance = count(hearing, contract, category.quota)
    outcome = Outcome(Reason.REMOTE_SUPPORT_REQUESTED, "serve", balance=balance)
    return _routed(hearing, category, outcome)


def _routed(hearing: Hearing, category: Category, outcome: Outcome) -> Decision:
    told = replace(
        outcome,
        detail=f"「{category.title}」として担当者へ回します",
        article=category.article,
        question=outcome.question or category.question,
        due=first_answer_due(hearing),
    )
    return conclude(hearing, told)


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
    "quota_request": serve_quota_request,
    "quota_statement": _quota_statement,
    "contact_change": _contact_change,
    "renewal": _renewal,
    "call": _call,
    "remote_support": _remote_support,
    "ask_operator": _ask,
}
"""How each kind of category is served."""
