"""The city's days: its time zone, and which days are holidays in its country."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

from wall.configuration import read_table
from wall.errors import ConfigurationError
from wall.schedules import Calendar, never
from wall.zone import read_zone


def read_calendar(city: Path) -> tuple[Calendar, list[ConfigurationError]]:
    """Read `timezone` and `country` of city.toml; what is wrong is said, and done without."""
    zone, problems = read_zone(city)
    path = city / "city.toml"
    try:
        country = read_table(path).get("country")
    except ConfigurationError:
        return Calendar(zone), problems
    is_holiday = _holidays_of(country) if country is not None else never
    if is_holiday is None:
        expected = f"the holidays of {country!r} are not known, expected a code such as VN"
        problems = [*problems, ConfigurationError(path, "country", expected)]
    return Calendar(zone, is_holiday or never), problems


def _holidays_of(country: Any) -> Callable[[dt.date], bool] | None:
    from holidays import country_holidays  # 0.1 s, for whoever has a country only

    try:
        days = country_holidays(country)
    except (NotImplementedError, TypeError, AttributeError):
        return None
    return lambda day: day in days
