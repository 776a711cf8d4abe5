"""Whether something grows: the slope of samples over time, and how sure that is."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist, fmean

FEWEST = 8


@dataclass(frozen=True, slots=True)
class Slope:
    """Of a straight line through samples: a unit of theirs per unit of time."""

    estimate: float
    upper: float  # with 95 % confidence the true slope is not above it


def slope(
    times: Sequence[float], samples: Sequence[float], of: Sequence[Hashable] | None = None
) -> Slope:
    """Return the slope by least squares, with its upper 95 % bound.

    `of` tells what each sample is of, where some lie higher than others whatever the time (a page
    with this scene or that): the slope is then the one that all have in common, each from a level
    of its own. Samples of a running program follow one another: what is left of them around the
    line is taken as autoregressive of first order, so that n samples of correlation r count as
    n (1-r) / (1+r). Raises ValueError for fewer than 8 samples beside the levels.
    """
    kinds = [None] * len(samples) if of is None else of
    count = len(samples) - len({*kinds}) + 1
    if count < FEWEST:
        raise ValueError(f"{count} samples beside the levels, expected at least {FEWEST}")
    late, high = _from_levels(times, kinds), _from_levels(samples, kinds)
    spread = sum(each**2 for each in late)
    estimate = sum(at * above for at, above in zip(late, high, strict=True)) / spread
    left = [above - estimate * at for at, above in zip(late, high, strict=True)]
    squares = sum(each**2 for each in left)
    if squares == 0:
        return Slope(estimate, estimate)
    follows = sum(one * next_ for one, next_ in pairwise(left)) / squares
    follows = min(0.95, max(0.0, follows + (1 + 4 * follows) / count))  # small samples tell too low
    effective = max(4.0, count * (1 - follows) / (1 + follows))
    error = math.sqrt(squares / (count - 2) / spread * count / effective)
    return Slope(estimate, estimate + _student(effective - 2) * error)


def _from_levels(numbers: Sequence[float], kinds: Sequence[Hashable]) -> list[float]:
    """Return how far each number is from the mean of its kind."""
    levels: dict[Hashable, list[float]] = defaultdict(list)
    for kind, each in zip(kinds, numbers, strict=True):
        levels[kind].append(each)
    means = {kind: fmean(found) for kind, found in levels.items()}
    return [each - means[kind] for kind, each in zip(kinds, numbers, strict=True)]


def _student(freedom: float) -> float:
    """Return the 95 % quantile of Student's distribution (Cornish and Fisher's expansion)."""
    z = NormalDist().inv_cdf(0.95)
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
