"""A GTFS archive: routes, stops, trips and when they run, with what of it was refused.

Not a source itself: data_access/sources/gtfs.py makes records of its routes,
data_access/sources/gtfs_realtime.py names with it what moves.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

import pandas as pd

from data_access.errors import SourceWrongFormat
from data_access.model import Rejected
from data_access.schema import Kept, keeping
from data_access.sources import archive
from data_access.sources.payload import Payload
from data_access.sources.places import point
from language import Told, told

EXPECTED = told("a GTFS archive: routes.txt, trips.txt, stops.txt, stop_times.txt and a calendar")
FILES = (
    "agency.txt", "routes.txt", "stops.txt", "trips.txt", "stop_times.txt", "calendar.txt",
    "calendar_dates.txt", "frequencies.txt", "shapes.txt", "feed_info.txt",
)  # fmt: skip
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MODES = {
    "0": "tram", "1": "metro", "2": "rail", "3": "bus", "4": "ferry", "5": "cable", "6": "gondola",
    "7": "funicular", "11": "trolleybus", "12": "monorail",
}  # fmt: skip
MAX_DAYS = 800  # of a calendar: two years and a bit
KEPT = 2  # archives kept read; one of today and one of tomorrow
_SECONDS = re.compile(r"\d{1,6}", re.ASCII)
_CLOCK = re.compile(r"\s*(\d{1,3}):([0-5]\d):([0-5]\d)\s*")


@dataclass(frozen=True, slots=True)
class Stop:
    """A place where vehicles stop."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True, slots=True)
class Route:
    """A line as passengers know it."""

    name: str
    long_name: str
    mode: str
    agency: str
    colour: str


@dataclass(frozen=True, slots=True)
class Trip:
    """One way along a route; runs on the days of its service."""

    route_id: str
    service_id: str
    headsign: str
    shape_id: str


@dataclass(frozen=True)
class Feed:
    """What an archive says. Times of a day are seconds after noon minus 12 h, as GTFS counts."""

    name: str
    zone: ZoneInfo
    changed_at: datetime | None
    routes: Mapping[str, Route]
    stops: Mapping[str, Stop]
    trips: Mapping[str, Trip]
    services: Mapping[str, frozenset[date]]
    stop_times: pd.DataFrame  # trip, stop, sequence, arrival_s, departure_s; sorted
    frequencies: Mapping[str, Sequence[tuple[int, int, int]]]  # from, until, every (s)
    shapes: pd.DataFrame  # id, lat, lon in order
    rejected: list[Rejected] = field(default_factory=list)

    @cached_property
    def _rows_of(self) -> Mapping[str, tuple[int, int]]:
        """Where each trip's stop times begin and end."""
        trips = self.stop_times["trip"].to_numpy()
        starts: dict[str, tuple[int, int]] = {}
        begin = 0
        for row in range(1, len(trips) + 1):
            if row == len(trips) or trips[row] != trips[begin]:
                starts[trips[begin]] = (begin, row)
                begin = row
        return starts

    def times_of(self, trip_id: str) -> pd.DataFrame:
        """Return a trip's stops in order."""
        begin, end = self._rows_of.get(trip_id, (0, 0))
        return self.stop_times.iloc[begin:end]

    def departures_of(self, trip_id: str) -> int:
        """Return how often a trip starts on a day it runs."""
        bands = self.frequencies.get(trip_id)
        if not bands:
            return 1
        return sum(-(-(until - begin) // every) for begin, until, every in bands)

    def at(self, day: date, seconds: int) -> datetime:
        """Return the instant of a time of a service day (which may be past 24 h)."""
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=self.zone).astimezone(UTC)
        return noon - timedelta(hours=12) + timedelta(seconds=seconds)


_read: dict[bytes, tuple[Feed, Kept]] = {}


def feed_of(payload: Payload, zone: ZoneInfo) -> Feed:
    """Read an archive, or return it as read before; raises SourceError.

    `zone`: of an archive whose agencies say none.
    """
    key = hashlib.blake2b(payload.content, digest_size=16, key=str(zone).encode()[:64]).digest()
    found = _read.get(key)
    if found is None:
        with keeping() as kept:
            made = _Reader(payload).feed(zone)
        while len(_read) >= KEPT:
            _read.pop(next(iter(_read)), None)
        _read[key] = found = made, kept
    feed, kept = found  # not from the book again: another thread may have let it go
    kept.note()
    return feed


class _Reader:
    def __init__(self, payload: Payload) -> None:
        self.payload = payload
        self.files = archive.unpack(payload, FILES)
        self.rejected: list[Rejected] = []

    def feed(self, zone: ZoneInfo) -> Feed:
        agencies = self._table("agency.txt", ["agency_name"], ["agency_id", "agency_timezone"])
        zone = self._zone(agencies, zone)
        routes = self._routes(agencies)
        stops = self._stops()
        services = self._services()
        trips = self._trips(routes, services)
        if not routes or not stops:
            raise SourceWrongFormat(told("no route or no stop"), self.payload.name, EXPECTED)
        packed = archive.changed_at(self.payload)
        return Feed(
            name=self.payload.name,
            zone=zone,
            changed_at=None if packed is None else packed.replace(tzinfo=zone).astimezone(UTC),
            routes=routes,
            stops=stops,
            trips=trips,
            services=services,
            stop_times=self._stop_times(trips, stops),
            frequencies=self._frequencies(trips),
            shapes=self._shapes(),
            rejected=self.rejected,
        )

    def _table(self, name: str, needed: list[str], optional: list[str]) -> pd.DataFrame:
        """Return a table, its cells without needless space; raises SourceError when it is absent.

        All columns that were asked for are there; those the file lacks are empty.
        """
        if name not in self.files:
            raise SourceWrongFormat(told("no {name}", name=name), self.payload.name, EXPECTED)
        frame, refused = self.files[name].table(
            needed, optional=optional, expected=EXPECTED, sort=name
        )
        self.rejected += refused
        frame = frame.assign(**{each: frame[each].str.strip() for each in frame})
        return frame.assign(**{each: "" for each in optional if each not in frame})

    def _optional(self, name: str, needed: list[str], optional: list[str]) -> pd.DataFrame:
        if name in self.files and self.files[name].content.strip(b"\xef\xbb\xbf \r\n\t"):
            return self._table(name, needed, optional)
        return pd.DataFrame({each: pd.Series(dtype=object) for each in [*needed, *optional]})

    def _refuse(self, file: str, line: int, reason: str, detail: Told) -> None:
        self.rejected.append(Rejected(f"{self.payload.name}#{file}:{line}", reason, detail))

    def _zone(self, agencies: pd.DataFrame, fallback: ZoneInfo) -> ZoneInfo:
        for line, name in agencies["agency_timezone"].items():
            if not name:
                continue
            try:
                return ZoneInfo(name)
            except (KeyError, OSError, ValueError):
                detail = told("agency_timezone {name!r} is no time zone", name=name[:40])
                self._refuse("agency.txt", int(str(line)), "unknownCode", detail)
        return fallback

    def _routes(self, agencies: pd.DataFrame) -> dict[str, Route]:
        named = dict(zip(agencies["agency_id"], agencies["agency_name"], strict=True))
        only = next(iter(named.values())) if len(named) == 1 else ""
        columns = ["agency_id", "route_short_name", "route_long_name", "route_color"]
        frame = self._table("routes.txt", ["route_id", "route_type"], columns)
        found: dict[str, Route] = {}
        for row in frame.itertuples():
            if not row.route_id:
                self._refuse("routes.txt", row.Index, "emptyKey", told("a route without route_id"))
                continue
            short, long = row.route_short_name, row.route_long_name
            found[row.route_id] = Route(
                name=short or long or row.route_id,
                long_name=long,
                mode=MODES.get(row.route_type, "other"),
                agency=named.get(row.agency_id, only),
                colour=row.route_color.lower() if len(row.route_color) == 6 else "",
            )
        return found

    def _stops(self) -> dict[str, Stop]:
        needed = ["stop_id", "stop_lat", "stop_lon"]
        frame = self._table("stops.txt", needed, ["stop_name", "location_type"])
        found: dict[str, Stop] = {}
        for row in frame.itertuples():
            place = point(row.stop_lat, row.stop_lon)
            if not row.stop_id:
                self._refuse("stops.txt", row.Index, "emptyKey", told("a stop without stop_id"))
            elif place is not None:
                lon, lat = place["coordinates"]
                found[row.stop_id] = Stop(row.stop_name or row.stop_id, lat, lon)
            elif row.location_type in ("", "0", "1"):  # others need no position
                detail = told(
                    "stop {stop_id!r} at {stop_lat!r}, {stop_lon!r}",
                    stop_id=row.stop_id,
                    stop_lat=row.stop_lat,
                    stop_lon=row.stop_lon,
                )
                self._refuse("stops.txt", row.Index, "badPlace", detail)
        return found

    def _services(self) -> dict[str, frozenset[date]]:
        """Return the days each service runs: its weekdays, with its exceptions."""
        if "calendar.txt" not in self.files and "calendar_dates.txt" not in self.files:
            raise SourceWrongFormat(told("no calendar"), self.payload.name, EXPECTED)
        days: dict[str, set[date]] = {}
        needed = ["service_id", "start_date", "end_date", *WEEKDAYS]
        for row in self._optional("calendar.txt", needed, []).itertuples():
            begin, end = day_of(row.start_date), day_of(row.end_date)
            if begin is None or end is None:
                detail = told(
                    "{start_date!r} to {end_date!r}; expected YYYYMMDD",
                    start_date=row.start_date,
                    end_date=row.end_date,
                )
                self._refuse("calendar.txt", row.Index, "badTime", detail)
                continue
            if end < begin or (end - begin).days > MAX_DAYS * 5:
                detail = told("from {starts} until {ends}", starts=begin, ends=end)
                reason = "endsBeforeStart" if end < begin else "badTime"
                self._refuse("calendar.txt", row.Index, reason, detail)
                continue
            runs = [getattr(row, name) == "1" for name in WEEKDAYS]
            first = max(begin, end - timedelta(days=MAX_DAYS))
            span = (first + timedelta(days=n) for n in range((end - first).days + 1))
            days.setdefault(row.service_id, set()).update(d for d in span if runs[d.weekday()])
        needed = ["service_id", "date", "exception_type"]
        for row in self._optional("calendar_dates.txt", needed, []).itertuples():
            day = day_of(row.date)
            if day is None or row.exception_type not in ("1", "2"):
                detail = told(
                    "{date!r}, exception {exception_type!r}; expected YYYYMMDD, 1 or 2",
                    date=row.date,
                    exception_type=row.exception_type,
                )
                self._refuse("calendar_dates.txt", row.Index, "badTime", detail)
                continue
            service = days.setdefault(row.service_id, set())
            (service.add if row.exception_type == "1" else service.discard)(day)
        return {name: frozenset(found) for name, found in days.items()}

    def _trips(
        self, routes: Mapping[str, Route], services: Mapping[str, frozenset[date]]
    ) -> dict[str, Trip]:
        needed = ["trip_id", "route_id", "service_id"]
        found: dict[str, Trip] = {}
        for row in self._table("trips.txt", needed, ["trip_headsign", "shape_id"]).itertuples():
            if not row.trip_id or row.route_id not in routes or row.service_id not in services:
                detail = told(
                    "trip {trip_id!r} of route {route_id!r}, service {service_id!r}",
                    trip_id=row.trip_id,
                    route_id=row.route_id,
                    service_id=row.service_id,
                )
                self._refuse("trips.txt", row.Index, "unknownCode", detail)
                continue
            found[row.trip_id] = Trip(row.route_id, row.service_id, row.trip_headsign, row.shape_id)
        return found

    def _stop_times(self, trips: Mapping[str, Trip], stops: Mapping[str, Stop]) -> pd.DataFrame:
        needed = ["trip_id", "stop_id", "stop_sequence"]
        frame = self._table("stop_times.txt", needed, ["arrival_time", "departure_time"])
        made = pd.DataFrame(
            {
                "trip": frame["trip_id"],
                "stop": frame["stop_id"],
                "sequence": pd.to_numeric(frame["stop_sequence"], errors="coerce"),
                "arrival_s": _seconds(frame["arrival_time"]),
                "departure_s": _seconds(frame["departure_time"]),
            }
        )
        unreadable = (frame["arrival_time"] != "") & made["arrival_s"].isna()
        unknown = ~made["trip"].isin(trips.keys()) | ~made["stop"].isin(stops.keys())
        for reason, bad in (("unknownCode", unknown), ("badTime", unreadable & ~unknown)):
            for line in frame.index[bad.to_numpy()]:
                detail = told(
                    "trip {trip_id!r} at stop {stop_id!r}",
                    trip_id=frame.at[line, "trip_id"],
                    stop_id=frame.at[line, "stop_id"],
                )
                self._refuse("stop_times.txt", int(line), reason, detail)
        good = made[~(unknown | unreadable | made["sequence"].isna())]
        return good.sort_values(["trip", "sequence"], kind="stable", ignore_index=True)

    def _frequencies(self, trips: Mapping[str, Trip]) -> dict[str, list[tuple[int, int, int]]]:
        needed = ["trip_id", "start_time", "end_time", "headway_secs"]
        found: dict[str, list[tuple[int, int, int]]] = {}
        for row in self._optional("frequencies.txt", needed, []).itertuples():
            begin, until = clock_s(row.start_time), clock_s(row.end_time)
            every = int(row.headway_secs) if _SECONDS.fullmatch(row.headway_secs) else 0
            if begin is None or until is None or until < begin or every <= 0:
                detail = told(
                    "{start_time!r} to {end_time!r} every {headway_secs!r} s",
                    start_time=row.start_time,
                    end_time=row.end_time,
                    headway_secs=row.headway_secs,
                )
                self._refuse("frequencies.txt", row.Index, "badTime", detail)
            elif row.trip_id in trips:
                found.setdefault(row.trip_id, []).append((begin, until, every))
        return found

    def _shapes(self) -> pd.DataFrame:
        needed = ["shape_id", "shape_pt_lat", "shape_pt_lon", "shape_pt_sequence"]
        frame = self._optional("shapes.txt", needed, [])
        made = pd.DataFrame(
            {
                "id": frame["shape_id"],
                "lat": pd.to_numeric(frame["shape_pt_lat"], errors="coerce"),
                "lon": pd.to_numeric(frame["shape_pt_lon"], errors="coerce"),
                "sequence": pd.to_numeric(frame["shape_pt_sequence"], errors="coerce"),
            }
        )
        good = (made["lat"].abs() <= 90) & (made["lon"].abs() <= 180) & made["sequence"].notna()
        for line in made.index[~good.to_numpy()]:
            self._refuse("shapes.txt", int(line), "badPlace", told("a point that is no position"))
        return made[good].sort_values(["id", "sequence"], kind="stable", ignore_index=True)


def day_of(text: str) -> date | None:
    """Return a day written YYYYMMDD, None when it is none."""
    try:
        return datetime.strptime(text, "%Y%m%d").date() if len(text) == 8 else None  # noqa: DTZ007
    except ValueError:
        return None


def clock_s(text: str) -> int | None:
    """Return a time of a service day in seconds, None when it is none; "25:10:00" is one."""
    found = _CLOCK.fullmatch(text)
    return None if found is None else int(found[1]) * 3600 + int(found[2]) * 60 + int(found[3])


def _seconds(texts: pd.Series) -> pd.Series:
    """Return times of a service day in seconds, NaN where there is none."""
    parts = texts.str.extract(_CLOCK).astype("float64")
    return parts[0] * 3600 + parts[1] * 60 + parts[2]
