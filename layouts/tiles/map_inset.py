"""The inner city beside the whole one, where a wide map leaves room for it.

Pure geometry of the window: how wide it may be and which bounds fill it. What is drawn in it is
drawn by `map`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

LEAST_WIDTH = 10.0  # units; a smaller window shows no more than the whole map does
WORDS = 2.0  # units left beside the whole city for labels that reach beyond it
GAP = 1.0

Corners = Sequence[Sequence[float]]  # [[south, west], [north, east]]


def inset_width(whole: Corners, width_u: float, height_u: float) -> float:
    """Return how wide a window `width_u` x `height_u` leave beside the city; 0 for too little."""
    left = width_u - height_u * _aspect(whole) - WORDS - GAP
    return left if left >= LEAST_WIDTH else 0.0


def inset_bounds(core: Mapping[str, Any], width_u: float, height_u: float) -> list[list[float]]:
    """Return bounds that hold the inner city and fill a window of this shape."""
    (south, west), (north, east) = core["bounds"]
    wanted, found = width_u / height_u, _aspect(core["bounds"])
    if found > wanted:  # as wide as it must be, and more to the north and south
        low, high = _mercator(south), _mercator(north)
        more = ((high - low) * found / wanted - (high - low)) / 2
        south, north = _latitude(low - more), _latitude(high + more)
    else:
        more = ((east - west) * wanted / found - (east - west)) / 2
        west, east = west - more, east + more
    return [[south, west], [north, east]]


def _aspect(bounds: Corners) -> float:
    """Return width over height as Mercator draws it."""
    (south, west), (north, east) = bounds
    return math.radians(east - west) / (_mercator(north) - _mercator(south))


def _mercator(latitude: float) -> float:
    return math.asinh(math.tan(math.radians(latitude)))


def _latitude(mercator: float) -> float:
    return math.degrees(math.atan(math.sinh(mercator)))
