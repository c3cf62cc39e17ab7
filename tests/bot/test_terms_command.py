"""`madoguchi terms show` and `terms check`."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from bot.cli.options import CommandError
from bot.cli.terms import app
from bot.cli.terms_words import CALCULATORS as CALCULATORS_WORDS
from bot.cli.terms_words import PARAMETERS as PARAMETER_WORDS
from quotas.rules.table import CALCULATORS
from quotas.terms_reader.parameters import PARAMETER_READERS
from tests.quotas.fourth_programme import fourth_programme

WRONG_FEE = """
[[example]]
id = "right"
programme = "desknets-dax"
rule = "first_period"
given = { order_received = 2024-05-20 }
expect = { start = 2024-07-01, end = 2025-06-30 }

[[example]]
id = "planted"
programme = "desknets-dax"
rule = "first_period"
given = { order_received = 2024-05-01 }
expect = { start = 2024-06-01, end = 2025-06-01 }
"""


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Commands run in an empty folder, where there is no desk.toml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MADOGUCHI_CONFIG", raising=False)
    return tmp_path


def terms(*words: str | Path) -> Result:
    return CliRunner().invoke(app, [str(word) for word in words])


def error(result: Result) -> CommandError:
    assert isinstance(result.exception, CommandError)
    return result.exception


def test_all_shipped_examples_hold() -> None:
    result = terms("check")
    assert result.exit_code == 0, result.output
    passed, _ = result.output.splitlines()[-1].split(" passed, ")
    assert result.output.endswith(" passed, 0 failed\n")
    assert int(passed) >= 150


def test_a_planted_wrong_example_fails_with_what_was_expected_and_what_came(
    nowhere: Path,
) -> None:
    (nowhere / "own.toml").write_text(WRONG_FEE, encoding="utf-8")
    result = terms("check", "--examples", "own.toml")
    assert result.exit_code == 1
    assert result.output.splitlines() == [
        "FAILED planted (desknets-dax first_period): end: expected 2025-06-01, got 2025-05-31",
        "1 passed, 1 failed",
    ]


def test_the_check_as_json_is_one_document(nowhere: Path) -> None:
    (nowhere / "own.toml").write_text(WRONG_FEE, encoding="utf-8")
    result = terms("check", "--examples", "own.toml", "--json")
    assert result.exit_code == 1
    assert json.loads(result.output) == {
        "passed": 1,
        "failed": 1,
        "failures": [
            {
                "id": "planted",
                "programme": "desknets-dax",
                "rule": "first_period",
                "fault": None,
                "differences": [
                    {"key": "end", "expected": "2025-06-01", "got": "2025-05-31"},
                ],
            }
        ],
    }


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('rule = "first_period"', 'rule = "last_period"', "no rule 'last_period'"),
        ('programme = "desknets-dax"', 'programme = "dax"', "unknown programme 'dax'"),
        ("order_received", "order_recieved", "unknown key 'order_recieved'"),
        ("start =", "begin =", "unknown key 'begin'"),
    ],
)
def test_what_is_unknown_fails_and_is_not_skipped(
    nowhere: Path, old: str, new: str, said: str
) -> None:
    (nowhere / "own.toml").write_text(WRONG_FEE.replace(old, new, 1), encoding="utf-8")
    result = terms("check", "--examples", "own.toml")
    assert result.exit_code == 1
    assert said in result.output
    assert result.output.endswith("0 passed, 2 failed\n")


def test_a_missing_file_of_examples_is_wrong_use() -> None:
    fault = error(terms("check", "--examples", "gone.toml"))
    assert fault.status == 2
    assert "gone.toml: can't be read" in str(fault)


def test_faulty_terms_are_a_finding_with_a_line_for_each_fault(nowhere: Path) -> None:
    bad = fourth_programme().replace("maximum = 3", "maximum = 0")
    (nowhere / "bad.toml").write_text(bad, encoding="utf-8")
    fault = error(terms("check", "--terms", nowhere))
    assert fault.status == 1
    assert str(fault) == "bad.toml: contacts[1].maximum: 0 is too small — write 1 or more"


def test_examples_of_a_vendors_own_programme_are_checked_against_the_folder_of_desk_toml(
    nowhere: Path,
) -> None:
    (nowhere / "terms").mkdir()
    (nowhere / "terms" / "zaiko.toml").write_text(fourth_programme(), encoding="utf-8")
    (nowhere / "desk.toml").write_text('[programmes]\nfolder = "terms"\n', encoding="utf-8")
    own = WRONG_FEE.split("\n\n", maxsplit=1)[0].replace("desknets-dax", "zaiko-cloud")
    (nowhere / "own.toml").write_text(own.replace("2024-07-01", "2024-06-01").replace(
        "2025-06-30", "2025-05-31"), encoding="utf-8")  # fmt: skip
    result = terms("check", "--examples", "own.toml")
    assert result.output == "1 passed, 0 failed\n"


def test_the_terms_of_a_day_are_shown_with_their_articles() -> None:
    result = terms("show", "desknets-dax", "--on", "2026-04-01")
    assert result.exit_code == 0
    for shown in (
        "2026年4月1日 現在の規定",
        "10:00-12:00、13:00-18:00（祝日を除く）",
        "2名まで",
        "契約年度ごとに3回",
        "第19条第1項",
        "要確認",
    ):
        assert shown in result.output


def test_brackets_in_the_terms_are_shown_as_they_are() -> None:
    assert "品質管理システム[コンクリート]" in terms("show", "dekispart").output


def test_the_terms_of_a_day_as_json(nowhere: Path) -> None:
    (nowhere / "zaiko.toml").write_text(fourth_programme(), encoding="utf-8")

    def shown(day: str) -> dict[str, object]:
        result = terms("show", "zaiko-cloud", "--on", day, "--json", "--terms", nowhere)
        view: dict[str, object] = json.loads(result.output)
        return view

    before, after = shown("2026-03-31"), shown("2026-04-01")
    assert before["hours"] == {
        "weekdays": ["mon", "tue", "wed", "thu", "fri"],
        "intervals": ["09:00-17:00"],
        "closed_on_national_holidays": True,
        "article": "第5条",
        "since": None,
        "until": "2026-03-31",
    }
    limits = [view["quotas"][0]["limit"] for view in (before, after)]  # type: ignore[index] # JSON
    assert limits == [1, 2]
    assert set(before) >= {"coverage", "categories", "rules", "questions", "clauses", "channels"}


def test_an_unknown_programme_is_wrong_use_and_the_known_ones_are_named() -> None:
    fault = error(terms("show", "dax"))
    assert fault.status == 2
    assert "desknets-dax" in str(fault)


def test_every_calculator_and_its_parameters_have_a_japanese_name() -> None:
    assert set(CALCULATORS) == set(CALCULATORS_WORDS)
    assert set(PARAMETER_READERS) <= set(PARAMETER_WORDS)


def test_the_check_refuses_a_template_that_cannot_be_drawn(nowhere: Path) -> None:
    (nowhere / "templates" / "ja").mkdir(parents=True)
    (nowhere / "templates" / "ja" / "accepted.txt").write_text("件名\n\n{{ unheard_of }}\n")
    (nowhere / "desk.toml").write_text('[templates]\nfolder = "templates"\n', encoding="utf-8")
    fault = error(terms("check"))
    assert fault.status == 1
    assert "template ja/accepted.txt" in str(fault)
    assert "unheard_of" in str(fault)
