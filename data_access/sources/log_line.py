"""One line of a log: RFC 5424, RFC 3164 with or without its priority, rsyslog's own, or CEF.

Not a source itself: data_access/sources/syslog.py counts lines. Knows no file and no clock; what a
line leaves out (year, zone) comes from its `Calendar`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

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
_CEF = re.compile(r"CEF:\d+\|")
_CEF_CUT = re.compile(r"(?<!\\)\|")
_CEF_PAIR = re.compile(r"(?:^|(?<=\s))([\w.\-]+)=((?:\\.|[^=\\])*?)(?=\s+[\w.\-]+=|\s*$)")
_CEF_TIMES = ("rt", "start", "deviceReceiptTime", "end")
_CEF_HOSTS = ("dvchost", "dhost", "shost", "dvc", "src")
_CEF_DATE = re.compile(r"([A-Z][a-z]{2}) (\d{1,2}) (\d{4}) (\d\d):(\d\d):(\d\d)")


class LineFault(Exception):
    """A line that cannot be read; `reason` is the code of its refusal."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class LogLine:
    """What is counted of a line. `minute` is UTC minutes since the Unix epoch."""

    minute: int
    host: str
    message: str


class Calendar:
    """The year and zone that RFC 3164 leaves out.

    From a first year, rising when the month jumps back by more than half a year (December to
    January); a line of December that comes late in January is still last year's.
    """

    def __init__(self, year: int, zone: ZoneInfo) -> None:
        self.year, self._first, self.zone = year, year, zone
        self._month: int | None = None
        self._minutes: dict[tuple[int, int, int, int, int], int] = {}

    def minute(self, month: int, day: int, hour: int, minute: int, year: int | None = None) -> int:
        """Return UTC minutes since the epoch of a local time; raises ValueError."""
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
    text = line
    if text.startswith("<"):
        found = _PRIORITY.match(text)
        if found is None:
            raise LineFault("badLine", "a priority that is not closed; expected <PRI>")
        if int(found[1]) > MAX_PRIORITY:
            raise LineFault("badPriority", f"priority {found[1]}; expected 0 to {MAX_PRIORITY}")
        text = text[found.end() :]
    try:
        classic = _RFC3164.match(text)
        if classic is not None:
            return _classic(classic, calendar)
        if text[:1].isdigit():
            modern = _RFC5424.fullmatch(text)
            if modern is not None:
                return _modern(modern, calendar)
            stamped = _ISO_LINE.fullmatch(text)
            if stamped is not None:
                minute = _instant_minute(stamped[1], calendar)
                return LogLine(minute, stamped[2].rstrip(":"), stamped[3])
        if _CEF.match(text):
            return _cef(text, calendar)
    except (ValueError, OverflowError, OSError) as error:
        raise LineFault("badTime", f"no possible time ({error})") from error
    raise LineFault("badLine", "neither RFC 5424 nor RFC 3164 nor CEF")


def _classic(found: re.Match[str], calendar: Calendar) -> LogLine:
    month = MONTHS.get(found[1])
    if month is None:
        raise LineFault("badTime", f"{found[1]!r} is no month")
    year = int(found[3]) if found[3] else None
    minute = calendar.minute(month, int(found[2]), int(found[4]), int(found[5]), year)
    return LogLine(minute, found[7].rstrip(":"), found[8])


def _modern(found: re.Match[str], calendar: Calendar) -> LogLine:
    version, stamp, host, _app, _process, _id, rest = found.groups()
    if version != "1":
        raise LineFault("badLine", f"syslog version {version}; expected 1")
    if stamp == "-":
        raise LineFault("noTime", "the line says no time; expected RFC 3339")
    minute = _instant_minute(stamp, calendar)
    return LogLine(minute, "" if host == "-" else host, _message(rest))


def _message(rest: str) -> str:
    """Return what follows the structured data."""
    if rest.startswith("-"):
        return rest[1:].lstrip().removeprefix("\ufeff")
    at = 0
    while (element := _ELEMENT.match(rest, at)) is not None:
        at = element.end()
    return rest[at:].lstrip().removeprefix("\ufeff")


def _instant_minute(stamp: str, calendar: Calendar) -> int:
    if re.match(r"\d{4}-\d\d-\d\d[Tt ]\d\d:", stamp) is None:
        raise LineFault("badTime", f"{stamp[:40]!r}; expected a year of four digits (RFC 3339)")
    at = datetime.fromisoformat(stamp.replace(",", "."))
    if at.tzinfo is None:
        at = at.replace(tzinfo=calendar.zone)
    return int(at.timestamp() // 60)


def _cef(text: str, calendar: Calendar) -> LogLine:
    parts = _CEF_CUT.split(text, maxsplit=7)
    if len(parts) < 8:
        raise LineFault("badLine", f"CEF with {len(parts)} header fields; expected 7 before the |")
    fields = dict(_CEF_PAIR.findall(parts[7]))
    host = next((fields[name].strip() for name in _CEF_HOSTS if fields.get(name)), "")
    for name in _CEF_TIMES:
        if fields.get(name):
            minute = _cef_minute(fields[name].strip(), calendar)
            return LogLine(minute, host or f"{parts[1]} {parts[2]}", f"{parts[5]} {parts[7]}")
    if "date" in fields and "time" in fields:
        minute = _instant_minute(f"{fields['date']} {fields['time']}", calendar)
        return LogLine(minute, host or f"{parts[1]} {parts[2]}", f"{parts[5]} {parts[7]}")
    raise LineFault("noTime", f"CEF without {', '.join(_CEF_TIMES)}")


def _cef_minute(text: str, calendar: Calendar) -> int:
    if text.isdecimal():
        milliseconds = int(text)
        datetime.fromtimestamp(milliseconds / 1000, UTC)  # raises for what is no time
        return milliseconds // 60000
    found = _CEF_DATE.match(text)
    if found is None or found[1] not in MONTHS:
        raise LineFault("badTime", f"{text[:40]!r}; expected milliseconds or Mmm dd yyyy hh:mm:ss")
    zone = Calendar(0, ZoneInfo("UTC")) if text.rstrip().endswith("UTC") else calendar
    return zone.minute(MONTHS[found[1]], int(found[2]), int(found[4]), int(found[5]), int(found[3]))
