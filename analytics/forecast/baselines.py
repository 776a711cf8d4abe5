"""What a forecast has to beat: the same hour a season ago, and the mean of four same hours.

*Naive*: what was a season before, of the day or of the week. *Profile*: the mean of the last four
same hours of the week (weekdays, weeks or months of the year, by step); where no week has passed,
of the last seven same hours of the day; where no day has, the last values. From an origin only what
lies at or before it is used: targets farther than a season away repeat the last season known.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.forecast.panel import Panel
from analytics.grid import Ints, StepName
from analytics.series import Floats

WEEKS, DAYS = 4, 7  # same hours that make a profile
NAIVE_BACK = 3  # seasons back that stand in for a gap
LEVEL: dict[StepName, int] = {"P1D": 14, "P7D": 4, "P1M": 3}  # slots of the last level; else a day


@dataclass(frozen=True, slots=True)
class Bases:
    """Matrices of a panel from which every baseline at every origin is looked up.

    `weekly[s, t]` and `daily[s, t]` are means of same hours before `t`; `spread` their standard
    deviation; `level[s, o]` the mean of the last slots up to and with `o`.
    """

    panel: Panel
    weekly: Floats
    daily: Floats
    spread: Floats
    level: Floats

    def naive(self, season: int, rows: Ints, origins: Ints, ahead: Ints) -> Floats:
        """Return the value a season before, or some seasons, never after the origin."""
        at = origins + ahead - season * ((ahead - 1) // season + 1)
        found = look(self.panel.values, rows, at)
        for back in range(1, NAIVE_BACK + 1):
            gap = np.isnan(found)
            if not gap.any():
                break
            found[gap] = look(self.panel.values, rows[gap], at[gap] - back * season)
        gap = np.isnan(found)
        found[gap] = self.recent(rows[gap], origins[gap])
        return found

    def profile(self, rows: Ints, origins: Ints, ahead: Ints) -> Floats:
        """Return the mean of the last same hours known at the origin."""
        long, short = self.panel.long, self.panel.short
        found = look(self.weekly, rows, origins + ahead - long * ((ahead - 1) // long))
        gap = np.isnan(found)
        near = origins + ahead - short * ((ahead - 1) // short)
        found[gap] = look(self.daily, rows[gap], near[gap])
        gap = np.isnan(found)
        found[gap] = self.recent(rows[gap], origins[gap])
        return found

    def recent(self, rows: Ints, origins: Ints) -> Floats:
        """Return the level at the origin, or the last value there was."""
        return look(self.level, rows, origins)

    @property
    def one_step(self) -> Floats:
        """The profile of every column as known one slot before it."""
        found = np.where(np.isnan(self.weekly), self.daily, self.weekly)
        level = np.full_like(found, np.nan)
        level[:, 1:] = self.level[:, :-1]
        return np.where(np.isnan(found), level, found)


def bases(panel: Panel) -> Bases:
    """Return the matrices of a panel."""
    values, long, short = panel.values, panel.long, panel.short
    lags = [shifted(values, long * k) for k in range(1, WEEKS + 1)]
    weekly, spread = means(lags), deviations(lags)
    daily = (
        means([shifted(values, short * k) for k in range(1, DAYS + 1)])
        if short < long
        else (np.full_like(values, np.nan))
    )
    width = LEVEL.get(panel.grid.step, short)
    return Bases(panel, weekly, daily, spread, filled(trailing(values, width)))


def shifted(values: Floats, by: int) -> Floats:
    """Return values `by` columns later, NaN before."""
    found = np.full_like(values, np.nan)
    if by < values.shape[1]:
        found[:, by:] = values[:, : values.shape[1] - by]
    return found


def trailing(values: Floats, width: int) -> Floats:
    """Return the mean of the known among the last `width` columns up to each."""
    known = np.isfinite(values)
    sums = np.cumsum(np.where(known, values, 0.0), axis=1)
    counts = np.cumsum(known, axis=1).astype(np.float64)
    late_sums, late_counts = sums.copy(), counts.copy()
    if width < values.shape[1]:
        late_sums[:, width:] -= sums[:, :-width]
        late_counts[:, width:] -= counts[:, :-width]
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(late_counts > 0, late_sums / late_counts, np.nan)


def filled(values: Floats) -> Floats:
    """Return values with gaps filled by the last one known before."""
    known = np.isfinite(values)
    at = np.where(known, np.arange(values.shape[1]), -1)
    at = np.maximum.accumulate(at, axis=1)
    found = np.take_along_axis(values, np.maximum(at, 0), axis=1)
    return np.where(at >= 0, found, np.nan)


def means(parts: Sequence[Floats]) -> Floats:
    """Return the mean of what is known of several matrices."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # of columns where nothing is
        found: Floats = np.nanmean(np.stack(parts), axis=0)
    return found


def deviations(parts: Sequence[Floats]) -> Floats:
    """Return the standard deviation of what is known of several matrices, NaN of fewer than 2."""
    stack = np.stack(parts)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        found: Floats = np.nanstd(stack, axis=0)
    return np.where(np.isfinite(stack).sum(axis=0) > 1, found, np.nan)


def look(matrix: Floats, rows: Ints, columns: Ints) -> Floats:
    inside = (columns >= 0) & (columns < matrix.shape[1])
    found = np.full(len(rows), np.nan)
    found[inside] = matrix[rows[inside], columns[inside]]
    return found
