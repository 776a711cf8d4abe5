"""Intervals from the errors of the past: where eight, or nineteen of twenty, values came to lie.

An error is told in units of how wrong the profile usually is at that hour of the day and so many
slots ahead; the quantiles of those of a series, drawn towards those of all series where it has few,
are its interval (split conformal prediction by rolling origins), wider where on the newer part they
did not hold what they said (`widening`). No distribution is assumed.
"""

from __future__ import annotations

from collections.abc import Mapping
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
MOST_WIDER = 3.0


@dataclass(frozen=True, slots=True)
class Widths:
    """How wide errors are: `part[s, p]` of a series by hour of the day, `ahead[h]` by distance."""

    panel: Panel
    part: Floats
    ahead: Floats

    def of(self, series: Ints, origin: Ints, ahead: Ints) -> Floats:
        """Return the unit of an error of each row."""
        part = _part(self.panel, origin + ahead)
        return self.part[series, part] * self.ahead[np.minimum(ahead, len(self.ahead) - 1)]


@dataclass(frozen=True, slots=True)
class Band:
    """The quantiles of each series: `low[level][s]`, `high[level][s]`, in units of Widths."""

    low: dict[float, Floats]
    high: dict[float, Floats]

    def wider(self, by: Mapping[float, float]) -> Band:
        """Return them widened about their middles; a wider level still holds a narrower one."""
        low: dict[float, Floats] = {}
        high: dict[float, Floats] = {}
        least = np.full_like(self.low[LEVELS[0]], np.inf)
        most = -least
        for level in sorted(self.low):
            middle = (self.low[level] + self.high[level]) / 2
            half = (self.high[level] - self.low[level]) / 2 * by[level]
            least, most = np.minimum(least, middle - half), np.maximum(most, middle + half)
            low[level], high[level] = least, most
        return Band(low, high)

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


def widening(
    bases: Bases, until: Ints, rolled: Rolled, errors: Floats, of: Bools
) -> dict[float, float]:
    """Return by how much bands must be widened to hold, by level: what they missed when tested.

    The band of the older of rows `of` is held against the newer of them, and stretched until it
    holds as many as it says (conformalised quantiles: Romano, Patterson and Candès 2019; Vovk,
    Gammerman and Shafer 2005), but for what chance alone may have missed: one standard error at as
    many independent errors as the rows are worth. The band that is shown knows twice as many, and
    what too few do to a quantile falls with their number, so that it has half of the stretch, in
    logarithms. Where the past is long nothing changes; bands are never made narrower, nor wider
    than MOST_WIDER times.
    """
    older, newer = halves(rolled, of)
    alone = dict.fromkeys(LEVELS, 1.0)
    if older.sum() < LEAST or newer.sum() < LEAST:
        return alone
    wide = widths(bases, until, rolled, errors, older)
    narrow = band(wide, rolled, errors, older)
    if narrow is None:
        return alone
    series = rolled.series[newer]
    told = errors[newer] / wide.of(series, rolled.origin[newer], rolled.ahead[newer])
    count = independent(told, rolled.origin[newer], bases.panel.horizon)
    found = {}
    for level in LEVELS:
        low, high = narrow.low[level][series], narrow.high[level][series]
        half = np.maximum((high - low) / 2, 1e-9)
        stretched = np.abs(told - (low + high) / 2) / half
        surely = max(0.0, level - np.sqrt(level * (1 - level) / count))
        needed = float(np.quantile(stretched, surely))
        found[level] = min(MOST_WIDER, max(1.0, needed)) ** 0.5
    return found


def halves(rolled: Rolled, of: Bools) -> tuple[Bools, Bools]:
    """Split rows at the middle of their origins: those known by then, and those said from then."""
    at = np.unique(rolled.origin[of])
    if len(at) < 2:
        return of & False, of
    middle = at[(len(at) + 1) // 2]
    return of & (rolled.origin + rolled.ahead <= middle), of & (rolled.origin >= middle)


def independent(told: Floats, origin: Ints, horizon: int) -> float:
    """Return how many independent errors rows are worth (Kish's effective sample size).

    Errors from one origin go together, and those of all series often do: what share of them lies
    within their quantiles varies from origin to origin, by that much more than it would if each
    stood for itself. Origins nearer than the horizon see the same days.
    """
    at, which = np.unique(origin, return_inverse=True)
    stretches = max(1.0, (float(at[-1] - at[0]) + horizon) / horizon)
    if len(at) < 2:
        return stretches
    low, high = np.quantile(told, (0.1, 0.9))
    rows = np.bincount(which)
    shares = np.bincount(which, (told >= low) & (told <= high)) / rows
    alone = 0.8 * 0.2
    spread = float(np.average((shares - 0.8) ** 2, weights=rows))
    return stretches * max(1.0, alone / max(spread, alone / float(rows.mean())))


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
