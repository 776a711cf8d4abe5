"""Tables people made (xlsx, xls, HTML called .xls, CSV) as grids of cells.

Not a source itself: data_access/sources/sheet.py looks for headings in them. Cells keep the type
their file gives them: text, number, date; what is merged says the same in every cell it covers.
The libraries are loaded with the first file that needs them.
"""

from __future__ import annotations

import csv
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, TypeAlias

from defusedxml import DefusedXmlException

from data_access.errors import SourceEmpty, SourceTooBig, SourceUnreadable, SourceWrongFormat
from data_access.sources import archive
from data_access.sources.html_table import MAX_CELLS, MAX_COLUMNS, tables_of
from data_access.sources.payload import MAX_TREE_BYTES, Payload
from language import told

EXPECTED = told("a workbook (xlsx, xls), an HTML table or a CSV table")
MAX_SHEETS = 200
MAX_MERGED = 10_000  # cells one merge fills; others are of styles, over whole columns
MAX_TEXT = 4000  # characters of a cell
Cell: TypeAlias = str | float | datetime | bool | None
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MERGE = re.compile(
    rb'<(?:\w+:)?mergeCell\b[^>]*\bref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"'
)
_BROKEN = (  # what the libraries raise for damage; errors of XML are SyntaxErrors
    ValueError, LookupError, TypeError, AttributeError, AssertionError, OSError, EOFError,
    ArithmeticError, NotImplementedError, RecursionError, zipfile.BadZipFile, zlib.error,
    struct.error, SyntaxError, DefusedXmlException,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Grid:
    """One sheet: rows of cells, the first row and column being number 1 to whoever reads."""

    name: str
    rows: list[list[Cell]]

    def cell(self, row: int, column: int) -> Cell:
        """Return a cell by its positions from 0; beyond the sheet there is nothing."""
        if not (0 <= row < len(self.rows) and 0 <= column < len(self.rows[row])):
            return None
        return self.rows[row][column]

    @property
    def width(self) -> int:
        """How many columns the widest row has."""
        return max(map(len, self.rows), default=0)


def grids_of(payload: Payload, *, encodings: Sequence[str] = ("utf-8",)) -> list[Grid]:
    """Return the sheets of a file, whatever it calls itself; raises SourceError.

    `encodings`: of text without a byte order mark.
    """
    if archive.is_archive(payload):
        return _xlsx(payload)
    if payload.content.startswith(_OLE):
        return _xls(payload)
    text = payload.text(encodings=encodings, html=True)
    if re.match(r"\s*<", text):
        tables = tables_of(payload, encodings=encodings, expected=EXPECTED)
        if not tables:
            raise SourceWrongFormat(told("a page without a table"), payload.name, EXPECTED)
        kept = _Kept(payload)
        return [Grid(f"table {n}", kept.rows(rows)) for n, rows in enumerate(tables, 1)]
    return [_csv(payload, text)]


def shown(cell: Cell) -> str:
    """Return a cell as text, without needless space."""
    if cell is None or isinstance(cell, bool):
        return "" if cell is None else str(cell).upper()
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, float):
        return f"{cell:.15g}"
    return " ".join(cell.split())


class _Kept:
    """Takes rows within limits, as cells of our own."""

    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.cells = 0

    def rows(self, rows: Iterable[Iterable[Any]]) -> list[list[Cell]]:
        kept: list[list[Cell]] = []
        for row in rows:
            cells = [_cell(each) for each in row]
            while cells and cells[-1] is None:
                cells.pop()
            if len(cells) > MAX_COLUMNS:
                found = told("a row of {count} cells", count=len(cells))
                raise SourceTooBig(
                    found, self.payload.name, told("at most {most} columns", most=MAX_COLUMNS)
                )
            self.cells += sum(cell is not None for cell in cells)
            if self.cells > MAX_CELLS:
                found = told("more than {most} cells", most=MAX_CELLS)
                raise SourceTooBig(found, self.payload.name, told("tables a person can read"))
            kept.append(cells)
        while kept and not kept[-1]:
            kept.pop()
        return kept


def _cell(found: Any) -> Cell:
    if isinstance(found, bool | datetime) or found is None:
        return found
    if isinstance(found, int | float):
        return float(found)
    if isinstance(found, date):
        return datetime.combine(found, time())
    text = str(found)[:MAX_TEXT]
    return text if text.strip() else None


def _xlsx(payload: Payload) -> list[Grid]:
    from openpyxl import load_workbook

    members = archive.check(payload)
    sheets = [each for each in members if each.filename.startswith("xl/worksheets/")]
    if not sheets:
        raise SourceWrongFormat(told("a zip archive that is no workbook"), payload.name, EXPECTED)
    if max(each.file_size for each in members if each.filename.startswith("xl/")) > MAX_TREE_BYTES:
        raise SourceTooBig(
            told("a sheet of that many bytes"),
            payload.name,
            told("at most {most}", most=MAX_TREE_BYTES),
        )
    kept = _Kept(payload)
    grids = []
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and extensions that are not read
            book = load_workbook(io.BytesIO(payload.content), read_only=True, data_only=True)
            for sheet in book.worksheets[:MAX_SHEETS]:
                sheet.reset_dimensions()  # a workbook may claim a million columns
                rows = kept.rows(sheet.iter_rows(values_only=True))
                _fill(rows, _merges(payload, sheet))
                grids.append(Grid(str(sheet.title), rows))
            book.close()
    except _BROKEN as error:
        found = told(
            "a workbook that cannot be read ({name}: {error})",
            name=type(error).__name__,
            error=str(error)[:120],
        )
        raise SourceUnreadable(found, payload.name, EXPECTED) from error
    return grids


def _merges(payload: Payload, sheet: Any) -> Iterator[tuple[int, int, int, int]]:
    """Yield first row, last row, first column, last column of what is merged, from 0."""
    from openpyxl.utils import column_index_from_string

    path = str(sheet._worksheet_path).rpartition("/")[2]
    for member in archive.unpack(payload, [path]).values():
        for left, top, right, bottom in _MERGE.findall(member.content):
            first, last = (column_index_from_string(each.decode()) - 1 for each in (left, right))
            yield int(top) - 1, int(bottom) - 1, first, last


def _fill(rows: list[list[Cell]], merges: Iterable[tuple[int, int, int, int]]) -> None:
    for top, bottom, left, right in merges:
        size = (bottom - top + 1) * (right - left + 1)
        if size > MAX_MERGED or top >= len(rows) or left >= len(rows[top]):
            continue
        said = rows[top][left]
        for row in rows[top : bottom + 1]:
            row += [None] * (right + 1 - len(row))
            row[left : right + 1] = [said] * (right + 1 - left)


def _xls(payload: Payload) -> list[Grid]:
    import xlrd

    kept = _Kept(payload)
    grids = []
    try:
        with xlrd.open_workbook(
            file_contents=payload.content,
            formatting_info=True,  # merges are formatting
            ragged_rows=True,
            logfile=io.StringIO(),
        ) as book:
            for sheet in book.sheets()[:MAX_SHEETS]:
                cells = ([_old(c, book.datemode) for c in sheet.row(n)] for n in range(sheet.nrows))
                rows = kept.rows(cells)
                merged = ((t, b - 1, left, r - 1) for t, b, left, r in sheet.merged_cells)
                _fill(rows, merged)
                grids.append(Grid(sheet.name, rows))
    except (*_BROKEN, xlrd.XLRDError, xlrd.compdoc.CompDocError) as error:
        found = told(
            "a workbook that cannot be read ({name}: {error})",
            name=type(error).__name__,
            error=str(error)[:120],
        )
        raise SourceUnreadable(found, payload.name, EXPECTED) from error
    return grids


def _old(cell: Any, datemode: int) -> Any:
    import xlrd

    if cell.ctype in (xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK):
        return None
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return xlrd.xldate.xldate_as_datetime(cell.value, datemode)
        except (ValueError, OverflowError, xlrd.xldate.XLDateError):
            return cell.value
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return bool(cell.value)
    if cell.ctype == xlrd.XL_CELL_ERROR:
        return xlrd.error_text_from_code.get(cell.value, "#ERROR")
    return cell.value


def _csv(payload: Payload, text: str) -> Grid:
    payload.check_lines(text)
    delimiter = max(",;\t|", key=lambda each: _steadiness(text, each))
    try:
        rows = _Kept(payload).rows(csv.reader(io.StringIO(text), delimiter=delimiter))
    except csv.Error as error:
        raise SourceWrongFormat(
            told("no table ({error})", error=error), payload.name, EXPECTED
        ) from error
    if not rows:
        raise SourceEmpty(told("no cell"), payload.name, EXPECTED)
    return Grid("", rows)


def _steadiness(text: str, delimiter: str) -> tuple[int, int]:
    """Return in how many of the first lines a delimiter stands as often as in most, and how often.

    A comma may be decimal: what separates columns is in every line.
    """
    counts = [line.count(delimiter) for line in text.splitlines()[:50] if line.strip()]
    used = [count for count in counts if count]
    if not used:
        return 0, 0
    usual = max(set(used), key=used.count)
    return used.count(usual), usual
