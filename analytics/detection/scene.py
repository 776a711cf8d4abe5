"""What a detector is given: the last hours, what is usual, who stands near whom, what happened.

All instants are track time of the detector's dataset. Pure values; `reading.py` fills them from the
store, tests and benchmarks from arrays.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np

from analytics.detection.track import KM_PER_DEGREE, Floats, Spot, Track
from analytics.detection.usual import Profile
from data_access.envelope import Text


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that was told of: an accident, a closure, an event, a flooded street, rain."""

    kind: str
    name: Text
    lat: float
    lon: float
    from_us: int
    to_us: int | None = None


@dataclass(frozen=True)
class Scene:
    """`track` and `profile` have the same entities in the same order."""

    track: Track
    spots: Mapping[str, Spot]
    profile: Profile | None = None
    free: Mapping[str, float] = field(default_factory=dict)  # what an entity shows at best
    happenings: tuple[Happening, ...] = ()
    suspects: frozenset[str] = frozenset()  # entities held to be faulty
    past_us: tuple[tuple[str, int], ...] = ()  # how long earlier ones lasted, by entity

    @cached_property
    def usual(self) -> tuple[Floats, Floats]:
        """What is usual at every step, and its spread; NaN where nothing is known."""
        if self.profile is None:
            nothing = np.full_like(self.track.values, np.nan)
            return nothing, nothing
        return self.profile.middles(self.track)

    @property
    def newest_us(self) -> int | None:
        """The last step in which anything was measured."""
        there = np.flatnonzero(np.isfinite(self.track.values).any(axis=1))
        return int(self.track.times_us[there[-1]]) if len(there) else None

    def spot(self, entity: str) -> Spot:
        """Return where an entity is; one nobody has placed has its own name."""
        return self.spots.get(entity) or Spot(entity)


def km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """Return the distance of two places of a city (flat earth)."""
    east = (lon - other_lon) * math.cos(math.radians((lat + other_lat) / 2))
    return math.hypot(lat - other_lat, east) * KM_PER_DEGREE
