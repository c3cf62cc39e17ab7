"""Reading register files to rows: every wrong cell is named, nothing is guessed."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.registers import cells
from bot.registers.cells import Cell
from bot.registers.columns import REGISTERS, Column, named, recognised
from bot.registers.problems import CellError, FileError, Place, RowError
from bot.registers.sheets import FORMULA, Row, Sheet, sheets

Progress = Callable[[int], None]
_PROGRESS_EVERY = 500
_FORMULA_ERROR = CellError("the cell holds a formula", "copy it and paste it as a value")


@dataclass(frozen=True, slots=True)
class RegisterRow:
    """A row whose cells could be read; optional cells that are empty are left out."""

    place: Place
    values: Mapping[str, Any]
    awaited: bool = False


@dataclass
class Registers:
    """All rows read, by register, and every mistake found on the way."""

    rows: dict[str, list[RegisterRow]] = field(
        default_factory=lambda: {register: [] for register in REGISTERS}
    )
    errors: list[RowError] = field(default_factory=list[RowError])


def read_files(paths: Iterable[Path], progress: Progress = lambda _: None) -> Registers:
    """Read register files; `progress` is told how many rows have been read so far."""
    registers = Registers()
    counted = 0
    for path in paths:
        try:
            for sheet in sheets(path):
                for _ in _read_sheet(sheet, registers):
                    counted += 1
                    if counted % _PROGRESS_EVERY == 0:
                        progress(counted)
        except FileError as error:
            place = Place(path.name, "", 0)
            registers.errors.append(RowError(place, "", error.reason, error.remedy))
    progress(counted)
    return registers


def _read_sheet(sheet: Sheet, registers: Registers) -> Iterator[None]:
    """Read one table, yielding once a row."""
    header = next(sheet.rows, None)
    if header is None:
        if not sheet.name:
            raise FileError("is empty", "write a row of headings first")
        return
    place = Place(sheet.file, sheet.name, header.number)
    headings = [named(cell) for cell in header.cells]
    register = recognised(headings, sheet.name, Path(sheet.file).stem)
    if register is None:
        known = "; ".join(f"{name}: {', '.join(_required(name))}" for name in REGISTERS)
        remedy = f"give it the columns of one: {known}"
        registers.errors.append(RowError(place, "", "this is none of the registers", remedy))
        return
    mistakes = [RowError(place, *each) for each in _wrong_headings(register, headings)]
    registers.errors.extend(mistakes)
    if mistakes:
        return
    for row in sheet.rows:
        _read_row(register, sheet, headings, row, registers)
        yield


def _read_row(
    register: str, sheet: Sheet, headings: Sequence[str], row: Row, registers: Registers
) -> None:
    place = Place(sheet.file, sheet.name, row.number)
    given = dict(zip(headings, row.cells, strict=False))
    values: dict[str, Any] = {}
    errors: list[RowError] = []
    for name, column in REGISTERS[register].items():
        try:
            value = _read_cell(column, given.get(name))
        except CellError as error:
            errors.append(RowError(place, name, error.reason, error.remedy))
        else:
            if value is not None:
                values[name] = value
    if any(cells.text(cell) for cell in row.cells[len(headings) :]):
        errors.append(RowError(place, "", "there are more cells than headings", "delete them"))
    registers.errors.extend(errors)
    if not errors:
        awaited = "card_received_on" in given and "card_received_on" not in values
        registers.rows[register].append(RegisterRow(place, values, awaited))


def _read_cell(column: Column, cell: Cell) -> Any:
    if cell == FORMULA:
        raise _FORMULA_ERROR
    if cells.text(cell):
        return column.read(cell)
    if column.required:
        raise CellError("the cell is empty", "fill it in")
    return None


def _wrong_headings(register: str, headings: Sequence[str]) -> Iterator[tuple[str, str, str]]:
    columns = REGISTERS[register]
    for name in dict.fromkeys(headings):
        if name and name not in columns:
            known = ", ".join(columns)
            yield name, f"{register} have no such column", f"rename or delete it (known: {known})"
        elif name and headings.count(name) > 1:
            yield name, "the column is there twice", "delete one"
    for name in _required(register):
        if name not in headings:
            yield name, "the column is missing", "add it"


def _required(register: str) -> list[str]:
    return [name for name, column in REGISTERS[register].items() if column.required]
