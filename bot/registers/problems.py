"""What is wrong with a register: where exactly, why, and what to do about it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A row of a file; `sheet` is empty for CSV, `row` counts from 1 as spreadsheets do."""

    file: str
    sheet: str
    row: int

    def __str__(self) -> str:
        sheet = f" sheet {self.sheet!r}" if self.sheet else ""
        row = f" row {self.row}" if self.row else ""
        return f"{self.file}{sheet}{row}"


@dataclass(frozen=True, slots=True)
class RowError:
    """One mistake: its place, the `column` (empty for the whole row), reason and remedy."""

    place: Place
    column: str
    reason: str
    remedy: str

    def __str__(self) -> str:
        column = f", column {self.column}" if self.column else ""
        return f"{self.place}{column}: {self.reason}; {self.remedy}"


class CellError(ValueError):
    """A cell can't be read: why, and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy


class FileError(ValueError):
    """A whole file can't be read: why, and the remedy."""

    def __init__(self, reason: str, remedy: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.remedy = remedy
