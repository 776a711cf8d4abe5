"""The Vietnamese calendar as demand knows it, for any year: Tết, lunar days, holidays, school.

Tết, Hùng Kings' day and the days off of the law come from `holidays`, whose calendar is Vietnam's
own (its new year differs from China's in 1985, 2007, 2030 and 2053). The day of the lunar month
comes from `lunardate`, which counts as in China: in rare months it is one day off.
Not for who works when: that is wall/days.py (schedules) and the simulator's table.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from holidays import country_holidays
from lunardate import LunarDate

Floats = npt.NDArray[np.float64]

FIRST_YEAR, LAST_YEAR = 1901, 2099  # what both calendars hold
TET = "Lunar New Year"
FAR_D = 30  # days from Tết beyond which it is not felt
SUMMER = (6, 7, 8)  # months without school: the plan of the school year begins on 5 September
FEATURES = (
    "weekday",  # 0 Monday … 6 Sunday
    "is_off",  # weekend or public holiday
    "is_holiday",
    "is_eve",  # the day before is, or the day after will be, unlike this one
    "tet_days",  # from the first day of Tết, negative before it, within FAR_D; else NaN
    "lunar_day",  # 1 … 30: incense on the first and the fifteenth
    "is_school",
    "year_day",  # 1 … 366
)


@lru_cache(maxsize=512)
def public_holidays(year: int) -> dict[date, str]:
    """Return the days off of `year` by date, with their English names."""
    found = country_holidays("VN", years=year, language="en_US")
    return {day: found[day] for day in sorted(found)}


@lru_cache(maxsize=512)
def tet(year: int) -> date:
    """Return the first day of the lunar year that begins in `year`; ValueError when not known."""
    return _named(year, TET)


def tet_days(day: date) -> int:
    """Return the days from the nearest first day of Tết, negative before it."""
    years = (y for y in (day.year - 1, day.year, day.year + 1) if FIRST_YEAR <= y <= LAST_YEAR)
    return min(((day - tet(year)).days for year in years), key=abs)


def is_holiday(day: date) -> bool:
    """Tell whether `day` is off by law, also when it falls on a Sunday."""
    return day in public_holidays(day.year)


def is_off(day: date) -> bool:
    """Tell whether offices are closed on `day`."""
    return day.weekday() >= 5 or is_holiday(day)


def lunar_day(day: date) -> int:
    """Return the day of the lunar month, 1 to 30."""
    found: int = LunarDate.from_solar_date(day.year, day.month, day.day).day
    return found


def is_school(day: date) -> bool:
    """Tell whether schools teach: not in summer, not within a week of Tết, not on days off.

    Saturday is a day of school in the city's upper classes and is counted as none.
    """
    if day.month in SUMMER or (day.month == 9 and day.day < 5) or is_off(day):
        return False
    return not -7 <= tet_days(day) <= 7


@lru_cache(maxsize=20_000)
def features_of(day: date) -> tuple[float, ...]:
    """Return FEATURES of a day; outside of the years known only what needs no lunar calendar."""
    if not FIRST_YEAR < day.year < LAST_YEAR:
        off = float(day.weekday() >= 5)
        nothing = float("nan")
        year_day = float(day.timetuple().tm_yday)
        return (float(day.weekday()), off, 0.0, 0.0, nothing, nothing, 1.0 - off, year_day)
    from_tet = tet_days(day)
    off = is_off(day)
    before, after = is_off(day - timedelta(days=1)), is_off(day + timedelta(days=1))
    return (
        float(day.weekday()),
        float(off),
        float(is_holiday(day)),
        float(before != off or after != off),
        float(from_tet) if abs(from_tet) <= FAR_D else float("nan"),
        float(lunar_day(day)),
        float(is_school(day)),
        float(day.timetuple().tm_yday),
    )


def features(days: Sequence[date]) -> Floats:
    """Return the features of days as rows: len(days) x len(FEATURES)."""
    return np.array([features_of(day) for day in days], np.float64).reshape(-1, len(FEATURES))


def _named(year: int, name: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise ValueError(f"the lunar calendar is known from {FIRST_YEAR} to {LAST_YEAR}")
    days = [day for day, called in public_holidays(year).items() if name in called.split("; ")]
    if not days:
        raise ValueError(f"{name} of {year} is not known")
    return days[0]
