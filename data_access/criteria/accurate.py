"""Đúng, accurate: values that can be, where they can be, and that are somebody's own.

- range: rows the contract did not refuse for their value, time or position, of all such rows.
- believed: rows of the last day that their source or our checks do not suspect, of all.
- inside: entities with a position that lies in the city, of all with one (expects.inside); of
  records the newest MOST_PLACES.
- neighbours: entities whose newest value does not stand out among the nearest (plausible.least).
- distinct: entities whose last values are not another's, one by one (plausible).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np

from data_access.areas import KM_PER_DEGREE
from data_access.criteria.part import Check, Part, Subject
from data_access.criteria.reasons import VALUES, refused
from data_access.criteria.sufficient import window
from data_access.promises import Plausibility
from data_access.sources.places import middle as middle_of
from data_access.store import measures
from data_access.store.snapshot import Newest, Place

MOST_PLACES = 5_000  # of records, that are looked at
LEAST_DIFFERENT = 3  # values of a series, for it to be like no other by chance
NEAR_ROWS = 256  # of the matrix of distances at a time


def values(subject: Subject) -> Sequence[Part]:
    """Return range."""
    reading = measures.reading(subject.snapshot, subject.contract.id)
    return [refused("range", reading.accepted, reading.rejected, VALUES)]


def believed(subject: Subject) -> Sequence[Part]:
    """Return believed: of the last day with values."""
    newest_us = subject.newest_us
    if newest_us is None or subject.contract.shape == "record":
        return []
    zone = subject.city.zone
    rows, suspect = measures.last_day(subject.snapshot, subject.contract.id, newest_us, zone)
    total = sum(rows.values())
    evidence = [
        {"kind": "entity", "id": name, "count": count}
        for name, count in sorted(suspect.items(), key=lambda pair: (-pair[1], pair[0]))
    ]
    return [Part.of("believed", total - sum(suspect.values()), total, evidence)]


def inside(subject: Subject) -> Sequence[Part]:
    """Return inside of what is measured, where the contract promises it."""
    if not subject.contract.expects.inside or subject.contract.shape == "record":
        return []
    placed = [p for p in subject.snapshot.places(subject.contract.id).values() if p.lat is not None]
    out = [place for place in placed if place.area is None]
    evidence = [
        {"kind": "entity", "id": p.entity, "lat": p.lat, "lon": p.lon}
        for p in sorted(out, key=lambda place: place.entity)
    ]
    return [Part.of("inside", len(placed) - len(out), len(placed), evidence)]


def places(subject: Subject) -> Sequence[Part]:
    """Return inside of records, by their geometry: their unit may have been named beside it."""
    if not subject.contract.expects.inside or subject.contract.shape != "record":
        return []
    found = measures.newest_places(subject.snapshot, subject.contract.id, most=MOST_PLACES)
    if not found:
        return []
    middles = [middle_of(geometry) for _, geometry in found]
    units = subject.city.areas.locate([lat for lat, _ in middles], [lon for _, lon in middles])
    evidence = [
        {"kind": "record", "id": name, "lat": lat, "lon": lon}
        for (name, _), (lat, lon), unit in zip(found, middles, units, strict=True)
        if unit is None
    ]
    return [Part.of("inside", len(found) - len(evidence), len(found), evidence)]


def neighbours(subject: Subject) -> Sequence[Part]:
    """Return neighbours, over all indicators of the promise."""
    promised, newest_us = subject.contract.plausible, subject.newest_us
    if promised is None or promised.least is None or newest_us is None:
        return []
    placed, since_us = subject.snapshot.places(subject.contract.id), subject.recent_us()
    right, checked, evidence = 0, 0, []
    for indicator in promised.indicators:
        found = [
            each
            for each in subject.snapshot.newest(subject.contract.id, indicator)
            if each.at_us >= since_us and not each.suspect and _is_placed(placed.get(each.entity))
        ]
        if len(found) <= promised.neighbours:
            continue
        out = _outstanding(found, placed, promised, least=promised.least)
        right, checked = right + len(found) - len(out), checked + len(found)
        evidence += [
            {"kind": "entity", "id": each.entity, "indicator": indicator,
             "value": each.value, "around": around}
            for each, around in out
        ]  # fmt: skip
    return [Part.of("neighbours", right, checked, evidence)]


def distinct(subject: Subject) -> Sequence[Part]:
    """Return distinct: of stations that repeat each other, one is believed."""
    promised, newest_us = subject.contract.plausible, subject.newest_us
    if promised is None or newest_us is None:
        return []
    right, checked, evidence = 0, 0, []
    step, _, last, _ = window(subject)
    within = (last - promised.clone_values + 1, last)
    for indicator in promised.indicators:
        said = measures.means(subject.snapshot, subject.contract.id, indicator, step, within)
        groups: dict[tuple[float, ...], list[str]] = defaultdict(list)
        for entity, of_slot in said.items():
            told = tuple(of_slot.values())
            if len(told) == promised.clone_values and len(set(told)) >= LEAST_DIFFERENT:
                groups[told].append(entity)
        checked += sum(len(group) for group in groups.values())
        right += len(groups)
        evidence += [
            {"kind": "entity", "id": copy, "indicator": indicator, "like": sorted(group)[0]}
            for group in groups.values()
            for copy in sorted(group)[1:]
        ]
    return [Part.of("distinct", right, checked, evidence)]


def _is_placed(place: Place | None) -> bool:
    return place is not None and place.lat is not None and place.lon is not None


def _outstanding(
    found: Sequence[Newest], places: dict[str, Place], promised: Plausibility, *, least: float
) -> list[tuple[Newest, float]]:
    """Return those that stand out, each with the median around it."""
    at = [places[each.entity] for each in found]
    lat = np.array([place.lat for place in at], float)
    east = np.array([place.lon for place in at], float) * np.cos(np.radians(lat.mean()))
    value = np.array([each.value for each in found])
    out = []
    for begin in range(0, len(found), NEAR_ROWS):
        rows = slice(begin, min(begin + NEAR_ROWS, len(found)))
        away = np.hypot(lat[rows, None] - lat, east[rows, None] - east) * KM_PER_DEGREE
        away[np.arange(rows.stop - begin), np.arange(begin, rows.stop)] = np.inf
        nearest = np.argpartition(away, promised.neighbours - 1, axis=1)[:, : promised.neighbours]
        around = value[nearest]
        middle = np.median(around, axis=1)
        spread = np.median(np.abs(around - middle[:, None]), axis=1)
        far = np.abs(value[rows] - middle)
        alone = np.abs(value[rows, None] - around).min(axis=1) > least
        margin = np.maximum(least, promised.deviations * spread)
        for row in np.flatnonzero(alone & (far > margin)):
            out.append((found[begin + int(row)], round(float(middle[row]), 3)))
    return out


CHECKS = (
    Check("accurate", values),
    Check("accurate", believed),
    Check("accurate", inside),
    Check("accurate", places, heavy=True),
    Check("accurate", neighbours, heavy=True),
    Check("accurate", distinct, heavy=True),
)
