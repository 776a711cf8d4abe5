"""Puts events and faults into series, and says where and when: labels of a replay.

An event is felt by a place and, less, by its neighbours; a fault by one sensor alone. What they
look like is ours; the series they are put into are as they came.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from analytics.detection.track import Floats, Spot, Track, near


@dataclass(frozen=True, slots=True)
class Truth:
    """What was put in: `entities` felt it between two instants of the track."""

    kind: str  # of the event, or of the fault
    is_fault: bool
    entities: tuple[str, ...]
    from_us: int
    to_us: int
    was_there: bool = False  # in the series before: an alert of its kind is right, none is missed


@dataclass
class Injected:
    """A series with what was put into it."""

    track: Track
    truths: list[Truth]
    draw: np.random.Generator

    @classmethod
    def into(cls, track: Track, seed: int) -> Injected:
        """Begin with a copy of `track`."""
        return cls(replace(track, values=track.values.copy()), [], np.random.default_rng(seed))

    def steps(self, from_us: int, lasting_us: int) -> slice:
        """Return the steps from an instant on."""
        first = int((from_us - self.track.start_us) // self.track.step_us)
        return slice(first, first + max(1, int(lasting_us // self.track.step_us)))

    def _tell(self, kind: str, names: Sequence[str], steps: slice, *, is_fault: bool) -> None:
        begin_us = self.track.start_us + steps.start * self.track.step_us
        end_us = self.track.start_us + steps.stop * self.track.step_us
        self.truths.append(Truth(kind, is_fault, tuple(names), begin_us, end_us))

    def tell(
        self, kind: str, columns: Sequence[int], day_us: int, from_s: float, to_s: float
    ) -> None:
        """Say of an event that the series has already: seconds are of the day."""
        first, last = (day_us + round(each * 1e6) for each in (from_s, to_s))
        names = tuple(self.track.names[each] for each in columns)
        self.truths.append(Truth(kind, False, names, first, last))

    def around(
        self, column: int, spots: Mapping[str, Spot], reach_km: float, most: int
    ) -> list[int]:
        """Return the neighbours of an entity."""
        close = near(self.track.names, spots, reach_km=reach_km, most=most)
        return np.flatnonzero(close[column]).tolist()

    def scale(
        self,
        kind: str,
        column: int,
        others: Sequence[int],
        steps: slice,
        *,
        factor: float,
        share: tuple[float, float] = (0.5, 0.9),
        ramp: int = 2,
        lag: int = 1,
    ) -> None:
        """Multiply a place by `factor`, and its neighbours by less, with a rise and a fall.

        `share` of the effect is what a neighbour feels, `lag` the steps it feels it later.
        """
        self._bend(column, steps, factor, ramp)
        for other in others:
            felt = 1 + (factor - 1) * float(self.draw.uniform(*share))
            self._bend(other, slice(steps.start + lag, steps.stop + lag), felt, ramp)
        names = [self.track.names[each] for each in (column, *others)]
        self._tell(kind, names, steps, is_fault=False)

    def add(self, kind: str, columns: Sequence[int], steps: slice, amounts: Floats) -> None:
        """Add `amounts` (steps, columns): rain, or calls."""
        values = self.track.values[steps]
        values[:, list(columns)] = np.nan_to_num(values[:, list(columns)]) + amounts[: len(values)]
        self._tell(kind, [self.track.names[each] for each in columns], steps, is_fault=False)

    def raise_by(self, kind: str, columns: Sequence[int], steps: slice, amounts: Floats) -> None:
        """Add `amounts` (steps, columns) to what there is; what is silent stays so."""
        values = self.track.values[steps]
        values[:, list(columns)] += amounts[: len(values)]
        self._tell(kind, [self.track.names[each] for each in columns], steps, is_fault=False)

    def shift(self, column: int, steps: slice, amount: float) -> None:
        """Have a sensor show so much more than there is, from one step to the next."""
        self.track.values[steps, column] += amount
        self._tell("shift", [self.track.names[column]], steps, is_fault=True)

    def stick(self, column: int, steps: slice) -> None:
        """Have a sensor repeat its value."""
        values = self.track.values
        known = values[: steps.start + 1, column]
        values[steps, column] = known[np.isfinite(known)][-1]
        self._tell("stuck", [self.track.names[column]], steps, is_fault=True)

    def spike(self, column: int, step: int, factor: float) -> None:
        """Have a sensor show one value beyond what there is."""
        self.track.values[step, column] *= factor
        steps = slice(step, step + 1)
        self._tell("spike", [self.track.names[column]], steps, is_fault=True)

    def drift(self, column: int, steps: slice, factor: float) -> None:
        """Have a sensor show so many times what there is."""
        self._bend(column, steps, factor, ramp=6)
        self._tell("drift", [self.track.names[column]], steps, is_fault=True)

    def clone(self, column: int, of: int, steps: slice) -> None:
        """Have a sensor repeat another's values."""
        self.track.values[steps, column] = self.track.values[steps, of]
        names = [self.track.names[column], self.track.names[of]]  # nobody can tell which
        self._tell("cloned", names, steps, is_fault=True)

    def silence(self, column: int, steps: slice) -> None:
        """Have a sensor say nothing."""
        self.track.values[steps, column] = np.nan
        self._tell("offline", [self.track.names[column]], steps, is_fault=True)

    def _bend(self, column: int, steps: slice, factor: float, ramp: int) -> None:
        values = self.track.values[steps, column]
        shape = np.ones(len(values))
        rise = min(ramp, len(values) // 2)
        shape[:rise] = np.arange(1, rise + 1) / (rise + 1)
        shape[len(values) - rise :] = np.arange(rise, 0, -1) / (rise + 1)
        noise = self.draw.normal(1.0, 0.05, len(values))
        self.track.values[steps, column] = values * (1 + (factor - 1) * shape) * noise
