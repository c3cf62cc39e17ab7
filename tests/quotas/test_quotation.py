"""Quotations: their lines, sums and articles, and the questions where something is open."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from bot.programmes import load_all
from quotas.contract import Contract, Licence, Period, Product, Status
from quotas.provision import Dated, Provision
from quotas.quotation import Quotation, quote

PROGRAMMES = load_all()
A_NOTE = Product("A納図 [A-NOTE]", 500_000)

DAX = Contract(
    "DX-1024-7731",
    "desknets-dax",
    "A社",
    (Period(date(2024, 7, 1), date(2025, 7, 1), Status.PAID),),
)
MEMBER = Contract(
    "0012-3456-78",
    "dekispart",
    "B社",
    (Period(date(2024, 8, 1), date(2025, 8, 1), Status.PAID),),
    products=(Product("写管屋", 700_000),),
)
NORMAL = Licence(date(2015, 4, 10), 10, "normal", date(2016, 3, 31))
VERSION_UP = replace(NORMAL, kind="version_up")
MAINTAINED = Contract("M20150401", "licence-maintenance", "C社", licences=(NORMAL,))


def quoted(kind: str, contract: Contract, day: date, **given: Any) -> Quotation:
    return quote(kind, contract, PROGRAMMES[contract.programme], day, **given)


def texts(quotation: Quotation) -> list[str]:
    return [line.text for line in quotation.lines]


def amounts(quotation: Quotation) -> list[int | None]:
    return [line.amount for line in quotation.lines]


def test_a_renewal_of_a_membership() -> None:
    quotation = quoted("renewal", MEMBER, date(2025, 7, 1))
    assert texts(quotation) == ["年会費（C会員）"]
    assert (quotation.total, quotation.total_with_tax) == (72_000, 79_200)
    assert quotation.questions == ()
    assert quotation.lines[0].article == "価格のご案内「保守会員種別年会費」"


def test_the_tax_is_that_of_the_day() -> None:
    totals = [
        quoted("renewal", MEMBER, day).total_with_tax
        for day in (date(2014, 3, 31), date(2014, 4, 1), date(2019, 9, 30), date(2019, 10, 1))
    ]
    assert totals == [75_600, 77_760, 77_760, 79_200]


def test_the_terms_are_those_of_the_day() -> None:
    terms = PROGRAMMES["dekispart"]
    (now,) = terms.rules["membership"].provisions
    dearer = {"class": "C", "fee": 80_000, "below": 850_000}
    classes = (now.value["classes"][0], dearer, now.value["classes"][2])
    dated: Dated[Mapping[str, Any]] = Dated(
        (
            replace(now, until=date(2025, 7, 1)),
            Provision({**now.value, "classes": classes}, "改定後", date(2025, 7, 1)),
        )
    )
    amended = replace(terms, rules={**terms.rules, "membership": dated})
    before = quote("renewal", MEMBER, amended, date(2025, 6, 30))
    after = quote("renewal", MEMBER, amended, date(2025, 7, 1))
    assert (before.total, after.total) == (72_000, 80_000)
    assert after.lines[0].article == "改定後"


def test_several_years_have_no_price_in_the_terms() -> None:
    quotation = quoted("renewal", MEMBER, date(2025, 7, 1), years=5)
    assert quotation.total is None
    assert "5年一括割引" in quotation.questions[0]
    assert quoted("renewal", MEMBER, date(2025, 7, 1), years=1).questions == ()


@pytest.mark.parametrize(
    ("day", "lines", "total"),
    [
        (date(2025, 8, 31), [72_000, None], 72_000),
        (date(2025, 9, 1), [72_000, 30_000], 102_000),
        (date(2028, 7, 31), [72_000, 30_000], 102_000),
        (date(2028, 8, 1), [72_000, 30_000, 140_000], 242_000),
        (date(2030, 8, 1), [72_000, 30_000, 280_000], 382_000),
    ],
)
def test_coming_back_from_the_register(day: date, lines: list[int], total: int) -> None:
    quotation = quoted("rejoin", MEMBER, day)
    assert amounts(quotation) == lines
    assert quotation.total == total
    assert all(line.article for line in quotation.lines)


def test_given_facts_outrank_the_register() -> None:
    quotation = quoted("rejoin", MEMBER, date(2030, 8, 1), left_on=date(2030, 7, 31))
    assert quotation.total == 72_000


def test_whether_the_share_counts_a_note_is_asked() -> None:
    owner = replace(MEMBER, products=(*MEMBER.products, A_NOTE))
    late = quoted("rejoin", owner, date(2028, 8, 1))
    assert amounts(late) == [102_000, 30_000, 140_000]
    assert late.total is None
    assert "A納図" in late.questions[0]
    assert quoted("rejoin", owner, date(2028, 7, 31)).questions == ()


def test_an_undetermined_class_gives_no_price_but_a_question() -> None:
    owner = replace(MEMBER, products=(Product("品質管理システム[トンネル]", 400_000),))
    for kind in ("renewal", "rejoin"):
        quotation = quoted(kind, owner, date(2028, 8, 1))
        assert (quotation.lines, quotation.total) == ((), None)
        assert "トンネル" in quotation.questions[0]


def test_nobody_rejoins_who_has_not_left() -> None:
    quotation = quoted("rejoin", MEMBER, date(2025, 7, 1))
    assert quotation.lines == ()
    assert "計算できません" in quotation.questions[0]


def test_a_renewal_of_the_support_service() -> None:
    quotation = quoted("renewal", DAX, date(2025, 6, 1), users=100)
    assert texts(quotation) == [
        "次のサービス期間：2025年7月1日から2026年6月30日まで",
        "1年間のサービス料金（Bサービス）",
    ]
    assert [line.article for line in quotation.lines] == ["第12条第2項", "第18条第1項"]
    assert (quotation.total, quotation.total_with_tax) == (162_000, 178_200)


def test_a_late_renewal_starts_a_month_later() -> None:
    quotation = quoted("renewal", DAX, date(2025, 7, 10), edition="ss_unlimited")
    assert "2025年8月1日から2026年7月31日まで" in texts(quotation)[0]
    assert quotation.total == 17_100


def test_users_nobody_knows_are_asked_for() -> None:
    quotation = quoted("renewal", DAX, date(2025, 6, 1))
    assert len(quotation.lines) == 1
    assert quotation.total is None
    assert "ユーザー数" in quotation.questions[0]


def test_more_than_200_users_are_asked_about() -> None:
    quotation = quoted("renewal", DAX, date(2025, 6, 1), users=201)
    assert quotation.total is None
    assert "200ユーザ" in quotation.questions[0]


def test_an_addition_inside_the_period_changes_the_next_year_only() -> None:
    quotation = quoted("add", DAX, date(2025, 6, 30), users_before=100, users_added=50)
    assert texts(quotation) == [
        "追加ライセンスのサポート：2025年6月30日から2025年6月30日まで",
        "今年度のサービス料金は162,000円（税抜）のままで、追加料金はありません",
        "次年度のサービス料金（Cサービス）",
    ]
    assert amounts(quotation) == [None, None, 234_000]


def test_an_addition_after_the_period_is_not_served() -> None:
    quotation = quoted("add", DAX, date(2025, 7, 1), users_before=100, users_added=50)
    assert "提供されません" in texts(quotation)[0]


def test_a_restart_asks_for_its_end_then_counts_the_years() -> None:
    day = date(2017, 10, 1)
    asked = quoted("restart", MAINTAINED, day)
    assert asked.lines == ()
    assert "契約期限日" in asked.questions[0]
    counted = quoted("restart", MAINTAINED, day, until=date(2018, 3, 31))
    assert texts(counted)[0].startswith("保守の再開：10ライセンス×2年分")
    assert counted.total is None, "the terms give no price"


def test_licences_added_and_switched_as_in_the_source() -> None:
    added = quoted("add", MAINTAINED, date(2015, 12, 10), added_quantity=5)
    assert texts(added) == [
        "追加分の保守：今回ご購入いただくものはありません",
        "追加後の保守期日：2016年3月31日（次回の更新は15ライセンス分）",
    ]
    assert added.questions == ()
    version_up = replace(MAINTAINED, licences=(VERSION_UP,))
    bought = quoted("add", version_up, date(2015, 12, 10), added_quantity=5)
    assert texts(bought)[0] == "追加分の保守：5ライセンス×1年分"
    switched = quoted("switch", MAINTAINED, date(2016, 4, 1), next_end=date(2017, 3, 31))
    assert "10ライセンス×2年分" in texts(switched)[0]


def test_the_kind_of_the_licences_can_be_given() -> None:
    facts = {"existing_end": date(2016, 3, 31), "existing_quantity": 10, "added_quantity": 5}
    terms = PROGRAMMES["licence-maintenance"]
    quotation = quote("add", None, terms, date(2015, 12, 10), kind="version_up", **facts)
    assert texts(quotation)[0] == "追加分の保守：5ライセンス×1年分"


def test_the_way_back_is_refused() -> None:
    other = replace(VERSION_UP, maintenance_until=date(2016, 7, 31))
    for licences in ((VERSION_UP,), (VERSION_UP, other)):
        version_up = replace(MAINTAINED, licences=licences)
        quotation = quoted("switch", version_up, date(2016, 4, 1), next_end=date(2017, 3, 31))
        assert quotation.lines == ()
        assert "変更はできません" in quotation.questions[0]


def test_a_merge_buys_what_is_missing() -> None:
    later = Licence(date(2015, 8, 10), 5, "version_up", date(2016, 7, 31))
    both = replace(MAINTAINED, licences=(VERSION_UP, later))
    quotation = quoted("merge", both, date(2016, 2, 1))
    assert texts(quotation) == [
        "不足分の保守：10ライセンス×1年分（不足4か月）",
        "統合後の保守期日：2016年7月31日",
    ]
    renewal = quoted("renewal", both, date(2016, 2, 1))
    assert texts(renewal) == [
        "保守の更新：10ライセンス分（現在の保守期日 2016年3月31日）",
        "保守の更新：5ライセンス分（現在の保守期日 2016年7月31日）",
    ]


def test_a_merge_of_normal_licences_is_a_persons() -> None:
    quotation = quoted("merge", MAINTAINED, date(2016, 2, 1))
    assert quotation.lines == ()
    assert "通常保守のライセンスの統合" in quotation.questions[0]


def test_sets_that_end_apart_are_not_taken_for_one() -> None:
    later = Licence(date(2015, 8, 10), 5, "normal", date(2016, 7, 31))
    both = replace(MAINTAINED, licences=(NORMAL, later))
    quotation = quoted("restart", both, date(2017, 10, 1), until=date(2018, 3, 31))
    assert quotation.lines == ()
    assert any("ライセンス数" in question for question in quotation.questions)


def test_a_kind_the_terms_don_t_know_is_a_question() -> None:
    quotation = quoted("merge", MEMBER, date(2025, 7, 1))
    assert (quotation.lines, quotation.total) == ((), None)
    assert "定めがありません" in quotation.questions[0]


@pytest.mark.parametrize("programme", PROGRAMMES)
def test_every_question_a_quotation_may_ask_is_in_the_terms(programme: str) -> None:
    terms = PROGRAMMES[programme]
    for name, dated in terms.rules.items():
        for provision in dated if name.startswith("quote_") else ():
            asks = [ask["ask"] for ask in provision.value.get("asks", ())]
            asks += [step["ask"] for step in provision.value["steps"] if "ask" in step]
            assert set(asks) <= terms.questions.keys()
            assert {step["rule"] for step in provision.value["steps"] if "rule" in step} <= {
                *terms.rules
            }
