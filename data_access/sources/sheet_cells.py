"""Cells of tables people made, as numbers and instants: "1.234,5", "12 %", "18/3/2020 14:05"."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from data_access.sources.periods import EARLIEST, LATEST, start_of
from data_access.sources.workbook import Cell, shown

Decimal = Literal[",", "."]
BLANKS = frozenset({"", "-", "–", "—", "…", "...", "..", "x", "na", "n/a", "nan", "null", "#n/a"})
_SERIALS = (18264, 109_572)  # Excel's numbers of the days from 1950 to the end of 2199
_FIRST_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - Excel's day 0; it has no zone
_SPACES = "\u0020\u00a0\u202f\u2009"
_NUMBER = {
    ",": re.compile(rf"([-+]?)(\d{{1,3}}(?:[.{_SPACES}]\d{{3}})+|\d+)(?:,(\d+))?\s?%?"),
    ".": re.compile(rf"([-+]?)(\d{{1,3}}(?:[,{_SPACES}]\d{{3}})+|\d+)(?:\.(\d+))?\s?%?"),
}
_CLOCK = re.compile(r"(.+?)[ T,]+(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?")


def number_of(cell: Cell, decimal: Decimal) -> float | None:
    """Return a number, NaN for a cell that says nothing, None for what is no number.

    `decimal`: the sign before decimals in cells that are text; the other one, or a space, may part
    thousands. "1.234" with a decimal comma is 1234; "12.5" is none.
    """
    if isinstance(cell, float):
        return cell if math.isfinite(cell) else None
    if cell is None:
        return math.nan
    if not isinstance(cell, str):
        return None
    text = shown(cell)
    if text.casefold() in BLANKS:
        return math.nan
    if text.startswith("(") and text.endswith(")"):  # as accountants write a loss
        inside = number_of(text[1:-1], decimal)
        return None if inside is None else -inside
    found = _NUMBER[decimal].fullmatch(text.replace("−", "-"))
    if found is None:
        return None
    sign, whole, rest = found.groups()
    digits = re.sub(rf"[.,{_SPACES}]", "", whole)
    return float(f"{sign}{digits}.{rest or '0'}")


def instant_of(cell: Cell, zone: ZoneInfo, date_format: str | None = None) -> datetime | None:
    """Return the first instant of a cell's day or period in UTC, None for what is none.

    Days are written day first unless `date_format` (strptime's) says otherwise.
    """
    if isinstance(cell, float):
        if EARLIEST <= cell < LATEST and cell == int(cell):
            return start_of(str(int(cell)), zone)
        if not _SERIALS[0] <= cell <= _SERIALS[1]:
            return None
        cell = _FIRST_DAY + timedelta(seconds=round(cell * 86400))
    if isinstance(cell, datetime):
        is_possible = EARLIEST <= cell.year < LATEST
        return cell.replace(tzinfo=zone).astimezone(UTC) if is_possible else None
    if not isinstance(cell, str):
        return None
    text = shown(cell)
    if date_format is not None:
        try:
            at = datetime.strptime(text, date_format)  # noqa: DTZ007
        except ValueError:
            return None
        return instant_of(at, zone) if at.tzinfo is None else at.astimezone(UTC)
    at_once = start_of(text, zone)
    clock = _CLOCK.fullmatch(text)
    if at_once is not None or clock is None:
        return at_once
    day = start_of(clock[1], zone)
    hour, minute, second = int(clock[2]), int(clock[3]), int(clock[4] or 0)
    if day is None or hour > 23 or minute > 59 or second > 59:
        return None
    local = day.astimezone(zone).replace(hour=hour, minute=minute, second=second)
    return local.astimezone(UTC)
