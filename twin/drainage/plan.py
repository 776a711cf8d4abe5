"""The city's drainage as `city/twin/drainage.toml` says it: a description, nothing computed.

Levels are metres above the datum of the city's own marks; flows m³/s. What a model makes of it is
model.py. A city without the file has no drainage twin.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

from data_access.city import City
from data_access.city_file import by_id, read_optional
from data_access.contracts import Id, Named
from data_access.errors import CityError
from data_access.promises import STRICT

FILE = Path("twin") / "drainage.toml"
Point = tuple[float, float]  # lat, lon
Share = Annotated[float, Field(ge=0, le=1)]
Positive = Annotated[float, Field(gt=0)]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Rules:
    """What is assumed where nobody surveyed. Every one of them is said beside results."""

    design_mm_h: Positive  # pipes carry the runoff of this rain, flowing full
    pipe_roughness: Positive  # Manning's n
    least_slope: Positive
    cover_m: Positive  # ground over a pipe's crown
    river_ponding_ha: Positive  # at each vertex of a river
    trunk_ponding_ha: Positive  # at each vertex of a main sewer
    catchment_slope_pct: Positive
    horton: tuple[Positive, Positive, Positive, Positive]  # max, min mm/h, decay 1/h, drying days


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Land:
    """Shares of a kind of quarter (they sum to 1), each with how much of it is impervious."""

    id: Id
    name: Named
    ponding: Share  # of the area: streets, yards, low ground where water stands
    shares: dict[str, tuple[Share, Share]]  # use -> (share of the area, impervious share of that)

    @property
    def impervious(self) -> float:
        """Impervious share of the whole."""
        return sum(share * hard for share, hard in self.shares.values())


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Ward:
    """A unit, the share of it that drains into this basin, and the size of its sub-catchments."""

    code: str
    land: Id
    share: Annotated[float, Field(gt=0, le=1)] = 1.0
    cell_ha: Positive
    central: bool = False


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Mark:
    """A ground level at a place."""

    lat: float
    lon: float
    m: float


@dataclass(frozen=True, kw_only=True, config=STRICT)
class River:
    """An open channel of one trapezoid; points are lat, lon and bed level, downstream."""

    id: Id
    name: Named
    bottom_m: Positive
    side_slope: float = Field(ge=0)
    depth_m: Positive
    roughness: Positive
    points: tuple[tuple[float, float, float], ...] = Field(min_length=2)
    into: Id  # a lake, or another river: at its nearest vertex


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Trunk:
    """A main sewer along streets; a step of its path is a junction of network.toml or lat, lon."""

    id: Id
    name: Named
    path: tuple[str | Point, ...] = Field(min_length=1)
    into: str  # a river, a lake, or a junction that lies on another trunk


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Lake:
    """Standing water: walls straight up, an outlet whose sill lies at its normal level."""

    id: Id
    name: Named
    lat: float
    lon: float
    ha: Positive
    bed_m: float
    normal_m: float
    brim_m: float
    outlet_m3s: float = Field(default=0.0, ge=0)  # 0: only pumps empty it
    into: str | None = None  # a river or junction; without it the nearest

    def __post_init__(self) -> None:
        if not self.bed_m < self.normal_m < self.brim_m:
            raise ValueError("expected bed_m < normal_m < brim_m")


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Outfall:
    """Where water leaves the model, against a level."""

    id: Id
    name: Named
    lat: float
    lon: float
    level_m: float
    least_m: float
    most_m: float
    marks: dict[str, float] = Field(default_factory=dict)  # name -> level


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Station:
    """Equal pumps from a lake to an outfall; one after another starts as the water rises."""

    id: Id
    name: Named
    lat: float
    lon: float
    pumps: int = Field(ge=1, le=200)
    curve: tuple[tuple[float, float], ...] = Field(min_length=2)  # head m -> m³/s of one pump
    lake: Id
    outfall: Id
    start_m: float  # the first pump
    start_step_m: float = Field(ge=0)  # each further pump higher by
    stop_m: float
    early_stop_m: float  # to which it may be pumped down before rain


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Gate:
    """A gate from a river's vertex nearest to it to an outfall; shut unless told otherwise."""

    id: Id
    name: Named
    lat: float
    lon: float
    river: Id
    outfall: Id
    width_m: Positive
    height_m: Positive
    sill_m: float
    open: Share = 0.0


@dataclass(frozen=True, kw_only=True, config=STRICT)
class BlackSpot:
    """A place that is known to flood: lower ground, smaller pipes."""

    id: Id
    name: Named
    lat: float
    lon: float
    low_m: float = Field(ge=0)  # below the ground around
    design_mm_h: Positive
    ponding_ha: Positive


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class StormPlan:
    """A storm: totals by unit (or one for all) over steps of equal length with these shares."""

    id: Id
    name: Named
    observed: bool
    step_min: int = Field(ge=1, le=1440)
    shape: tuple[Annotated[float, Field(ge=0)], ...] = Field(min_length=1, max_length=1000)
    mm: Annotated[float, Field(gt=0)] | None = None
    at: dict[str, Annotated[float, Field(gt=0)]] = Field(default_factory=dict)
    note: Named | None = None

    def __post_init__(self) -> None:
        if (self.mm is None) == (not self.at):
            raise ValueError("expected either mm or at, the totals of units")
        if abs(sum(self.shape) - 1) > 1e-6:
            raise ValueError(f"the shares of shape sum to {sum(self.shape):g}; expected 1")

    @property
    def hours(self) -> float:
        """How long it rains."""
        return len(self.shape) * self.step_min / 60


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DrainagePlan:
    """The whole file."""

    name: Named
    invented: tuple[Named, ...]
    rules: Rules
    river_outfall: Id  # the outfall whose level a scenario sets
    gauge_storm: Id  # whose shape a day's rain is given, when gauges report days only
    land: tuple[Land, ...]
    ward: tuple[Ward, ...] = Field(min_length=1)
    ground: tuple[Mark, ...] = Field(min_length=1)
    river: tuple[River, ...] = Field(min_length=1)
    trunk: tuple[Trunk, ...] = ()
    lake: tuple[Lake, ...] = ()
    outfall: tuple[Outfall, ...] = Field(min_length=1)
    station: tuple[Station, ...] = ()
    gate: tuple[Gate, ...] = ()
    black_spot: tuple[BlackSpot, ...] = ()
    storm: tuple[StormPlan, ...] = Field(min_length=1)

    @cached_property
    def red_river(self) -> Outfall:
        """The outfall against whose level a scenario runs."""
        return next(each for each in self.outfall if each.id == self.river_outfall)

    def storm_of(self, storm_id: str) -> StormPlan:
        """Return a storm by id; raises KeyError."""
        return {storm.id: storm for storm in self.storm}[storm_id]


def read_plan(folder: Path, city: City) -> DrainagePlan | None:
    """Read the plan of a city folder, None when there is none; raises CityError."""
    plan = read_optional(folder / FILE, DrainagePlan)
    if plan is not None:
        _check(plan, city)
    return plan


def _check(plan: DrainagePlan, city: City) -> None:
    """Everything that is referred to is there, and every id is there once."""
    lands = by_id(FILE.name, plan.land)
    rivers, lakes = by_id(FILE.name, plan.river), by_id(FILE.name, plan.lake)
    outfalls, storms = by_id(FILE.name, plan.outfall), by_id(FILE.name, plan.storm)
    for entries in (plan.trunk, plan.station, plan.gate, plan.black_spot):
        by_id(FILE.name, entries)
    on_trunks = {step for trunk in plan.trunk for step in trunk.path if isinstance(step, str)}
    sinks = {*rivers, *lakes}
    _known("river_outfall", [plan.river_outfall], outfalls)
    _known("gauge_storm", [plan.gauge_storm], storms)
    _known("ward.land", (ward.land for ward in plan.ward), lands)
    _known("ward.code", (ward.code for ward in plan.ward), city.areas.units)
    _known("storm.at", (code for storm in plan.storm for code in storm.at), city.areas.units)
    _known("river.into", (river.into for river in plan.river), sinks)
    _known("trunk.path", on_trunks, city.network.nodes)
    _known("trunk.into", (trunk.into for trunk in plan.trunk), sinks | on_trunks)
    _known("lake.into", (lake.into for lake in plan.lake if lake.into), {*rivers, *on_trunks})
    _known("station.lake", (station.lake for station in plan.station), lakes)
    _known("station.outfall", (station.outfall for station in plan.station), outfalls)
    _known("gate.river", (gate.river for gate in plan.gate), rivers)
    _known("gate.outfall", (gate.outfall for gate in plan.gate), outfalls)
    if plan.storm_of(plan.gauge_storm).hours > 24:
        raise CityError(FILE.name, "gauge_storm", "lasts longer than the day it is the course of")
    for land in plan.land:
        whole = sum(share for share, _ in land.shares.values())
        if abs(whole - 1) > 1e-6:
            raise CityError(FILE.name, f"land[{land.id}].shares", f"sum to {whole:g}; expected 1")


def _known(key: str, named: Iterable[str], known: Mapping[str, object] | set[str]) -> None:
    for name in named:
        if name not in known:
            raise CityError(FILE.name, key, f"{name!r} is nothing this city has")
