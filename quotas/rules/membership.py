"""Membership: its class and fee, what coming back costs, and how many renew."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from quotas.month import anniversary, month_end
from quotas.rules.calculator import Outcome, Parameters, RuleTerms
from quotas.rules.given import RuleError, Yen
from quotas.rules.product import Counting, ListedProduct, count_products


@dataclass(frozen=True, slots=True)
class Span:
    """One term of a membership, both days inclusive."""

    start: date
    end: date


def membership(terms: RuleTerms, /, *, products: tuple[ListedProduct, ...]) -> Outcome:
    """Return the class and yearly fee by the list prices of the products that count.

    Parameters: those of `count_products`; `classes`, rows of `below` (a total, absent in the
    last), `class` and `fee`; `classes_with_separate` likewise for who owns the product outside
    the total; `separate_alone` for who owns only that; `question`.

    When a counterpart's price is not known, class and fee are provisional (reckoned at the price
    of what stands for it) and the decision is an operator's.
    """
    counting = count_products(products, terms.parameters)
    row = _class_of(counting, terms.parameters)
    outcome: dict[str, object] = {"counted_total": counting.total}
    if row is None:
        return outcome | terms.open()
    outcome |= {"class": row["class"], "annual_fee": row["fee"]}
    if counting.unknown:
        outcome |= terms.open()
    return outcome


def rejoin(
    terms: RuleTerms, /, *, left_on: date, rejoin_on: date, annual_fee: Yen, list_total: Yen
) -> Outcome:
    """Return what coming back costs; `left_on` is the last day of membership.

    Parameters: `free_months` to whose end the joining fee is waived, `joining_fee`, and
    `version_up`, rows of `years` not a member and `percent` of the list prices, fewest first.
    """
    if rejoin_on <= left_on:
        raise RuleError(f"rejoin_on: {rejoin_on} is not after left_on, the last day of membership")
    in_time = rejoin_on <= month_end(left_on, terms.parameters["free_months"])
    joining_fee = 0 if in_time else int(terms.parameters["joining_fee"])
    absent_since = left_on + timedelta(days=1)
    percents = [
        row["percent"]
        for row in terms.parameters["version_up"]
        if rejoin_on >= anniversary(absent_since, row["years"])
    ]
    version_up_fee = list_total * max(percents, default=0) // 100
    return {
        "joining_fee": joining_fee,
        "version_up_fee": version_up_fee,
        "total": annual_fee + joining_fee + version_up_fee,
    }


def renewal_rate(
    terms: RuleTerms, /, *, memberships: tuple[tuple[Span, ...], ...], fiscal_year: int
) -> Outcome:
    """Return how many terms ended in a fiscal year, how many were renewed, and the rate.

    Parameters: `starts_in`, the month in which a fiscal year starts; `months`, to whose end a
    next term must start. `rate` is in percent to one decimal, absent when none ended.
    """
    starts_in = terms.parameters["starts_in"]
    first, until = date(fiscal_year, starts_in, 1), date(fiscal_year + 1, starts_in, 1)
    renewals = [
        following is not None and following.start <= month_end(span.end, terms.parameters["months"])
        for spans in memberships
        for span, following in _with_following(spans)
        if first <= span.end < until
    ]
    ended, renewed = len(renewals), sum(renewals)
    rate = {"rate": (2000 * renewed + ended) // (2 * ended) / 10} if ended else {}
    return {"ended": ended, "renewed": renewed, **rate}


def _with_following(spans: Sequence[Span]) -> list[tuple[Span, Span | None]]:
    ordered = sorted(spans, key=lambda span: span.start)
    return list(zip(ordered, [*ordered[1:], None], strict=True)) if ordered else []


def _class_of(counting: Counting, parameters: Parameters) -> Mapping[str, Any] | None:
    if not counting.anything:
        alone: Mapping[str, Any] = parameters["separate_alone"]
        return alone if counting.separate else None
    rows: list[Mapping[str, Any]] = parameters[
        "classes_with_separate" if counting.separate else "classes"
    ]
    fitting = (row for row in rows if counting.total < row.get("below", counting.total + 1))
    return next(fitting, None)
