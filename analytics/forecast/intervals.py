"""Intervals from the errors of the past: where eight, or nineteen of twenty, values came to lie.

An error is told in units of how wrong the profile usually is at that hour of the day and so many
slots ahead; the quantiles of those of a series, drawn towards those of all series where it has few,
are its interval (split conformal prediction by rolling origins). No distribution is assumed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.forecast.baselines import Bases
from analytics.forecast.panel import Panel
from analytics.forecast.rolling import Bools, Rolled
from analytics.grid import Ints
from analytics.series import Floats

LEVELS = (0.8, 0.95)
PARTS = 24  # of a day
OWN_DAY = 14.0  # errors of one hour of the day that count as much as those of the whole day
OWN = 60.0  # errors of a series that count as much as those of all
LEAST = 20  # errors below which nothing is said


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide errors are: `part[s, p]` of a series by hour of the day, `ahead[h]` by distance."""

    panel: Panel
    part: Floats
    ahead: Floats

    def of(self, series: Ints, origin: Ints, ahead: Ints) -> Floats:
        """Return the unit of an error of each row."""
        part = _part(self.panel, origin + ahead)
        return self.part[series, part] * self.ahead[ahead]


@dataclass(frozen=True, slots=True)
class Band:
    """The quantiles of each series: `low[level][s]`, `high[level][s]`, in units of Widths."""

    low: dict[float, Floats]
    high: dict[float, Floats]

    def of(self, rows: Ints) -> Band:
        """Return those of some series."""
        return Band(*({level: each[rows] for level, each in side.items()}
                      for side in (self.low, self.high)))  # fmt: skip


def widths(bases: Bases, until: Ints, rolled: Rolled, errors: Floats, of: Bools) -> Widths:
    """Return the widths known at column `until`, and by distance from the rows `of` errors."""
    panel = bases.panel
    at = np.arange(panel.values.shape[1])
    wrong = np.abs(panel.values - bases.one_step)
    wrong = np.where(at <= until[:, None], wrong, np.nan)
    whole = _mean(wrong)
    usual = np.where(whole > 0, whole, np.maximum(1e-9, 1e-6 * np.abs(_mean(panel.values))))
    part = np.empty((len(panel.names), PARTS))
    of_day = _part(panel, at)
    for each in range(PARTS):
        mine = wrong[:, of_day == each]
        count = np.isfinite(mine).sum(axis=1)
        total = np.where(np.isfinite(mine), mine, 0.0).sum(axis=1)
        part[:, each] = (total + OWN_DAY * usual) / (count + OWN_DAY)
    ahead = np.ones(panel.horizon + 1)
    if of.any():
        own = (
            np.abs(errors[of])
            / part[rolled.series[of], _part(panel, (rolled.origin + rolled.ahead)[of])]
        )
        own = np.minimum(own, np.quantile(own, 0.99))  # one wrong sensor widens nobody's band
        count = np.bincount(rolled.ahead[of], minlength=panel.horizon + 1).astype(np.float64)
        total = np.bincount(rolled.ahead[of], own, panel.horizon + 1)
        overall = max(1e-9, float(own.mean()))
        ahead = _smooth((total + OWN * overall) / (count + OWN))
    return Widths(panel, part, ahead)


def band(widths: Widths, rolled: Rolled, errors: Floats, of: Bools) -> Band | None:
    """Return the quantiles of the errors of rows `of`; None where there are too few."""
    if of.sum() < LEAST:
        return None
    told = errors[of] / widths.of(rolled.series[of], rolled.origin[of], rolled.ahead[of])
    series = rolled.series[of]
    order = np.argsort(series, kind="stable")
    told, series = told[order], series[order]
    starts = np.searchsorted(series, np.arange(len(widths.panel.names) + 1))
    low: dict[float, Floats] = {}
    high: dict[float, Floats] = {}
    for level in LEVELS:
        tail = (1 - level) / 2
        below, above = np.quantile(told, tail), np.quantile(told, 1 - tail)
        low[level], high[level] = (np.full(len(starts) - 1, each) for each in (below, above))
        for each in range(len(starts) - 1):
            own = told[starts[each] : starts[each + 1]]
            if len(own):
                weight = len(own) / (len(own) + OWN)
                # One more error than were seen lies beyond: what is finite is widened by it.
                reach = min(1.0, (1 - tail) * (1 + 1 / len(own)))
                low[level][each] += weight * (np.quantile(own, 1 - reach) - below)
                high[level][each] += weight * (np.quantile(own, reach) - above)
    return Band(low, high)


def _part(panel: Panel, columns: Ints) -> Ints:
    found: Ints = (panel.minutes[columns] * PARTS // 1440).astype(np.int64)
    return found


def _smooth(values: Floats) -> Floats:
    """Return a mean over neighbours, so that no distance stands out by chance."""
    inside = values[1:]
    width = max(1, len(inside) // 12)
    padded = np.pad(inside, width, mode="edge")
    kernel = np.ones(2 * width + 1) / (2 * width + 1)
    return np.concatenate([[1.0], np.convolve(padded, kernel, mode="valid")])


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    found: Floats = np.where(known, values, 0.0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
    return found
