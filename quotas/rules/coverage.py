"""Coverage: what a status entitles to, as the coverage table of the terms says."""

from quotas.contract import Status
from quotas.programme import Cover, Coverage, Programme
from quotas.rules.calculator import Outcome, RuleTerms
from quotas.rules.given import RuleError


def coverage_by_number(terms: RuleTerms, /, *, item: int, status: str) -> Outcome:
    """Return whether a numbered row of the coverage table covers a status, and at what limit."""
    return _coverage(terms, str(item), status)


def coverage_by_name(terms: RuleTerms, /, *, service: str, status: str) -> Outcome:
    """Return whether a named service covers a status, and at what price."""
    return _coverage(terms, service, status)


def status_called(programme: Programme, word: str) -> Status:
    """Return the status that the programme calls `word` (``member``: free and paid alike)."""
    for status, name in programme.statuses.items():
        if name == word:
            return status
    words = ", ".join(dict.fromkeys(programme.statuses.values()))
    raise RuleError(f"status: {word!r} is none of {words}")


def _coverage(terms: RuleTerms, item: str, word: str) -> Outcome:
    row = terms.coverage(item)
    status = status_called(terms.programme, word)
    limit = _limit(terms, row, status)
    found: dict[str, object] = {"covered": row.by_status[status].value}
    if limit is not None:
        found["limit"] = limit
    if status in row.prices:
        found["price"] = row.prices[status]
    return found


def _limit(terms: RuleTerms, row: Coverage, status: Status) -> int | None:
    """Return how often a contract year the item is given; None when it is not counted."""
    if row.quota is None:
        return None
    if row.by_status[status] is Cover.NO:
        return 0
    return None if status is Status.NONE else terms.quota(row.quota).limit
