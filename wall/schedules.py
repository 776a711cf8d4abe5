"""Schedules: what fills the layer `scheduled` by the clock. Pure: the clock is an argument.

A window belongs to the local day on which it begins; one whose end is not after its begin ends on
the next day. On days of daylight saving a window begins at the first of two equal local times and
ends at the second; a local time that is skipped comes as much later as it would have.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import Field

from wall.errors import ConfigurationError, Refused
from wall.scene import Id, NameFields, WireModel
from wall.seeded import NameTable, in_files, read_seeds
from wall.zone import DEFAULT

LOOK_AHEAD_DAYS = 370
FIRST_YEAR, LAST_YEAR = 2000, 2199
Holidays = Literal["any", "only", "except"]
Weekday = Annotated[int, Field(ge=1, le=7)]
Weekdays = Annotated[list[Weekday], Field(min_length=1, max_length=7)]
EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
Time = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Date = Annotated[str, Field(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")]
Priority = Annotated[int, Field(ge=-1000, le=1000)]


class ScheduleFields(WireModel):
    """`schedule` of `schedule.put`; the scene or the playlist, local times, ISO weekdays."""

    schedule_id: Id
    name: NameFields
    scene_id: Id | None = None
    playlist_id: Id | None = None
    from_time: Time
    to_time: Time
    weekdays: Weekdays = EVERY_DAY
    from_date: Date | None = None
    to_date: Date | None = None
    holidays: Holidays = "any"
    priority: Priority = 0
    enabled: bool = True


class ScheduleFile(ScheduleFields):
    """A file of `city/schedules/<wall>`."""

    model_config = in_files(schedule_id="id", scene_id="scene", playlist_id="playlist")
    name: NameTable


def never(day: dt.date) -> bool:
    """Know no holiday."""
    return False


@dataclass(frozen=True, slots=True)
class Calendar:
    """Where local time and holidays come from."""

    zone: ZoneInfo = DEFAULT
    is_holiday: Callable[[dt.date], bool] = never


@dataclass(frozen=True, slots=True)
class Window:
    """One time a schedule fills the layer, from `start_at_ms` to before `end_at_ms`."""

    schedule_id: str
    target: str  # what it was to show: a change of that is news
    start_at_ms: float
    end_at_ms: float

    def is_same(self, other: Window | None) -> bool:
        """Tell whether it is that window, wherever it ends by now."""
        return other is not None and (
            (self.schedule_id, self.target, self.start_at_ms)
            == (other.schedule_id, other.target, other.start_at_ms)
        )

    def to_json(self) -> dict[str, Any]:
        """Return the wire form."""
        return {
            "scheduleId": self.schedule_id,
            "target": self.target,
            "startAtMs": self.start_at_ms,
            "endAtMs": self.end_at_ms,
        }


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule of one wall."""

    schedule_id: str
    name: Mapping[str, str]
    scene_id: str | None
    playlist_id: str | None
    from_time: dt.time
    to_time: dt.time
    weekdays: frozenset[int]
    from_date: dt.date | None
    to_date: dt.date | None
    holidays: Holidays
    priority: int
    enabled: bool

    @property
    def target(self) -> str:
        """What it shows, as one word."""
        return f"scene:{self.scene_id}" if self.scene_id else f"playlist:{self.playlist_id}"

    def to_json(self) -> dict[str, Any]:
        """Return the wire form, as `schedule.put` takes it."""
        return {
            "scheduleId": self.schedule_id,
            "name": dict(self.name),
            "sceneId": self.scene_id,
            "playlistId": self.playlist_id,
            "fromTime": self.from_time.isoformat("minutes"),
            "toTime": self.to_time.isoformat("minutes"),
            "weekdays": sorted(self.weekdays),
            "fromDate": self.from_date.isoformat() if self.from_date else None,
            "toDate": self.to_date.isoformat() if self.to_date else None,
            "holidays": self.holidays,
            "priority": self.priority,
            "enabled": self.enabled,
        }

    def window_of(self, day: dt.date, calendar: Calendar) -> Window | None:
        """Return the window that begins on a local day; None when none does."""
        is_out = (self.from_date is not None and day < self.from_date) or (
            self.to_date is not None and day > self.to_date
        )
        if not self.enabled or is_out or day.isoweekday() not in self.weekdays:
            return None
        if self.holidays != "any" and calendar.is_holiday(day) != (self.holidays == "only"):
            return None
        last = day if self.to_time > self.from_time else day + dt.timedelta(days=1)
        start_ms = _at_ms(day, self.from_time, calendar.zone, is_end=False)
        end_ms = _at_ms(last, self.to_time, calendar.zone, is_end=True)
        return (
            Window(self.schedule_id, self.target, start_ms, end_ms) if end_ms > start_ms else None
        )

    def current(self, now_ms: float, calendar: Calendar) -> Window | None:
        """Return the window that holds now; of two, the one that began last."""
        today = _day(now_ms, calendar)
        for back in range(3):
            window = self.window_of(today - dt.timedelta(days=back), calendar)
            if window is not None and window.start_at_ms <= now_ms < window.end_at_ms:
                return window
        return None

    def next(self, now_ms: float, calendar: Calendar) -> Window | None:
        """Return the first window that begins after now, within a year."""
        day = _day(now_ms, calendar)
        if self.from_date is not None:
            day = max(day, self.from_date)
        for _ in range(LOOK_AHEAD_DAYS):
            if not self.enabled or (self.to_date is not None and day > self.to_date):
                return None
            window = self.window_of(day, calendar)
            if window is not None and window.start_at_ms > now_ms:
                return window
            day += dt.timedelta(days=1)
        return None


def rank(schedule: Schedule, window: Window) -> tuple[Any, ...]:
    """Return what decides among windows that overlap: the smallest one has the layer.

    Highest priority first, then the one that began last, then the id.
    """
    return -schedule.priority, -window.start_at_ms, schedule.schedule_id


def make_schedule(fields: ScheduleFields) -> Schedule:
    """Return the schedule of checked fields; raises Refused."""
    schedule = Schedule(
        schedule_id=fields.schedule_id,
        name=fields.name.model_dump(),
        scene_id=fields.scene_id,
        playlist_id=fields.playlist_id,
        from_time=dt.time.fromisoformat(fields.from_time),
        to_time=dt.time.fromisoformat(fields.to_time),
        weekdays=frozenset(fields.weekdays),
        from_date=_date("fromDate", fields.from_date),
        to_date=_date("toDate", fields.to_date),
        holidays=fields.holidays,
        priority=fields.priority,
        enabled=fields.enabled,
    )
    if (schedule.scene_id is None) == (schedule.playlist_id is None):
        raise Refused("invalidArgs", "expected one of a scene and a playlist")
    first, last = schedule.from_date, schedule.to_date
    if first is not None and last is not None and last < first:
        raise Refused("invalidArgs", "toDate: expected no day before fromDate")
    return schedule


def read_schedules(
    folder: Path, *, may_show: Callable[[Schedule], None]
) -> tuple[dict[str, Schedule], list[ConfigurationError]]:
    """Read `folder/<schedule>.toml`; one that is wrong is left out and said.

    `may_show` raises Refused for a schedule whose scene or playlist is not there.
    """

    def make(file: ScheduleFile) -> Schedule:
        schedule = make_schedule(file)
        may_show(schedule)
        return schedule

    return read_seeds(folder, ScheduleFile, make)


def best(found: Iterable[tuple[Schedule, Window]]) -> tuple[Schedule, Window] | None:
    """Return which of the windows that hold now has the layer."""
    return min(found, key=lambda each: rank(*each), default=None)


def _day(now_ms: float, calendar: Calendar) -> dt.date:
    return dt.datetime.fromtimestamp(now_ms / 1000, calendar.zone).date()


def _at_ms(day: dt.date, time: dt.time, zone: ZoneInfo, *, is_end: bool) -> float:
    local = dt.datetime.combine(day, time, zone)
    first_ms = local.timestamp() * 1000
    return max(first_ms, local.replace(fold=1).timestamp() * 1000) if is_end else first_ms


def _date(key: str, text: str | None) -> dt.date | None:
    try:
        date = dt.date.fromisoformat(text) if text is not None else None
        if date is not None and not FIRST_YEAR <= date.year <= LAST_YEAR:
            raise ValueError(f"between {FIRST_YEAR} and {LAST_YEAR}")
        return date
    except ValueError as error:
        raise Refused("invalidArgs", f"{key}: expected a day of the calendar, {error}") from error
