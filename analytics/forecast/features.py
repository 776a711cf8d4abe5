"""What the model knows at an origin of a slot ahead: one row a (series, origin, slots ahead).

All is said as a difference from the profile, in units of the series' own scale, so that one model
serves all series of a panel; the model learns by how much the profile will be wrong. Nothing of a
row lies after its origin but the calendar, and what others had forecast of it by then (`beside`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from analytics.calendar import FEATURES
from analytics.forecast import beside
from analytics.forecast.baselines import OFF, Bases, look, trailing
from analytics.grid import Ints
from analytics.series import Floats

RECENT = (0, 1, 2)  # slots before the origin whose error is told one by one
LEAST_SCALE = 1e-9
NAMES = (
    "ahead", "minute", *FEATURES,
    "naive_short", "naive_long", "daily", "level", "newest",
    *(f"error_{back}" for back in RECENT), "error_3", "error_short", "error_long", "error_naive",
    "spread", "height", "off_season_ago", "off_day_ago", *beside.NAMES,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Scale:
    """Of each series: its usual distance from the profile, its middle, and its spread."""

    error: Floats
    middle: Floats
    spread: Floats


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows ready for the model: features, the profile, and the scale each is in."""

    features: Floats
    profile: Floats
    scale: Floats


class Design:
    """Makes the rows of a panel; `scale` must come from what lies before every origin tested."""

    def __init__(self, bases: Bases, scale: Scale) -> None:
        self._bases, self._scale = bases, scale
        panel = bases.panel
        self._errors = panel.values - bases.one_step
        self._error_means = [
            trailing(self._errors, width) for width in (3, panel.short, panel.long)
        ]

    def sheet(self, rows: Ints, origins: Ints, ahead: Ints) -> Sheet:
        """Return the rows of (series, origin, slots ahead), each an array of equal length."""
        bases, panel = self._bases, self._bases.panel
        scale = self._scale.error[rows]
        profile = bases.profile(rows, origins, ahead)
        target = origins + ahead
        newest = panel.values[rows, origins]

        def off(values: Floats) -> Floats:
            return (values - profile) / scale

        naive_at = target - panel.short * ((ahead - 1) // panel.short + 1)
        week_at = target - panel.long * ((ahead - 1) // panel.long + 1)
        columns = [
            ahead.astype(np.float64),
            panel.minutes[target],
            *(panel.days[target, index] for index in range(len(FEATURES))),
            off(bases.naive(panel.short, rows, origins, ahead)),
            off(bases.naive(panel.long, rows, origins, ahead)),
            off(bases.same_hour(rows, origins, ahead)),
            off(bases.recent(rows, origins)),
            off(newest),
            *(look(self._errors, rows, origins - back) / scale for back in RECENT),
            *(look(means, rows, origins) / scale for means in self._error_means),
            look(self._errors, rows, naive_at) / scale,
            look(bases.spread, rows, target) / scale,
            (profile - self._scale.middle[rows]) / self._scale.spread[rows],
            panel.days[np.maximum(week_at, 0), OFF],
            panel.days[np.maximum(naive_at, 0), OFF],
        ]
        if panel.beside is None:
            columns += [np.full(len(rows), np.nan)] * len(beside.NAMES)
        else:
            at, until = panel.slots[origins], panel.slots[target]
            columns += list(panel.beside.features(at, until - at).T)
        return Sheet(np.stack(columns, axis=1), profile, scale)


def scales(bases: Bases, until: Ints) -> Scale:
    """Return the scales of the series as known at column `until` of each.

    The error's is its mean size around the profile; of a series
    the profile always meets, its own deviation; of a constant one, 1.
    """
    at = np.arange(bases.panel.values.shape[1])
    values = np.where(at <= until[:, None], bases.panel.values, np.nan)
    errors = np.abs(values - bases.one_step)
    error, spread = _mean(errors), _deviation(values)
    middle = np.nan_to_num(_mean(values))
    spread = np.where(spread > LEAST_SCALE, spread, 1.0)
    error = np.where(error > LEAST_SCALE * np.maximum(1.0, np.abs(middle)), error, spread)
    return Scale(error=error, middle=middle, spread=spread)


def _mean(values: Floats) -> Floats:
    known = np.isfinite(values)
    count = np.maximum(known.sum(axis=1), 1)
    found: Floats = np.where(known, values, 0.0).sum(axis=1) / count
    return found


def _deviation(values: Floats) -> Floats:
    known = np.isfinite(values)
    middle = _mean(values)[:, None]
    square = np.where(known, (values - middle) ** 2, 0.0).sum(axis=1)
    found: Floats = np.sqrt(square / np.maximum(known.sum(axis=1), 1))
    return found
