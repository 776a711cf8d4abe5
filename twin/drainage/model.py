"""A drainage model as a run needs it: SWMM's own text, and what in it a scenario can touch.

The city's own (building.py) and imported ones (importing.py) have the same shape. The text has no
rain, no times and no measure yet: case.py adds them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

from data_access.envelope import Text
from twin.drainage.units import METRIC, Units


@dataclass(frozen=True, slots=True)
class Place:
    """A node on whose ground water can stand; without a position it is on no map."""

    id: str
    area: str | None  # code of the unit it lies in
    full_m: float  # from its bottom to the ground
    ponding_m2: float  # 0: the model says nothing of how deep water stands there
    lat: float | None
    lon: float | None


@dataclass(frozen=True, slots=True)
class Pool:
    """A lake or basin."""

    id: str
    name: Text
    node: str
    bed_m: float
    level_m: float  # at the beginning
    brim_m: float


@dataclass(frozen=True, slots=True)
class Pumps:
    """Pumps that stand together; `early_stop_m` where their pool may be pumped down before rain."""

    id: str
    name: Text
    pumps: tuple[str, ...]
    bed_m: float = 0.0
    early_stop_m: float | None = None


@dataclass(frozen=True, slots=True)
class Sluice:
    """A gate: an orifice of the model, as high as this when it is open altogether."""

    id: str
    orifice: str
    height_m: float
    open: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A named black spot, and the node it stands for."""

    id: str
    name: Text
    node: str
    area: str | None


@dataclass(frozen=True, slots=True)
class Model:
    """SWMM's text and its handles. `options` is what options.py describes.

    `waters` are followed nodes of open water, rivers and lakes, with lat and lon: where a gauge of
    levels may stand. A manhole beside a river is none.
    """

    id: str
    name: Text
    text: str
    options: Mapping[str, Any]
    places: tuple[Place, ...]
    pools: Mapping[str, Pool]
    stations: Mapping[str, Pumps]
    stretches: Mapping[str, tuple[str, ...]]  # what can be blocked -> conduits
    full_m3s: Mapping[str, float]  # conduit -> its flow when full
    sluices: Mapping[str, Sluice]
    spots: tuple[Spot, ...]
    gages: Mapping[str, str]  # rain gage of the model -> area whose rain it gives
    river: str | None  # the outfall whose level is set
    river_level_m: float | None
    invented: tuple[Text, ...]
    geometry: Mapping[str, Mapping[str, Any]]
    waters: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    limits: tuple[Text, ...] = ()
    units: Units = METRIC  # of its text; everything else here is in ours
    digest: str = field(default="", compare=False)

    @property
    def nodes(self) -> tuple[str, ...]:
        """The nodes whose depths are followed: places, then pools."""
        return (*(p.id for p in self.places), *(p.node for p in self.pools.values()))

    @property
    def pumps(self) -> tuple[str, ...]:
        """All pumps, by station."""
        return tuple(pump for station in self.stations.values() for pump in station.pumps)


def digest_of(text: str) -> str:
    """Name a model's text by its content."""
    return blake2b(text.encode(), digest_size=8).hexdigest()
