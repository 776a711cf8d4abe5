"""Days and times as people here type them: 21/09/2026, 9:14. Not for what they are of."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

DAY = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
TIME = re.compile(r"(\d{1,2}):(\d{2})")
MIDNIGHT = "24:00"  # as the end of a day


def typed_day(typed: str | None) -> date:
    """Read a day; raises ValueError."""
    written = DAY.fullmatch((typed or "").strip())
    if written is None:
        raise ValueError(f"{typed!r} is no day")
    day, month, year = map(int, written.groups())
    return date(year, month, day)


def typed_minute_ms(day: str | None, at: str | None, *, timezone: str) -> float:
    """Read a minute of a day; returns Unix milliseconds, raises ValueError or OverflowError."""
    return _typed_time(at, typed_day(day), timezone).timestamp() * 1000


def typed_stretch_ms(
    day: str | None, begins: str | None, ends: str | None, *, timezone: str
) -> tuple[float, float]:
    """Read from when to when: an end that is not after its begin is of the next day.

    Returns Unix milliseconds; raises ValueError or OverflowError.
    """
    first = typed_day(day)
    begin, end = _typed_time(begins, first, timezone), _typed_time(ends, first, timezone)
    if end <= begin:
        end = _typed_time(ends, first + timedelta(days=1), timezone)
    return begin.timestamp() * 1000, end.timestamp() * 1000


def _typed_time(typed: str | None, day: date, timezone: str) -> datetime:
    said = (typed or "").strip()
    if said == MIDNIGHT:
        return _typed_time("0:00", day + timedelta(days=1), timezone)
    written = TIME.fullmatch(said)
    if written is None:
        raise ValueError(f"{typed!r} is no time of day")
    hour, minute = map(int, written.groups())
    return datetime.combine(day, time(hour, minute), ZoneInfo(timezone))
