"""Rolling origins: what each method would have said in the past, and by how much it erred.

The model of the back-test is trained on what lies at or before the oldest origin; every forecast
uses what lies at or before its own. The older half of the origins chooses and calibrates, the newer
half tests: what is told of a method (error, coverage) is measured where nothing was chosen.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import gcd
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from analytics.forecast.baselines import Bases, bases
from analytics.forecast.features import Design, scales
from analytics.forecast.model import ROWS, Model, train
from analytics.forecast.panel import Panel
from analytics.grid import Ints
from analytics.series import Floats

Bools = npt.NDArray[np.bool_]

ORIGINS = (28, 120)  # of a series, at most: the less there is to compare, the more of them …
SLOTS = 60_000  # … so that about so many slots of all series are
TESTED = 0.4  # of a series' length that origins may lie in
LEAST_ORIGINS = 4
Method = Literal["naive_short", "naive_long", "profile", "level", "mix", "model"]
NAIVE_SHORT: Final = "naive_short"
NAIVE_LONG: Final = "naive_long"
PROFILE: Final = "profile"
LEVEL: Final = "level"
MIX: Final = "mix"  # of those above, by how little each erred
MODEL: Final = "model"


@dataclass(frozen=True, slots=True)
class Rolled:
    """Forecasts of the past, one row a (series, origin, slots ahead) whose truth is known.

    `is_choosing` marks rows that were known before the first origin that tests.
    """

    series: Ints
    origin: Ints
    ahead: Ints
    truth: Floats
    said: dict[str, Floats]  # by method
    is_choosing: Bools
    is_testing: Bools
    begin: Ints  # of each series: the oldest origin, -1 without any

    def errors(self, method: str) -> Floats:
        """Return truth minus forecast of a method."""
        return self.truth - self.said[method]


def origins(panel: Panel) -> list[Ints]:
    """Return the origins of each series, ascending; none where it is too short.

    They are a step apart that has no divisor in common with the season, so that they come at every
    hour of the day; before the first one lie two seasons and most of the series.
    """
    known = np.isfinite(panel.values)
    firsts = np.argmax(known, axis=1)
    found: list[Ints] = []
    for first, last, count in zip(
        firsts.tolist(), panel.last.tolist(), known.sum(axis=1).tolist(), strict=True
    ):
        newest = last - panel.horizon
        oldest = max(
            first + 2 * panel.short, round(last - panel.horizon - TESTED * (last - first + 1))
        )
        span = newest - oldest
        if span < LEAST_ORIGINS - 1 or count < 3 * panel.short // 2:
            found.append(np.zeros(0, np.int64))
            continue
        most = min(max(ORIGINS[0], SLOTS // (panel.horizon * len(firsts))), ORIGINS[1])
        stride = max(1, -(-span // (most - 1)))
        while stride > 1 and gcd(stride, panel.short) > 1:
            stride += 1
        turns = min(most, span // stride + 1)
        found.append(newest - stride * np.arange(turns - 1, -1, -1, dtype=np.int64))
    return found


def roll(panel: Panel, *, rows: int = ROWS) -> Rolled:
    """Return the forecasts of every method at the origins of every series.

    The model learns from `rows` rows at most; with none there is no model.
    """
    of = origins(panel)
    begin = np.array([each[0] if len(each) else -1 for each in of], np.int64)
    series, origin, ahead = _rows(of, panel.horizon)
    truth = panel.values[series, origin + ahead]
    # From where nothing is known nobody forecasts: what came before the gap is too old.
    good = np.isfinite(truth) & np.isfinite(panel.values[series, origin])
    series, origin, ahead = (each[good] for each in (series, origin, ahead))
    truth = truth[good]
    based = bases(panel)
    said = {
        NAIVE_SHORT: based.naive(panel.short, series, origin, ahead),
        NAIVE_LONG: based.naive(panel.long, series, origin, ahead),
        PROFILE: based.profile(series, origin, ahead),
        LEVEL: based.recent(series, origin),
    }
    if rows and (trained := past_model(panel, based, begin, rows=rows)) is not None:
        model, design = trained
        said[MODEL] = model.predict(design, series, origin, ahead)
    tests_from = np.array([_middle(each) for each in of], np.int64)[series]
    return Rolled(
        series=series,
        origin=origin,
        ahead=ahead,
        truth=truth,
        said=said,
        is_choosing=origin + ahead <= tests_from,
        is_testing=origin >= tests_from,
        begin=begin,
    )


def past_model(
    panel: Panel, based: Bases, begin: Ints, *, rows: int = ROWS
) -> tuple[Model, Design] | None:
    """Return the model as it would have been at the oldest origins, and its design."""
    until = np.where(begin >= 0, begin, panel.last)
    design = Design(based, scales(based, until))
    model = train(panel, design, until, rows=rows)
    return None if model is None else (model, design)


def _rows(of: list[Ints], horizon: int) -> tuple[Ints, Ints, Ints]:
    counts = np.array([len(each) for each in of], np.int64)
    series = np.repeat(np.repeat(np.arange(len(of)), counts), horizon)
    every = np.concatenate([*of, np.zeros(0, np.int64)]).astype(np.int64)
    ahead = np.tile(np.arange(1, horizon + 1), len(every))
    return series, np.repeat(every, horizon), ahead


def _middle(each: Ints) -> int:
    return int(each[(len(each) + 1) // 2]) if len(each) > 1 else -1
