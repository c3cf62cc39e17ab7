"""What must hold of the rules for all days and products, drawn near the borders."""

from datetime import date, timedelta
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from bot.programmes import load_all
from quotas.month import anniversary, month_end, months_between
from quotas.rules import compute
from tests.quotas.edges import edge_days

PROGRAMMES = load_all()
A_DAY = timedelta(days=1)


def computed(programme: str, rule: str, **given_: Any) -> Any:
    return compute(PROGRAMMES[programme], rule, given_).values


BORDERS = [1, 199_999, 200_000, 649_999, 650_000, 849_999, 850_000]
prices = st.one_of(st.integers(0, 900_000), st.sampled_from(BORDERS))
names = st.sampled_from(
    [
        "写管屋",
        "土量計算",
        "3Dイラスト",
        "A納図 [A-NOTE]",
        "A納図 [A-NOTE] オプション",
        "品質管理システム[コンクリート]",
        "品質管理システム[トンネル]",
        "出来形管理システム",
        "出来形管理システム[配筋検査]",
    ]
)
products = st.fixed_dictionaries({"name": names, "list_price": prices})


@given(st.lists(products, max_size=6), products)
def test_a_fee_never_falls_when_a_product_is_added(
    owned: list[dict[str, Any]], added: dict[str, Any]
) -> None:
    before = computed("dekispart", "membership", products=owned)
    after = computed("dekispart", "membership", products=[*owned, added])
    assume("decision" not in before and "decision" not in after)
    assert after["annual_fee"] >= before["annual_fee"]
    assert after["counted_total"] >= before["counted_total"]


@given(st.permutations([("写管屋", 1), ("A納図", 2), ("品質管理システム[トンネル]", 3),
                        ("品質管理システム[コンクリート]", 4), ("3Dイラスト", 5)]))  # fmt: skip
def test_the_order_of_products_does_not_matter(owned: list[tuple[str, int]]) -> None:
    listed = [{"name": name, "list_price": price} for name, price in owned]
    assert computed("dekispart", "membership", products=listed)["counted_total"] == 5


@given(edge_days, st.integers(1, 2200), st.integers(0, 400), st.integers(0, 10**6))
def test_coming_back_never_gets_cheaper_by_waiting(
    left_on: date, days: int, longer: int, list_total: int
) -> None:
    def total(after: int) -> int:
        rejoin_on = left_on + timedelta(days=after)
        fees = {"annual_fee": 48000, "list_total": list_total}
        values = computed("dekispart", "rejoin", left_on=left_on, rejoin_on=rejoin_on, **fees)
        return int(values["total"])

    assert total(days) <= total(days + longer)


@given(edge_days, st.integers(-2, 2), st.sampled_from([3, 5]))
def test_coming_back_costs_a_share_from_the_full_years_on(
    left_on: date, off: int, years: int
) -> None:
    full = anniversary(left_on + A_DAY, years)
    rejoin_on = full + timedelta(days=off)
    values = computed(
        "dekispart", "rejoin", left_on=left_on, rejoin_on=rejoin_on, annual_fee=0, list_total=100
    )
    shares = {3: (0, 20), 5: (20, 40)}[years]
    assert values["version_up_fee"] == shares[rejoin_on >= full]


@given(edge_days, st.integers(-2, 2))
def test_the_joining_fee_is_due_from_the_month_after_next(left_on: date, off: int) -> None:
    rejoin_on = month_end(left_on, 1) + timedelta(days=off)
    assume(rejoin_on > left_on)
    values = computed(
        "dekispart", "rejoin", left_on=left_on, rejoin_on=rejoin_on, annual_fee=0, list_total=0
    )
    assert values["joining_fee"] == (30000 if off > 0 else 0)


@given(edge_days)
def test_a_first_period_is_one_year_of_whole_months_within_two_months(order: date) -> None:
    values = computed("desknets-dax", "first_period", order_received=order)
    start, end = values["start"], values["end"]
    assert start.day == 1
    assert end + A_DAY == anniversary(start, 1)
    assert 28 <= (start - order).days <= 62
    assert (months_between(order, start) == 1) == (order.day == 1)


@given(edge_days, st.integers(-3, 70))
def test_a_renewal_leaves_no_overlap_and_names_its_gap(end: date, off: int) -> None:
    order = end + timedelta(days=off)
    values = computed("desknets-dax", "renewal_period", previous_end=end, order_received=order)
    gap = (values["start"] - end).days - 1
    assert values["gap_days"] == gap >= 0
    assert gap == 0 or values["start"].day == 1
    assert off > 0 or gap == 0
    assert values["start"] >= min(order, end + A_DAY)


@given(edge_days, st.integers(0, 400), st.integers(0, 200_000))
def test_interest_grows_with_days_and_amount(due_on: date, late: int, amount: int) -> None:
    def interest(days: int, owed: int) -> int:
        paid_on = due_on + timedelta(days=days)
        values = computed(
            "desknets-dax", "late_interest", amount=owed, due_on=due_on, paid_on=paid_on
        )
        return int(values["interest"])

    assert interest(late, amount) <= interest(late + 1, amount)
    assert interest(late, amount) <= interest(late, amount + 100)
    assert interest(1, amount) == 0


@given(st.integers(1, 260), st.integers(1, 60), edge_days)
def test_more_users_never_cost_less(users: int, more: int, on: date) -> None:
    few = computed("desknets-dax", "annual_fee", users=users, on=on)
    many = computed("desknets-dax", "annual_fee", users=users + more, on=on)
    assert ("decision" in few) == (users > 200)
    if "decision" not in many:
        assert few["fee"] <= many["fee"]
        assert few["fee"] < few["fee_with_tax"]


@given(edge_days, st.integers(0, 800), st.integers(1, 50))
def test_version_up_years_cover_the_months(purchased_on: date, days: int, quantity: int) -> None:
    next_end = month_end(purchased_on + timedelta(days=days))
    values = computed(
        "licence-maintenance",
        "switch_to_version_up",
        purchased_on=purchased_on,
        quantity=quantity,
        next_end=next_end,
    )
    first = purchased_on.replace(day=1)
    assert anniversary(first, values["years"]) > next_end
    assert anniversary(first, values["years"] - 1) <= next_end


@given(st.lists(st.tuples(st.integers(1, 20), edge_days.map(month_end)), min_size=1, max_size=5))
def test_merged_sets_all_reach_the_same_end(sets: list[tuple[int, date]]) -> None:
    given_sets = [{"quantity": quantity, "end": end} for quantity, end in sets]
    values = computed("licence-maintenance", "merge_sets", sets=given_sets)
    earlier = [(quantity, end) for quantity, end in sets if end < values["end"]]
    assert len(values["buy"]) == len(earlier)
    for bought, (quantity, end) in zip(values["buy"], earlier, strict=True):
        assert bought["quantity"] == quantity
        assert month_end(end, bought["months"]) == values["end"]
        assert 12 * (bought["years"] - 1) < bought["months"] <= 12 * bought["years"]


@given(edge_days.map(month_end), edge_days, st.sampled_from(["normal", "version_up"]))
def test_an_addition_is_covered_to_the_common_end(end: date, purchased_on: date, kind: str) -> None:
    assume(purchased_on <= end and purchased_on.year >= 2013)
    values = computed(
        "licence-maintenance",
        "add_licences",
        kind=kind,
        existing_end=end,
        existing_quantity=3,
        purchased_on=purchased_on,
        added_quantity=2,
    )
    months = months_between(purchased_on, end) + 1
    free = 12 if kind == "normal" else 0
    short = months - free
    bought = 12 * values["buy_years"]
    assert bought - 12 < short <= bought or (kind == "normal" and short < 12 and bought == 0)
    assert values["buy_quantity"] == (2 if bought else 0)


@given(edge_days)
def test_a_renewal_is_announced_in_the_two_months_before(end: date) -> None:
    values = computed("licence-maintenance", "renewal_notice", period_end=end)
    assert months_between(values["from"], end) == 2
    assert months_between(values["to"], end) == 1
    assert values["from"] < values["to"] < end


@given(edge_days, st.integers(1, 1500), st.lists(edge_days, max_size=5), st.integers(0, 1499))
def test_the_year_of_the_request_pays(
    start: date, days: int, reissued_on: list[date], off: int
) -> None:
    end = start + timedelta(days=days)
    requested_on = start + timedelta(days=off % days)
    values = computed(
        "desknets-dax",
        "reissue",
        period_start=start,
        period_end=end,
        reissued_on=reissued_on,
        requested_on=requested_on,
        cause="customer_convenience",
    )
    used = sum(values["year_start"] <= day < values["resets_on"] for day in reissued_on)
    assert values["year_start"] <= requested_on < values["resets_on"] <= end + A_DAY
    assert values["remaining"] == 3 - used
    assert values["decision"] == ("grant" if used < 3 else "block")
