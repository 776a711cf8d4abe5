"""The city's clock: the time zone that its walls' nights, schedules and proofs are told in."""

from __future__ import annotations

from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from wall.configuration import read_table
from wall.errors import ConfigurationError

DEFAULT = ZoneInfo("Asia/Ho_Chi_Minh")  # of a city file that names none


def read_zone(city: Path) -> tuple[ZoneInfo, list[ConfigurationError]]:
    """Read `timezone` of the city folder's city.toml; what is wrong is said, and done without."""
    path = city / "city.toml"
    try:
        name = read_table(path).get("timezone", DEFAULT.key)
    except ConfigurationError as problem:
        return DEFAULT, [problem]
    try:
        return ZoneInfo(name), []
    except (ZoneInfoNotFoundError, ValueError, TypeError, OSError):
        wrong = f"{name!r} is none; times are told in {DEFAULT.key}"
        return DEFAULT, [ConfigurationError(path, "timezone", wrong)]
