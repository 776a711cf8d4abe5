"""The Vietnamese calendar."""

from __future__ import annotations

from datetime import date

import pytest

from data_access.simulator.holidays import TET, day_kind, holidays, tet_distance


@pytest.mark.parametrize(
    ("day", "kind"),
    [
        (date(2026, 11, 20), "workday"),
        (date(2026, 11, 21), "weekend"),
        (date(2026, 9, 2), "holiday"),
        (date(2026, 2, 16), "holiday"),  # the eve of Tết
        (date(2026, 2, 20), "holiday"),  # its fourth day
        (date(2026, 2, 23), "workday"),
        (date(2026, 4, 26), "holiday"),  # Hùng Kings, a Sunday
        (date(2027, 4, 16), "holiday"),
    ],
)
def test_a_day_is_a_workday_a_weekend_or_a_holiday(day: date, kind: str) -> None:
    assert day_kind(day) == kind


def test_tet_falls_between_21_january_and_20_february() -> None:
    assert all((1, 21) <= (day.month, day.day) <= (2, 20) for day in TET.values())


def test_a_year_without_a_lunar_table_has_its_solar_holidays() -> None:
    assert date(2050, 1, 1) in holidays(2050)
    assert len(holidays(2050)) == 5


def test_the_nearest_tet_may_be_last_year_s_or_next_year_s() -> None:
    assert tet_distance(date(2026, 2, 17)) == 0
    assert tet_distance(date(2026, 2, 10)) == -7
    assert tet_distance(date(2026, 12, 31)) == -37
    assert tet_distance(date(2050, 1, 1)) is None
