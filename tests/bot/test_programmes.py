"""The programmes a desk serves: shipped, a vendor's own, and their calendars."""

from collections.abc import Callable
from datetime import date, datetime
from importlib.resources import files
from pathlib import Path

import pytest

from bot.programmes import calendar_of, load_all, national_holidays, shipped_examples
from mail.number_shape import holds
from quotas.terms_file import TermsError
from tests.quotas.fourth_programme import fourth_programme

Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """Give a writer of a vendor's folder, from texts by name."""

    def write(**texts: str) -> Path:
        for name, text in texts.items():
            (tmp_path / f"{name}.toml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def refused(folder: Path) -> tuple[str, ...]:
    with pytest.raises(TermsError) as caught:
        load_all(folder)
    return caught.value.lines


def shipped_text(name: str) -> str:
    return (files("quotas") / "programmes" / f"{name}.toml").read_text(encoding="utf-8")


def test_the_three_programmes_are_shipped() -> None:
    assert list(load_all()) == ["dekispart", "desknets-dax", "licence-maintenance"]


def test_a_vendors_file_adds_a_fourth_programme(folder: Folder) -> None:
    programmes = load_all(folder(zaiko=fourth_programme()))
    assert list(programmes)[-1] == "zaiko-cloud"
    assert len(programmes) == 4


def test_the_fourth_programmes_numbers_carry_their_check_digit(folder: Folder) -> None:
    number = load_all(folder(zaiko=fourth_programme()))["zaiko-cloud"].number
    assert holds("ZC-1234-5674", number.check)
    assert not holds("ZC-1234-5675", number.check)


def test_the_fourth_programme_keeps_its_own_hours(folder: Folder) -> None:
    calendar = calendar_of(load_all(folder(zaiko=fourth_programme()))["zaiko-cloud"])
    saturday = date(2026, 3, 28), date(2026, 4, 4)
    assert [calendar.is_business_day(day) for day in saturday] == [False, True]
    assert calendar.is_open(datetime(2026, 4, 4, 8, 30))  # noqa: DTZ001 - the desk's wall clock
    assert not calendar.is_open(datetime(2026, 4, 4, 12, 0))  # noqa: DTZ001 - the same


def test_a_shipped_id_is_taken_only_by_a_file_that_says_so(folder: Folder) -> None:
    text = fourth_programme().replace('id = "zaiko-cloud"', 'id = "dekispart"')
    assert refused(folder(own=text)) == (
        (
            "own.toml: programme.id: dekispart is a shipped programme — choose another id, "
            "or set replaces_shipped = true to take its place"
        ),
    )
    said = text.replace('id = "dekispart"', 'id = "dekispart"\nreplaces_shipped = true')
    assert load_all(folder(own=said))["dekispart"].name == "在庫クラウド保守サポート"


def test_a_file_can_only_replace_what_is_shipped(folder: Folder) -> None:
    text = fourth_programme().replace("[number]", "replaces_shipped = true\n\n[number]", 1)
    assert refused(folder(own=text)) == (
        (
            "own.toml: programme.replaces_shipped: no shipped programme is called zaiko-cloud — "
            "leave it out, or use one of dekispart, desknets-dax, licence-maintenance"
        ),
    )


def test_two_files_may_not_share_an_id(folder: Folder) -> None:
    assert refused(folder(a=fourth_programme(), b=fourth_programme())) == (
        (
            "b.toml: programme.id: zaiko-cloud is also the id of a.toml — "
            "give each programme its own id"
        ),
    )


def test_the_faults_of_all_files_are_told_at_once(folder: Folder) -> None:
    bad = fourth_programme().replace("maximum = 3", "maximum = 0")
    lines = refused(folder(a=bad, b="[programme"))
    assert [line.split(": ")[0] for line in lines] == ["a.toml", "b.toml"]


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    assert refused(gone) == (
        f"{gone}: the folder: doesn't exist — make it, or correct folder in [programmes]",
    )


def test_a_file_that_is_not_utf8_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(fourth_programme().encode("cp932"))
    assert refused(tmp_path) == ("own.toml: the file: is not UTF-8 — save it as UTF-8",)


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "own.toml").write_bytes(b"\xef\xbb\xbf" + fourth_programme().encode())
    assert "zaiko-cloud" in load_all(tmp_path)


def test_the_company_is_closed_on_its_own_holidays_and_on_national_ones() -> None:
    calendar = calendar_of(load_all()["desknets-dax"], [date(2026, 12, 29)])
    days = [date(2026, 12, 28), date(2026, 12, 29), date(2026, 12, 30), date(2027, 1, 1)]
    assert [calendar.is_business_day(day) for day in days] == [True, False, True, False]


@pytest.mark.parametrize(
    "day",
    [
        date(2019, 4, 30),  # between two holidays
        date(2019, 5, 1),  # accession
        date(2019, 5, 6),  # substitute
        date(2020, 7, 23),  # moved for the games
        date(2021, 8, 9),  # substitute of a moved one
        date(2024, 2, 12),  # substitute
        date(2026, 9, 22),  # between two holidays
    ],
)
def test_extraordinary_national_holidays_are_known(day: date) -> None:
    assert day in national_holidays(2019, 2030)


@pytest.mark.parametrize("day", [date(2020, 10, 12), date(2024, 12, 31), date(2026, 1, 2)])
def test_days_that_are_no_national_holidays(day: date) -> None:
    assert day not in national_holidays(2019, 2030)


def test_the_holidays_asked_for_are_those_of_the_years_asked_for() -> None:
    assert {day.year for day in national_holidays(2023, 2025)} == {2023, 2024, 2025}


def test_worked_examples_are_at_hand() -> None:
    assert all("[[example]]" in text for text in shipped_examples().values())
    assert shipped_examples()


def test_a_shipped_file_can_be_copied_and_changed_by_a_vendor(folder: Folder) -> None:
    text = shipped_text("desknets-dax").replace(
        'id = "desknets-dax"', 'id = "desknets-dax"\nreplaces_shipped = true'
    )
    five = text.replace("limit = 3", "limit = 5")
    quota = load_all(folder(dax=five))["desknets-dax"].quota_on("licence_reissue", date(2026, 1, 1))
    assert quota.limit == 5
