"""Periods: the first instant of what statistics call a time."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from data_access.sources.periods import start_of

HERE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", "2024-01-01 00:00"),
        ("Năm 2024", "2024-01-01 00:00"),
        ("2024-A1", "2024-01-01 00:00"),
        ("2024-S2", "2024-07-01 00:00"),
        ("2024-B2", "2024-07-01 00:00"),
        ("2024-T3", "2024-09-01 00:00"),
        ("2024-Q3", "2024-07-01 00:00"),
        ("2024Q3", "2024-07-01 00:00"),
        ("2024-07", "2024-07-01 00:00"),
        ("2024-M07", "2024-07-01 00:00"),
        ("2024M7", "2024-07-01 00:00"),
        ("2024-W01", "2024-01-01 00:00"),
        ("2024-07-15", "2024-07-15 00:00"),
        ("2024-07-15T00:00:00", "2024-07-15 00:00"),
        ("2024-D032", "2024-02-01 00:00"),
        ("2024-07-01/P1M", "2024-07-01 00:00"),
        ("2024-07-15T10:30:00+07:00", "2024-07-15 10:30"),
        ("2024-07-15T10:30:00", "2024-07-15 10:30"),
        ("2024-07-15T10:30:00Z/2024-07-15T11:30:00Z", "2024-07-15 17:30"),
        ("Tháng 7/2024", "2024-07-01 00:00"),
        ("tháng 7 năm 2024", "2024-07-01 00:00"),
        ("T7-2024", "2024-07-01 00:00"),
        ("07/2024", "2024-07-01 00:00"),
        ("Quý III năm 2024", "2024-07-01 00:00"),
        ("Quý IV/2024", "2024-10-01 00:00"),
        ("Quý 1/2024", "2024-01-01 00:00"),
        ("6 tháng đầu năm 2024", "2024-01-01 00:00"),
        ("15/7/2024", "2024-07-15 00:00"),
        ("Ngày 15.07.2024", "2024-07-15 00:00"),
    ],
)
def test_a_period_begins_at_its_first_midnight_here(text: str, expected: str) -> None:
    start = start_of(text, HERE)
    assert start is not None
    assert f"{start.astimezone(HERE):%Y-%m-%d %H:%M}" == expected


@pytest.mark.parametrize(
    "text",
    ["", "203", "203-07", "2024-13", "2024-Q5", "2024-W54", "2024-D367", "31/02/2024", "0000",
     "Quý V/2024", "13 tháng năm 2024", "9999", "yesterday", "Tháng", "203-07-15T10:30:00Z"],
)  # fmt: skip
def test_what_is_no_period_has_no_start(text: str) -> None:
    assert start_of(text, HERE) is None
