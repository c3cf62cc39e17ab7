"""Quotas: what is left in a contract year, and what is done about one more."""

from datetime import date

from quotas.contract import Status
from quotas.contract_year import contract_year
from quotas.programme import AtLimit, Category, Cover
from quotas.rules.calculator import Outcome, RuleTerms
from quotas.rules.coverage import status_called
from quotas.rules.given import RuleError, Yen
from quotas.rules.period import until_of

ASK = "ask_operator"
AT_LIMIT = {AtLimit.BLOCK: "block", AtLimit.ASK_OPERATOR: ASK, AtLimit.ALLOW_OVERAGE: "grant"}


def request(  # noqa: PLR0913 - one argument for each key of the rule
    terms: RuleTerms,
    /,
    *,
    period_start: date,
    period_end: date,
    reissued_on: tuple[date, ...],
    requested_on: date,
    cause: str,
) -> Outcome:
    """Return what is done about one more unit of a yearly quota, and what is left before it.

    Parameter: `category`, which names the quota, the causes and those an operator judges. The
    year in which the request was received pays. Before the period an operator judges whether
    service is given already; after it the item is not covered.
    """
    category = terms.programme.category(terms.parameters["category"], requested_on)
    judged = _judged_by_operator(category, cause)
    until = until_of(period_start, period_end)
    if requested_on >= until:
        return {"decision": _after_the_end(terms, category), "remaining": 0}
    year = contract_year(period_start, until, max(period_start, requested_on))
    quota = terms.programme.quota_on(category.quota or "", year.start)
    used = sum(year.start <= day < year.until for day in reissued_on)
    remaining = (quota.limit or 0) - used
    decision = "grant" if remaining > 0 else AT_LIMIT[quota.at_limit]
    return {
        "decision": ASK if judged or requested_on < period_start else decision,
        "remaining": remaining,
        "year_start": year.start,
        "resets_on": year.until,
    }


def guideline(terms: RuleTerms, /, *, used: Yen, minutes: Yen) -> Outcome:
    """Return what one more call leaves of a guideline that refuses nothing; parameter: `quota`."""
    quota = terms.quota(terms.parameters["quota"])
    remaining = (quota.limit or 0) - used - 1
    longest = quota.guideline_minutes
    return {
        "remaining": remaining,
        "over_limit": remaining < 0,
        "over_minutes": longest is not None and minutes > longest,
    }


def replacement(terms: RuleTerms, /, *, status: str, replaced_this_year: Yen) -> Outcome:
    """Return whether one more replacement is free, charged or for an operator to judge.

    Parameters: `quota`, `item` of the coverage table, which has the price without contract.
    """
    quota = terms.quota(terms.parameters["quota"])
    row = terms.coverage(terms.parameters["item"])
    held = status_called(terms.programme, status)
    if held is Status.NONE:
        return {"decision": "charge", "price": row.prices[held]}
    if replaced_this_year < (quota.limit or 0):
        return {"decision": "free", "price": 0}
    return {
        "decision": AT_LIMIT[quota.at_limit],
        "price": quota.suggested_price,
        "question": quota.question,
    }


def _judged_by_operator(category: Category, cause: str) -> bool:
    causes = sorted(word for fact in category.facts if fact.name == "cause" for word in fact.values)
    if cause not in causes:
        raise RuleError(f"cause: {cause!r} is none of {', '.join(causes)}")
    return cause in category.asks


def _after_the_end(terms: RuleTerms, category: Category) -> str:
    covered = terms.coverage(category.item or "").by_status[Status.NONE]
    return {Cover.NO: "block", Cover.YES: "grant", Cover.ASK_OPERATOR: ASK}[covered]
