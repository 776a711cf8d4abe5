"""VN_AQI of particles: piecewise linear between the breakpoints of Decision 1459/QĐ-TCMT (2019).

Of the hour's mean concentration; the index needs PM2.5 or PM10. Values above the last breakpoint
stay at 500.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Mapping

INDEX = (0, 50, 100, 150, 200, 300, 400, 500)
BREAKPOINTS: Mapping[str, tuple[int, ...]] = {  # µg/m³
    "pm25": (0, 25, 50, 80, 150, 250, 350, 500),
    "pm10": (0, 50, 150, 250, 350, 420, 500, 600),
}


def sub_index(pollutant: str, concentration: float) -> float:
    """Return the index of one pollutant's concentration in µg/m³; raises KeyError if unknown."""
    steps = BREAKPOINTS[pollutant]
    if concentration <= 0:
        return 0.0
    if concentration >= steps[-1]:
        return float(INDEX[-1])
    at = bisect_left(steps, concentration)
    low, high = steps[at - 1], steps[at]
    share = (concentration - low) / (high - low)
    return INDEX[at - 1] + share * (INDEX[at] - INDEX[at - 1])


def vn_aqi(concentrations: Mapping[str, float]) -> int | None:
    """Return the index of a station, the highest of its particles; None without particles."""
    indices = [
        sub_index(name, concentrations[name]) for name in BREAKPOINTS if name in concentrations
    ]
    return whole(max(indices)) if indices else None


def whole(index: float) -> int:
    """Return an index as it is published: a whole number, halves upwards."""
    return math.floor(index + 0.5)
