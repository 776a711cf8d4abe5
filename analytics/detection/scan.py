"""Where cases gather: Kulldorff's spatial scan with a Poisson model, and its Monte Carlo test.

Every unit with its nearest ones, up to a share of what is expected, is a candidate; the one with
the highest likelihood ratio is held against the highest of as many random distributions of the
same cases. M. Kulldorff, "A spatial scan statistic", Communications in Statistics 26 (1997). Pure,
and the same for the same input: the random numbers begin from it.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from analytics.detection.track import Floats

RUNS = 999
MOST_SHARE = 0.25  # of all that is expected, in one cluster: more is the city, not a place
NEIGHBOURS = 6  # of a unit, that touch it
LEAST_RATIO = 4.0  # of the log likelihood, below which no cluster of a city is significant


@dataclass(frozen=True, slots=True)
class Cluster:
    """Units (indices) with more cases than chance gives them."""

    units: tuple[int, ...]
    cases: float
    expected: float
    p: float  # share of random distributions with a cluster as strong

    @property
    def risk(self) -> float:
        """How many times the cases that were expected."""
        return self.cases / self.expected if self.expected else math.inf


def scan(
    cases: Sequence[float],
    expected: Sequence[float],
    places: Sequence[tuple[float, float]],
    *,
    runs: int = RUNS,
    most_share: float = MOST_SHARE,
    most_p: float = 0.01,
    least_cases: float = 5,
    clusters: int = 3,
) -> list[Cluster]:
    """Return significant clusters that do not touch each other, the strongest first.

    `places` are (lat, lon) of the units; `expected` is scaled to as many cases as there are.
    """
    count = np.nan_to_num(np.asarray(cases, np.float64))
    base = np.nan_to_num(np.asarray(expected, np.float64))
    total = float(count.sum())
    if total < least_cases or base.sum() <= 0 or len(count) < 3:
        return []
    base = np.maximum(base, 0.0)
    base = np.maximum(base, base.sum() * 1e-6) * (total / max(base.sum(), 1e-12))
    zones = _zones(places, base, most_share)
    ratios = _ratios(zones @ count, zones @ base, total)
    order = np.argsort(-ratios, kind="stable")
    if ratios[order[0]] < LEAST_RATIO:
        return []
    by_chance = _by_chance(zones, base, total, count, runs)
    found: list[Cluster] = []
    touching = _touching(places)
    taken: set[int] = set()  # units of those found, and what touches them
    for at in order:
        if len(found) == clusters or ratios[at] < LEAST_RATIO:
            break
        p = (1 + int((by_chance >= ratios[at]).sum())) / (runs + 1)
        if p > most_p:
            break
        units = np.flatnonzero(zones[at]).tolist()
        inside = float(count[units].sum())
        if inside < least_cases or not taken.isdisjoint(units):
            continue
        taken |= set(np.flatnonzero(touching[units].any(axis=0)).tolist())
        found.append(Cluster(tuple(units), inside, float(base[units].sum()), p))
    return found


def _away(places: Sequence[tuple[float, float]]) -> Floats:
    """Return the distances between units, in degrees of latitude."""
    at = np.asarray(places, np.float64)
    east = at[:, 1] * math.cos(math.radians(float(at[:, 0].mean())))
    away: Floats = np.hypot(at[:, None, 0] - at[:, 0], east[:, None] - east)
    return away


def _touching(places: Sequence[tuple[float, float]]) -> npt.NDArray[np.bool_]:
    """Return which units are each other's neighbours, or the same: (unit, unit)."""
    away = _away(places)
    near = np.argsort(away, axis=1, kind="stable")[:, : NEIGHBOURS + 1]
    found = np.zeros(away.shape, np.bool_)
    found[np.arange(len(away))[:, None], near] = True
    both: npt.NDArray[np.bool_] = found | found.T
    return both


def _zones(
    places: Sequence[tuple[float, float]], base: Floats, most_share: float
) -> npt.NDArray[np.float32]:
    """Return candidates as rows of 0 and 1 over units: each unit with its nearest ones."""
    at, away = np.asarray(places, np.float64), _away(places)
    nearest = np.argsort(away, axis=1, kind="stable")
    inside = np.cumsum(base[nearest], axis=1) <= most_share * base.sum()
    inside[:, 0] = True
    rows: set[bytes] = set()
    zones = []
    for centre in range(len(at)):
        row = np.zeros(len(at), np.float32)
        for unit in nearest[centre, inside[centre]]:
            row[unit] = 1.0
            key = row.tobytes()
            if key not in rows:
                rows.add(key)
                zones.append(row.copy())
    return np.stack(zones)


def _ratios(inside: Floats, expected: Floats, total: float) -> Floats:
    """Return the log likelihood ratio of each candidate; 0 where there are not more cases."""
    outside, other = total - inside, total - expected
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = np.where(inside > 0, inside * np.log(inside / expected), 0.0)
        ratio = ratio + np.where(outside > 0, outside * np.log(outside / other), 0.0)
    found: Floats = np.where(inside > expected, np.nan_to_num(ratio), 0.0)
    return found


def _by_chance(
    zones: npt.NDArray[np.float32], base: Floats, total: float, count: Floats, runs: int
) -> Floats:
    """Return the highest ratio of each random distribution of the same cases."""
    seed = hashlib.sha256(count.tobytes() + base.tobytes()).digest()
    draw = np.random.default_rng(list(seed[:8]))
    drawn = draw.multinomial(round(total), base / base.sum(), size=runs).astype(np.float32)
    inside = zones @ drawn.T
    expected = (zones @ base)[:, None]
    highest: Floats = _ratios(inside.astype(np.float64), expected, float(round(total))).max(axis=0)
    return highest
