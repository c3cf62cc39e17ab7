"""Importing registers: what people write is read, what is wrong is named, all or nothing."""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from openpyxl import Workbook

from bot.programmes import load_all
from bot.registers import Importer, ImportResult
from bot.registers.cells import day, support_number
from bot.registers.problems import CellError
from bot.store import Store
from quotas.contract import Contact, Licence, Period, Product, Status
from quotas.programme import NumberTerms

NOW = datetime(2026, 4, 1, 9, 30, tzinfo=UTC)
APRIL = datetime(2025, 4, 1)  # noqa: DTZ001 - spreadsheets know no timezones
CONTRACTS = "support_number,programme,customer,starts_on,ends_on,status\n"
CONTACTS = "support_number,name,email,fax,phone,from,until\n"
FIRST = "AB-1234-5678,desknets-dax,株式会社青空,2025-04-01,2026-03-31,free\n"
SECOND = "AB-1234-5678,desknets-dax,株式会社青空,2026-04-01,2027-03-31,paid\n"

programmes = cache(load_all)
Import = Callable[..., ImportResult]


@pytest.fixture
def run(store: Store, tmp_path: Path) -> Import:
    """Write the given texts or bytes to files and import them."""

    def write(name: str, content: str | bytes) -> Path:
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def run_import(dry_run: bool = False, **files: str | bytes) -> ImportResult:
        paths = [write(name.replace("_csv", ".csv"), content) for name, content in files.items()]
        return Importer(store, programmes()).run(paths, NOW, dry_run=dry_run)

    return run_import


def book(path: Path, **sheets: Sequence[Sequence[object]]) -> Path:
    made = Workbook()
    made.remove(made.worksheets[0])
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    made.save(path)
    return path


def the_error(result: ImportResult) -> str:
    assert not result.applied
    assert len(result.errors) == 1, result.errors
    return str(result.errors[0])


def test_contracts_with_periods_and_contacts_are_imported(run: Import, store: Store) -> None:
    contacts = CONTACTS + "AB-1234-5678,青空 太郎,Taro@example.jp,,03-1234-5678,2025-04-01,\n"
    result = run(contracts_csv=CONTRACTS + SECOND + FIRST, contacts_csv=contacts)
    assert (result.rows, result.added, result.changed, result.applied) == (3, 1, 0, True)
    with store.reading() as work:
        contract = work.contracts.find("AB-1234-5678")
        assert contract is not None
        assert contract.periods == (
            Period(date(2025, 4, 1), date(2026, 4, 1), Status.FREE),
            Period(date(2026, 4, 1), date(2027, 4, 1), Status.PAID),
        )
        assert contract.contacts == (
            Contact("青空 太郎", "Taro@example.jp", None, "03-1234-5678", date(2025, 4, 1)),
        )
        assert work.contracts.of_contact("taro@EXAMPLE.jp") == ["AB-1234-5678"]
        (event,) = work.audit.of_contract("AB-1234-5678")
        assert (event.action, event.at) == ("import", NOW)


def test_importing_the_same_again_changes_nothing(run: Import, store: Store) -> None:
    run(contracts_csv=CONTRACTS + FIRST)
    again = run(contracts_csv=CONTRACTS + FIRST)
    assert (again.changes, again.unchanged) == ((), 1)
    with store.reading() as work:
        assert len(work.audit.of_contract("AB-1234-5678")) == 1


def test_a_number_named_again_is_replaced_and_others_are_left(run: Import, store: Store) -> None:
    other = "CD-1111-2222,desknets-dax,株式会社海,2025-04-01,2026-03-31,free\n"
    contacts = CONTACTS + "AB-1234-5678,青空 太郎,taro@example.jp,,,,\n"
    run(contracts_csv=CONTRACTS + FIRST + other, contacts_csv=contacts)
    result = run(contracts_csv=CONTRACTS + SECOND)
    assert [c.fields for c in result.changes] == [("periods",)]
    run(contacts_csv=CONTACTS + "AB-1234-5678,青空 花子,hanako@example.jp,,,,\n")
    with store.reading() as work:
        both = work.contracts.find_many(["AB-1234-5678", "CD-1111-2222"])
    assert [p.start.year for p in both["AB-1234-5678"].periods] == [2026]
    assert [c.name for c in both["AB-1234-5678"].contacts] == ["青空 花子"]
    assert len(both["CD-1111-2222"].periods) == 1


def test_a_dry_run_tells_what_would_change_and_changes_nothing(run: Import, store: Store) -> None:
    result = run(dry_run=True, contracts_csv=CONTRACTS + FIRST)
    assert (result.added, result.applied) == (1, False)
    with store.reading() as work:
        assert work.contracts.numbers() == []


def test_one_wrong_row_among_many_changes_nothing(run: Import, store: Store) -> None:
    wrong = "CD-1111-2222,desknets-dax,株式会社海,2025-04-31,2026-03-31,free\n"
    result = run(contracts_csv=CONTRACTS + FIRST + wrong)
    assert the_error(result) == (
        "contracts.csv row 3, column starts_on: there is no day '2025-04-31'; "
        "write it as 2024-05-20"
    )
    with store.reading() as work:
        assert work.contracts.numbers() == []


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("AB-1234-567,desknets-dax,x,2025-04-01,2026-03-31,free", "column support_number"),
        ("1B-1234-5678,desknets-dax,x,2025-04-01,2026-03-31,free", "write it as AA-9999-9999"),
        ("AB-1234-5678,dax,x,2025-04-01,2026-03-31,free", "there is no programme 'dax'"),
        ("AB-1234-5678,desknets-dax,,2025-04-01,2026-03-31,free", "customer: the cell is empty"),
        ("AB-1234-5678,desknets-dax,x,2026-04-01,2025-03-31,free", "ends_on: 2025-03-31 lies"),
        ("AB-1234-5678,desknets-dax,x,2025-04-01,2026-03-31,none", "status: 'none' is not known"),
        ("AB-1234-5678,desknets-dax,x,2025-04-01,2026-03-31,free,y", "more cells than headings"),
        (
            (
                "AB-1234-5678,desknets-dax,x,2025-04-01,2026-03-31,free\n"
                "AB-1234-5678,desknets-dax,x,2026-03-31,2027-03-31,paid"
            ),
            "row 3, column starts_on: the period overlaps with row 2",
        ),
        (
            (
                "AB-1234-5678,desknets-dax,x,2025-04-01,2026-03-31,free\n"
                "AB-1234-5678,desknets-dax,y,2026-04-01,2027-03-31,paid"
            ),
            "row 3, column customer: row 2 of the same contract says x",
        ),
    ],
)
def test_a_wrong_contract_row_is_named(run: Import, rows: str, message: str) -> None:
    assert message in the_error(run(contracts_csv=CONTRACTS + rows + "\n"))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("ZZ-0000-0000,太郎,taro@example.jp,,,,", "there is no contract ZZ-0000-0000"),
        ("AB-1234-5678,太郎,taro@,,,,", "column email: 'taro@' is not a mail address"),
        ("AB-1234-5678,太郎,,,,,", "the contact can't be reached"),
        ("AB-1234-5678,太郎,,,電話,,", "column phone: '電話' is not a telephone number"),
        ("AB-1234-5678,太郎,t@example.jp,,,2026-02-01,2026-01-01", "2026-01-01 lies before"),
        (
            (
                "AB-1234-5678,一,a@example.jp,,,,\n"
                "AB-1234-5678,二,b@example.jp,,,,2026-05-31\n"
                "AB-1234-5678,三,c@example.jp,,,2026-05-31,"
            ),
            "row 4, column from: on 2026-05-31 3 contacts are registered, 2 are allowed",
        ),
    ],
)
def test_a_wrong_contact_row_is_named(run: Import, rows: str, message: str) -> None:
    contacts = CONTACTS + rows + "\n"
    assert message in the_error(run(contracts_csv=CONTRACTS + FIRST, contacts_csv=contacts))


def test_a_contact_may_follow_another_the_day_after(run: Import) -> None:
    rows = (
        "AB-1234-5678,一,a@example.jp,,,,\n"
        "AB-1234-5678,二,b@example.jp,,,,2026-05-31\n"
        "AB-1234-5678,三,c@example.jp,,,2026-06-01,\n"
    )
    assert run(contracts_csv=CONTRACTS + FIRST, contacts_csv=CONTACTS + rows).applied


def test_licences_and_products_belong_to_their_contracts(run: Import, store: Store) -> None:
    result = run(
        contracts_csv=CONTRACTS
        + "M12345678,licence-maintenance,海,2025-04-01,2026-03-31,paid\n"
        + "1234-5678-90,dekispart,山,2025-04-01,2026-03-31,paid\n",
        licences_csv="support_number,purchased_on,quantity,kind,maintenance_until\n"
        "M12345678,2024/5/20,10,normal,2026年3月31日\n",
        products_csv='support_number,product,list_price\n1234-5678-90,デキスパート,"¥98,000"\n',
    )
    assert result.errors == ()
    with store.reading() as work:
        found = work.contracts.find_many(["M12345678", "1234-5678-90"])
    assert found["M12345678"].licences == (
        Licence(date(2024, 5, 20), 10, "normal", date(2026, 3, 31)),
    )
    assert found["1234-5678-90"].products == (Product("デキスパート", 98000),)


def test_the_day_a_card_is_awaited_is_known_by_its_empty_column(run: Import, store: Store) -> None:
    header = "support_number,programme,customer,starts_on,ends_on,status,card_received_on\n"
    row = "1234-5678-90,dekispart,山,2025-04-01,2026-03-31,paid,"
    for written, expected in (("", (None, True)), ("2025-04-10", (date(2025, 4, 10), False))):
        run(contracts_csv=header + row + written + "\n")
        with store.reading() as work:
            contract = work.contracts.find("1234-5678-90")
        assert contract is not None
        assert (contract.card_received_on, contract.card_awaited) == expected


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", "\t"])
def test_files_of_japanese_spreadsheets_are_read(
    run: Import, store: Store, encoding: str, delimiter: str
) -> None:
    header = "サポート番号,プログラム,お客様名,開始日,終了日,区分\r\n"
    row = "ａｂ－１２３４－５６７８,desknets-dax,㈱髙﨑～,令和7年4月1日,R8.3.31,無償\r\n"
    text = (header + row).replace(",", delimiter)
    assert run(export_csv=text.encode(encoding)).errors == ()
    with store.reading() as work:
        contract = work.contracts.find("AB-1234-5678")
    assert contract is not None
    assert contract.customer == "㈱髙﨑～"
    assert contract.periods == (Period(date(2025, 4, 1), date(2026, 4, 1), Status.FREE),)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "bad.csv: is empty"),
        (b"\x81", "neither UTF-8 nor CP932"),
        (b"a,b\n1,2\n", "this is none of the registers"),
        ((CONTRACTS.strip() + ",extra\n").encode(), "column extra: contracts have no such column"),
        ((CONTRACTS.strip() + ",status\n").encode(), "column status: the column is there twice"),
        (b'support_number,name\n"AB', "is not CSV"),
    ],
)
def test_a_file_that_is_no_register_is_refused(run: Import, content: bytes, message: str) -> None:
    assert message in the_error(run(bad_csv=content))


def test_a_register_known_by_its_name_lacks_a_column(run: Import) -> None:
    assert the_error(run(licences_2026_csv="support_number,quantity,purchased_on,kind\n")) == (
        "licences_2026.csv row 1, column maintenance_until: the column is missing; add it"
    )


def test_a_missing_file_is_named(store: Store, tmp_path: Path) -> None:
    result = Importer(store, programmes()).run([tmp_path / "none.csv"], NOW)
    assert "none.csv: can't be read" in the_error(result)


def test_sheets_of_one_book_are_imported_together(store: Store, tmp_path: Path) -> None:
    path = book(
        tmp_path / "registers.xlsx",
        担当者=[
            ["サポート番号", "氏名", "メールアドレス"],
            [None, None, None],
            ["AB-1234-5678", "青空 太郎", "taro@example.jp"],
        ],
        契約=[
            ["support_number", "programme", "customer", "starts_on", "ends_on", "status"],
            [
                "AB-1234-5678",
                "desknets-dax",
                "青空",
                APRIL,
                date(2026, 3, 31),
                "free",
            ],
        ],
        空=[],
    )
    assert Importer(store, programmes()).run([path], NOW).errors == ()
    with store.reading() as work:
        contract = work.contracts.find("AB-1234-5678")
    assert contract is not None
    assert contract.periods[0].end == date(2026, 3, 31)
    assert contract.contacts[0].name == "青空 太郎"


def test_a_formula_and_a_time_of_day_are_refused(store: Store, tmp_path: Path) -> None:
    path = book(
        tmp_path / "contracts.xlsx",
        契約=[
            ["support_number", "programme", "customer", "starts_on", "ends_on", "status"],
            ["AB-1234-5678", "desknets-dax", "=A1", APRIL.replace(hour=9), "2026-03-31", "free"],
        ],
    )
    errors = [str(error) for error in Importer(store, programmes()).run([path], NOW).errors]
    assert errors == [
        (
            "contracts.xlsx sheet '契約' row 2, column customer: the cell holds a formula; "
            "copy it and paste it as a value"
        ),
        (
            "contracts.xlsx sheet '契約' row 2, column starts_on: 2025-04-01 09:00:00 has a "
            "time of day; write it as 2024-05-20"
        ),
    ]


def test_a_file_that_only_claims_to_be_excel_is_refused(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "fake.xlsx"
    path.write_bytes(b"PK\x03\x04 nothing")
    assert "is not an Excel file" in the_error(Importer(store, programmes()).run([path], NOW))


def test_progress_is_told_and_many_rows_are_written(store: Store, tmp_path: Path) -> None:
    numbers = [f"AB-{n:04d}-{n:04d}" for n in range(1500)]
    rows = [f"{n},desknets-dax,会社,2025-04-01,2026-03-31,free\n" for n in numbers]
    path = tmp_path / "contracts.csv"
    path.write_text(CONTRACTS + "".join(rows), encoding="utf-8")
    told: list[int] = []
    result = Importer(store, programmes(), progress=told.append).run([path], NOW)
    assert result.added == 1500
    assert told == [500, 1000, 1500, 1500]
    with store.reading() as work:
        assert [contract.support_number for contract in work.contracts.all()] == numbers


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("2024-05-20", date(2024, 5, 20)),
        ("2024/5/20", date(2024, 5, 20)),
        ("２０２４．５．２０", date(2024, 5, 20)),
        ("2024-05-20 00:00:00", date(2024, 5, 20)),
        ("20240520", date(2024, 5, 20)),
        ("令和元年5月1日", date(2019, 5, 1)),
        ("平成31年4月30日", date(2019, 4, 30)),
        ("H31/4/30", date(2019, 4, 30)),
        ("昭和64年1月7日", date(1989, 1, 7)),
    ],
)
def test_days_are_read_as_people_write_them(written: str, expected: date) -> None:
    assert day(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "平成31年5月1日",
        "令和元年4月30日",
        "2025-02-29",
        "2024-5",
        "5/20/2024",
        "45432",
        "2024-05/20",
    ],
)
def test_what_is_no_day_is_refused(written: str) -> None:
    with pytest.raises(CellError):
        day(written)


@given(st.dates(min_value=date(1990, 1, 1), max_value=date(2099, 12, 31)))
@example(date(2024, 2, 29))
def test_every_day_is_read_back_from_every_form(some: date) -> None:
    iso = some.isoformat()
    forms = (iso, iso.replace("-", "/"), iso.replace("-", ""))
    assert {day(form) for form in forms} == {some}
    assert day(f"{some.year}年{some.month}月{some.day}日") == some


@given(st.from_regex(r"[A-Z]{2}-[0-9]{4}-[0-9]{4}", fullmatch=True))
def test_a_number_is_read_with_and_without_its_dashes(number: str) -> None:
    terms = NumberTerms("AA-9999-9999", (), "none", head_required=True, article="")
    for written in (number, number.lower(), number.replace("-", ""), number.replace("-", " ")):
        assert support_number(written, terms) == number


def test_a_wrong_check_digit_is_refused() -> None:
    terms = NumberTerms("9999-9999-99", (), "luhn", head_required=True, article="")
    assert support_number("1234567897", NumberTerms("9999999999", (), "luhn", True, ""))
    with pytest.raises(CellError, match="check digit"):
        support_number("1234-5678-98", terms)


def test_a_result_is_plain_enough_for_json(run: Import) -> None:
    assert json.dumps([c.fields for c in run(contracts_csv=CONTRACTS + FIRST).changes])
