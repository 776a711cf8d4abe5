"""From depths in nodes to water on the ground: how deep, how long, how much.

Where a model lets water stand (ponding), the depth on the street is SWMM's depth over the ground:
the volume that left a manhole over the area the model states for it. Pure; arrays in, numbers out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from twin.drainage.engine import Run
from twin.drainage.model import Model

THRESHOLDS_M = (0.1, 0.3, 0.5)  # of the city's depth bands: seen, motorbikes stop, road closed
STANDING_M = 0.005  # less is noise of the engine
Rows = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Water:
    """One case over time; rows are samples `step_s` apart, the first at minute 0."""

    model: Model
    step_s: int
    street_m: Rows  # samples x places: depth over the ground
    level_above_m: Rows  # samples x places: depth over the node's bottom
    pool_m: Rows  # samples x pools: level above datum
    pumped_m3s: Rows  # samples x pumps
    lost_m3: float
    runoff_error_pct: float
    routing_error_pct: float

    @property
    def minutes(self) -> list[float]:
        """The time of each sample."""
        return [round(n * self.step_s / 60, 3) for n in range(len(self.street_m))]

    def volume_m3(self) -> Rows:
        """Return the water standing on the ground at each sample."""
        area = np.array([place.ponding_m2 for place in self.model.places])
        volume: Rows = self.street_m @ area
        return volume

    def peak_m3(self) -> float:
        """Return the most water that stood on the ground, with what was lost from the model."""
        volume = self.volume_m3()
        return (float(volume.max()) if len(volume) else 0.0) + self.lost_m3

    def deepest_m(self) -> Mapping[str, float]:
        """Return the greatest depth at each place."""
        if not len(self.street_m):
            return {}
        worst = self.street_m.max(axis=0)
        return {place.id: float(m) for place, m in zip(self.model.places, worst, strict=True)}

    def level_m(self, node: str) -> Rows:
        """Return the depth in a node, or the level of a pool, at each sample."""
        pools = [pool.node for pool in self.model.pools.values()]
        if node in pools:
            level: Rows = self.pool_m[:, pools.index(node)]
            return level
        depth: Rows = self.level_above_m[:, [p.id for p in self.model.places].index(node)]
        return depth

    def minutes_over(self, node: str, threshold_m: float) -> float:
        """Return how long water stood deeper than a threshold."""
        column = [place.id for place in self.model.places].index(node)
        return float((self.street_m[:, column] > threshold_m).sum() * self.step_s / 60)

    def pumped_m3(self, pumps: Sequence[str]) -> float:
        """Return what some pumps have pumped (trapezoids between samples)."""
        columns = [self.model.pumps.index(pump) for pump in pumps]
        flow = self.pumped_m3s[:, columns].sum(axis=1)
        return float(np.trapezoid(flow, dx=self.step_s)) if len(flow) > 1 else 0.0

    def by_area(self) -> Mapping[str, Rows]:
        """Return, for each area, the depth at its deepest place at each sample.

        An area is left out where the model says of no place how deep water stands.
        """
        columns: dict[str, list[int]] = {}
        for number, place in enumerate(self.model.places):
            if place.area is not None and place.ponding_m2 > 0:
                columns.setdefault(place.area, []).append(number)
        return {area: self.street_m[:, some].max(axis=1) for area, some in sorted(columns.items())}

    def volume_by_area_m3(self) -> Mapping[str, float]:
        """Return the most water that stood in each area."""
        volumes: dict[str, Rows] = {}
        for number, place in enumerate(self.model.places):
            if place.area is not None and place.ponding_m2 > 0:
                volume = self.street_m[:, number] * place.ponding_m2
                volumes[place.area] = volumes.get(place.area, np.zeros(len(volume))) + volume
        return {area: float(v.max()) if len(v) else 0.0 for area, v in volumes.items()}

    @property
    def trusted(self) -> bool:
        """Whether the engine lost or made less than one per cent of the water."""
        return max(abs(self.runoff_error_pct), abs(self.routing_error_pct)) < 1.0


def water_of(model: Model, run: Run, step_s: int) -> Water:
    """Return what a run left on the ground."""
    return _water(model, run.depths, run.flows, step_s, run)


def water_so_far(model: Model, depths: Rows, flows: Rows, step_s: int) -> Water:
    """Return what stands on the ground in a case that is still running: errors are not known."""
    return _water(model, depths, flows, step_s, None)


def _water(model: Model, depths: Rows, flows: Rows, step_s: int, run: Run | None) -> Water:
    places = len(model.places)
    full = np.array([place.full_m for place in model.places])
    stands = np.array([place.ponding_m2 > 0 for place in model.places], dtype=bool)
    depths_m = depths * model.units.length_m
    over = depths_m[:, :places] - full
    street = np.where(stands & (over > STANDING_M), over, 0.0)
    bed = np.array([pool.bed_m for pool in model.pools.values()])
    return Water(
        model=model,
        step_s=step_s,
        street_m=street,
        level_above_m=depths_m[:, :places],
        pool_m=depths_m[:, places:] + bed,
        pumped_m3s=flows * model.units.flow_m3s,
        lost_m3=0.0 if run is None else run.lost_m3,
        runoff_error_pct=0.0 if run is None else run.runoff_error_pct,
        routing_error_pct=0.0 if run is None else run.routing_error_pct,
    )
