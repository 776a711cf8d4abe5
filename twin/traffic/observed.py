"""What the platform saw that a twin can be held against: counts at junctions, speeds of links.

Resolved by whoever asks for a calibration and given with its inputs, so that the calibration stays
a function of them.
"""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import UTC, datetime
from statistics import median
from typing import Any

from data_access.areas import KM_PER_DEGREE
from data_access.city import City
from data_access.rollup import HOUR, HOUR_US
from data_access.store.snapshot import ENTITY, Snapshot
from twin.observing import seen_of
from twin.traffic.scenario import Base
from twin.traffic.streets import Streets

CAMERAS, SPEEDS = "transport.cameras", "transport.speed"
DATASETS = (CAMERAS, SPEEDS)
BACK_H = 28 * 24  # of the newest hour of a dataset
NEAR_M = 80.0  # a camera counts the junction it stands at
_DAYS = {"workday": (0, 1, 2, 3), "friday": (4,), "saturday": (5,), "sunday": (6,)}


def observe(snapshot: Snapshot, city: City, streets: Streets, base: Base) -> dict[str, Any]:
    """Return what was seen at the base's hour on such days of the last four weeks.

    {counts: [{entity, junction, vehiclesH, days}], freeKmh: {link: km/h}, speedKmh: {link: km/h},
    origins, seen, unplaced}. A figure is the median of its days. A count is taken to be of all
    vehicles that come into a junction.
    """
    counts, unplaced = [], 0
    places = snapshot.places(CAMERAS)
    counted, counted_us = _of_hour(snapshot, city, base, CAMERAS, "vehicles_h")
    for entity, hours in sorted(counted.items()):
        place = places.get(entity)
        junction = None if place is None else _junction(streets, place.lat, place.lon)
        if junction is None:
            unplaced += 1
            continue
        counts.append(
            {
                "entity": entity,
                "junction": junction,
                "vehiclesH": round(median(hours), 1),
                "days": len(hours),
            }
        )
    by_link: dict[str, list[float]] = defaultdict(list)
    free: dict[str, list[float]] = defaultdict(list)
    detectors = snapshot.places(SPEEDS)
    driven, driven_us = _of_hour(snapshot, city, base, SPEEDS, "speed_kmh")
    for entity, hours in sorted(driven.items()):
        attributes = detectors[entity].attributes if entity in detectors else {}
        link, free_kmh = attributes.get("link"), attributes.get("free_flow_kmh")
        if isinstance(link, str) and link in streets.links:
            by_link[link].append(median(hours))
            if free_kmh:
                free[link].append(float(free_kmh))
    found = [current for each in DATASETS if (current := snapshot.current(each)) is not None]
    return {
        "counts": counts,
        "speedKmh": {link: round(median(each), 1) for link, each in sorted(by_link.items())},
        "freeKmh": {link: round(median(each), 1) for link, each in sorted(free.items())},
        "origins": {current.dataset: current.origin for current in found},
        "seen": [
            *seen_of(snapshot, CAMERAS, series=len(counts), until_us=counted_us),
            *seen_of(snapshot, SPEEDS, series=sum(map(len, by_link.values())), until_us=driven_us),
        ],
        "unplaced": unplaced,
    }


def _of_hour(
    snapshot: Snapshot, city: City, base: Base, dataset: str, indicator: str
) -> tuple[dict[str, list[float]], int | None]:
    """Return the hourly means of each entity at the base's hour of such days; when the last ends.

    The end is of the track.
    """
    newest_us = snapshot.newest_us(dataset)
    if newest_us is None:
        return {}, None
    last = newest_us // HOUR_US
    cells = snapshot.cells(dataset, indicator, HOUR, (last - BACK_H, last), kind=ENTITY)
    found: dict[str, list[float]] = defaultdict(list)
    wanted: dict[int, bool] = {}
    newest: int | None = None
    for name, slot, mean in zip(
        cells.name.tolist(), cells.slot.tolist(), cells.mean.tolist(), strict=True
    ):
        if slot not in wanted:
            local = datetime.fromtimestamp(slot * 3600, UTC).astimezone(city.zone)
            days = _DAYS.get(base.dayKind, ())
            wanted[slot] = local.hour == base.begins_h and local.weekday() in days
        if wanted[slot] and math.isfinite(mean):
            found[name].append(mean)
            newest = slot if newest is None else max(newest, slot)
    return found, None if newest is None else (newest + 1) * HOUR_US


def _junction(streets: Streets, lat: float | None, lon: float | None) -> str | None:
    """Return the junction a camera stands at, None when none is near."""
    if lat is None or lon is None:
        return None
    east = math.cos(math.radians(lat))
    far = {
        junction.id: math.hypot(junction.lat - lat, (junction.lon - lon) * east)
        for junction in streets.junctions.values()
        if not junction.invented
    }
    nearest = min(far, key=lambda each: (far[each], each), default=None)
    if nearest is None or far[nearest] * KM_PER_DEGREE * 1000 > NEAR_M:
        return None
    return nearest
