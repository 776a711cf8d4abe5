"""Whether two reports are about one spot, by position, names, lanes and doors.

What speaks against it outweighs what speaks for it: the same words about two streets are two
reports. Pure; what a text names is places.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import cos, hypot, radians
from typing import Any, Literal

from rapidfuzz.distance import Levenshtein

from analytics.voices.places import NOWHERE, Gazetteer, Mentions
from data_access.areas import KM_PER_DEGREE

REACH_M = 200.0  # between two reports of one spot: a block, and what a telephone's position is off
FAR_DOORS = 20  # numbers apart: some eighty metres of a street
FUZZY_FROM = 8  # letters, from which one wrong letter in an unknown name says nothing

Relation = Literal["same", "unknown", "other"]


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a report is about, as far as it says so."""

    point: tuple[float, float] | None = None  # latitude, longitude
    area: str | None = None  # code of its unit
    names: frozenset[str] = frozenset()
    lanes: frozenset[int] = frozenset()
    doors: frozenset[int] = frozenset()
    known: frozenset[str] = field(default=frozenset(), compare=False)  # names of the gazetteer

    @property
    def is_placed(self) -> bool:
        """Tell whether there is anything two reports could agree on."""
        return self.point is not None or bool(self.names)


def spot_of(
    said: Mentions,
    address: Mentions,
    *,
    point: tuple[float, float] | None = None,
    area: str | None = None,
    gazetteer: Gazetteer = NOWHERE,
) -> Spot:
    """Return the spot of a report from its words, else its address, and its position."""
    names = set(said.names or address.names)
    hamlets = said.hamlets | address.hamlets
    if area is not None and not names:  # "tổ dân phố số 5" is one in every ward
        names = {f"{area}/{each}" for each in hamlets}
    return Spot(
        point=point,
        area=area,
        names=frozenset(names),
        lanes=said.lanes or address.lanes,
        doors=said.doors or address.doors,
        known=frozenset(name for name in names if name in gazetteer),
    )


def point_of(geometry: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """Return (latitude, longitude) of a GeoJSON point, None for anything else."""
    if geometry is None or geometry.get("type") != "Point":
        return None
    lon, lat = geometry["coordinates"][:2]
    return float(lat), float(lon)


def relation(one: Spot, other: Spot) -> Relation:
    """Tell whether two reports are about one spot, two, or do not say enough."""
    if one.point is not None and other.point is not None:
        if metres(one.point, other.point) > REACH_M:
            return "other"
        is_near = True
    else:
        if one.area and other.area and one.area != other.area:
            return "other"
        is_near = False
    named = _named(one, other)
    if named == "other" or _numbers_differ(one, other):
        return "other"
    return "same" if is_near or named == "same" else "unknown"


def metres(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Return how far two points near each other are apart."""
    north = one[0] - other[0]
    east = (one[1] - other[1]) * cos(radians(one[0]))
    return hypot(north, east) * KM_PER_DEGREE * 1000


def _named(one: Spot, other: Spot) -> Relation:
    if not one.names or not other.names:
        return "unknown"
    if one.names & other.names:
        return "same"
    are_known = bool(one.known) and bool(other.known)
    if not are_known and any(_alike(a, b) for a in one.names for b in other.names):
        return "unknown"  # a slip of the keys, or another street: the words do not tell
    return "other"


def _alike(one: str, other: str) -> bool:
    if min(len(one), len(other)) < FUZZY_FROM:
        return False
    is_part = one.startswith(f"{other} ") or other.startswith(f"{one} ")
    return is_part or Levenshtein.distance(one, other, score_cutoff=1) <= 1


def _numbers_differ(one: Spot, other: Spot) -> bool:
    if one.lanes and other.lanes and not one.lanes & other.lanes:
        return True
    if not one.doors or not other.doors:
        return False
    return min(abs(a - b) for a in one.doors for b in other.doors) > FAR_DOORS
