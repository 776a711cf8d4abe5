"""The Vietnamese calendar: Tết where China's new year is another day, days off, school."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from analytics.calendar import (
    FEATURES,
    features,
    is_holiday,
    is_off,
    is_school,
    lunar_day,
    tet,
    tet_days,
)


@pytest.mark.parametrize(
    ("year", "first"),
    [
        (1968, date(1968, 1, 29)),  # a day before China's
        (1985, date(1985, 1, 21)),  # a month before China's
        (2007, date(2007, 2, 17)),
        (2026, date(2026, 2, 17)),
        (2030, date(2030, 2, 2)),
        (2053, date(2053, 2, 18)),
    ],
)
def test_tet_is_of_the_vietnamese_calendar(year: int, first: date) -> None:
    assert tet(year) == first


def test_a_year_beyond_the_calendars_is_refused_and_its_days_still_have_features() -> None:
    with pytest.raises(ValueError, match="1901 to 2099"):
        tet(2150)
    row = dict(zip(FEATURES, features([date(2150, 6, 6)])[0], strict=True))
    assert row["weekday"] == date(2150, 6, 6).weekday()
    assert np.isnan(row["tet_days"])


def test_days_to_and_from_tet_are_counted_across_new_year() -> None:
    assert tet_days(tet(2026)) == 0
    assert tet_days(tet(2026) - timedelta(days=3)) == -3
    assert tet_days(date(2025, 12, 30)) == (date(2025, 12, 30) - tet(2026)).days


def test_days_off_are_those_of_the_law() -> None:
    assert is_holiday(date(2026, 4, 26))  # the tenth of the third lunar month
    off = [tet(2027), date(2027, 4, 30), date(2027, 5, 1), date(2027, 9, 2), date(2027, 4, 16)]
    assert all(map(is_holiday, off))
    assert is_off(date(2026, 11, 29))  # a Sunday
    assert not is_off(date(2026, 11, 30))


def test_schools_are_closed_in_summer_and_around_tet() -> None:
    assert is_school(date(2026, 11, 30))
    assert not is_school(date(2026, 7, 6))
    assert not is_school(tet(2026) + timedelta(days=6))


def test_the_first_day_of_tet_is_the_first_of_a_lunar_month() -> None:
    assert [lunar_day(tet(year)) for year in (2024, 2025, 2026, 2027)] == [1, 1, 1, 1]
