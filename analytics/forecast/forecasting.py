"""Series in, forecasts out: said by what was learned of them (`fitting`), now or before.

The entry of this folder's core; pure. Series of one kind come together, since one model learns from
all of them; each gets the method that was right for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from analytics.forecast.baselines import bases
from analytics.forecast.beside import Beside
from analytics.forecast.choice import Choice, blended
from analytics.forecast.features import Design
from analytics.forecast.fitting import Asked, Fitted, Reason, carried, fit, refusals, widths_of
from analytics.forecast.intervals import LEVELS
from analytics.forecast.model import ROWS
from analytics.forecast.panel import Days, Panel, panel
from analytics.forecast.rolling import LEVEL, MODEL, NAIVE_LONG, NAIVE_SHORT, PROFILE
from analytics.grid import Ints
from analytics.series import Floats, Regular

__all__ = ["Asked", "Forecast", "Refused", "carried", "forecast", "speak"]


@dataclass(frozen=True, slots=True)
class Forecast:
    """Of one series: the slots after its last known one, in its own unit.

    `low[level]` and `high[level]` are None where too little is known to say. `expected` is the
    back-test's mean error by stretch of the way (fitting.STRETCHES).
    """

    name: str
    slots: Ints
    values: Floats
    low: Mapping[float, Floats] | None
    high: Mapping[float, Floats] | None
    choice: Choice
    coverage: Mapping[float, float | None]  # of the newer half, by the quantiles of the older
    trained_rows: int  # the model has seen, of all series; 0 without a model
    expected: Floats


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
    beside: Beside | None = None,
) -> tuple[list[Forecast], list[Refused]]:
    """Learn from series and say what they will be; and of others why they cannot be forecast.

    `days`, `rows` and `beside` as of `fit`.
    """
    fitted = fit(series, asked, days=days, rows=rows, beside=beside)
    if fitted is None:
        return [], [Refused(name, why) for name, why in refusals(series).items()]
    return speak(fitted, series, asked, days=days, beside=beside)


def speak(
    fitted: Fitted,
    series: Mapping[str, Regular],
    asked: Asked,
    *,
    days: Days | None = None,
    beside: Beside | None = None,
) -> tuple[list[Forecast], list[Refused]]:
    """Return the forecast of each series by what was learned, and why others have none.

    Raises KeyError for a series that can be forecast and of which nothing was learned.
    """
    left_out = refusals(series)
    refused = [Refused(name, why) for name, why in left_out.items()]
    kept = {name: each for name, each in series.items() if name not in left_out}
    if not kept:
        return [], refused
    told = panel(kept, fitted.horizon, days=days, beside=beside)
    mine = fitted.of(told.names)
    worked = replace(told, values=asked.work(told.values))
    ahead = _ahead(mine, worked)
    return [_of_one(mine, worked, row, ahead, asked) for row in range(len(told.names))], refused


def _ahead(fitted: Fitted, worked: Panel) -> dict[str, Floats]:
    """Return what each method says from the end of each series: series x slots ahead."""
    count, horizon = len(worked.names), worked.horizon
    of = np.repeat(np.arange(count), horizon)
    steps = worked.ahead.ravel()
    last = np.repeat(worked.last, horizon)
    based = bases(worked)
    said = {
        NAIVE_SHORT: based.naive(worked.short, of, last, steps),
        NAIVE_LONG: based.naive(worked.long, of, last, steps),
        PROFILE: based.profile(of, last, steps),
        LEVEL: based.recent(of, last),
    }
    if fitted.model is not None:
        said[MODEL] = fitted.model.predict(Design(based, fitted.scale), of, last, steps)
    return {name: each.reshape(count, horizon) for name, each in said.items()}


def _of_one(
    fitted: Fitted, worked: Panel, row: int, ahead: Mapping[str, Floats], asked: Asked
) -> Forecast:
    steps = worked.ahead[row]
    choice = fitted.choices[row]
    said = blended(choice, {name: each[row] for name, each in ahead.items()}, steps)
    last = int(worked.last[row])
    low: dict[float, Floats] | None = None
    high: dict[float, Floats] | None = None
    if fitted.band is not None and choice.tested:
        of = np.full(len(steps), row)
        unit = widths_of(fitted, worked).of(of, np.full(len(steps), last), steps)
        low, high = (
            {level: asked.told(said + unit * side[level][row]) for level in LEVELS}
            for side in (fitted.band.low, fitted.band.high)
        )
    return Forecast(
        name=worked.names[row],
        slots=worked.ends[row] + np.arange(1, worked.horizon + 1, dtype=np.int64),
        values=asked.told(said),
        low=low,
        high=high,
        choice=choice,
        coverage=fitted.coverage[row],
        trained_rows=fitted.trained_rows,
        expected=fitted.errors[row],
    )
