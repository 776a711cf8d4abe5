"""Timetables of public transport in GTFS: a record a route, its stops as entities.

A record says where a route runs, on which weekdays how often, and when its days begin and end; it
is valid from the first to the last day of service. What moves is data_access/sources/gtfs_realtime.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity, RecordRow, Rejected
from data_access.sources import archive
from data_access.sources.gtfs_feed import EXPECTED, WEEKDAYS, Feed, feed_of
from data_access.sources.options import SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from language import told

FORMAT = "gtfs"
STATUS = "open"
SHAPE_POINTS = 400  # of one line of a route on a map


class Options(SourceOptions):
    """`timezone`: of an archive whose agencies say none."""

    timezone: ZoneName | None = None


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch an archive: its routes as records, its stops as entities."""
    options: Options = Options.of(contract)
    rejected: list[Rejected] = []

    def parse(path: Path) -> Feed:
        payload = load(path, zipped=True)
        if not archive.is_archive(payload):
            raise SourceWrongFormat(told("no zip archive"), payload.name, EXPECTED)
        return feed_of(payload, zone_of(options.timezone, city))

    for feed in good_files(files, parse, rejected):
        records, refused = _routes(feed)
        entities = _stops(feed, city)
        yield Batch(
            records=records, entities=entities, rejected=[*rejected, *feed.rejected, *refused]
        )
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


def _stops(feed: Feed, city: City) -> list[Entity]:
    stops = list(feed.stops.items())
    areas = city.areas.locate([s.lat for _, s in stops], [s.lon for _, s in stops])
    return [
        Entity(stop_id, stop.name, stop.lat, stop.lon, area)
        for (stop_id, stop), area in zip(stops, areas, strict=True)
    ]


def _routes(feed: Feed) -> tuple[list[RecordRow], list[Rejected]]:
    trips_of: dict[str, list[str]] = {route_id: [] for route_id in feed.routes}
    for trip_id, trip in feed.trips.items():
        trips_of[trip.route_id].append(trip_id)
    records: list[RecordRow] = []
    rejected: list[Rejected] = []
    for route_id, trips in trips_of.items():
        where = f"{feed.name}#routes.txt#{route_id}"
        days = sorted({day for trip in trips for day in feed.services[feed.trips[trip].service_id]})
        if not days:
            detail = told("route {route_id!r} has no trip on any day", route_id=route_id)
            rejected.append(Rejected(where, "noService", detail))
            continue
        records.append(_route(feed, route_id, trips, days, where))
    return records, rejected


def _route(
    feed: Feed, route_id: str, trips: Sequence[str], days: Sequence[date], where: str
) -> RecordRow:
    route = feed.routes[route_id]
    starts, ends = feed.at(days[0], 0), feed.at(days[-1] + timedelta(days=1), 0)
    reported = feed.changed_at or starts
    first_s, last_s = _hours(feed, trips)
    title = (
        f"{route.name} {route.long_name}".strip() if route.long_name != route.name else route.name
    )
    body: dict[str, Any] = {
        "class": route.mode,
        "title": {"vi": title, "en": title},
        "route": route.name,
        "long_name": route.long_name,
        "agency": route.agency,
        "colour": route.colour,
        "headsigns": sorted({feed.trips[trip].headsign for trip in trips} - {""}),
        "stops": len({stop for trip in trips for stop in feed.times_of(trip)["stop"]}),
        "departures": _departures(feed, trips),
        "first_s": first_s,
        "last_s": last_s,
    }
    return RecordRow(
        record_id=route_id,
        version=reported.isoformat(),
        status=STATUS,
        reported_at=reported,
        valid_from=starts,
        valid_to=ends,
        area=None,
        geometry=_lines(feed, trips),
        body=body,
        source_ref=where,
    )


def _departures(feed: Feed, trips: Sequence[str]) -> dict[str, float]:
    """Return how many trips leave on a mean weekday of each kind, over the days of service."""
    leaving = dict.fromkeys(WEEKDAYS, 0)
    seen: dict[str, set[date]] = {name: set() for name in WEEKDAYS}
    for trip in trips:
        count = feed.departures_of(trip)
        for day in feed.services[feed.trips[trip].service_id]:
            name = WEEKDAYS[day.weekday()]
            leaving[name] += count
            seen[name].add(day)
    return {
        name: round(leaving[name] / len(seen[name]), 1) if seen[name] else 0 for name in WEEKDAYS
    }


def _hours(feed: Feed, trips: Sequence[str]) -> tuple[int | None, int | None]:
    """Return when the day's first trip leaves and its last one arrives, in seconds of the day."""
    begins, ends = [], []
    for trip in trips:
        times = feed.times_of(trip)
        lasts = pd.concat([times["arrival_s"], times["departure_s"]]).dropna()
        if lasts.empty:
            continue
        bands = feed.frequencies.get(trip, ())
        begins.append(min([begin for begin, _, _ in bands] or [int(lasts.min())]))
        length = int(lasts.max() - lasts.min())
        ends.append(max([until + length for _, until, _ in bands] or [int(lasts.max())]))
    return min(begins, default=None), max(ends, default=None)


def _lines(feed: Feed, trips: Sequence[str]) -> dict[str, Any] | None:
    """Return the ways of a route: its shapes, else straight from stop to stop of its longest."""
    shapes = sorted({feed.trips[trip].shape_id for trip in trips} - {""})
    frame = feed.shapes[feed.shapes["id"].isin(shapes)]
    lines = [
        group[["lon", "lat"]].to_numpy()
        for _, group in frame.groupby("id", sort=True)
        if len(group) > 1
    ]
    if lines:
        tracks = [track[:: -(-len(track) // SHAPE_POINTS)].tolist() for track in lines]
    else:
        longest = max((list(feed.times_of(trip)["stop"]) for trip in trips), key=len, default=[])
        stops = [feed.stops[stop] for stop in longest]
        tracks = [[[stop.lon, stop.lat] for stop in stops]] if len(stops) > 1 else []
    if not tracks:
        return None
    if len(tracks) == 1:
        return {"type": "LineString", "coordinates": tracks[0]}
    return {"type": "MultiLineString", "coordinates": tracks}
