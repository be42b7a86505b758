"""CSV files: every cell is text until a number is asked for; `007` stays `007` and `NA` stays `NA`.

What Excel does to a CSV is understood where it has one meaning (a byte-order mark, `;` with decimal commas,
`sep=`, empty rows at the end) and refused with its reason where it does not (a decimal comma beside comma
separators).
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from pathlib import Path

import numpy as np
import numpy.typing as npt

from sim.config.suggest import nearest
from sim.errors import Problem, ScenarioError

LARGEST_TABLE = 50_000_000
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_GROUPED = re.compile(r"[-+]?[0-9]{1,3}(?:\.[0-9]{3})+", re.ASCII)
_COMMA_NUMBER = re.compile(r"[-+]?[0-9]+,[0-9]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Table:
    """One CSV file: its columns as text, the line of each row, and whether decimals have a comma."""

    file: str
    columns: dict[str, tuple[str, ...]]
    lines: tuple[int, ...]
    decimal_comma: bool
    sha256: str


@dataclass(frozen=True, slots=True)
class Tables:
    """The contents of all CSV files a scenario names."""

    files: Mapping[str, Table] = field(default_factory=dict)

    @property
    def columns(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """Cells as text, by file and column."""
        return {(t.file, name): cells for t in self.files.values() for name, cells in t.columns.items()}

    def texts(self, file: str, column: str) -> list[str]:
        """The cells of a column as text; raises ScenarioError with the nearest name when it is not there."""
        return list(self._cells(file, column)[1])

    def numbers(self, file: str, column: str) -> npt.NDArray[np.float64]:
        """The cells of a column as finite numbers; raises ScenarioError with the bad lines."""
        table, cells = self._cells(file, column)
        doubted = table.decimal_comma and _points_doubtful(cells)
        numbers = [None if doubted and "." in cell else _number(cell, table.decimal_comma) for cell in cells]
        bad = [row for row, number in enumerate(numbers) if number is None]
        if bad:
            raise ScenarioError(file, tuple(_bad_numbers(table, column, bad)))
        return np.array(numbers, dtype=np.float64)

    def line(self, file: str, row: int) -> int:
        """The line of the file on which data row `row` (from 0) stands."""
        return self.files[file].lines[row]

    def _cells(self, file: str, column: str) -> tuple[Table, tuple[str, ...]]:
        table = self.files.get(file)
        if table is None:
            problem = Problem("file", file, "this CSV file was not loaded", nearest(file, self.files))
            raise ScenarioError(file, (problem,))
        if column not in table.columns:
            raise ScenarioError(file, (no_column("column", table, column),))
        return table, table.columns[column]


def no_column(path: str, table: Table, column: str) -> Problem:
    """The Problem of a column that a file does not have, with the nearest one that it has."""
    return Problem(path, column, f"{table.file} has no such column", nearest(column, table.columns))


def read_table(path: Path) -> Table:
    """Read one CSV file; raises ScenarioError named after the file, with the line of each fault."""
    content = _content(path)
    text = _text(path.name, content)
    delimiter, body, skipped = _dialect(path.name, text)
    rows = _rows(path.name, body, delimiter, skipped)
    columns = _columns(path.name, rows)
    lines = tuple(line for line, _ in rows[1:])
    return Table(path.name, columns, lines, delimiter == ";", hashlib.sha256(content).hexdigest())


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST_TABLE:
        raise fault(path.name, None, f"larger than {LARGEST_TABLE // 1_000_000} MB", "shorten the table")
    return path.read_bytes()


def _text(file: str, content: bytes) -> str:
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise fault(f"{file}:1", None, "UTF-16 text, as Excel's “Unicode Text” writes", _AS_CSV)
    if content[:2] == b"PK":
        raise fault(f"{file}:1", None, "an Excel workbook, not a CSV file", _AS_CSV)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise fault(f"{file}:{line}", None, "not UTF-8 text", _AS_CSV) from None
    if "\0" in text:
        raise fault(file, None, "holds a NUL character and so is not a text file", _AS_CSV)
    return text


_AS_CSV = "save it as “CSV UTF-8 (comma delimited)”"


def _dialect(file: str, text: str) -> tuple[str, str, int]:
    """The separator, the text that follows an Excel `sep=` line, and how many lines were left out."""
    first, _, rest = text.partition("\n")
    announced = re.fullmatch(r"sep=(.)\r?", first)
    if announced:
        return _separator(file, announced.group(1)), rest, 1
    if "\t" in first and "," not in first and ";" not in first:
        raise fault(f"{file}:1", first.strip(), "columns are separated by tabs", _AS_CSV)
    return (";" if ";" in first and "," not in first else ","), text, 0


def _separator(file: str, character: str) -> str:
    if character not in ",;":
        raise fault(f"{file}:1", character, "columns are separated by `,` or `;`", _AS_CSV)
    return character


def _rows(file: str, text: str, delimiter: str, skipped: int) -> list[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if any(stripped):
                rows.append((reader.line_num + skipped, stripped))
    except csv.Error as error:
        place = f"{file}:{reader.line_num + skipped}"
        raise fault(place, None, f"not valid CSV: {error}", "check its quotes") from None
    if not rows:
        raise fault(file, None, "the file is empty", "the first line names the columns")
    return rows


def _columns(file: str, rows: list[tuple[int, list[str]]]) -> dict[str, tuple[str, ...]]:
    line, header = rows[0]
    while header and not header[-1]:
        header = header[:-1]
    problems = tuple(islice(chain(_header_faults(file, line, header), _ragged(file, rows[1:], len(header))), 20))
    if problems:
        raise ScenarioError(file, problems)
    return {name: tuple(cells[at] for _, cells in rows[1:]) for at, name in enumerate(header)}


def _header_faults(file: str, line: int, header: list[str]) -> Iterator[Problem]:
    seen: set[str] = set()
    for at, name in enumerate(header):
        if not name:
            yield Problem(f"{file}:{line}", None, f"column {at + 1} has no name", "name it in the first line")
        elif name in seen:
            yield Problem(f"{file}:{line}", name, "two columns have this name", "rename one of them")
        seen.add(name)


def _ragged(file: str, rows: list[tuple[int, list[str]]], width: int) -> Iterator[Problem]:
    for line, cells in rows:
        if len(cells) < width or any(cells[width:]):
            rule = f"{len(cells)} cells where the first line names {width} columns"
            mend = "add or remove cells, and quote a cell that holds the separator"
            yield Problem(f"{file}:{line}", None, rule, mend)


def _number(cell: str, decimal_comma: bool) -> float | None:
    if decimal_comma and _COMMA_NUMBER.fullmatch(cell):
        cell = cell.replace(",", ".")
    if _NUMBER.fullmatch(cell) is None:
        return None
    number = float(cell)
    return number if np.isfinite(number) else None


def _points_doubtful(cells: Sequence[str]) -> bool:
    """Whether points in a `;` file may divide thousands: beside decimal commas, or three digits after each of them."""
    pointed = [cell for cell in cells if "." in cell]
    return any("," in cell for cell in cells) or all(_GROUPED.fullmatch(cell) for cell in pointed)


def _bad_numbers(table: Table, column: str, rows: list[int]) -> Iterator[Problem]:
    for row in rows[:5]:
        cell = table.columns[column][row]
        path = f"{table.file}:{table.lines[row]}: {column}"
        yield Problem(path, cell, "not a number", _number_mend(cell))
    if len(rows) > 5:
        yield Problem(f"{table.file}: {column}", None, f"{len(rows) - 5} more cells are not numbers", "mend them alike")


def _number_mend(cell: str) -> str:
    grouped = cell.replace(",", ".")
    if _GROUPED.fullmatch(grouped):
        whole = grouped.replace(".", "")
        return f"the mark may divide thousands; write {whole}, or a decimal point with four digits after it"
    if _COMMA_NUMBER.fullmatch(cell):
        return f"a decimal comma is ambiguous here; write {cell.replace(',', '.')}"
    if not cell or cell.upper() in ("NA", "N/A", "NAN", "NULL", "NONE", "#N/A", "-"):
        return "an empty value cannot be guessed; write a number or take the row out"
    return "write it with digits and a decimal point, without units or thousands separators"


def fault(path: str, value: object, rule: str, mend: str) -> ScenarioError:
    """A ScenarioError with one Problem at `FILE` or `FILE:LINE…`."""
    return ScenarioError(path.partition(":")[0], (Problem(path, value, rule, mend),))
