"""What a city says of its traffic twin (`city/twin/traffic.toml`): where, who drives, how much.

The roads themselves stand in `network.toml`; what is assumed beside them stands here, by name.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field
from pydantic.dataclasses import dataclass

from data_access.city import City
from data_access.city_file import by_id, read_optional
from data_access.contracts import Id, Named
from data_access.errors import CityError
from data_access.promises import STRICT

FILE = "traffic.toml"


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Inner:
    """The invented inner streets: a grid, where the city's own list knows only main roads."""

    spacing_m: float = Field(ge=80, le=2000)
    reach_m: float = Field(gt=0, le=5000)  # no inner street further from a main road
    join_m: float = Field(gt=0, le=500)  # what comes nearer to a main road joins it
    lanes: int = Field(ge=1, le=4)
    speed_kmh: float = Field(gt=5, le=60)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Arterial:
    """What the network's list does not say of main roads."""

    speed_kmh: float = Field(gt=10, le=100)  # free flow, where none was observed


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Water:
    """A disc without streets: a lake."""

    id: Id
    name: str
    lat: float
    lon: float
    radius_m: float = Field(gt=0, le=10000)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Vehicle:
    """A kind of vehicle: its share of trips, and how many passenger cars it takes the room of."""

    id: Literal["motorcycle", "car", "bus", "truck", "emergency"]
    name: Named
    share: float = Field(ge=0, le=1)
    car_equivalent: float = Field(gt=0, le=5)
    barred_hours: tuple[int, ...] = ()  # of the day, in which it may not drive


@dataclass(frozen=True, kw_only=True, config=STRICT)
class DemandPlan:
    """How many trips the busiest hour has, where they come from, and how a day goes.

    Of a sample each vehicle stands for several: it takes their room and headway together.
    """

    trips_h: int = Field(gt=0, le=1_000_000)  # of the busiest hour of a workday
    sample_share: float = Field(default=1.0, gt=0, le=1)  # of them that are simulated
    through_share: float = Field(ge=0, le=1)  # of trips that begin and end outside
    gate_share: float = Field(ge=0, le=1)  # of trips with one end outside
    distance_km: float = Field(gt=0, le=50)  # at which a pair of places weighs 1/e
    day: tuple[float, ...] = Field(min_length=24, max_length=24)
    day_kinds: dict[str, float]
    friday_evening: float = Field(gt=0, le=3)
    inbound_morning: float = Field(ge=0, le=1)  # of trips with one end outside, that come in
    attraction: dict[str, float] = Field(default_factory=dict)  # ward -> trips there, of its people

    @property
    def stands_for(self) -> float:
        """How many vehicles one that is simulated stands for."""
        return 1 / self.sample_share


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RainBand:
    """From this much rain on, these shares of capacity and speed are lost."""

    from_mm_h: float = Field(ge=0)
    capacity_loss: float = Field(ge=0, lt=1)
    speed_loss: float = Field(ge=0, lt=1)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RainPlan:
    """What rain takes, and who measured that."""

    source: str
    band: tuple[RainBand, ...] = Field(min_length=1)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Station:
    """Where ambulances or fire engines start."""

    id: Id
    kind: Literal["hospital", "fire"]
    name: Named
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)


@dataclass(frozen=True, kw_only=True, config=STRICT)
class TrafficPlan:
    """The whole file. `wards` are codes of areas.csv; `name` is what the twin's area is called."""

    name: Named
    wards: tuple[str, ...] = Field(min_length=1)
    cycle_s: int = Field(ge=20, le=300)  # of every signal, as nobody gave their plans
    inner: Inner
    arterial: Arterial
    demand: DemandPlan
    vehicle: tuple[Vehicle, ...] = Field(min_length=1)
    rain: RainPlan
    water: tuple[Water, ...] = ()
    station: tuple[Station, ...] = ()
    timeout_s: float = Field(default=240, gt=1, le=3600)  # of one seed, of the processor


def read_plan(folder: Path, city: City) -> TrafficPlan | None:
    """Return the plan in the city's `folder`, None for a city without one; raises CityError."""
    plan = read_optional(folder / "twin" / FILE, TrafficPlan)
    if plan is None:
        return None
    strange = sorted({*plan.wards, *plan.demand.attraction} - city.areas.codes)
    if strange:
        raise CityError(FILE, "wards", f"{', '.join(strange)} is no unit of areas.csv")
    if abs(sum(each.share for each in plan.vehicle) - 1) > 1e-6:
        raise CityError(FILE, "vehicle", "expected shares that add up to 1")
    by_id(FILE, plan.vehicle)
    by_id(FILE, plan.water)
    by_id(FILE, plan.station)
    missing = [kind for kind in ("workday", "friday", "saturday", "sunday", "holiday")
               if kind not in plan.demand.day_kinds]  # fmt: skip
    if missing:
        raise CityError(FILE, "demand.day_kinds", f"expected {', '.join(missing)} too")
    if plan.demand.through_share + plan.demand.gate_share > 1:
        raise CityError(FILE, "demand", "through_share and gate_share are more than all trips")
    return plan
