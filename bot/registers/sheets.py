"""Opening register files: CSV in the encodings Japanese spreadsheets write, and xlsx sheets."""

import csv
import io
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.cell.cell import Cell as ExcelCell
from openpyxl.cell.read_only import EmptyCell, ReadOnlyCell
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from bot.registers.cells import Cell
from bot.registers.problems import FileError

_EXCEL = {".xlsx", ".xlsm"}
_MOST_BYTES = 200_000_000
_MOST_COLUMNS = 200
FORMULA = "\0formula"


@dataclass(frozen=True, slots=True)
class Row:
    """A row with its number, counted from 1 as spreadsheets do, and its cells."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A table of a file; `name` is empty for CSV, empty rows are left out."""

    file: str
    name: str
    rows: Iterator[Row]


def sheets(path: Path) -> Iterator[Sheet]:
    """Yield the tables of a file, one after the other; raise `FileError` when it is unreadable."""
    try:
        size = path.stat().st_size
    except OSError as error:
        raise FileError(f"can't be read ({error.strerror})", "name a file that is there") from error
    if size > _MOST_BYTES:
        raise FileError(f"has {size:,} bytes", "split it into files below 200 MB")
    if path.suffix.lower() in _EXCEL:
        yield from _excel(path)
    else:
        yield Sheet(path.name, "", _csv(path))


def _csv(path: Path) -> Iterator[Row]:
    decoded = _decoded(_bytes(path))
    first_line = decoded.partition("\n")[0]
    delimiter = "\t" if first_line.count("\t") > first_line.count(",") else ","
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter, strict=True)
    start = 1
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                yield Row(start, tuple(cells[:_MOST_COLUMNS]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise FileError(
            f"line {reader.line_num} is not CSV ({error})", "save it again as CSV UTF-8"
        ) from error


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise FileError(f"can't be read ({error.strerror})", "name a readable file") from error


def _decoded(raw: bytes) -> str:
    """Decode strictly: a byte order mark decides, then UTF-8, then CP932."""
    marks = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
    marked = next((name for mark, name in marks.items() if raw.startswith(mark)), None)
    for encoding in [marked] if marked else ["utf-8", "cp932"]:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise FileError("is neither UTF-8 nor CP932 (Shift_JIS)", "save it as CSV UTF-8")


def _excel(path: Path) -> Iterator[Sheet]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # styles and filters openpyxl doesn't keep
            book = load_workbook(path, read_only=True)
    except (BadZipFile, InvalidFileException, KeyError, ValueError, OSError) as error:
        raise FileError(f"is not an Excel file ({error})", "save it as .xlsx or CSV") from error
    try:
        for sheet in book.worksheets:
            yield Sheet(path.name, sheet.title, _excel_rows(sheet))
    finally:
        book.close()


def _excel_rows(sheet: Worksheet) -> Iterator[Row]:
    for number, cells in enumerate(sheet.iter_rows(max_col=_MOST_COLUMNS), start=1):
        values = tuple(_value(cell) for cell in cells)
        if any(value not in {None, ""} for value in values):
            yield Row(number, values)


def _value(cell: ExcelCell | ReadOnlyCell | EmptyCell | object) -> Cell:
    if getattr(cell, "data_type", "") == "f":
        return FORMULA
    value = getattr(cell, "value", None)
    return value if isinstance(value, Cell) else str(value)
