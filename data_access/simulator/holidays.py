"""The Vietnamese calendar as demand knows it: working day, weekend, public holiday.

Lunar dates come from a table, not from astronomy: Tết to 2035 and Hùng Kings' day to 2030; the
years after have only the holidays of the solar calendar.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import cache
from typing import Literal

DayKind = Literal["workday", "weekend", "holiday"]

# First day of the lunar year.
TET = {
    2018: date(2018, 2, 16), 2019: date(2019, 2, 5), 2020: date(2020, 1, 25),
    2021: date(2021, 2, 12), 2022: date(2022, 2, 1), 2023: date(2023, 1, 22),
    2024: date(2024, 2, 10), 2025: date(2025, 1, 29), 2026: date(2026, 2, 17),
    2027: date(2027, 2, 6), 2028: date(2028, 1, 26), 2029: date(2029, 2, 13),
    2030: date(2030, 2, 2), 2031: date(2031, 1, 23), 2032: date(2032, 2, 11),
    2033: date(2033, 1, 31), 2034: date(2034, 2, 19), 2035: date(2035, 2, 8),
}  # fmt: skip
# The tenth day of the third lunar month.
HUNG_KINGS = (
    date(2023, 4, 29), date(2024, 4, 18), date(2025, 4, 7), date(2026, 4, 26),
    date(2027, 4, 16), date(2028, 4, 4), date(2029, 4, 23), date(2030, 4, 12),
)  # fmt: skip


@cache
def holidays(year: int) -> frozenset[date]:
    """Return the public holidays of `year`: the eve and four days of Tết, 30/4, 1/5, 2/9 + 1 …"""
    days = {
        date(year, 1, 1),
        date(year, 4, 30),
        date(year, 5, 1),
        date(year, 9, 1),
        date(year, 9, 2),
    }
    if year in TET:
        days |= {TET[year] + timedelta(days=n) for n in range(-1, 4)}
    return frozenset(days | {day for day in HUNG_KINGS if day.year == year})


def day_kind(day: date) -> DayKind:
    """Tell what kind of day it is; a holiday on a Sunday is a holiday."""
    if day in holidays(day.year):
        return "holiday"
    return "weekend" if day.weekday() >= 5 else "workday"


def tet_distance(day: date) -> int | None:
    """Return the days from the nearest Tết (negative before it), None without one in the table."""
    known = [day - TET[year] for year in (day.year - 1, day.year, day.year + 1) if year in TET]
    return min((gap.days for gap in known), key=abs, default=None)
