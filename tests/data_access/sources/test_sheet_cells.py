"""Numbers and days as people type them."""

from __future__ import annotations

import math
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from data_access.sources.sheet_cells import Decimal, instant_of, number_of
from data_access.sources.workbook import Cell

HERE = ZoneInfo("Asia/Ho_Chi_Minh")
NOON = datetime(2026, 8, 1, 9, 30)  # noqa: DTZ001 - a workbook's times have no zone


@pytest.mark.parametrize(
    ("cell", "decimal", "number"),
    [
        (12.5, ",", 12.5),
        ("12,5", ",", 12.5),
        ("1.234", ",", 1234),
        ("1.234.567,89", ",", 1234567.89),
        ("1 234 567,8", ",", 1234567.8),
        ("1\u00a0234", ",", 1234),
        ("-5", ",", -5),
        ("−5,5", ",", -5.5),
        ("(1.000)", ",", -1000),
        ("98,2 %", ",", 98.2),
        ("12.5", ".", 12.5),
        ("1,234", ".", 1234),
        ("0", ",", 0),
    ],
)
def test_a_number_is_read_as_it_is_written(cell: Cell, decimal: Decimal, number: float) -> None:
    assert number_of(cell, decimal) == number


@pytest.mark.parametrize("cell", [None, "", "-", "–", "…", "N/A", " x ", "nan"])
def test_a_cell_that_says_nothing_is_no_number_and_no_fault(cell: Cell) -> None:
    number = number_of(cell, ",")
    assert number is not None
    assert math.isnan(number)


@pytest.mark.parametrize(
    ("cell", "decimal"),
    [
        ("12.5", ","),  # a decimal comma: neither thousands nor decimals
        ("1.23.456", ","),
        ("12,5", "."),
        ("1e5", ","),
        ("#REF!", ","),
        ("một", ","),
        (True, ","),
        (math.inf, ","),
        (math.nan, ","),
        (NOON, ","),
    ],
)
def test_what_is_no_number_is_none(cell: Cell, decimal: Decimal) -> None:
    assert number_of(cell, decimal) is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (NOON, "2026-08-01 09:30"),
        ("1/8/2026", "2026-08-01 00:00"),
        ("01/08/2026 14:05", "2026-08-01 14:05"),
        ("1-8-2026 4:05:59", "2026-08-01 04:05"),
        ("2026-08-01 14:05:00", "2026-08-01 14:05"),
        ("Tháng 8/2026", "2026-08-01 00:00"),
        (2026.0, "2026-01-01 00:00"),
        (46235.5, "2026-08-01 12:00"),  # as the workbook counts days
        ("2026-08-01T00:00:00Z", "2026-08-01 07:00"),
    ],
)
def test_a_day_is_read_day_first(cell: Cell, expected: str) -> None:
    at = instant_of(cell, HERE)
    assert at is not None
    assert f"{at.astimezone(HERE):%Y-%m-%d %H:%M}" == expected


def test_another_order_is_an_option() -> None:
    at = instant_of("08/01/2026", HERE, "%m/%d/%Y")
    assert at is not None
    assert f"{at.astimezone(HERE):%Y-%m-%d}" == "2026-08-01"
    assert instant_of("13/01/2026", HERE, "%m/%d/%Y") is None


@pytest.mark.parametrize(
    "cell", ["", "203-01-01", "31/02/2026", "1/8/2026 25:00", 12.0, -1.0, 1e9, True, None,
             NOON.replace(year=203)],
)  # fmt: skip
def test_what_is_no_day_is_none(cell: Cell) -> None:
    assert instant_of(cell, HERE) is None
