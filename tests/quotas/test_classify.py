"""What customers ask for, read from sentences as they write them."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.programmes import load_all
from quotas.classify import Classification, classify
from quotas.programme import Category, Channel, Word

SENTENCES = Path(__file__).parent / "sentences"
PROGRAMMES = load_all()


def cases() -> list[tuple[str, str, str]]:
    lines = (
        (path.stem, *line.split("|", 1))
        for path in sorted(SENTENCES.glob("*.txt"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    return [(p, name.strip(), text.strip().replace("\\n", "\n")) for p, name, text in lines]


def read(programme: str, text: str, subject: str = "") -> Classification:
    return classify(text, subject, PROGRAMMES[programme].categories.provisions[-1].value)


def sure(found: Classification) -> str:
    return found.best.name if found.sure and found.best else "?"


@pytest.mark.parametrize(("programme", "expected", "text"), cases())
def test_what_is_asked_is_read_from_how_customers_say_it(
    programme: str, expected: str, text: str
) -> None:
    found = read(programme, text)
    if expected.startswith("!"):
        assert sure(found) != expected[1:], found.detail
    else:
        assert sure(found) == expected, found.detail


def test_a_word_split_over_two_lines_is_still_heard() -> None:
    assert (
        sure(read("desknets-dax", "ライセンスキーの再\n発行をお願\nいいたします"))
        == "licence_reissue"
    )


def test_the_subject_alone_is_enough() -> None:
    assert sure(read("desknets-dax", "", "ライセンスキー再発行のお願い")) == "licence_reissue"


def test_the_subject_of_an_answer_is_somebody_elses() -> None:
    found = read("desknets-dax", "承知しました。", "Re: ライセンスキー再発行のお願い")
    assert sure(found) == "?"


def test_thanks_for_one_and_a_wish_for_another_is_a_wish() -> None:
    text = (
        "先日は再発行していただきありがとうございました。\n別のサーバの分も再発行をお願いします。"
    )
    assert sure(read("desknets-dax", text)) == "licence_reissue"


def test_two_wishes_at_once_are_not_sure() -> None:
    text = "ライセンスキーを再発行してください。\n残り回数も教えてください。"
    found = read("desknets-dax", text)
    assert found.best
    assert not found.sure or found.best.name == "licence_reissue"


def test_the_trace_names_the_words() -> None:
    assert "再発行" in read("desknets-dax", "再発行をお願いします").detail


def _category(name: str, **words: int) -> Category:
    spoken = tuple(Word(text, weight) for text, weight in words.items())
    return Category(name, name, "question", None, spoken, "q", frozenset(Channel), "art")


def test_a_negative_word_silences_its_own_sentence_only() -> None:
    category = _category("x", 交換=3, 不要=-9)
    assert classify("交換は不要です。交換をお願いします。", "", (category,)).best is category
    assert classify("交換は不要です。", "", (category,)).best is None


def test_a_word_speaks_once_however_often_it_is_written() -> None:
    found = classify("交換。交換。交換。", "", (_category("x", 交換=3),))
    assert found.found[0].score == 3


def test_near_rivals_make_it_unsure() -> None:
    rivals = (_category("x", 交換=3), _category("y", 修理=2))
    found = classify("交換か修理か", "", rivals)
    assert (found.best, found.rivals, found.sure) == (rivals[0], (rivals[1],), False)


@given(st.text(alphabet="再発行お願い不要です。\n、 ーAＡ1:：", max_size=400))
def test_no_text_breaks_it(text: str) -> None:
    read("desknets-dax", text, text)
