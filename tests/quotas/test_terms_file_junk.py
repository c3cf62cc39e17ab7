"""Whatever a value is replaced by, a terms file is read or refused in lines that name the file."""

import re

from hypothesis import given
from hypothesis import strategies as st

from quotas.terms_file import TermsError, load_programme
from tests.quotas.fourth_programme import fourth_programme

FILE = "zaiko-cloud.toml"
LINES = fourth_programme().splitlines()
VALUES = [n for n, line in enumerate(LINES) if " = " in line]
JUNK = (
    '""', '"a"', "0", "-1", "99999999999999999999", "true", "1.5", "nan", "[]", "[[]]", "[1, 'a']",
    "{}", "{ a = {} }", "{ a = [] }", "[{}]", "2026-01-01", "2026-01-01T10:00:00", "10:00:00",
    "0001-01-01", "9999-12-31", '"\\u0000"', '"第１５条"', '["mon", ["tue"]]', "[{ name = 1 }]",
)  # fmt: skip


@given(place=st.sampled_from(VALUES), junk=st.sampled_from(JUNK))
def test_a_value_replaced_by_junk_is_read_or_refused_by_name(place: int, junk: str) -> None:
    lines = [*LINES]
    lines[place] = f"{lines[place].split(' = ')[0]} = {junk}"
    read_or_refused("\n".join(lines))


@given(place=st.integers(0, len(LINES) - 1))
def test_a_file_that_misses_a_line_is_read_or_refused_by_name(place: int) -> None:
    read_or_refused("\n".join(LINES[:place] + LINES[place + 1 :]))


@given(text=st.text())
def test_a_text_that_is_no_terms_file_is_refused_by_name(text: str) -> None:
    read_or_refused(text)


def read_or_refused(text: str) -> None:
    lines: tuple[str, ...] = ()
    try:
        load_programme(text, FILE)
    except TermsError as fault:
        lines = fault.lines or ("a refusal without a reason",)
    for line in lines:
        assert re.fullmatch(rf"{FILE}: [^:]+: .+ — .+", line), line
