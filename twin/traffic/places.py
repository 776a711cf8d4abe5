"""Where in a zone trips begin and end: a calibration weighs edges by the junction they are near.

Zones are wards; one ward has quiet and busy ends, which counts at its junctions tell apart.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from twin.traffic.demand import Zone
from twin.traffic.streets import Streets


def places_of(streets: Streets, junctions: Sequence[str]) -> dict[str, str]:
    """Return for each edge the junction among these that is nearest to its middle."""
    at = np.array([(streets.junctions[j].lat, streets.junctions[j].lon) for j in junctions])
    found = {}
    for edge in streets.edges.values():
        ends = streets.junctions[edge.start], streets.junctions[edge.end]
        lat, lon = sum(each.lat for each in ends) / 2, sum(each.lon for each in ends) / 2
        east = (at[:, 1] - lon) * math.cos(math.radians(lat))
        found[edge.id] = junctions[int(np.argmin(np.hypot(at[:, 0] - lat, east)))]
    return found


def weighed(
    zones: Sequence[Zone], streets: Streets, places: Mapping[str, tuple[float, float]]
) -> list[Zone]:
    """Return zones whose edges weigh more or less; `places`: junction -> (begin, end) weights.

    What an edge weighs in all changes the trips of its zone too. Junctions that the network has not
    are left out.
    """
    known = [each for each in places if each in streets.junctions]
    if not known:
        return list(zones)
    near = places_of(streets, known)
    return [
        replace(
            zone,
            out_weight=zone.out_weight * [places[near[edge]][0] for edge in zone.out],
            into_weight=zone.into_weight * [places[near[edge]][1] for edge in zone.into],
        )
        for zone in zones
    ]
