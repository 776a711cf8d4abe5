"""Periods as statistics write them, turned into their first instant.

Years, halves, terms, quarters, months, weeks, days and instants: ISO 8601, SDMX ("2024-Q3",
"2024M07") and Vietnamese headings ("Tháng 7/2024", "Quý III năm 2024", "6 tháng đầu năm 2024").
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from data_access.sources.rows import instant

EARLIEST, LATEST = 1900, 2200  # years; others are slips of a keyboard
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4}
_MONTHS_OF = {"A": 12, "S": 6, "B": 6, "H": 6, "T": 4, "Q": 3, "M": 1}


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the calendar; `months` is 0 for days, weeks and instants."""

    start: date
    months: int


def start_of(text: str, zone: tzinfo) -> datetime | None:
    """Return the first instant of a period in UTC, None when it is none.

    `zone`: where a period's first midnight is; an instant with its own offset keeps it.
    """
    found = period_of(text)
    if found is not None:
        midnight = datetime(found.start.year, found.start.month, found.start.day, tzinfo=zone)
        return midnight.astimezone(UTC)
    begin = text.partition("/")[0].strip() if "T" in text else ""
    at = instant(begin, zone) if begin else None
    return at if at is not None and EARLIEST <= at.year < LATEST else None


def period_of(text: str) -> Period | None:
    """Return a period of whole days, None when a text is none."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    for pattern, made in _FORMS:
        found = pattern.fullmatch(words)
        if found is None:
            continue
        try:
            period = made(found)
        except ValueError:
            return None
        return period if EARLIEST <= period.start.year < LATEST else None
    return None


def _year(found: re.Match[str]) -> Period:
    return Period(date(int(found["y"]), 1, 1), 12)


def _part(found: re.Match[str]) -> Period:
    length, number = _MONTHS_OF[found["k"]], int(found["n"])
    if not 1 <= number <= 12 // length:
        raise ValueError(found[0])
    return Period(date(int(found["y"]), 1 + (number - 1) * length, 1), length)


def _month(found: re.Match[str]) -> Period:
    return Period(date(int(found["y"]), int(found["m"]), 1), 1)


def _week(found: re.Match[str]) -> Period:
    return Period(date.fromisocalendar(int(found["y"]), int(found["n"]), 1), 0)


def _day(found: re.Match[str]) -> Period:
    return Period(date(int(found["y"]), int(found["m"]), int(found["d"])), 0)


def _ordinal(found: re.Match[str]) -> Period:
    year, number = int(found["y"]), int(found["n"])
    day = date(year, 1, 1) + timedelta(days=number - 1)
    if number < 1 or day.year != year:
        raise ValueError(found[0])
    return Period(day, 0)


def _quarter(found: re.Match[str]) -> Period:
    said = found["n"].lower()
    number = _ROMAN[said] if said in _ROMAN else int(said)
    return Period(date(int(found["y"]), 1 + (number - 1) * 3, 1), 3)


def _first_months(found: re.Match[str]) -> Period:
    if not 1 <= int(found["n"]) <= 12:
        raise ValueError(found[0])
    return Period(date(int(found["y"]), 1, 1), int(found["n"]))


_Y = r"(?P<y>\d{4})"
_SMALL = re.IGNORECASE
_FORMS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Period]], ...] = (
    (re.compile(rf"(?:năm )?{_Y}", _SMALL), _year),
    (re.compile(rf"{_Y}-?(?P<k>[ASBHTQM])(?P<n>\d{{1,2}})"), _part),
    (re.compile(rf"{_Y}-(?P<m>\d\d)"), _month),
    (re.compile(rf"{_Y}-?W(?P<n>\d{{1,2}})"), _week),
    (re.compile(rf"{_Y}-(?P<m>\d\d)-(?P<d>\d\d)(?:[T ]00:00(?::00(?:\.0+)?)?)?"), _day),
    (re.compile(rf"{_Y}-D(?P<n>\d{{3}})"), _ordinal),
    (re.compile(rf"{_Y}-(?P<m>\d\d)-(?P<d>\d\d)/P\w+"), _day),
    (re.compile(rf"(?:tháng|thg|t)\.? ?(?P<m>\d{{1,2}})(?: năm |[/\-. ]){_Y}", _SMALL), _month),
    (re.compile(rf"(?P<m>\d{{1,2}})[/\-.]{_Y}"), _month),
    (re.compile(rf"(?:quý|q)\.? ?(?P<n>iv|i{{1,3}}|[1-4])(?: năm |[/\-. ]){_Y}", _SMALL), _quarter),
    (
        re.compile(rf"(?P<n>\d{{1,2}}) tháng(?: đầu)?(?: năm |[/\-. ]){_Y}", _SMALL),
        _first_months,
    ),
    (re.compile(rf"(?:ngày )?(?P<d>\d{{1,2}})[/\-.](?P<m>\d{{1,2}})[/\-.]{_Y}", _SMALL), _day),
)


def find_period(text: str) -> Period | None:
    """Return the first period that a title names: "… tháng 02 năm 2025", "Báo cáo quý III/2024"."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    for found in _NAMED.finditer(words):
        period = period_of(found[0])
        if period is not None:
            return period
    return None


_NAMED = re.compile(
    r"(?<!\w)(?:ngày \d{1,2}[/\-.]\d{1,2}[/\-.]\d{4}"
    r"|(?:tháng|thg|t)\.? ?\d{1,2}(?: năm |[/\-. ])\d{4}"
    r"|(?:quý|q)\.? ?(?:iv|i{1,3}|[1-4])(?: năm |[/\-. ])\d{4}"
    r"|\d{1,2} tháng(?: đầu)?(?: năm |[/\-. ])\d{4}"
    r"|năm \d{4}|\d{4}-\d\d(?:-\d\d)?|\d{1,2}[/\-.]\d{1,2}[/\-.]\d{4}|\d{1,2}/\d{4})(?!\w)",
    re.IGNORECASE,
)
