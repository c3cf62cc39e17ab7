"""Every article of the three sources is cited by its terms file, or left out with a reason."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from typing import Any, cast

import pytest

from quotas.programme import Programme
from tests.quotas.test_terms_file import PROGRAMMES

ARTICLES: Mapping[str, tuple[str, ...]] = {
    "desknets-dax": tuple(f"第{number}条" for number in range(1, 26)),
    "dekispart": (
        "3つのメリット",
        "サービスメニュー「電話サポート」",
        "サービスメニュー「プロテクター装置の破損交換」",
        "サービスメニュー「会員専用メールマガジン」",
        "サービスメニュー「自動アップデート」",
        "サービスメニュー「最新プログラム」",
        "電話サポートには定評があります",
        "よくあるご質問「加入方法」",
        "よくあるご質問「サービスの開始」",
        "よくあるご質問「保守会員証の記載内容」",
        "よくあるご質問「会員期間」",
        "よくあるご質問「継続加入」",
        "よくあるご質問「加入するソフト」",
        "高い更新率",
        "保守会員特典「リモートサポート」",
        "保守会員特典「安全管理各種マスター」",
        "保守会員特典「NETライセンス」",
        "保守会員特典「クロスゼロ for ビジネス」",
        "価格のご案内「保守会員種別年会費」",
        "価格のご案内「保守会員入会金・バージョンアップ料金」",
        "おトクなセット料金",
        "保守会員規約",
        "問合せ先",
        "受付時間",
    ),
    "licence-maintenance": (
        "保守サービスについて「保守期間」",
        "保守サービスについて「更新の案内」",
        "保守サービスについて「更新の申込」",
        "保守サービスについて「再開」",
        "追加・統合「通常保守」",
        "追加・統合「バージョンアップ付き保守」",
        "途中変更",
    ),
}

# The articles of each source that don't concern the desk.
LEFT_OUT: Mapping[str, frozenset[str]] = {
    "desknets-dax": frozenset(f"第{n}条" for n in (2, 6, 7, 8, 9, 10, 17, 21, 22, 24)),
    "dekispart": frozenset(
        ("3つのメリット", "電話サポートには定評があります", "保守会員規約", "問合せ先")
    ),
    "licence-maintenance": frozenset(),
}


def cited(value: object) -> Iterator[str]:
    """Find every article that a value of the terms, or anything inside it, rests on."""
    article = getattr(value, "article", None)
    if isinstance(article, str):
        yield article
    for each in inside(value):
        yield from cited(each)


def inside(value: Any) -> Iterable[object]:
    """Return the parts of a value: of a dataclass, a mapping or a collection."""
    if is_dataclass(value):
        names = (field.name for field in fields(value))
        return [getattr(value, name) for name in names if name != "articles_left_out"]
    if isinstance(value, Mapping):
        return tuple(cast("Mapping[str, object]", value).values())
    return cast("Iterable[object]", value) if isinstance(value, tuple | frozenset) else ()


def cites(programme: Programme, article: str) -> bool:
    """Tell whether a term rests on `article`."""
    return any(article in each for each in cited(programme))


@pytest.mark.parametrize("name", ARTICLES)
def test_each_article_is_cited_or_left_out_with_a_reason_but_never_both(name: str) -> None:
    programme = PROGRAMMES[name]
    used = {article for article in ARTICLES[name] if cites(programme, article)}
    assert set(programme.articles_left_out) == LEFT_OUT[name]
    assert used | LEFT_OUT[name] == set(ARTICLES[name])
    assert not used & LEFT_OUT[name]


@pytest.mark.parametrize("name", ARTICLES)
def test_nothing_rests_on_an_article_the_source_does_not_have(name: str) -> None:
    known = ARTICLES[name]
    for article in cited(PROGRAMMES[name]):
        for part in article.split("、"):
            of_source = any(part.startswith(each) or each.startswith(part) for each in known)
            assert of_source or part.startswith("（"), f"{part} is no article of {name}"


@pytest.mark.parametrize("name", ARTICLES)
def test_an_operator_is_asked_in_whole_sentences(name: str) -> None:
    for question in PROGRAMMES[name].questions.values():
        assert question.text.endswith("。") or question.text.endswith("）。")
        assert question.article


def test_the_tax_of_a_day_is_that_of_the_law() -> None:
    for name in ("desknets-dax", "dekispart"):
        tax = PROGRAMMES[name].rules["tax"]
        days = (
            date(2014, 3, 31), date(2014, 4, 1), date(2019, 9, 30), date(2019, 10, 1),
        )  # fmt: skip
        assert [tax.on(day).value["rate_percent"] for day in days] == [5, 8, 8, 10]
