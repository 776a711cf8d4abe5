"""How far help is: minutes from hospitals and fire stations on the times a run found.

Emergency vehicles drive as others do here; a siren gains what no model of queues knows. Edges that
nobody drove have their free flow; closed ones cannot be driven.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypedDict

import numpy as np
from numpy.typing import NDArray

from data_access.areas import KM_PER_DEGREE
from twin.traffic.altering import Altered
from twin.traffic.plan import TrafficPlan
from twin.traffic.streets import Streets

KINDS = ("hospital", "fire")
OFF_M = 1000.0  # from a junction: further away a station is on no network


class Minutes(TypedDict):
    """Minutes to one place; None where no way leads there."""

    base: float | None
    value: float | None


class Reach(TypedDict):
    """From the nearest station of a kind: to each ward (its mean street) and named junction."""

    areas: dict[str, Minutes]
    junctions: dict[str, Minutes]
    cutOff: list[str]  # wards and junctions that were reached before and are not now


def station_edges(plan: TrafficPlan, streets: Streets) -> dict[str, str]:
    """Return the edge on which each station's vehicles leave: one of the nearest junction's.

    A station that lies off the network is left out: nobody knows its way there.
    """
    leaving: dict[str, list[str]] = {}
    for _, edge in sorted(streets.edges.items()):
        if not edge.id.endswith(".bus"):
            leaving.setdefault(edge.start, []).append(edge.id)
    found: dict[str, str] = {}
    for station in plan.station:
        near = min(
            leaving,
            key=lambda j: (_metres(streets, j, station.lat, station.lon), j),
            default=None,
        )
        if near is not None and _metres(streets, near, station.lat, station.lon) <= OFF_M:
            found[station.id] = leaving[near][0]
    return found


def _metres(streets: Streets, junction: str, lat: float, lon: float) -> float:
    at = streets.junctions[junction]
    east = (at.lon - lon) * math.cos(math.radians(lat))
    return math.hypot(at.lat - lat, east) * KM_PER_DEGREE * 1000


def reach(
    plan: TrafficPlan,
    base: Altered,
    value: Altered,
    base_seconds: Sequence[Mapping[str, float]],
    value_seconds: Sequence[Mapping[str, float]],
) -> dict[str, Reach]:
    """Return the reach of each kind of station before and after; seconds by edge, a run each."""
    found: dict[str, Reach] = {}
    homes = station_edges(plan, base.streets)
    for kind in KINDS:
        # Whoever leaves a station may take any street of its junction.
        corners = {
            base.streets.edges[homes[station.id]].start
            for station in plan.station
            if station.kind == kind and station.id in homes
        }
        if corners:
            before = _places(plan, base, base_seconds, corners)
            after = _places(plan, value, value_seconds, corners)
            found[kind] = _both(before, after)
    return found


def _both(before: Mapping[str, Any], after: Mapping[str, Any]) -> Reach:
    areas, junctions = (
        {
            key: Minutes(base=before[part][key], value=after[part].get(key))
            for key in sorted(before[part])
        }
        for part in ("areas", "junctions")
    )
    cut = [
        key
        for part in (areas, junctions)
        for key, minutes in part.items()
        if minutes["base"] is not None and minutes["value"] is None
    ]
    return {"areas": areas, "junctions": junctions, "cutOff": cut}


def _places(
    plan: TrafficPlan,
    altered: Altered,
    by_run: Sequence[Mapping[str, float]],
    corners: Collection[str],
) -> dict[str, dict[str, float | None]]:
    streets, ways = altered.streets, altered.ways
    seconds = _seconds(altered, by_run)
    starts = [edge for edge in ways.edges if streets.edges[edge].start in corners]
    minutes = ways.minutes(starts, seconds)
    by_area: dict[str, list[float]] = {}
    by_junction: dict[str, float] = dict.fromkeys(sorted(corners), 0.0)
    for edge, far in zip(ways.edges, minutes, strict=True):
        area, end = streets.edges[edge].area, streets.edges[edge].end
        if area is not None and np.isfinite(far):
            by_area.setdefault(area, []).append(float(far))
        by_junction[end] = min(by_junction.get(end, math.inf), float(far))
    wards = set(plan.wards) & {edge.area for edge in streets.edges.values()}
    return {
        "areas": {
            code: round(sum(by_area[code]) / len(by_area[code]), 2) if code in by_area else None
            for code in sorted(wards)
        },
        "junctions": {
            junction: round(far, 2) if math.isfinite(far) else None
            for junction, far in sorted(by_junction.items())
            if junction in streets.junctions and streets.junctions[junction].name
        },
    }


def _seconds(altered: Altered, by_run: Sequence[Mapping[str, float]]) -> NDArray[np.float64]:
    """Return the mean time of each edge over runs: free flow where none drove, closed infinity."""
    streets, ways = altered.streets, altered.ways
    found = np.empty(len(ways.edges))
    for number, edge_id in enumerate(ways.edges):
        edge = streets.edges[edge_id]
        seen = [run[edge_id] for run in by_run if edge_id in run]
        free = edge.length_m / (altered.speed_kmh.get(edge_id, edge.speed_kmh) / 3.6)
        found[number] = sum(seen) / len(seen) if seen else free
    found[~altered.open_to["emergency"]] = np.inf
    return found
