"""Values of one indicator of many entities on a common grid of time, as detectors look at them.

What cannot be (no number, beyond the contract's bounds, from the future) is not there; what came
twice counts once. Pure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]
Rows = Iterable[tuple[int, float]]

MINUTE_US = 60_000_000
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
KM_PER_DEGREE = 111.2


@dataclass(frozen=True)
class Track:
    """`values[step, entity]`, NaN where nothing is known; steps begin at `start_us`."""

    start_us: int
    step_us: int
    names: tuple[str, ...]
    values: Floats

    @classmethod
    def of(
        cls,
        rows: Mapping[str, Rows],
        *,
        step_us: int,
        from_us: int,
        to_us: int,
        bounds: tuple[float | None, float | None] = (None, None),
        names: Sequence[str] | None = None,
        counts: bool = False,
        phase_us: int = 0,
    ) -> Track:
        """Lay `rows` (time, value) on steps that begin in [from, to].

        Several values of one step are their mean, or with `counts` their sum; the same instant
        told twice counts once, the later telling. Values outside `bounds` are left out. Steps
        begin at multiples of their length, `phase_us` later: a day's at the city's midnight.
        """
        start = (from_us - phase_us) // step_us
        steps = max(0, (to_us - phase_us) // step_us - start + 1)
        listed = tuple(sorted(rows)) if names is None else tuple(names)
        sums = np.zeros((steps, len(listed)))
        told = np.zeros((steps, len(listed)), np.int64)
        low, high = (-np.inf if bounds[0] is None else bounds[0],
                     np.inf if bounds[1] is None else bounds[1])  # fmt: skip
        for column, name in enumerate(listed):
            newest = dict(rows.get(name, ()))
            if not newest:
                continue
            at = np.fromiter(newest.keys(), np.int64, len(newest))
            value = np.fromiter(newest.values(), np.float64, len(newest))
            kept = np.isfinite(value) & (value >= low) & (value <= high)
            kept &= (at >= from_us) & (at <= to_us)
            step = (at[kept] - phase_us) // step_us - start
            np.add.at(sums[:, column], step, value[kept])
            np.add.at(told[:, column], step, 1)
        with np.errstate(invalid="ignore", divide="ignore"):
            values = np.where(told > 0, sums if counts else sums / told, np.nan)
        return cls(start * step_us + phase_us, step_us, listed, values)

    @property
    def times_us(self) -> Ints:
        """When each step begins."""
        steps: Ints = self.start_us + np.arange(len(self.values), dtype=np.int64) * self.step_us
        return steps

    def like(self, values: Floats) -> Track:
        """Return other values on the same grid."""
        return replace(self, values=values)

    def figures(self, column: int) -> list[tuple[int, float]]:
        """Return (time, value) of one entity where there is one, ascending."""
        there = np.flatnonzero(np.isfinite(self.values[:, column]))
        at = (self.start_us + there * self.step_us).tolist()
        return list(zip(at, self.values[there, column].tolist(), strict=True))

    def recent(self, column: int, count: int) -> list[list[float | None]]:
        """Return [time in µs, value or None] of the last `count` steps of one entity."""
        values = self.values[-count:, column]
        times = self.times_us[-count:]
        return [
            [float(at), float(each) if np.isfinite(each) else None]
            for at, each in zip(times.tolist(), values.tolist(), strict=True)
        ]


@dataclass(frozen=True)
class Spot:
    """Where an entity is, and what it is called."""

    name: str
    lat: float | None = None
    lon: float | None = None
    area: str | None = None

    @property
    def position(self) -> tuple[float, float] | None:
        """Latitude and longitude, None of what nobody has placed."""
        return None if self.lat is None or self.lon is None else (self.lat, self.lon)


def near(names: Sequence[str], spots: Mapping[str, Spot], *, reach_km: float, most: int) -> Bools:
    """Return which entities are among the `most` nearest within `reach_km`: (entity, neighbour).

    One without a place has no neighbours.
    """
    count = len(names)
    lat, lon = np.full(count, np.nan), np.full(count, np.nan)
    for at, name in enumerate(names):
        spot = spots.get(name)
        if spot is not None and spot.lat is not None and spot.lon is not None:
            lat[at], lon[at] = spot.lat, spot.lon
    if not count or np.isnan(lat).all():
        return np.zeros((count, count), np.bool_)
    east = lon * np.cos(np.radians(np.nanmean(lat)))
    away = np.hypot(lat[:, None] - lat, east[:, None] - east) * KM_PER_DEGREE
    away[np.arange(count), np.arange(count)] = np.inf
    away = np.where(np.isfinite(away) & (away <= reach_km), away, np.inf)
    if count > most:
        edge = np.sort(away, axis=1)[:, most - 1 : most]
        away = np.where(away <= edge, away, np.inf)
    found: Bools = np.isfinite(away)
    return found
