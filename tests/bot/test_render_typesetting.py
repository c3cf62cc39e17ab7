"""Lines are set for Japanese readers: columns, kinsoku, and nothing lost on the way."""

import re

from hypothesis import given
from hypothesis import strategies as st

from bot.typesetting import columns, lines_of, one_line, pad, set_text, shorten, wrap

JAPANESE = st.text(st.sampled_from("あ漢カー、。（）「」A1- 円年ぁ様…"), max_size=120)


def bare(text: str) -> str:
    return re.sub(r"\s", "", text)


def test_full_width_characters_take_two_columns() -> None:
    assert columns("ab") == 2
    assert columns("（株）ｱ") == 7
    assert columns("か\u3099") == 2


def test_padding_reaches_the_column_from_either_side() -> None:
    assert pad("番号", 8) == "番号　　"
    assert pad("番号1", 8) == "番号1 　"
    assert pad("12", 5, "right") == "　 12"
    assert pad("長い見出し", 4) == "長い見出し"


def test_shortening_marks_what_was_cut() -> None:
    assert shorten("あいうえお", 10) == "あいうえお"
    assert shorten("あいうえおか", 10) == "あいうえ…"


def test_a_full_stop_never_begins_a_line_and_an_opening_bracket_never_ends_one() -> None:
    assert wrap("あいうえ。おか", 8) == ["あいう", "え。おか"]
    assert wrap("あいう（えお）", 8) == ["あいう", "（えお）"]


def test_words_and_numbers_with_their_counter_stay_whole() -> None:
    assert wrap("期限は2026年11月20日です", 14) == ["期限は", "2026年11月20日", "です"]
    assert wrap("ab " + "x" * 30, 10)[1] == "x" * 30


def test_a_bullets_text_stands_under_itself() -> None:
    assert wrap("　・あいうえおか", 12) == ["　・あいうえ", "　　おか"]


@given(JAPANESE, st.integers(8, 40))
def test_wrapping_loses_nothing_and_keeps_the_rules(text: str, limit: int) -> None:
    lines = wrap(text, limit)
    assert bare("".join(lines)) == bare(text)
    for line in lines:
        body = line.strip()
        whole = re.fullmatch(r"[!-~]*[年円]?", body) is not None
        one_kind = not re.search(r"[あ漢カA1]", body)
        assert columns(line.rstrip()) <= limit or whole or one_kind or len(body) < limit


@given(JAPANESE)
def test_setting_a_set_text_again_changes_nothing(text: str) -> None:
    once = set_text(text)
    assert set_text(once) == once


@given(st.text())
def test_one_line_is_one_visible_line(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u200b\u202a-\u202e\u2066-\u2069\ud800-\udfff]", line)


@given(st.text())
def test_lines_keep_what_is_visible(text: str) -> None:
    assert bare("".join(lines_of(text))) == bare(one_line(text))
