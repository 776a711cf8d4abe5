"""Series on a grid: local days, gaps, parts in any order, steps that change, what is not whole."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.grid import Grid
from analytics.series import complete, fitting, regular, sampled

HANOI, BERLIN = ZoneInfo("Asia/Ho_Chi_Minh"), ZoneInfo("Europe/Berlin")
HOUR_US = 3_600_000_000


def us(*when: int, zone: Any = HANOI) -> int:
    return round(datetime(*when, tzinfo=zone).timestamp() * 1e6)  # type: ignore[arg-type]


def test_a_day_is_the_citys_own() -> None:
    grid = Grid("P1D", HANOI)
    before, after = grid.slots(np.array([us(2026, 3, 1, 23, 59), us(2026, 3, 2, 0, 0)]))
    assert after == before + 1
    assert grid.begin_us(int(after)) == us(2026, 3, 2)
    assert grid.day(int(after)).isoformat() == "2026-03-02"


def test_weeks_begin_on_monday_and_months_on_their_first() -> None:
    week, month = Grid("P7D", HANOI), Grid("P1M", HANOI)
    sunday, monday = us(2026, 11, 29, 12), us(2026, 11, 30)
    first, second = week.slots(np.array([sunday, monday])).tolist()
    assert second == first + 1
    assert week.day(second).isoformat() == "2026-11-30"
    assert month.day(int(month.slots(np.array([sunday]))[0])).isoformat() == "2026-11-01"


@pytest.mark.parametrize(("zone", "hours"), [(HANOI, 24), (BERLIN, 23)])
def test_the_clock_is_local_with_or_without_summer_time(zone: ZoneInfo, hours: int) -> None:
    """On 2026-03-29 Berlin's clocks go forward; Hà Nội's never do."""
    grid = Grid("PT1H", zone)
    first = int(grid.slots(np.array([us(2026, 3, 29, zone=zone)]))[0])
    days, minutes = grid.clock(np.arange(first, first + 30))
    of_day = [minute for day, minute in zip(days, minutes, strict=True) if day.day == 29]
    assert len(of_day) == hours
    assert len(set(of_day)) == hours
    assert grid.begin(first).hour == 0


def test_parts_in_any_order_are_one_series_with_gaps() -> None:
    grid = Grid("PT1H", HANOI)
    found = regular(grid, np.array([7, 4, 7]), np.array([2.0, 5.0, 4.0]))
    assert (found.first, found.last, found.known) == (4, 7, 2)
    np.testing.assert_equal(found.values, [5.0, np.nan, np.nan, 3.0])
    zeroed = regular(grid, np.array([7, 4]), np.array([2.0, 5.0]), how="sum", absent=0.0)
    np.testing.assert_equal(zeroed.values, [5.0, 0.0, 0.0, 2.0])


def test_what_is_no_number_is_a_gap_and_nothing_is_an_empty_series() -> None:
    grid = Grid("PT1H", HANOI)
    found = regular(grid, np.array([1, 2, 3]), np.array([np.nan, 2.0, np.inf]))
    assert (found.first, found.values.tolist()) == (2, [2.0])
    nothing = regular(grid, np.zeros(0, np.int64), np.zeros(0))
    assert nothing.known == 0
    assert len(nothing.until(5).values) == 0
    np.testing.assert_equal(nothing.at(3, 4), [np.nan, np.nan])


def test_a_sum_of_which_half_is_missing_is_a_gap_not_a_fall() -> None:
    grid = Grid("PT1H", HANOI)
    rows = np.array([10.0, 10.0, 4.0])
    found = regular(grid, np.array([1, 2, 3]), rows * 7, rows, how="sum", whole=0.8)
    np.testing.assert_equal(found.values, [70.0, 70.0, np.nan])


def test_a_source_that_turned_from_minutes_to_hours_is_read_by_the_hour() -> None:
    grid = Grid("PT15M", HANOI)
    fine = us(2026, 3, 1) + np.arange(500) * 300_000_000
    coarse = fine[-1] + np.arange(1, 240) * HOUR_US
    assert fitting(grid, fine).step == "PT15M"
    assert fitting(grid, np.concatenate([fine, coarse])).step == "PT1H"


def test_a_slot_counts_when_all_its_rows_are_due() -> None:
    grid = Grid("PT15M", HANOI)
    at_us = us(2026, 3, 1, 10, 5)
    assert grid.begin(complete(grid, at_us, 300)).minute == 45  # 10:00 has a row to come …
    at_us = us(2026, 3, 1, 10, 10)
    assert grid.begin(complete(grid, at_us, 300)).minute == 0  # … and now none
    hourly = Grid("PT1H", HANOI)
    assert hourly.begin(complete(hourly, us(2026, 3, 1, 10), 3600)).hour == 10


def test_rows_are_sampled_by_their_slot() -> None:
    grid = Grid("PT15M", HANOI)
    at_us = np.array([us(2026, 3, 1, 10, minute) for minute in (0, 5, 10, 20)])
    found = sampled(grid, at_us, np.array([1.0, 2.0, 3.0, 9.0]))
    assert found.values.tolist() == [2.0, 9.0]
    assert grid.begin(found.first).astimezone(UTC).hour == 3


@pytest.mark.parametrize("absurd", [1e200, -1e200, np.inf, -np.inf, np.nan])
def test_what_cannot_be_reckoned_with_is_a_gap(absurd: float) -> None:
    found = regular(Grid("PT1H", HANOI), np.array([5, 6, 7]), np.array([1.0, absurd, 3.0]))
    np.testing.assert_array_equal(found.values, [1.0, np.nan, 3.0])
