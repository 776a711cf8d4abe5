"""Series in, forecasts out: rolled, chosen, calibrated, trained on all that is known, and said.

The one entry of this folder's core; pure. Series of one kind come together, since one model learns
from all of them; each gets the method that was right for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analytics.forecast.baselines import bases
from analytics.forecast.choice import Choice, blended, choose
from analytics.forecast.features import Design, scales
from analytics.forecast.intervals import LEAST, LEVELS, Band, Widths, band, widths
from analytics.forecast.model import ROWS, train
from analytics.forecast.panel import Days, Panel, panel
from analytics.forecast.rolling import (
    LEVEL,
    MODEL,
    NAIVE_LONG,
    NAIVE_SHORT,
    PROFILE,
    Rolled,
    roll,
)
from analytics.grid import Ints
from analytics.series import Floats, Regular

Reason = Literal["empty", "single", "short", "ended"]
LEAST_SHARE = 0.3  # of a series' slots that must be known
ENDED = 2  # seasons a series may lie behind the newest of its kind


@dataclass(frozen=True, slots=True)
class Asked:
    """How a kind of series is forecast: `horizon` slots ahead, held within what is possible."""

    horizon: int
    in_logs: bool = False  # of counts that grow by shares: their errors do too
    least: float | None = None
    most: float | None = None


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one series: the slots after its last known one, in its own unit.

    `low[level]` and `high[level]` are None where too little is known to say.
    """

    name: str
    slots: Ints
    values: Floats
    low: Mapping[float, Floats] | None
    high: Mapping[float, Floats] | None
    choice: Choice
    coverage: Mapping[float, float | None]  # of the newer half, by the quantiles of the older
    trained_rows: int  # the model has seen, of all series; 0 without a model


@dataclass(frozen=True, slots=True)
class Refused:
    """A series that cannot be forecast, and why."""

    name: str
    reason: Reason


def forecast(
    series: Mapping[str, Regular],
    asked: Asked,
    *,
    days: Days | None = None,
    rows: int = ROWS,
) -> tuple[list[Forecast], list[Refused]]:
    """Return the forecast of each series that can be forecast, and why others cannot.

    `days` as of `panel`; the model learns from `rows` rows at most, of all series.
    """
    refused = [Refused(name, why) for name, why in _refusals(series).items()]
    left_out = {each.name for each in refused}
    kept = {name: each for name, each in series.items() if name not in left_out}
    if not kept:
        return [], refused
    told = panel(kept, carried(kept, asked.horizon), days=days)
    worked = replace(told, values=_work(told.values, asked))
    rolled = roll(worked, rows=rows)
    truth = _unwork(rolled.truth, asked)
    said = {name: _bounded(_unwork(each, asked), asked) for name, each in rolled.said.items()}
    choices = choose(told, rolled, truth, said)
    if not any(choice.method == MODEL for choice in choices):
        rows = 0  # what is not shown need not be trained again
    ahead, trained_rows = _ahead(worked, rows=rows)
    shown = np.empty(len(rolled.truth))
    bounds = np.searchsorted(rolled.series, np.arange(len(told.names) + 1))
    for row, choice in enumerate(choices):
        part = slice(bounds[row], bounds[row + 1])
        of = {name: each[part] for name, each in rolled.said.items()}
        shown[part] = blended(choice, of, rolled.ahead[part])
    errors = rolled.truth - shown
    based = bases(worked)
    every = np.ones(len(errors), dtype=bool)
    wide = widths(based, worked.last, rolled, errors, every)
    found_band = band(wide, rolled, errors, every)
    coverage = _coverage(worked, rolled, shown)
    found = [
        _of_one(worked, row, choice, ahead, wide, found_band, asked)
        for row, choice in enumerate(choices)
    ]
    return [
        replace(each, coverage=coverage[row], trained_rows=trained_rows)
        for row, each in enumerate(found)
    ], refused


def carried(series: Mapping[str, Regular], horizon: int) -> int:
    """Return how far ahead series can be forecast and that be tested on the past: at most so far.

    Behind two seasons to begin with, a quarter of what is left is looked ahead: both halves of the
    back-test must see it come.
    """
    spans = [len(each.values) for each in series.values()]
    short = next(iter(series.values())).grid.seasons[0]
    return max(1, min(horizon, (round(float(np.median(spans))) - 2 * short) // 4))


def _refusals(series: Mapping[str, Regular]) -> dict[str, Reason]:
    newest = max((_last(each) for each in series.values()), default=0)
    found: dict[str, Reason] = {}
    for name, each in series.items():
        span = len(each.until(each.last).values)
        short = each.grid.seasons[0]
        if not each.known:
            found[name] = "empty"
        elif each.known == 1:
            found[name] = "single"
        elif each.known < 2 * short or each.known < LEAST_SHARE * span:
            found[name] = "short"
        elif newest - _last(each) > ENDED * each.grid.seasons[-1]:
            found[name] = "ended"
    return found


def _last(series: Regular) -> int:
    known = np.flatnonzero(np.isfinite(series.values))
    return series.first + int(known[-1]) if len(known) else series.first - 1


def _ahead(worked: Panel, *, rows: int) -> tuple[dict[str, Floats], int]:
    """Return what each method says from the end of each series: series x slots ahead."""
    count, horizon = len(worked.names), worked.horizon
    of = np.repeat(np.arange(count), horizon)
    steps = np.tile(np.arange(1, horizon + 1), count)
    last = np.repeat(worked.last, horizon)
    based = bases(worked)
    said = {
        NAIVE_SHORT: based.naive(worked.short, of, last, steps),
        NAIVE_LONG: based.naive(worked.long, of, last, steps),
        PROFILE: based.profile(of, last, steps),
        LEVEL: based.recent(of, last),
    }
    trained_rows = 0
    if rows:
        design = Design(based, scales(based, worked.last))
        model = train(worked, design, worked.last, rows=rows)
        if model is not None:
            said[MODEL] = model.predict(design, of, last, steps)
            trained_rows = model.rows
    return {name: each.reshape(count, horizon) for name, each in said.items()}, trained_rows


def _of_one(
    worked: Panel,
    row: int,
    choice: Choice,
    ahead: Mapping[str, Floats],
    wide: Widths,
    quantiles: Band | None,
    asked: Asked,
) -> Forecast:
    steps = np.arange(1, worked.horizon + 1)
    said = blended(choice, {name: each[row] for name, each in ahead.items()}, steps)
    last = int(worked.last[row])
    low: dict[float, Floats] | None = None
    high: dict[float, Floats] | None = None
    if quantiles is not None and choice.tested:
        of = np.full(len(steps), row)
        unit = wide.of(of, np.full(len(steps), last), steps)
        low, high = (
            {
                level: _bounded(_unwork(said + unit * side[level][row], asked), asked)
                for level in LEVELS
            }
            for side in (quantiles.low, quantiles.high)
        )
    return Forecast(
        name=worked.names[row],
        slots=worked.first + last + steps,
        values=_bounded(_unwork(said, asked), asked),
        low=low,
        high=high,
        choice=choice,
        coverage=dict.fromkeys(LEVELS),
        trained_rows=0,
    )


def _coverage(worked: Panel, rolled: Rolled, shown: Floats) -> list[dict[float, float | None]]:
    """Return by level the share of the newer half that lay inside what the older half said."""
    count = len(worked.names)
    errors, tested = rolled.truth - shown, rolled.is_testing
    until = np.where(rolled.begin >= 0, rolled.begin, worked.last)
    wide = widths(bases(worked), until, rolled, errors, rolled.is_choosing)
    quantiles = band(wide, rolled, errors, rolled.is_choosing)
    far = rolled.is_choosing & (rolled.ahead > worked.horizon * 2 // 3)
    if quantiles is None or not tested.any() or far.sum() < LEAST:
        return [dict.fromkeys(LEVELS) for _ in range(count)]
    of = rolled.series[tested]
    told = errors[tested] / wide.of(of, rolled.origin[tested], rolled.ahead[tested])
    rows = np.bincount(of, minlength=count)
    inside = {
        level: np.bincount(
            of, (told >= quantiles.low[level][of]) & (told <= quantiles.high[level][of]), count
        )
        for level in LEVELS
    }
    return [
        {level: float(inside[level][row] / rows[row]) if rows[row] else None for level in LEVELS}
        for row in range(count)
    ]


def _work(values: Floats, asked: Asked) -> Floats:
    return np.sign(values) * np.log1p(np.abs(values)) if asked.in_logs else values


def _unwork(values: Floats, asked: Asked) -> Floats:
    return np.sign(values) * np.expm1(np.abs(values)) if asked.in_logs else values


def _bounded(values: Floats, asked: Asked) -> Floats:
    if asked.least is None and asked.most is None:
        return values
    return np.clip(values, asked.least, asked.most)
