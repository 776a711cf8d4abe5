"""What a forecast has to beat: the same hour a season ago, and the mean of four same hours.

*Naive*: what was a season before, of the day or of the week. *Profile*: the mean of the last four
same hours of the week (weekdays, weeks or months of the year, by step); where no week has passed,
of the same hour of those of the last seven days that were alike (all working, or all off), else of
all seven; where no day has, the last values. *Level*: the mean of the
last day (two weeks, four weeks, three months). From an origin only what lies at or before it is
used: targets farther than a season away repeat the last season known.

Of a profile's values one that lies far from the others counts for no more than FAR times their
usual distance (winsorised: Tukey 1962), so that an outlier does not stay in it for four weeks. What
comes twice moves the middle, and is no longer far; where far values are usual (rare counts, a new
level that has lasted more than a fifth of a season) all stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from analytics.calendar import FEATURES
from analytics.forecast.panel import Panel
from analytics.grid import Ints, StepName
from analytics.series import Floats

OFF = FEATURES.index("is_off")
WEEKS, DAYS = 4, 7  # same hours that make a profile
FAR = 3.0  # standard deviations, were the values normal
# A standard deviation in median absolute ones, of 0 … 7 values (Croux and Rousseeuw 1992).
DEVIATION = 1.4826 * np.array([np.nan, np.nan, np.nan, 1.495, 1.363, 1.206, 1.200, 1.140])
LEAST_TO_TELL = 3  # values, of which one can be told to be far from the others
USUAL_FAR = 0.2  # of a season's profiles that hold a far value, above which that is usual
ROWS_AT_A_TIME = 64  # series whose profiles are made together, so that memory stays small
NAIVE_BACK = 3  # seasons back that stand in for a gap
LEVEL: dict[StepName, int] = {"P1D": 14, "P7D": 4, "P1M": 3}  # slots of the last level; else a day


@dataclass(frozen=True, slots=True)
class Bases:
    """Matrices of a panel from which every baseline at every origin is looked up.

    `weekly[s, t]` and `daily[k][s, t]` are means of same hours before `t`, the latter of days that
    are working (0) or off (1); `spread` a standard deviation; `level[s, o]` the mean of the last
    slots up to and with `o`.
    """

    panel: Panel
    weekly: Floats
    daily: tuple[Floats, Floats]
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
        if gap.any() and season > self.panel.short:  # no such season has passed: a shorter one
            found[gap] = self.naive(self.panel.short, rows[gap], origins[gap], ahead[gap])
        else:
            found[gap] = self.recent(rows[gap], origins[gap])
        return found

    def profile(self, rows: Ints, origins: Ints, ahead: Ints) -> Floats:
        """Return the mean of the last same hours known at the origin."""
        long = self.panel.long
        found = look(self.weekly, rows, origins + ahead - long * ((ahead - 1) // long))
        gap = np.isnan(found)
        found[gap] = self.same_hour(rows[gap], origins[gap], ahead[gap])
        gap = np.isnan(found)
        found[gap] = self.recent(rows[gap], origins[gap])
        return found

    def same_hour(self, rows: Ints, origins: Ints, ahead: Ints) -> Floats:
        """Return the mean of the same hour of days like that of the target."""
        short = self.panel.short
        near = origins + ahead - short * ((ahead - 1) // short)
        is_off = self.panel.days[origins + ahead, OFF] > 0
        found = look(self.daily[0], rows, near)
        found[is_off] = look(self.daily[1], rows[is_off], near[is_off])
        return found

    def recent(self, rows: Ints, origins: Ints) -> Floats:
        """Return the level at the origin, or the last value there was."""
        return look(self.level, rows, origins)

    @property
    def one_step(self) -> Floats:
        """The profile of every column as known one slot before it."""
        daily = np.where(self.panel.days[:, OFF] > 0, self.daily[1], self.daily[0])
        found = np.where(np.isnan(self.weekly), daily, self.weekly)
        level = np.full_like(found, np.nan)
        level[:, 1:] = self.level[:, :-1]
        return np.where(np.isnan(found), level, found)


def bases(panel: Panel) -> Bases:
    """Return the matrices of a panel."""
    values, long, short = panel.values, panel.long, panel.short
    weeks = [long * back for back in range(1, WEEKS + 1)]
    _, spread = moments(shifted(values, by) for by in weeks)
    weekly = same(values, weeks, long)
    nothing = np.full_like(values, np.nan)
    daily = (nothing, nothing) if short == long else _daily(panel)
    width = LEVEL.get(panel.grid.step, short)
    return Bases(panel, weekly, daily, spread, filled(trailing(values, width)))


def _daily(panel: Panel) -> tuple[Floats, Floats]:
    """Return the means of the last same hours of working days, and of days off."""
    days = [panel.short * back for back in range(1, DAYS + 1)]
    of_all = same(panel.values, days, panel.short)
    is_off = panel.days[:, OFF] > 0
    found = []
    for kind in (~is_off, is_off):
        alike = np.where(kind, panel.values, np.nan)
        mean = same(alike, days, panel.short)
        found.append(np.where(np.isnan(mean), of_all, mean))
    return found[0], found[1]


def same(values: Floats, back: Sequence[int], season: int) -> Floats:
    """Return at each column the mean of the values so many columns `back`, none of them too far."""
    found = np.empty_like(values)
    for begin in range(0, len(values), ROWS_AT_A_TIME):
        part = slice(begin, begin + ROWS_AT_A_TIME)
        found[part] = _winsorised(np.stack([shifted(values[part], by) for by in back], -1), season)
    return found


def _winsorised(values: Floats, season: int) -> Floats:
    """Return the mean along the last axis, of what is known; NaN where nothing is.

    How far is far is told by the values beside each other and, as they are few, by those of the
    season before them.
    """
    count = np.isfinite(values).sum(axis=-1)
    middle = _median(values, count)
    apart = values - middle[..., None]
    is_enough = count >= LEAST_TO_TELL
    near = _median(np.abs(apart), count) * DEVIATION[count]
    usual = trailing(near, season)
    with np.errstate(invalid="ignore"):
        reach = np.fmax(near, usual)
        far = np.where(is_enough, FAR * reach, np.inf)[..., None]
        is_far = (np.abs(apart) > far).any(axis=-1)
    told = np.where(is_enough, is_far.astype(np.float64), np.nan)
    is_usual = np.nan_to_num(trailing(told, season)) > USUAL_FAR
    far = np.where(is_usual[..., None], np.inf, far)
    held = np.where(np.isfinite(values), np.clip(apart, -far, far), 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        found: Floats = middle + held.sum(axis=-1) / count
    return found


def _median(values: Floats, count: Ints) -> Floats:
    """Return the median of the `count` known values along the last axis."""
    ordered = np.sort(values, axis=-1)  # what is not known comes last
    low, high = np.maximum(count - 1, 0) // 2, count // 2
    high = np.minimum(high, values.shape[-1] - 1)
    sides = [np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (low, high)]
    found: Floats = sides[0] + (sides[1] - sides[0]) / 2
    return found


def shifted(values: Floats, by: int) -> Floats:
    """Return values `by` columns later, NaN before."""
    found = np.full_like(values, np.nan)
    if by < values.shape[1]:
        found[:, by:] = values[:, : values.shape[1] - by]
    return found


def trailing(values: Floats, width: int) -> Floats:
    """Return the mean of the known among the last `width` columns up to each."""
    known = np.isfinite(values)
    sums = _windows(np.where(known, values, 0.0), width)
    counts = _windows(known.astype(np.float64), width)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(counts > 0, sums / counts, np.nan)


def _windows(values: Floats, width: int) -> Floats:
    """Return the sum of the last `width` columns up to each, of nothing but these.

    Each window is the end of one block of `width` columns and the beginning of the next. Taking
    one running sum from another would leave of a huge value what rounding made of it, for ever.
    """
    rows, columns = values.shape
    padded = np.zeros((rows, -(-columns // width) + 1, width))  # a block of nothing first
    padded.reshape(rows, -1)[:, width : width + columns] = values
    begun = np.cumsum(padded, axis=2).reshape(rows, -1)
    ended = np.cumsum(padded[:, :, ::-1], axis=2)[:, :, ::-1].reshape(rows, -1)
    at = np.arange(width, width + columns)
    is_block = at % width == width - 1
    found: Floats = begun[:, at] + np.where(is_block, 0.0, ended[:, at - width + 1])
    return found


def filled(values: Floats) -> Floats:
    """Return values with gaps filled by the last one known before."""
    known = np.isfinite(values)
    at = np.where(known, np.arange(values.shape[1]), -1)
    at = np.maximum.accumulate(at, axis=1)
    found = np.take_along_axis(values, np.maximum(at, 0), axis=1)
    return np.where(at >= 0, found, np.nan)


def moments(parts: Iterable[Floats]) -> tuple[Floats, Floats]:
    """Return mean and standard deviation of what is known of several matrices, one at a time.

    NaN where nothing is known; the deviation also where one value is.
    """
    base = count = total = square = np.zeros(())
    for part in parts:
        known = np.isfinite(part)
        value = np.where(known, part, 0.0)
        # From each cell's first value on, so that huge levels with small differences stay exact.
        base = value if not count.ndim else np.where(count > 0, base, value)
        apart = np.where(known, value - base, 0.0)
        count, total, square = count + known, total + apart, square + apart**2
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / count
        deviation = np.sqrt(np.maximum(0.0, square / count - mean**2))
    return base + mean, np.where(count > 1, deviation, np.nan)


def look(matrix: Floats, rows: Ints, columns: Ints) -> Floats:
    inside = (columns >= 0) & (columns < matrix.shape[1])
    found = np.full(len(rows), np.nan)
    found[inside] = matrix[rows[inside], columns[inside]]
    return found
