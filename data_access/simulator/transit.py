"""Buses: a timetable (GTFS) and what is said of its trips through the day (GTFS-Realtime). A demo.

Lines run along the city's junctions; how late a trip is follows the streets' rush hours.
"""

from __future__ import annotations

import csv
import io
import math
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise
from typing import Any

from data_access.city import Node
from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.siting import city_name
from data_access.simulator.traffic import CONGESTION_WEEKEND, CONGESTION_WORKDAY

DATASET, WRITTEN_AS = "transport.transit", "gtfs-realtime"
DAYS = 7
LINES, STOPS = 6, 9
FIRST_S, LAST_S, EVERY_S = 5 * 3600 + 1800, 21 * 3600, 1800  # of departures
KMH = 15.0
TOLD_EVERY_S = 3600
CANCELLED = 0.01
STAMP = (2020, 1, 1, 0, 0, 0)  # of files in the archive: no clock is read


@dataclass(frozen=True, slots=True)
class Line:
    """A line with the time of each stop from its first, seconds."""

    id: str
    name: str
    stops: tuple[Node, ...]
    after_s: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Departure:
    """A trip as its day will have it; `unluck` multiplies what the streets make it late."""

    line: Line
    at_s: int  # of its day
    is_cancelled: bool
    unluck: float


@dataclass(frozen=True, slots=True)
class Trip:
    """A trip under way: when it was to leave, for how long it has been gone, how late it is."""

    line: Line
    at_s: int  # of its day
    gone_s: float
    late_s: float
    is_cancelled: bool

    @property
    def id(self) -> str:
        """As the timetable calls it."""
        return f"{self.line.id}-{self.at_s}"

    @property
    def place(self) -> tuple[float, float]:
        """Where its bus is, latitude and longitude: between two stops, as far as it has come."""
        done_s = max(0.0, self.gone_s - self.late_s)
        legs = zip(pairwise(self.line.stops), pairwise(self.line.after_s), strict=True)
        for (one, other), (left_s, come_s) in legs:
            if done_s < come_s:
                share = max(0.0, done_s - left_s) / (come_s - left_s)
                lat = one.lat + (other.lat - one.lat) * share
                return lat, one.lon + (other.lon - one.lon) * share
        return self.line.stops[-1].lat, self.line.stops[-1].lon


def lines(order: Order) -> list[Line]:
    """Return the lines, the same for every day."""
    network = order.city.network
    near: dict[str, list[str]] = {node: [] for node in network.nodes}
    for link in network.links.values():
        near[link.start.id].append(link.end.id)
        near[link.end.id].append(link.start.id)
    made = []
    for number in range(LINES if network.links else 0):
        draw = order.draws(number)
        path = [sorted(near)[int(draw.integers(len(near)))]]
        while len(path) < STOPS:
            ahead = [node for node in sorted(near[path[-1]]) if node not in path]
            if not ahead:
                break
            path.append(ahead[int(draw.integers(len(ahead)))])
        stops = tuple(network.nodes[node] for node in path)
        after, at = [0], 0.0
        for one, other in pairwise(stops):
            km = math.hypot(one.lat - other.lat, one.lon - other.lon) * 111
            at += km / KMH * 3600 + 40
            after.append(round(at))
        if len(stops) > 1:
            name = f"{stops[0].name} - {stops[-1].name}"
            made.append(Line(f"{number + 1:02}", name, stops, tuple(after)))
    return made


def timetable(order: Order, known: Sequence[Line]) -> bytes:
    """Return the archive."""
    stops = {stop.id: stop for line in known for stop in line.stops}
    first, last = order.days(DAYS)[0], order.today + timedelta(days=30)
    tables: dict[str, list[Sequence[Any]]] = {
        "agency.txt": [("agency_id", "agency_name", "agency_url", "agency_timezone"),
                       ("HN", f"Buýt {city_name(order)} (mô phỏng)", "http://example.vn",
                        order.city.timezone)],
        "routes.txt": [("route_id", "agency_id", "route_short_name", "route_long_name",
                        "route_type"),
                       *((line.id, "HN", line.id, line.name, 3) for line in known)],
        "stops.txt": [("stop_id", "stop_name", "stop_lat", "stop_lon"),
                      *((s.id, s.name, s.lat, s.lon) for s in stops.values())],
        "calendar.txt": [("service_id", "monday", "tuesday", "wednesday", "thursday", "friday",
                          "saturday", "sunday", "start_date", "end_date"),
                         ("ALL", *(7 * (1,)), f"{first:%Y%m%d}", f"{last:%Y%m%d}")],
        "trips.txt": [("trip_id", "route_id", "service_id", "trip_headsign"),
                      *((f"{line.id}-{at}", line.id, "ALL", line.stops[-1].name)
                        for line in known for at in range(FIRST_S, LAST_S + 1, EVERY_S))],
        "stop_times.txt": [("trip_id", "arrival_time", "departure_time", "stop_id",
                            "stop_sequence"),
                           *((f"{line.id}-{at}", _clock(at + after), _clock(at + after), stop.id, n)
                             for line in known for at in range(FIRST_S, LAST_S + 1, EVERY_S)
                             for n, (stop, after) in enumerate(
                                 zip(line.stops, line.after_s, strict=True), start=1))],
    }  # fmt: skip
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as made:
        for name, rows in tables.items():
            text = io.StringIO()
            csv.writer(text, lineterminator="\r\n").writerows(rows)
            made.writestr(zipfile.ZipInfo(name, STAMP), text.getvalue())
    return archive.getvalue()


def departures(order: Order, known: Sequence[Line], day: date) -> list[Departure]:
    """Return all trips of a day."""
    made = []
    for number, line in enumerate(known):
        for at in range(FIRST_S, LAST_S + 1, EVERY_S):
            draw = order.draws(day.toordinal(), number, at)
            is_cancelled = draw.random() < CANCELLED
            made.append(Departure(line, at, is_cancelled, float(draw.lognormal(0.0, 0.7))))
    return made


def under_way(planned: Sequence[Departure], day: date, now_s: float) -> Iterator[Trip]:
    """Yield the trips of a day that are under way so many seconds after its midnight."""
    lost = CONGESTION_WORKDAY if day_kind(day) == "workday" else CONGESTION_WEEKEND
    for each in planned:
        gone_s, whole_s = now_s - each.at_s, each.line.after_s[-1]
        late_s = max(0.0, min(gone_s, whole_s)) * lost[int(now_s // 3600) % 24]
        late_s *= 0.8 * each.unluck
        if 0 <= gone_s <= whole_s + late_s:
            yield Trip(each.line, each.at_s, gone_s, late_s, each.is_cancelled)


def message(order: Order, planned: Sequence[Departure], day: date, told: datetime) -> bytes:
    """Return what is said at `told` of the trips of `day` that are under way, b"" of none."""
    from google.transit import gtfs_realtime_pb2

    midnight = order.instant(day)
    now_s = (told - midnight).total_seconds()
    made = gtfs_realtime_pb2.FeedMessage()
    made.header.gtfs_realtime_version = "2.0"
    made.header.timestamp = int(told.timestamp())
    for trip in under_way(planned, day, now_s):
        each = made.entity.add()
        each.id = trip.id
        update = each.trip_update
        update.trip.trip_id, update.trip.route_id = each.id, trip.line.id
        update.trip.start_date = f"{day:%Y%m%d}"
        update.timestamp = int(told.timestamp())
        if trip.is_cancelled:
            update.trip.schedule_relationship = gtfs_realtime_pb2.TripDescriptor.CANCELED
            continue
        after_s = trip.line.after_s
        coming = [n for n, after in enumerate(after_s) if after + trip.late_s >= trip.gone_s]
        for n in coming[:1]:
            stop = update.stop_time_update.add()
            stop.stop_sequence, stop.stop_id = n + 1, trip.line.stops[n].id
            stop.arrival.delay = round(trip.late_s)
            due_s = round(trip.at_s + after_s[n] + trip.late_s)
            stop.arrival.time = int(midnight.timestamp()) + due_s
    content: bytes = made.SerializeToString(deterministic=True) if made.entity else b""
    return content


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield the timetable, and a message every hour in which trips are under way."""
    known = lines(order)
    yield order.path(".zip"), timetable(order, known)
    for day in order.days(DAYS, ahead=1):
        planned = departures(order, known, day)
        for second in range(FIRST_S, 24 * 3600, TOLD_EVERY_S):
            told = order.instant(day, second)
            if told <= order.horizon and (content := message(order, planned, day, told)):
                yield order.path(".pb", stem=f"-simulated-{told:%Y%m%d-%H%M}"), content


def _clock(seconds: int) -> str:
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
