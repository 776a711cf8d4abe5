"""What earlier years lead to expect of a period: their mean, and the threshold of an epidemic.

The same period of the five years before; an epidemic is what lies above their mean and two standard
deviations. Without all five years nothing is expected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from data_access.envelope import Status

YEARS = 5
DEVIATIONS = 2


@dataclass(frozen=True, slots=True)
class Expected:
    """Mean and standard deviation of the years before."""

    mean: float
    deviation: float

    @property
    def threshold(self) -> float:
        """Above it there is an epidemic."""
        return self.mean + DEVIATIONS * self.deviation

    @property
    def span(self) -> tuple[int, int]:
        """The expected range in whole cases, wide enough to hold it: no year follows from it."""
        low = max(0.0, self.mean - DEVIATIONS * self.deviation)
        return math.floor(low), math.ceil(self.threshold)

    def status(self, figure: float) -> Status:
        """Return how far a figure is from what was expected."""
        if figure <= self.mean:
            return "normal"
        return "caution" if figure <= self.threshold else "warning"


def expected(before: Sequence[float | None]) -> Expected | None:
    """Return what the years before lead to expect of a period; None where one is missing."""
    known = [figure for figure in before[:YEARS] if figure is not None]
    if len(known) != YEARS:
        return None
    # Not the module statistics: its fractions took half the time of an aggregate of epidemics.
    mean = math.fsum(known) / YEARS
    squares = math.fsum((figure - mean) ** 2 for figure in known)
    return Expected(mean, math.sqrt(squares / (YEARS - 1)))
