"""What is learned of series of one kind: who speaks for each, how wide it may go, the model.

`fit` rolls the past, chooses, calibrates and trains on all there is; `forecasting.speak` says with
it what will be, now or later. So learning may be done less often than saying. Pure; how a fit is
kept is `memory`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from analytics.forecast.baselines import bases
from analytics.forecast.beside import Beside
from analytics.forecast.choice import Choice, blended, choose, is_steady, stretches
from analytics.forecast.features import Design, Scale, scales
from analytics.forecast.intervals import LEAST, LEVELS, Band, Widths, band, widening, widths
from analytics.forecast.model import ROWS, Model, train
from analytics.forecast.panel import Days, Panel, panel
from analytics.forecast.rolling import MODEL, Bools, Rolled, roll
from analytics.grid import Ints
from analytics.series import Floats, Regular

Reason = Literal["empty", "single", "short", "ended"]
LEAST_SHARE = 0.3  # of a series' slots that must be known
ENDED = 2  # seasons a series may lie behind the newest of its kind
SEEN = 0.9  # of the error, below which what others forecast is worth seeing
NO_WORSE = 1.02  # times an error that is the same but for chance
STRETCHES = 6  # of the way ahead, by which errors are told


@dataclass(frozen=True, slots=True)
class Asked:
    """How a kind of series is forecast: `horizon` slots ahead, held within what is possible."""

    horizon: int
    in_logs: bool = False  # of counts that grow by shares: their errors do too
    least: float | None = None
    most: float | None = None

    def work(self, values: Floats) -> Floats:
        """Return values as they are worked with."""
        return np.sign(values) * np.log1p(np.abs(values)) if self.in_logs else values

    def told(self, values: Floats) -> Floats:
        """Return what was worked out in the series' own unit, within what is possible."""
        found = self.unwork(values)
        if self.least is None and self.most is None:
            return found
        return np.clip(found, self.least, self.most)

    def unwork(self, values: Floats) -> Floats:
        """Return worked values in the series' own unit."""
        return np.sign(values) * np.expm1(np.abs(values)) if self.in_logs else values


@dataclass(frozen=True, slots=True)
class Tried:
    """A model that sees what others forecast (`beside`), tried against one that does not.

    Mean errors of the models on the newer half, in units of the series' own (None where nothing was
    tested). It `is_used` where it erred clearly less over all of the back-test, in most stretches
    of it and by more than chance, and no more on the older half, in which it may not have rained;
    and so much less, too, than one that sees the same forecasts dealt out at random: also what says
    nothing changes a model, and may do it good.
    """

    is_used: bool
    without: float | None
    beside: float | None


@dataclass(frozen=True, slots=True)
class Fitted:
    """What was learned of a kind of series, one row each. Arrays are of `names`, in their order.

    `errors[s, k]` is the mean absolute error of what is shown, k of STRETCHES ahead, on the newer
    half of the back-test, in the series' unit (NaN where nothing was tested).
    """

    names: tuple[str, ...]
    horizon: int
    choices: tuple[Choice, ...]
    part: Floats  # widths by hour of the day …
    ahead: Floats  # … and by slots ahead
    band: Band | None
    coverage: tuple[Mapping[float, float | None], ...]
    errors: Floats
    scale: Scale
    model: Model | None
    tried: Tried | None = None

    @property
    def trained_rows(self) -> int:
        """Rows the model has seen, of all series; 0 without a model."""
        return 0 if self.model is None else self.model.rows

    def of(self, names: tuple[str, ...]) -> Fitted:
        """Return what was learned of these, in this order; raises KeyError for one that is new."""
        at = {name: row for row, name in enumerate(self.names)}
        rows = np.array([at[name] for name in names], np.int64)
        return replace(
            self,
            names=names,
            choices=tuple(self.choices[row] for row in rows),
            part=self.part[rows],
            band=None if self.band is None else self.band.of(rows),
            coverage=tuple(self.coverage[row] for row in rows),
            errors=self.errors[rows],
            scale=Scale(
                error=self.scale.error[rows],
                middle=self.scale.middle[rows],
                spread=self.scale.spread[rows],
            ),
        )


def fit(
    series: Mapping[str, Regular],
    asked: Asked,
    *,
    days: Days | None = None,
    rows: int = ROWS,
    beside: Beside | None = None,
) -> Fitted | None:
    """Return what is learned of the series that can be forecast; None without one.

    `days` and `beside` as of `panel`; the model learns from `rows` rows at most, of all series.
    """
    left_out = refusals(series)
    kept = {name: each for name, each in series.items() if name not in left_out}
    if not kept:
        return None
    told = panel(kept, carried(kept, asked.horizon), days=days)
    worked = replace(told, values=asked.work(told.values))
    rolled = roll(worked, rows=rows)
    tried: Tried | None = None
    if beside is not None and MODEL in rolled.said:
        seeing = replace(worked, beside=beside)
        other = roll(seeing, rows=rows)
        dealt = roll(replace(worked, beside=beside.dealt()), rows=rows)
        unit = scales(bases(worked), worked.last).error[rolled.series]
        tried = _tried(rolled, other, dealt, unit, worked.horizon)
        if tried.is_used:
            worked, rolled = seeing, other
    truth = asked.unwork(rolled.truth)
    said = {name: asked.told(each) for name, each in rolled.said.items()}
    choices = choose(told, rolled, truth, said)
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
    if found_band is not None:
        until = _until(worked, rolled)
        found_band = found_band.wider(widening(based, until, rolled, errors, every))
    scale = scales(based, worked.last)
    model = None
    if rows and any(choice.method == MODEL for choice in choices):  # else nobody would hear it
        model = train(worked, Design(based, scale), worked.last, rows=rows)
    return Fitted(
        names=told.names,
        horizon=told.horizon,
        choices=tuple(choices),
        part=wide.part,
        ahead=wide.ahead,
        band=found_band,
        coverage=tuple(_coverage(worked, rolled, shown)),
        errors=_errors(told, rolled, np.abs(truth - asked.told(shown))),
        scale=scale,
        model=model,
        tried=tried,
    )


def _tried(without: Rolled, seeing: Rolled, dealt: Rolled, unit: Floats, horizon: int) -> Tried:
    """Compare models of the same back-test."""
    older, newer = without.is_choosing, without.is_testing
    every = np.ones(len(without.truth), dtype=bool)
    wrong, plain, chance = (np.abs(each.errors(MODEL)) / unit for each in (seeing, without, dealt))

    def erred(errors: Floats, of: Bools) -> float | None:
        return float(errors[of].mean()) if of.any() else None

    def is_within(times: float, other: Floats, of: Bools) -> bool:
        now, then = erred(wrong, of), erred(other, of)
        return now is not None and then is not None and now < times * then

    stretch = stretches(without.origin, horizon)
    is_used = is_within(NO_WORSE, plain, older) and all(
        is_within(SEEN, other, every) and is_steady(wrong - other, stretch)
        for other in (plain, chance)
    )
    return Tried(is_used, erred(plain, newer), erred(wrong, newer))


def carried(series: Mapping[str, Regular], horizon: int) -> int:
    """Return how far ahead series can be forecast and that be tested on the past: at most so far.

    Behind two seasons to begin with, a quarter of what is left is looked ahead: both halves of the
    back-test must see it come.
    """
    spans = [len(each.values) for each in series.values()]
    short = next(iter(series.values())).grid.seasons[0]
    return max(1, min(horizon, (round(float(np.median(spans))) - 2 * short) // 4))


def refusals(series: Mapping[str, Regular]) -> dict[str, Reason]:
    """Return which series cannot be forecast, and why."""
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


def stretch_of(ahead: Ints, horizon: int | Ints) -> Ints:
    """Return which of the STRETCHES of the way so many slots ahead lie in."""
    found: Ints = np.minimum((ahead - 1) * STRETCHES // horizon, STRETCHES - 1)
    return found


def _last(series: Regular) -> int:
    known = np.flatnonzero(np.isfinite(series.values))
    return series.first + int(known[-1]) if len(known) else series.first - 1


def _errors(told: Panel, rolled: Rolled, wrong: Floats) -> Floats:
    """Return the mean of the newer half's errors of each series by stretch."""
    tested = rolled.is_testing
    cells = rolled.series * STRETCHES + stretch_of(rolled.ahead, told.horizon)
    size = len(told.names) * STRETCHES
    count = np.bincount(cells[tested], minlength=size)
    total = np.bincount(cells[tested], wrong[tested], size)
    with np.errstate(invalid="ignore"):
        found: Floats = (total / count).reshape(-1, STRETCHES)
    return found


def _until(worked: Panel, rolled: Rolled) -> Ints:
    """Return the oldest origin of each series: what lies before it no test has seen."""
    return np.where(rolled.begin >= 0, rolled.begin, worked.last)


def _coverage(worked: Panel, rolled: Rolled, shown: Floats) -> list[dict[float, float | None]]:
    """Return by level the share of the newer half that lay inside what the older half said."""
    count = len(worked.names)
    errors, tested = rolled.truth - shown, rolled.is_testing
    based, until = bases(worked), _until(worked, rolled)
    wide = widths(based, until, rolled, errors, rolled.is_choosing)
    quantiles = band(wide, rolled, errors, rolled.is_choosing)
    far = rolled.is_choosing & (rolled.ahead > worked.horizon * 2 // 3)
    if quantiles is None or not tested.any() or far.sum() < LEAST:
        return [dict.fromkeys(LEVELS) for _ in range(count)]
    quantiles = quantiles.wider(widening(based, until, rolled, errors, rolled.is_choosing))
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


def widths_of(fitted: Fitted, worked: Panel) -> Widths:
    """Return the widths learned, for the panel of the same series now."""
    return Widths(worked, fitted.part, fitted.ahead)
