"""One line of a log: RFC 5424, RFC 3164 with or without its priority, rsyslog's own, or CEF.

Not a source itself: data_access/sources/syslog.py counts lines. Knows no clock; what a line leaves
out (year, zone) comes from its `Calendar`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from data_access.sources import cef
from data_access.sources.cef import CefEvent
from language import Told, told, words_of

ReferenceYear = Annotated[int, Field(ge=1970, le=9998)] | Literal["arrival"]
MAX_PRIORITY = 191  # facility * 8 + severity
_MONTH_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS = {name: number for number, name in enumerate(_MONTH_NAMES, start=1)}
_PRIORITY = re.compile(r"<(\d{1,9})>")
_STAMP = r"(\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:[.,]\d{1,9})?(?:[Zz]|[+-]\d\d:?\d\d)?)"
_RFC5424 = re.compile(r"(\d{1,3}) (\S+) (\S+) (\S+) (\S+) (\S+) ?(.*)", re.DOTALL)
_ISO_LINE = re.compile(rf"{_STAMP} (\S+) (.*)", re.DOTALL)
_RFC3164 = re.compile(
    r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d) (\S+) ?(.*)", re.DOTALL
)
_ELEMENT = re.compile(r'\[[^\s\]="]+(?: [^\s\]="]+="(?:[^"\\]|\\.)*")*\]')
_CEF_DATE = re.compile(
    r"([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d\d):(\d\d):(\d\d)(?:\.\d+)?(?: (\S+))?"
)
_SECRET = re.compile(r"\b(password|passwd|pwd|secret|token)(\s*[=:]\s*)\S+", re.IGNORECASE)
_GREENWICH = frozenset({"UTC", "GMT", "Z", "+0000", "+00:00"})


class LineFault(Exception):
    """A line that cannot be read; `reason` is the code of its refusal."""

    def __init__(self, reason: str, detail: Told) -> None:
        super().__init__(detail)
        self.reason, self.detail = reason, detail


@dataclass(frozen=True, slots=True)
class LogLine:
    """A line apart. `minute` is UTC minutes since the Unix epoch, `second` within it.

    What a standard has not is empty; `data` is structured data as it stands (RFC 5424).
    """

    minute: int
    host: str
    message: str
    second: int = 0
    priority: int | None = None
    app: str = ""
    process: str = ""
    message_id: str = ""
    data: str = ""
    cef: CefEvent | None = None


class Calendar:
    """The year and zone that RFC 3164 leaves out.

    From a first year, rising when the month jumps back by more than half a year (December to
    January); a line of December that comes late in January is still last year's. With `near`, an
    aware instant, it is the year that brings a line nearest to it.
    """

    def __init__(self, year: int, zone: ZoneInfo, *, near: datetime | None = None) -> None:
        self.year, self._first, self.zone = year, year, zone
        self.near = near
        self._month: int | None = None
        self._minutes: dict[tuple[int, int, int, int, int], int] = {}

    @classmethod
    def of(cls, path: Path, year: ReferenceYear, zone: ZoneInfo) -> Calendar:
        """Return the calendar of a file whose first line is of `year`, or of when it came."""
        if year != "arrival":
            return cls(year, zone)
        came = datetime.fromtimestamp(path.stat().st_mtime, zone)
        return cls(came.year, zone, near=came)

    def minute(self, month: int, day: int, hour: int, minute: int, year: int | None = None) -> int:
        """Return UTC minutes since the epoch of a local time; raises ValueError."""
        if year is None and self.near is not None:
            half_year = (month - self.near.month) / 6
            year = self.near.year + (half_year < -1) - (half_year > 1)
        if year is None:
            jump = 0 if self._month is None else month - self._month
            year = self.year - 1 if jump > 6 and self.year > self._first else self.year
            if jump < -6:
                year = self.year = self.year + 1
            if year == self.year:
                self._month = month
        key = (year, month, day, hour, minute)
        found = self._minutes.get(key)
        if found is None:
            at = datetime(year, month, day, hour, minute, tzinfo=self.zone)
            found = self._minutes[key] = int(at.timestamp() // 60)
        return found


def parse_line(line: str, calendar: Calendar) -> LogLine:
    """Read one line; raises LineFault."""
    text, priority = line, None
    if text.startswith("<"):
        found = _PRIORITY.match(text)
        if found is None:
            raise LineFault("badLine", told("a priority that is not closed; expected <PRI>"))
        priority = int(found[1])
        if priority > MAX_PRIORITY:
            raise LineFault(
                "badPriority",
                told("priority {found}; expected 0 to {most}", found=found[1], most=MAX_PRIORITY),
            )
        text = text[found.end() :]
    try:
        classic = _RFC3164.match(text)
        if classic is not None:
            return _classic(classic, calendar, priority)
        if text[:1].isdigit():
            modern = _RFC5424.fullmatch(text)
            if modern is not None:
                return _modern(modern, calendar, priority)
            stamped = _ISO_LINE.fullmatch(text)
            if stamped is not None:
                minute, second = _instant(stamped[1], calendar)
                return LogLine(minute, stamped[2].rstrip(":"), stamped[3], second, priority)
        if text.startswith("CEF:"):
            return _cef(text, calendar, priority)
    except (ValueError, OverflowError, OSError) as error:
        raise LineFault("badTime", told("no possible time ({error})", error=error)) from error
    raise LineFault("badLine", told("neither RFC 5424 nor RFC 3164 nor CEF"))


def without_secrets(text: str) -> str:
    """Return the part of a line that may be kept or shown, without passwords it may hold."""
    return _SECRET.sub(r"\1\2…", text[:500])


def _classic(found: re.Match[str], calendar: Calendar, priority: int | None) -> LogLine:
    month = MONTHS.get(found[1])
    if month is None:
        raise LineFault("badTime", told("{found!r} is no month", found=found[1]))
    year = int(found[3]) if found[3] else None
    minute = calendar.minute(month, int(found[2]), int(found[4]), int(found[5]), year)
    second = int(found[6])
    if second > 60:
        raise ValueError("second must be in 0..60")
    return LogLine(minute, found[7].rstrip(":"), found[8], min(second, 59), priority)


def _modern(found: re.Match[str], calendar: Calendar, priority: int | None) -> LogLine:
    version, stamp, host, app, process, message_id, rest = found.groups()
    if version != "1":
        raise LineFault("badLine", told("syslog version {version}; expected 1", version=version))
    if stamp == "-":
        raise LineFault("noTime", told("the line says no time; expected RFC 3339"))
    minute, second = _instant(stamp, calendar)
    end = 1 if rest.startswith("-") else 0
    while (element := _ELEMENT.match(rest, end)) is not None:
        end = element.end()
    return LogLine(
        minute,
        "" if host == "-" else host,
        rest[end:].lstrip().removeprefix("\ufeff"),
        second,
        priority,
        "" if app == "-" else app,
        "" if process == "-" else process,
        "" if message_id == "-" else message_id,
        rest[:end].removeprefix("-"),
    )


def _instant(stamp: str, calendar: Calendar) -> tuple[int, int]:
    """Return an ISO 8601 instant as minutes since the epoch, and seconds."""
    if re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:", stamp) is None:
        raise LineFault(
            "badTime",
            told("{stamp!r}; expected a year of four digits (RFC 3339)", stamp=stamp[:40]),
        )
    at = datetime.fromisoformat(stamp.replace(",", "."))
    if at.tzinfo is None:
        at = at.replace(tzinfo=calendar.zone)
    return divmod(int(at.timestamp()), 60)


def _cef(text: str, calendar: Calendar, priority: int | None) -> LogLine:
    event = cef_event(text)
    written = event.time
    if written is None:
        raise LineFault("noTime", told("CEF without {times}", times=", ".join(cef.TIMES)))
    minute, second = cef_moment(written, calendar)
    extension = " ".join(f"{name}={value}" for name, value in event.fields.items())
    message = f"{event.name} {extension}"
    return LogLine(minute, event.host, message, second, priority, cef=event)


def cef_event(text: str) -> CefEvent:
    """Read CEF; raises LineFault."""
    try:
        return cef.parse(text)
    except cef.NoCef as fault:
        raise LineFault("badLine", words_of(fault)) from fault


def cef_moment(text: str, calendar: Calendar) -> tuple[int, int]:
    """Return a time of CEF as minutes since the epoch, and seconds; raises LineFault."""
    if text.isdecimal():
        milliseconds = int(text)
        datetime.fromtimestamp(milliseconds / 1000, UTC)  # raises for what is no time
        return divmod(milliseconds // 1000, 60)
    if text[:4].isdecimal():
        return _instant(text, calendar)
    found = _CEF_DATE.match(text)
    if found is None or found[1] not in MONTHS:
        raise LineFault(
            "badTime",
            told("{text!r}; expected milliseconds or Mmm dd yyyy hh:mm:ss", text=text[:40]),
        )
    zone = calendar
    if found[7] in _GREENWICH:
        zone = Calendar(calendar.year, ZoneInfo("UTC"), near=calendar.near)
    year = int(found[3]) if found[3] else None
    minute = zone.minute(MONTHS[found[1]], int(found[2]), int(found[4]), int(found[5]), year)
    return minute, min(int(found[6]), 59)
