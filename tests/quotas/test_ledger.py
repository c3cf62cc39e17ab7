"""Counting: the balance is always the sum of its entries, and no entry breaks it."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from quotas.ledger import ContractYear, Effect, Kind, LedgerEntry, balance, effects
from quotas.ledger_check import REFUSALS, check_entry
from quotas.programme import AtLimit, QuotaTerms

YEAR = ContractYear(date(2024, 2, 29), date(2025, 3, 1))
NEXT_YEAR = ContractYear(date(2025, 3, 1), date(2026, 3, 1))
BLOCK = QuotaTerms("licence_reissue", "再発行", "回", 3, AtLimit.BLOCK)
GUIDELINE = QuotaTerms("phone_call", "電話", "回", 50, AtLimit.ALLOW_OVERAGE)
COUNTED = QuotaTerms("remote_session", "遠隔", "回", None, AtLimit.ALLOW_OVERAGE)
DAY = date(2024, 6, 3)


def entry(
    kind: Kind,
    number: int = 1,
    *,
    refers_to: int | None = None,
    units: int = 1,
    charged_on: date = DAY,
    on: date | None = None,
    quota: str = "licence_reissue",
) -> LedgerEntry:
    return LedgerEntry(
        id=number,
        support_number="DX-1024-7731",
        quota=quota,
        kind=kind,
        units=units,
        charged_on=charged_on,
        on=on or charged_on,
        recorded_at=datetime(2024, 6, 3, tzinfo=UTC),
        key=f"key-{number}",
        actor="operator",
        refers_to=refers_to,
    )


def left(*entries: LedgerEntry, as_of: date | None = None) -> tuple[int, int, int | None]:
    found = balance(entries, "licence_reissue", BLOCK, YEAR, as_of)
    return found.used, found.reserved, found.remaining


RESERVED = entry(Kind.RESERVE, 1)
CONSUMED = entry(Kind.CONSUME, 2, refers_to=1)


class TestBalance:
    def test_nothing_written_leaves_the_limit(self) -> None:
        assert left() == (0, 0, 3)

    def test_a_reservation_takes_a_unit_at_once(self) -> None:
        assert left(RESERVED) == (0, 1, 2)

    def test_consuming_a_reservation_moves_it_and_takes_nothing_more(self) -> None:
        assert left(RESERVED, CONSUMED) == (1, 0, 2)

    def test_consuming_alone_takes_a_unit(self) -> None:
        assert left(entry(Kind.CONSUME)) == (1, 0, 2)

    @pytest.mark.parametrize("kind", [Kind.RELEASE, Kind.EXPIRE, Kind.WAIVE])
    def test_a_reservation_that_comes_to_nothing_gives_its_unit_back(self, kind: Kind) -> None:
        assert left(RESERVED, entry(kind, 2, refers_to=1)) == (0, 0, 3)

    def test_a_waived_consumption_gives_its_unit_back(self) -> None:
        assert left(RESERVED, CONSUMED, entry(Kind.WAIVE, 3, refers_to=2)) == (0, 0, 3)

    def test_an_adjustment_in_the_customers_favour_gives_back(self) -> None:
        assert left(entry(Kind.CONSUME), entry(Kind.ADJUST, 2)) == (0, 0, 3)

    def test_an_adjustment_against_the_customer_takes(self) -> None:
        assert left(entry(Kind.ADJUST, units=-1)) == (1, 0, 2)

    def test_a_grant_raises_the_limit(self) -> None:
        found = balance([entry(Kind.GRANT, units=2)], "licence_reissue", BLOCK, YEAR)
        assert (found.limit, found.remaining) == (5, 5)

    @pytest.mark.parametrize(
        ("before", "undone", "after"),
        [
            ([], entry(Kind.RESERVE, 1), (0, 0, 3)),
            ([], entry(Kind.CONSUME, 1), (0, 0, 3)),
            ([], entry(Kind.ADJUST, 1, units=-2), (0, 0, 3)),
            ([], entry(Kind.GRANT, 1), (0, 0, 3)),
            ([RESERVED], CONSUMED, (0, 1, 2)),
            ([RESERVED], entry(Kind.RELEASE, 2, refers_to=1), (0, 1, 2)),
            ([RESERVED, CONSUMED], entry(Kind.WAIVE, 3, refers_to=2), (1, 0, 2)),
        ],
    )
    def test_a_reversal_undoes_just_its_entry(
        self, before: list[LedgerEntry], undone: LedgerEntry, after: tuple[int, int, int]
    ) -> None:
        reversal = entry(Kind.REVERSE, 9, refers_to=undone.id, units=abs(undone.units))
        assert left(*before, undone, reversal) == after

    def test_the_year_that_pays_is_the_one_the_request_came_in(self) -> None:
        last = entry(Kind.RESERVE, 1, charged_on=date(2025, 2, 28))
        first = entry(Kind.RESERVE, 2, charged_on=date(2025, 3, 1))
        sent_next_year = entry(
            Kind.CONSUME, 3, refers_to=1, charged_on=date(2025, 2, 28), on=date(2025, 3, 4)
        )
        ledger = [last, first, sent_next_year]
        old = balance(ledger, "licence_reissue", BLOCK, YEAR)
        new = balance(ledger, "licence_reissue", BLOCK, NEXT_YEAR)
        assert (old.used, old.reserved) == (1, 0)
        assert (new.used, new.reserved) == (0, 1)

    def test_as_of_a_day_only_what_was_made_by_then_counts(self) -> None:
        later = replace(CONSUMED, on=date(2024, 6, 5))
        assert left(RESERVED, later, as_of=date(2024, 6, 2)) == (0, 0, 3)
        assert left(RESERVED, later, as_of=date(2024, 6, 4)) == (0, 1, 2)
        assert left(RESERVED, later, as_of=date(2024, 6, 5)) == (1, 0, 2)

    def test_other_quotas_do_not_count(self) -> None:
        assert left(entry(Kind.CONSUME, quota="phone_call")) == (0, 0, 3)

    def test_without_a_limit_it_is_only_counted(self) -> None:
        sessions = [entry(Kind.CONSUME, n, quota="remote_session") for n in (1, 2)]
        found = balance(sessions, "remote_session", COUNTED, YEAR)
        assert (found.used, found.remaining) == (2, None)


def refused(new: LedgerEntry, *before: LedgerEntry, terms: QuotaTerms = BLOCK) -> str | None:
    refusal = check_entry(new, before, terms, YEAR)
    return refusal.code if refusal else None


class TestRefusal:
    def test_a_fourth_reservation_is_refused(self) -> None:
        three = [entry(Kind.RESERVE, n) for n in (1, 2, 3)]
        assert refused(entry(Kind.RESERVE, 4), *three) == "limit_reached"
        assert refused(entry(Kind.CONSUME, 4), *three) == "limit_reached"
        assert refused(entry(Kind.ADJUST, 4, units=-1), *three) == "limit_reached"

    def test_the_third_is_not(self) -> None:
        assert refused(entry(Kind.RESERVE, 3), entry(Kind.RESERVE, 1), CONSUMED) is None

    def test_an_override_goes_over_the_limit(self) -> None:
        three = [entry(Kind.RESERVE, n) for n in (1, 2, 3)]
        assert check_entry(entry(Kind.RESERVE, 4), three, BLOCK, YEAR, override=True) is None

    def test_a_guideline_refuses_nothing(self) -> None:
        calls = [entry(Kind.CONSUME, n, quota="phone_call") for n in range(1, 51)]
        new = entry(Kind.CONSUME, 51, quota="phone_call")
        assert refused(new, *calls, terms=GUIDELINE) is None

    def test_consuming_the_last_reservation_is_no_overrun(self) -> None:
        three = [entry(Kind.RESERVE, n) for n in (1, 2, 3)]
        assert refused(entry(Kind.CONSUME, 4, refers_to=3), *three) is None

    @pytest.mark.parametrize("kind", [Kind.CONSUME, Kind.RELEASE, Kind.EXPIRE, Kind.WAIVE])
    def test_a_reservation_is_closed_once(self, kind: Kind) -> None:
        again = entry(kind, 3, refers_to=1)
        assert refused(again, RESERVED, CONSUMED) == "already_closed"

    def test_a_reversed_consumption_opens_its_reservation_again(self) -> None:
        undone = entry(Kind.REVERSE, 3, refers_to=2)
        assert refused(entry(Kind.RELEASE, 4, refers_to=1), RESERVED, CONSUMED, undone) is None

    def test_nothing_is_reversed_twice(self) -> None:
        undone = entry(Kind.REVERSE, 2, refers_to=1)
        assert refused(entry(Kind.REVERSE, 3, refers_to=1), RESERVED, undone) == "already_closed"

    def test_a_reversal_is_never_reversed(self) -> None:
        undone = entry(Kind.REVERSE, 2, refers_to=1)
        assert refused(entry(Kind.REVERSE, 3, refers_to=2), RESERVED, undone) == "reference_kind"

    def test_what_later_entries_rest_on_is_not_reversed(self) -> None:
        assert refused(entry(Kind.REVERSE, 3, refers_to=1), RESERVED, CONSUMED) == "has_followers"

    def test_undoing_a_release_must_find_a_unit_left(self) -> None:
        released = entry(Kind.RELEASE, 2, refers_to=1)
        others = [entry(Kind.RESERVE, n) for n in (3, 4, 5)]
        new = entry(Kind.REVERSE, 6, refers_to=2)
        assert refused(new, RESERVED, released, *others) == "limit_reached"

    @pytest.mark.parametrize(
        ("new", "code"),
        [
            (entry(Kind.RESERVE, 9, units=0), "no_units"),
            (entry(Kind.CONSUME, 9, units=-1), "no_units"),
            (entry(Kind.ADJUST, 9, units=0), "no_units"),
            (entry(Kind.ADJUST, 9, units=-100_001), "too_large"),
            (replace(entry(Kind.CONSUME, 9), minutes=100_001), "too_large"),
            (replace(entry(Kind.CONSUME, 9), minutes=0), "no_minutes"),
            (entry(Kind.RESERVE, 9, charged_on=date(2024, 2, 28)), "other_year"),
            (entry(Kind.RESERVE, 9, charged_on=date(2025, 3, 1)), "other_year"),
            (entry(Kind.RELEASE, 9), "reference_missing"),
            (entry(Kind.REVERSE, 9), "reference_missing"),
            (entry(Kind.GRANT, 9, refers_to=1), "reference_not_allowed"),
            (entry(Kind.RESERVE, 9, refers_to=1), "reference_not_allowed"),
            (entry(Kind.RELEASE, 9, refers_to=77), "reference_unknown"),
            (entry(Kind.RELEASE, 9, refers_to=2), "reference_kind"),
            (entry(Kind.RELEASE, 9, refers_to=1, units=2), "reference_differs"),
            (
                entry(Kind.RELEASE, 9, refers_to=1, charged_on=date(2024, 6, 4)),
                "reference_differs",
            ),
        ],
    )
    def test_an_entry_that_makes_no_sense_is_refused(self, new: LedgerEntry, code: str) -> None:
        assert refused(new, RESERVED, entry(Kind.CONSUME, 2)) == code

    def test_an_entry_of_another_contract_is_not_found(self) -> None:
        foreign = replace(RESERVED, support_number="DX-0000-0001")
        assert refused(entry(Kind.RELEASE, 2, refers_to=1), foreign) == "reference_unknown"

    def test_each_refusal_says_it_in_both_languages(self) -> None:
        assert all(refusal.japanese and refusal.english for refusal in REFUSALS.values())


class Counting(RuleBasedStateMachine):
    """Any sequence of operations that the check lets through."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[LedgerEntry] = []
        self.granted = 0

    def write(self, kind: Kind, **more: int) -> None:
        new = entry(kind, len(self.entries) + 1, **more)  # type: ignore[arg-type]  # plain ints
        if check_entry(new, self.entries, BLOCK, YEAR) is None:
            self.entries.append(new)

    @rule(kind=st.sampled_from([Kind.RESERVE, Kind.CONSUME, Kind.GRANT]), units=st.integers(1, 2))
    def take_or_grant(self, kind: Kind, units: int) -> None:
        self.write(kind, units=units)

    @rule(units=st.sampled_from([-1, 1]))
    def adjust(self, units: int) -> None:
        self.write(Kind.ADJUST, units=units)

    @precondition(lambda self: bool(self.entries))
    @rule(data=st.data(), kind=st.sampled_from(list(Kind)))
    def follow(self, data: st.DataObject, kind: Kind) -> None:
        about = data.draw(st.sampled_from(self.entries))
        self.write(kind, refers_to=about.id, units=abs(about.units))

    @invariant()
    def the_balance_is_the_sum_and_never_below_zero(self) -> None:
        found = balance(self.entries, "licence_reissue", BLOCK, YEAR)
        assert found.limit is not None
        assert found.remaining is not None
        assert found.remaining == found.limit - found.used - found.reserved
        total = sum((e for _, e in effects(self.entries, "licence_reissue", YEAR)), Effect())
        assert found.remaining == 3 + total.remaining
        assert found.remaining >= 0
        assert found.reserved >= 0

    @invariant()
    def what_is_reserved_is_what_is_open(self) -> None:
        undone = {e.refers_to for e in self.entries if e.kind is Kind.REVERSE}
        live = [e for e in self.entries if e.id not in undone and e.kind is not Kind.REVERSE]
        closed = {e.refers_to for e in live}
        open_units = sum(e.units for e in live if e.kind is Kind.RESERVE and e.id not in closed)
        assert balance(self.entries, "licence_reissue", BLOCK, YEAR).reserved == open_units


Counting.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestCounting = Counting.TestCase
