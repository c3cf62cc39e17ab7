"""Requests for a unit of a quota: what a case asks for, and what the terms left open about it."""

from bot.store.cases import Case
from bot.store.work import Work
from quotas.programme import Programme

COUNTED, FREE = "reissue_counted", "reissue_uncounted"
"""The audit's words for what was decided about a request that the terms leave open."""
SETTLED = frozenset({"reissue_approved", "reissue_refused", "reissue_withdrawn"})
"""The audit's words for how a request ended."""


def quota_asked(programme: Programme, case: Case) -> str | None:
    """Return the quota a case asks a unit of, by its category, or None."""
    found = programme.categories.on(case.opened_at.date()).value
    kinds = {c.name: c.quota for c in found if c.kind == "quota_request"}
    return kinds.get(case.category or "")


def is_open(work: Work, programme: Programme | None, case: Case) -> bool:
    """Tell whether the terms left open what a case's request counts, and nobody has decided."""
    if not case.question or programme is None or case.support_number is None:
        return False
    return quota_asked(programme, case) is not None and not work.ledger.of_case(case.number)


def is_free(work: Work, number: str) -> bool:
    """Tell whether a case's request was decided not to count, and is not settled yet."""
    actions = [e.action for e in work.audit.of_case(number) if e.action in {FREE, *SETTLED}]
    return bool(actions) and actions[-1] == FREE
