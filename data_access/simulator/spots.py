"""Where in the city things happen: in units by how many live there, and again at the same spots.

Not a generator itself.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import date

import numpy as np

from data_access.areas import KM_PER_DEGREE, Unit
from data_access.simulator.order import Order

DENSE = 9000.0  # people a km² of a unit whose population is not known
SPOTS = 4  # places where much happens, other ones each week
SPOT_SHARE = 0.14
HAMLETS = 14  # or groups of houses, of a unit


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in a unit."""

    unit: Unit
    lat: float
    lon: float
    place: str


def within(unit: Unit, one: float, other: float, *, reach: float = 0.5) -> tuple[float, float]:
    """Return a point of a unit: within `reach` of the radius of a disc of its size."""
    reach_km = reach * math.sqrt(unit.km2 / math.pi) * math.sqrt(one)
    angle = 2 * math.pi * other
    north, east = reach_km * math.sin(angle), reach_km * math.cos(angle)
    per_degree = KM_PER_DEGREE * math.cos(math.radians(unit.lat))
    return round(unit.lat + north / KM_PER_DEGREE, 6), round(unit.lon + east / per_degree, 6)


class Spots:
    """Draws places of one dataset of one city."""

    def __init__(self, order: Order) -> None:
        self._order = order
        self._units = sorted(order.city.areas, key=lambda unit: unit.code)
        people = np.array([unit.population or DENSE * min(unit.km2, 8.0) for unit in self._units])
        self._shares = people / people.sum()

    def draw(self, draw: np.random.Generator, day: date) -> Spot:
        """Return a place of `day`: one of the week's spots now and then, else anywhere."""
        if draw.random() < SPOT_SHARE:
            return self._again(draw, day)
        return self._anywhere(draw)

    def _anywhere(self, draw: np.random.Generator) -> Spot:
        unit = self._units[int(draw.choice(len(self._units), p=self._shares))]
        lat, lon = within(unit, *draw.uniform(0, 1, 2).tolist())
        part = "Tổ dân phố" if unit.kind == "phường" else "Thôn"
        return Spot(unit, lat, lon, f"{part} {draw.integers(1, HAMLETS + 1)}, {unit.full_name}")

    def _again(self, draw: np.random.Generator, day: date) -> Spot:
        week = self._order.draws(day.toordinal() // 7, 7)
        chosen = [self._anywhere(week) for _ in range(SPOTS)]
        spot = chosen[int(draw.integers(SPOTS))]
        north, east = draw.normal(0, 0.0004, 2).tolist()
        return Spot(spot.unit, spot.lat + north, spot.lon + east, spot.place)
