"""Whether something grows: the slope of samples over time, and how sure that is."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, fmean

FEWEST = 8


@dataclass(frozen=True, slots=True)
class Slope:
    """Of a straight line through samples: a unit of theirs per unit of time."""

    estimate: float
    upper: float  # with 95 % confidence the true slope is not above it


def slope(times: Sequence[float], samples: Sequence[float]) -> Slope:
    """Return the slope by least squares, with its upper 95 % bound.

    Samples of a running program follow one another: what is left of them around the line is taken
    as autoregressive of first order, so that n samples of correlation r count as n (1-r) / (1+r).
    Raises ValueError for fewer than 8 samples.
    """
    count = len(samples)
    if count < FEWEST:
        raise ValueError(f"{count} samples, expected at least {FEWEST}")
    time_mean, mean = fmean(times), fmean(samples)
    spread = sum((each - time_mean) ** 2 for each in times)
    pairs = list(zip(times, samples, strict=True))
    estimate = sum((at - time_mean) * (each - mean) for at, each in pairs) / spread
    left = [each - mean - estimate * (at - time_mean) for at, each in pairs]
    squares = sum(each**2 for each in left)
    if squares == 0:
        return Slope(estimate, estimate)
    follows = sum(one * next_ for one, next_ in pairwise(left)) / squares
    follows = min(0.95, max(0.0, follows + (1 + 4 * follows) / count))  # small samples tell too low
    effective = max(4.0, count * (1 - follows) / (1 + follows))
    error = math.sqrt(squares / (count - 2) / spread * count / effective)
    return Slope(estimate, estimate + _student(effective - 2) * error)


def _student(freedom: float) -> float:
    """Return the 95 % quantile of Student's distribution (Cornish and Fisher's expansion)."""
    z = NormalDist().inv_cdf(0.95)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
