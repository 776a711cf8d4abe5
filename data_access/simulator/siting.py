"""Where known sites are: as they are in the city whose they are; in another city in its own units.

The generators' lists of hospitals, lakes and stations are those of the city this product comes
with. Of a city they do not lie in there are as many, in its units from the middle outwards, called
by them. Not a generator itself.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from data_access.simulator.order import Order
from data_access.simulator.spots import within

OWN = "Hà Nội"  # as the generators' words have it
TURN, STRIDE = 0.414, 0.618  # of the circle and of the reach, from one site to the next

Site = TypeVar("Site", bound=Any)  # a dataclass with name, lat and lon


def in_city(
    order: Order, sites: Sequence[Site], *, named: Callable[[Site, str], str]
) -> list[Site]:
    """Return sites as they are, or moved into the order's city; `named` calls one by a place."""
    units = order.city.areas.locate([each.lat for each in sites], [each.lon for each in sites])
    if 2 * sum(unit is not None for unit in units) > len(sites):
        return list(sites)
    centre = order.city.centre
    ranked = sorted(
        order.city.areas,
        key=lambda unit: (math.hypot(unit.lat - centre.lat, unit.lon - centre.lon), unit.code),
    )
    moved = []
    for number, site in enumerate(sites):
        lap, at = divmod(number, len(ranked))
        unit = ranked[at]
        place = unit.name if lap == 0 else f"{unit.name} {lap + 1}"
        lat, lon = within(unit, (0.5 + number * STRIDE) % 1, number * TURN % 1)
        moved.append(replace(site, name=named(site, place), lat=lat, lon=lon))
    return moved


def city_name(order: Order) -> str:
    """Return what people call the city: its name without its kind."""
    return order.city.name["vi"].removeprefix("Thành phố ").removeprefix("Tỉnh ")


def own_words(order: Order, words: str) -> str:
    """Return words with the order's city for the one they were written for."""
    return words.replace(OWN, city_name(order))
