"""The rain of a scenario on each ward: from the city's list, or a hyetograph.

Between gauges rain is interpolated by inverse squared distance (the usual choice where there are
too few gauges for kriging). Not for reading the store: gauges.py.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from data_access.areas import KM_PER_DEGREE
from data_access.city import City
from data_access.envelope import Text
from language import told
from twin.drainage.plan import DrainagePlan, StormPlan
from twin.drainage.scenario import ALL, Hyetograph, NamedStorm
from twin.result import text

NEAREST = 4  # gauges that count for a ward
SAME_KM = 0.2  # a gauge this near is the ward's own
Depths = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Rain:
    """Depths (mm) per step on each ward; `everywhere` is for whoever has none of its own.

    `note` is what is to be known of it beside the result.
    """

    step_min: int
    wards: Mapping[str, Depths]
    everywhere: Depths | None
    note: Text | None = None

    def on(self, area: str) -> Depths:
        """Return the depths on an area; dry where the storm says nothing of it."""
        return self.wards.get(area, self.everywhere or (0.0,))

    @property
    def hours(self) -> float:
        """How long it rains."""
        depths = [*self.wards.values(), *([self.everywhere] if self.everywhere else [])]
        return max((len(each) for each in depths), default=0) * self.step_min / 60


def drawn_rain(storm: Hyetograph) -> Rain:
    """Return the rain of a hyetograph."""
    wards = {area: depths for area, depths in storm.mm.items() if area != ALL}
    return Rain(storm.step_min, wards, storm.mm.get(ALL), storm.note)


def rain_of(storm: NamedStorm | Hyetograph, plan: DrainagePlan, city: City) -> Rain:
    """Return the rain of a storm on the wards of the plan; raises ValueError when unknown."""
    if isinstance(storm, Hyetograph):
        strange = sorted(set(storm.mm) - {ALL} - city.areas.codes)
        if strange:
            raise ValueError(told("storm.mm: {area!r} is no unit of this city", area=strange[0]))
        return drawn_rain(storm)
    try:
        planned = plan.storm_of(storm.id)
    except KeyError as error:
        raise ValueError(
            told("storm.id: {storm!r} is no storm of this city", storm=storm.id)
        ) from error
    wards = _planned(planned, plan, city)
    note = None if planned.note is None else text(planned.note["vi"], planned.note["en"])
    return Rain(planned.step_min, wards, mean_of(wards.values()), note)


def mean_of(depths: Collection[Depths]) -> Depths:
    """Return the mean over wards, for a model that knows none of them."""
    return tuple(round(sum(step) / len(depths), 3) for step in zip(*depths, strict=True))


def with_mean(mm: Mapping[str, Depths]) -> dict[str, Depths]:
    """Return the rain of wards with their mean, for a model that knows none of them."""
    return dict(mm) if ALL in mm else {**mm, ALL: mean_of(mm.values())}


def _planned(storm: StormPlan, plan: DrainagePlan, city: City) -> dict[str, Depths]:
    if storm.mm is not None:
        totals = {ward.code: storm.mm for ward in plan.ward}
    else:
        known = {centre(city, code): (mm,) for code, mm in storm.at.items()}
        totals = {
            ward.code: storm.at.get(ward.code) or between(known, *centre(city, ward.code))[0]
            for ward in plan.ward
        }
    return {code: tuple(mm * share for share in storm.shape) for code, mm in totals.items()}


def centre(city: City, code: str) -> tuple[float, float]:
    """Return lat, lon of a unit."""
    unit = city.areas.units[code]
    return unit.lat, unit.lon


def between(known: Mapping[tuple[float, float], Sequence[float]], lat: float, lon: float) -> Depths:
    """Interpolate between gauges by inverse squared distance, of the nearest ones."""
    at = np.array(list(known))
    east = (at[:, 1] - lon) * np.cos(np.radians(lat))
    away_km = np.hypot(at[:, 0] - lat, east) * KM_PER_DEGREE
    order = np.argsort(away_km, kind="stable")[:NEAREST]
    depths: Any = np.array(list(known.values()), dtype=float)
    if away_km[order[0]] < SAME_KM:
        return tuple(float(mm) for mm in depths[order[0]])
    weights = away_km[order] ** -2.0
    return tuple(float(mm) for mm in weights @ depths[order] / weights.sum())
