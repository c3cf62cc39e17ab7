"""What the rules say to what they can't compute, and what they keep from one to the next."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest

from bot.programmes import load_all, national_holidays
from quotas.provision import Dated, Provision
from quotas.rules import CALCULATORS, PARAMETERS, RuleError, compute

PROGRAMMES = load_all()
DAY = date(2024, 5, 20)


def computed(programme: str, rule: str, **given: Any) -> Any:
    return compute(PROGRAMMES[programme], rule, given, national_holidays()).values


@pytest.mark.parametrize(
    ("programme", "rule", "given", "line"),
    [
        ("desknets-dax", "annual_fee", {"on": DAY}, "exactly one of users and edition"),
        (
            "desknets-dax",
            "annual_fee",
            {"on": DAY, "users": 50, "edition": "unlimited"},
            "exactly one of users and edition",
        ),
        ("desknets-dax", "annual_fee", {"on": DAY, "users": 0}, "users: 0 is less than 1"),
        ("desknets-dax", "annual_fee", {"on": DAY, "users": 50.0}, "50.0 is not a whole number"),
        ("desknets-dax", "annual_fee", {"on": DAY, "edition": "ss"}, "none of unlimited, ss_unl"),
        ("desknets-dax", "coverage", {"item": 9, "status": "paid"}, "'9' is not in the coverage"),
        ("desknets-dax", "coverage", {"item": 1, "status": "member"}, "none of free, paid, none"),
        ("dekispart", "coverage", {"service": "fax", "status": "member"}, "is not in the coverage"),
        (
            "dekispart",
            "coverage",
            {"service": "auto_update", "status": "paid"},
            "none of member, non_member",
        ),
        (
            "desknets-dax",
            "quota_year",
            {"period_start": DAY, "period_end": date(2025, 5, 19), "on": date(2025, 5, 20)},
            "outside the period",
        ),
        (
            "desknets-dax",
            "quota_year",
            {"period_start": DAY, "period_end": date(2024, 5, 19), "on": DAY},
            "before 2024-05-20",
        ),
        (
            "desknets-dax",
            "reissue",
            {
                "period_start": DAY,
                "period_end": date(2025, 5, 19),
                "reissued_on": [DAY, "2024-06-01"],
                "requested_on": DAY,
                "cause": "customer_convenience",
            },
            r"reissued_on\[1\]: '2024-06-01' is not a date",
        ),
        (
            "desknets-dax",
            "reissue",
            {
                "period_start": DAY,
                "period_end": date(2025, 5, 19),
                "reissued_on": [],
                "requested_on": DAY,
                "cause": "fire",
            },
            "'fire' is none of customer_convenience, hardware_failure",
        ),
        (
            "desknets-dax",
            "fee_after_addition",
            {"users_before": 50, "users_added": 50, "status": "member"},
            "none of free, paid, none",
        ),
        (
            "dekispart",
            "membership",
            {"products": [{"name": "写管屋"}]},
            r"products\[0\]: missing list_price",
        ),
        (
            "dekispart",
            "membership",
            {"products": [{"name": "写管屋", "list_price": -1}]},
            "-1 is less than 0",
        ),
        ("dekispart", "membership", {"products": ["写管屋"]}, "is not a table"),
        ("dekispart", "membership", {"products": "写管屋"}, "is not a list"),
        (
            "dekispart",
            "rejoin",
            {"left_on": DAY, "rejoin_on": DAY, "annual_fee": 0, "list_total": 0},
            "is not after left_on",
        ),
        (
            "licence-maintenance",
            "included_period",
            {"purchased_on": DAY, "kind": "gold"},
            "'gold' is none of normal, version_up",
        ),
        ("licence-maintenance", "merge_sets", {"sets": []}, "nothing to merge"),
        (
            "licence-maintenance",
            "restart",
            {"lapsed_end": DAY, "restart_on": DAY, "until": DAY, "quantity": 1},
            "has not lapsed",
        ),
        (
            "licence-maintenance",
            "restart",
            {
                "lapsed_end": DAY,
                "restart_on": date(2025, 1, 1),
                "until": date(2024, 12, 31),
                "quantity": 1,
            },
            "lies before restart_on",
        ),
        (
            "licence-maintenance",
            "switch_to_version_up",
            {"purchased_on": DAY, "quantity": 1, "next_end": date(2024, 5, 19)},
            "lies before purchased_on",
        ),
        (
            "desknets-dax",
            "opening",
            {"at": DAY, "closed": []},
            "is not a date-time",
        ),
        ("desknets-dax", "first_period", {"order_received": date.max}, "out of range"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_in_one_line(
    programme: str, rule: str, given: dict[str, Any], line: str
) -> None:
    with pytest.raises(RuleError, match=line) as refused:
        computed(programme, rule, **given)
    assert "\n" not in str(refused.value)


def test_the_day_selects_the_parameters() -> None:
    dax = PROGRAMMES["desknets-dax"]
    (now,) = dax.rules["cancellation"].provisions
    changed: Dated[Mapping[str, Any]] = Dated(
        (
            Provision(now.value, "old", None, date(2025, 4, 1)),
            Provision({**now.value, "months": 3}, "new", date(2025, 4, 1)),
        )
    )
    amended = replace(dax, rules={**dax.rules, "cancellation": changed})
    before = compute(amended, "cancellation", {"notice_on": date(2025, 3, 31)})
    after = compute(amended, "cancellation", {"notice_on": date(2025, 4, 1)})
    assert (before.values, before.article) == ({"earliest_end": date(2025, 5, 31)}, "old")
    assert (after.values, after.article) == ({"earliest_end": date(2025, 7, 1)}, "new")


def test_the_quota_in_force_when_the_year_began_is_kept() -> None:
    dax = PROGRAMMES["desknets-dax"]
    (now,) = dax.quotas["licence_reissue"].provisions
    changed = Dated(
        (
            Provision(now.value, "", None, date(2024, 7, 2)),
            Provision(replace(now.value, limit=1), "", date(2024, 7, 2)),
        )
    )
    amended = replace(dax, quotas={**dax.quotas, "licence_reissue": changed})
    given: dict[str, object] = {
        "period_start": date(2024, 7, 1),
        "period_end": date(2026, 6, 30),
        "reissued_on": [],
        "cause": "customer_convenience",
    }
    first = compute(amended, "reissue", given | {"requested_on": date(2025, 6, 30)}).values
    second = compute(amended, "reissue", given | {"requested_on": date(2025, 7, 1)}).values
    assert (first["remaining"], second["remaining"]) == (3, 1)


def test_a_counterparts_price_in_the_terms_is_counted_once() -> None:
    dekispart = PROGRAMMES["dekispart"]
    (now,) = dekispart.rules["membership"].provisions
    prices = {"品質管理システム［コンクリート］": 310000}
    priced: Dated[Mapping[str, Any]] = Dated((Provision({**now.value, "list_prices": prices}, ""),))
    amended = replace(dekispart, rules={**dekispart.rules, "membership": priced})
    tunnel = {"name": "品質管理システム[トンネル]", "list_price": 400000}
    values = compute(amended, "membership", {"products": [tunnel, tunnel]}).values
    assert values == {"counted_total": 310000, "class": "B", "annual_fee": 48000}


def test_a_provisional_class_is_given_with_its_question() -> None:
    tunnel = {"name": "品質管理システム[トンネル]", "list_price": 400000}
    values = computed("dekispart", "membership", products=[tunnel])
    assert values["decision"] == "ask_operator"
    assert "定価" in values["question"]
    assert (values["class"], values["counted_total"]) == ("B", 400000)


def test_silent_places_come_with_the_question_an_operator_sees() -> None:
    before_2013 = {"purchased_on": date(2012, 12, 31), "kind": "normal"}
    without_until = {"lapsed_end": date(2024, 3, 31), "restart_on": DAY, "quantity": 1}
    second = {"status": "member", "replaced_this_year": 1}
    open_places = [
        computed("desknets-dax", "annual_fee", on=DAY, users=201),
        computed("licence-maintenance", "included_period", **before_2013),
        computed("licence-maintenance", "restart", **without_until),
        computed("dekispart", "protector_replacement", **second),
    ]
    for values in open_places:
        assert values["decision"] == "ask_operator"
        assert values["question"].endswith(("。", "か。", "）。"))


def test_every_outcome_key_is_declared() -> None:
    values = computed(
        "desknets-dax",
        "reissue_due",
        requested_at=datetime(2024, 5, 20, 11, 0),  # noqa: DTZ001 - desk time, as in the examples
    )
    assert set(values) <= CALCULATORS["due_after_business_days"].gives


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_rule_has_the_parameters_its_calculator_needs(programme: str) -> None:
    for name, dated in PROGRAMMES[programme].rules.items():
        for provision in dated:
            needed = PARAMETERS.get(provision.value.get("calculator", ""), frozenset())
            assert needed <= provision.value.keys(), name
