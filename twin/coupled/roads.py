"""Which water stands on which road: depths of nodes near a link, in the hour that is asked.

A link is as deep as the deepest place within a street's width of blocks from it; the bands that
close it or slow it are the traffic twin's (twin/traffic/changes.py). Rivers are no streets.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping

import numpy as np

from data_access.areas import KM_PER_DEGREE
from data_access.city import City
from twin.drainage.flooding import Water
from twin.traffic.streets import Streets

Line = tuple[tuple[float, float], ...]  # lon, lat
NEAR_M = 150.0  # half a sub-catchment of the inner city: its water stands on the street
LEAST_M = 0.05  # less changes no traffic
MOST_M = 5.0  # what the traffic twin takes


def hour_of(water: Water, *, at_min: float | None, lead_min: float, horizon_min: float) -> slice:
    """Return the samples of the hour: from `at_min` after the rain, or around the most water."""
    step_min = water.step_s / 60
    wide = max(1, round(horizon_min / step_min))
    if at_min is None:
        worst = int(water.volume_m3().argmax()) if len(water.street_m) else 0
        begin = worst - wide // 2
    else:
        begin = round((lead_min + at_min) / step_min)
    begin = max(0, min(begin, len(water.street_m) - wide))
    return slice(begin, begin + wide)


def city_lines(city: City) -> dict[str, Line]:
    """Return the main roads of the city: what is invented between them has no place of its own."""
    return {
        link.id: ((link.start.lon, link.start.lat), (link.end.lon, link.end.lat))
        for link in city.network.links.values()
    }


def street_lines(streets: Streets) -> dict[str, Line]:
    """Return the streets of an imported network."""
    return {link.id: link.line for link in streets.links.values()}


def floods_of(water: Water, lines: Mapping[str, Line], hour: slice) -> dict[str, float]:
    """Return the greatest depth (m) of the hour on each link that water stands on."""
    places = water.model.places
    known = [
        n
        for n, place in enumerate(places)
        if place.lat is not None and not place.id.startswith("R-")
    ]
    if not known or not len(water.street_m):
        return {}
    depths = water.street_m[hour][:, known].max(axis=0)
    lat = np.array([places[n].lat for n in known], dtype=float)
    lon = np.array([places[n].lon for n in known], dtype=float)
    east = KM_PER_DEGREE * 1000 * math.cos(math.radians(float(lat.mean())))
    metres = np.array([east, KM_PER_DEGREE * 1000])
    at = np.column_stack([lon, lat]) * metres
    found: dict[str, float] = {}
    for link, line in lines.items():
        points = np.array(line) * metres
        near = np.zeros(len(at), dtype=bool)
        for start, end in itertools.pairwise(points):
            near |= _away(at, start, end) <= NEAR_M
        deepest = float(depths[near].max()) if near.any() else 0.0
        if deepest >= LEAST_M:
            found[link] = round(min(deepest, MOST_M), 2)
    return found


def _away(points: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """Distance of points to a segment, metres."""
    along = end - start
    length2 = float(along @ along)
    share = np.clip((points - start) @ along / length2, 0, 1) if length2 else np.zeros(len(points))
    gap = points - (start + share[:, None] * along)
    away: np.ndarray = np.hypot(gap[:, 0], gap[:, 1])
    return away
