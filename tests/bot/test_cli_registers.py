"""`madoguchi import`: registers from spreadsheets, looked at first, all or nothing."""

from pathlib import Path

import pytest

from tests.bot.commands import Commands

HEADINGS = "support_number,programme,customer,starts_on,ends_on,status\n"
NEW = HEADINGS + "DX-7777-0001,desknets-dax,株式会社あたらし,2026-10-01,2027-09-30,paid\n"
WRONG = NEW + "DX-7777-0002,desknets-dax,株式会社まちがい,2026-10-01,2027-09-31,paid\n"
KEYS = {"rows", "added", "changed", "unchanged", "applied", "errors", "changes"}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contracts.csv"


def test_new_contracts_are_taken_and_the_same_again_changes_nothing(
    desk: Commands, file: Path
) -> None:
    file.write_text(NEW, encoding="utf-8")
    first = desk("import", file, "--json").json
    assert first.keys() == KEYS
    assert (first["rows"], first["added"], first["applied"]) == (1, 1, True)
    again = desk("import", file, "--json").json
    assert (again["added"], again["changed"], again["unchanged"]) == (0, 0, 1)
    assert desk("contract", "show", "DX-7777-0001").status == 0


def test_a_dry_run_says_what_would_change_and_changes_nothing(desk: Commands, file: Path) -> None:
    file.write_text(NEW.replace("DX-7777-0001", "DX-1024-7731"), encoding="utf-8")
    ran = desk("import", file, "--dry-run")
    assert ran.status == 0
    assert ran.out.startswith("~ DX-1024-7731  ")
    assert "変更はしていません（--dry-run）" in ran.out
    told = desk("import", file, "--dry-run", "--json").json
    assert (told["changed"], told["applied"]) == (1, False)
    shown = desk("contract", "show", "DX-1024-7731", "--json").json
    assert shown["customer"] == "株式会社青葉設計事務所"


def test_one_wrong_row_and_nothing_is_taken(desk: Commands, file: Path) -> None:
    file.write_text(WRONG, encoding="utf-8")
    ran = desk("import", file)
    assert (ran.status, ran.out) == (1, "")
    error, summary = ran.err.splitlines()
    assert "contracts.csv" in error
    assert "row 3" in error
    assert "ends_on" in error
    assert summary == "1 mistake; nothing was changed"
    assert desk("contract", "show", "DX-7777-0001").status == 1
    (found,) = desk("import", file, "--json").json["errors"]
    assert found.keys() == {"file", "sheet", "row", "column", "reason", "remedy"}
    assert (found["row"], found["column"]) == (3, "ends_on")


@pytest.mark.parametrize("name", ["nowhere.csv", "contracts.pdf", ""])
def test_a_file_that_can_t_be_read_is_named(name: str, desk: Commands, tmp_path: Path) -> None:
    given = tmp_path / name
    if given.suffix == ".pdf":
        given.write_bytes(b"%PDF-1.7")
    ran = desk("import", given)
    assert ran.status == 1
    assert str(given.name) in ran.err
    assert "Traceback" not in ran.err


def test_registers_of_windows_spreadsheets_are_read(desk: Commands, file: Path) -> None:
    file.write_bytes(
        NEW.replace("株式会社あたらし", "㈱髙﨑").replace("\n", "\r\n").encode("cp932")
    )
    assert desk("import", file).status == 0
    assert desk("contract", "show", "DX-7777-0001", "--json").json["customer"] == "㈱髙﨑"
