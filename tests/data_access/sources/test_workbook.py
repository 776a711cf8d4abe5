"""Tables of every kind become the same grid, and what is no table or too large is refused."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import datetime

import openpyxl
import pytest

from data_access.errors import SourceError, SourceTooBig, SourceUnreadable
from data_access.sources import unpacking, workbook
from data_access.sources.payload import Payload
from data_access.sources.workbook import grids_of
from tests.data_access.sources.conftest import DANANG_LAKE

DAY = datetime(2026, 8, 1)  # noqa: DTZ001 - a workbook's days have no zone


def _xlsx(make: Callable[[openpyxl.Workbook], None]) -> Payload:
    book = openpyxl.Workbook()
    make(book)
    written = io.BytesIO()
    book.save(written)
    return Payload("book.xlsx", written.getvalue())


def _with(**changed: str) -> Payload:
    """Return a small workbook with some of its parts replaced."""
    parts = zipfile.ZipFile(io.BytesIO(_xlsx(lambda book: book.active.append(["a", 1])).content))
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as made:
        for name in parts.namelist():
            short = name.rpartition("/")[2].partition(".")[0]
            made.writestr(name, changed.get(short, parts.read(name)))
    return Payload("book.xlsx", packed.getvalue())


def test_cells_keep_their_types_and_what_is_merged_says_the_same_everywhere() -> None:
    def make(book: openpyxl.Workbook) -> None:
        sheet = book.active
        sheet.append(["Đầu", None, 3, DAY, True, None])
        sheet.append([None, None, "  ", "x"])
        sheet.merge_cells("A1:B2")

    (grid,) = grids_of(_xlsx(make))
    assert grid.rows == [
        ["Đầu", "Đầu", 3.0, DAY, True],
        ["Đầu", "Đầu", None, "x"],
    ]
    assert (grid.cell(1, 1), grid.cell(1, 9), grid.cell(-1, 0)) == ("Đầu", None, None)


def test_an_old_workbook_and_a_page_called_one_are_read_alike() -> None:
    old = (DANANG_LAKE / "sheets" / "budget_06.xls").read_bytes()
    (grid,) = grids_of(Payload("old.xls", old))
    assert grid.rows[3] == ["TỔNG SỐ", None, 1700000.0, 1800000.0, 11200000.0, 105.1]
    page = (DANANG_LAKE / "sheets" / "budget_05.html.xls").read_bytes()
    (table,) = grids_of(Payload("page.xls", page))
    assert table.rows[1][:2] == table.rows[2][:2] == ["Địa bàn", "Địa bàn"]  # spans in both ways
    assert table.rows[3] == ["TỔNG SỐ", None, "1.650.000", "1.690,5", "9.400", "104,2"]


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("a,b\n1,2\n", ["1", "2"]),
        ("a;b\n1,5;2\n3,5;4\n", ["1,5", "2"]),
        ("a\tb\n1,5\t2,5\n", ["1,5", "2,5"]),
        ('a;b\n"1;2";3\n', ["1;2", "3"]),
        ("\ufeffa;b\r\n1;2\r\n", ["1", "2"]),
        ("a\n1\n", ["1"]),
    ],
)
def test_a_delimiter_is_what_every_line_has(text: str, row: list[str]) -> None:
    (grid,) = grids_of(Payload("table.csv", text.encode()))
    assert grid.rows[0][0] == "a"
    assert grid.rows[1] == row


def test_other_encodings_are_an_option() -> None:
    (grid,) = grids_of(Payload("t.csv", "tên;số\nĐà Nẵng;1\n".encode("utf-16")))
    assert grid.rows[1][0] == "Đà Nẵng"
    old = Payload("t.csv", "tên;Đ\n".encode("cp1258"))
    with pytest.raises(SourceUnreadable, match="no utf-8"):
        grids_of(old)
    assert grids_of(old, encodings=("utf-8", "cp1258"))[0].rows == [["tên", "Đ"]]


def test_a_stray_cell_far_away_costs_nothing_and_far_to_the_right_is_refused() -> None:
    def below(book: openpyxl.Workbook) -> None:
        book.active["A1"] = "a"
        book.active["B200000"] = 1

    (grid,) = grids_of(_xlsx(below))
    assert len(grid.rows) == 200_000

    def right(book: openpyxl.Workbook) -> None:
        book.active["XFD1"] = 1

    with pytest.raises(SourceTooBig, match="at most 2000 columns"):
        grids_of(_xlsx(right))


def test_too_many_cells_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_CELLS", 3)
    with pytest.raises(SourceTooBig, match="more than 3 cells"):
        grids_of(Payload("t.csv", b"a,b\n1,2\n"))


def test_a_merge_over_whole_columns_fills_nothing() -> None:
    merged = '<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    sheet = (
        '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        f'<row r="1"><c r="A1"><v>1</v></c></row></sheetData>{merged}</worksheet>'
    )
    (grid,) = grids_of(_with(sheet1=sheet))
    assert grid.rows == [[1.0]]


@pytest.mark.parametrize(
    "part",
    [
        '<!DOCTYPE a [<!ENTITY x "ha"><!ENTITY y "&x;&x;&x;&x;">]><worksheet>&y;</worksheet>',
        '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><worksheet>&x;</worksheet>',
        "<worksheet",
        "",
    ],
)
@pytest.mark.parametrize("name", ["sheet1", "sharedStrings", "workbook"])
def test_a_workbook_with_entities_or_broken_parts_is_refused_or_read_without(
    name: str, part: str
) -> None:
    try:
        grids = grids_of(_with(**{name: part}))
    except SourceError:
        return
    assert "root:" not in str(grids)
    assert "haha" not in str(grids)


def test_a_sheet_of_a_bomb_s_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "RATIO_FROM", 10_000)
    monkeypatch.setattr(unpacking, "MAX_RATIO", 5)
    with pytest.raises(SourceTooBig, match="unpack to"):
        grids_of(_with(sheet1="0" * 1_000_000))
    monkeypatch.undo()
    monkeypatch.setattr(workbook, "MAX_TREE_BYTES", 100)
    with pytest.raises(SourceTooBig, match="at most 100"):
        grids_of(_with())
