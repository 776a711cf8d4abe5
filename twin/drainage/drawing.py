"""A storm that a hand is drawing: depths per step over one of a few spans, within what may be run.

Pure. What a scenario takes of it is scenario.Hyetograph; on screen it is
layouts/pages/what_if_storm.py.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from twin.drainage.scenario import MOST_MM, MOST_MM_H

SPANS: Mapping[int, int] = {2: 10, 6: 30, 12: 60, 24: 60, 48: 120, 72: 180}  # hours -> step, min
TOPS_MM_H = (20, 50, 100, 200, int(MOST_MM_H))  # how high a bar may be drawn
AIR = 1.25  # over the highest bar, so that a finger can raise it
PEAKS: Mapping[str, float | None] = {"even": None, "early": 0.25, "middle": 0.5, "late": 0.75}
START_MM, START_H = 100.0, 2  # what the city's drainage is sized for, nearly
TENTH = 10  # depths are told in tenths of a millimetre

Problem = Literal["", "mostMm", "mostMmH"]


@dataclass(frozen=True, slots=True)
class Drawn:
    """Rain of a span, mm in each of its steps."""

    hours: int
    mm: tuple[float, ...]

    @property
    def step_min(self) -> int:
        """How long a step is."""
        return SPANS[self.hours]

    @property
    def total_mm(self) -> float:
        """All of it."""
        return round(sum(self.mm), 1)

    @property
    def peak_mm_h(self) -> float:
        """The most intense step."""
        return round(max(self.mm) * 60 / self.step_min, 1)

    @property
    def lasts_h(self) -> float:
        """How long it rains: until the last step with rain in it."""
        wet = [index for index, mm in enumerate(self.mm) if mm > 0]
        return (wet[-1] + 1) * self.step_min / 60 if wet else 0.0

    @property
    def problem(self) -> Problem:
        """Why the twin would not take it, in a word; empty where it would."""
        if self.peak_mm_h > MOST_MM_H:
            return "mostMmH"
        return "mostMm" if self.total_mm > MOST_MM else ""

    def until_mm(self, hours: float) -> float:
        """Return what falls within the first hours."""
        steps = hours * 60 / self.step_min
        whole = int(steps)
        rest = self.mm[whole] * (steps - whole) if whole < len(self.mm) else 0.0
        return round(sum(self.mm[:whole]) + rest, 1)

    def of_total(self, total_mm: float) -> Drawn:
        """Return the same course with another total, within what may be run; even where dry."""
        now = sum(self.mm)
        shares = [each / now for each in self.mm] if now > 0 else [1 / len(self.mm)] * len(self.mm)
        highest = (MOST_MM_H * self.step_min / 60 - 1 / TENTH) / max(shares)
        total_mm = min(max(0.0, total_mm), MOST_MM, highest)
        return Drawn(self.hours, _tenths(share * total_mm for share in shares))

    def over(self, hours: int) -> Drawn:
        """Return the same total and course over another span."""
        return resampled(self.mm, hours)


def start() -> Drawn:
    """Return the storm a hand begins with."""
    return shaped("middle", START_MM, START_H)


def shaped(shape: str, total_mm: float, hours: int) -> Drawn:
    """Return an even storm, or a triangle with an early, middle or late peak."""
    peak = PEAKS[shape]
    count = len(_edges(hours)) - 1
    edges = [n / count for n in range(count + 1)]
    return Drawn(hours, _steps([total_mm * _fallen(at, peak) for at in edges]))


def resampled(mm: Sequence[float], hours: int) -> Drawn:
    """Return a course of any number of equal steps over a span, with the same total."""
    fallen = [0.0, *itertools.accumulate(mm)]
    given = [n / len(mm) for n in range(len(mm) + 1)]
    count = len(_edges(hours)) - 1
    at = [n / count for n in range(count + 1)]
    return Drawn(hours, _steps([float(each) for each in np.interp(at, given, fallen)]))


def like(mm: Sequence[float], step_min: int) -> Drawn:
    """Return a course as it can be drawn: over the shortest span that holds it, dry after it."""
    lasts = len(mm) * step_min
    hours = next((each for each in SPANS if each * 60 >= lasts), max(SPANS))
    fallen = [0.0, *itertools.accumulate(mm)]
    ends = [float(n * step_min) for n in range(len(mm) + 1)]
    return Drawn(hours, _steps([float(each) for each in np.interp(_edges(hours), ends, fallen)]))


def read(given: Any, hours: Any) -> Drawn | None:
    """Read depths that were in a browser; None for what is none. Each is within what may be run."""
    if hours not in list(SPANS) or not isinstance(given, list | tuple):
        return None
    highest = MOST_MM_H * SPANS[hours] / 60
    is_rain = all(isinstance(mm, int | float) and 0 <= mm < float("inf") for mm in given)
    if not is_rain or len(given) != len(_edges(hours)) - 1:
        return None
    return Drawn(int(hours), tuple(round(min(float(mm), highest), 1) for mm in given))


def top_mm_h(drawn: Drawn, wanted: int = 0) -> int:
    """Return how high the drawing reaches: as wanted where that holds its peak, else what does."""
    if wanted in TOPS_MM_H and wanted >= drawn.peak_mm_h:
        return wanted
    return next((top for top in TOPS_MM_H if top >= AIR * drawn.peak_mm_h), TOPS_MM_H[-1])


def _edges(hours: int) -> list[int]:
    """Return where the steps of a span begin, and its end, in minutes."""
    return list(range(0, hours * 60 + 1, SPANS[hours]))


def _fallen(at: float, peak: float | None) -> float:
    """Return the share that has fallen at a share of the span."""
    if peak is None:
        return at
    return at**2 / peak if at <= peak else 1 - (1 - at) ** 2 / (1 - peak)


def _steps(fallen: Sequence[float]) -> tuple[float, ...]:
    """Return the depths between sums, in tenths, so that they add up to the last sum."""
    told = [round(each * TENTH) for each in fallen]
    return tuple((b - a) / TENTH for a, b in itertools.pairwise(told))


def _tenths(mm: Any) -> tuple[float, ...]:
    return _steps([0.0, *itertools.accumulate(mm)])
