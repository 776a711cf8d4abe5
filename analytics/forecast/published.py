"""What was forecast and shown, kept until it came true, and how wrong it was then.

A few distances of every series are kept of each forecast, with the back-test's error they were
shown with; a bounded number of rows, the oldest going first. The comparison is made anew from rows
and series each time, so that a restart, or a row that comes late, changes nothing.

Whether errors have grown is a fold over that history with hysteresis (data_access/hysteresis.py):
off when the mean error of a day or two is OFF_TIMES what the back-test promised, or twice as much
as promised lay outside the 80 % interval, on two looks in a row; well again below CLEAR of either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from analytics.forecast.fitting import STRETCHES, stretch_of
from analytics.forecast.forecasting import Forecast
from analytics.grid import Grid, Ints
from analytics.series import Floats, Regular
from data_access.hysteresis import standing
from data_access.limits import Limit

MOST_ROWS = 150_000  # of one entry
ISSUES = 400  # origins that are kept of a series
TOLD = ("value", "low80", "high80", "low95", "high95", "expected")
VALUE, LOW80, HIGH80, LOW95, HIGH95, EXPECTED = range(len(TOLD))
OFF_TIMES, OUTSIDE = 1.5, 0.4
CLEAR = 0.8
LEAST = 24  # forecasts that came true, below which nothing is said
LONGEST_TIMES = 10.0  # one wrong sensor is no drift of all
RULE = Limit(warning=1.0, clear=CLEAR, after="PT1S", clear_after="PT1S")
FOREVER_US = 2**62


@dataclass(frozen=True, slots=True)
class Said:
    """Published forecasts, a row a (series, origin, slots ahead).

    `told` has the columns TOLD (NaN where nothing was said); `fit_ms` is which fit said it.
    """

    names: tuple[str, ...]
    series: Ints
    origin: Ints
    ahead: Ints
    horizon: Ints
    fit_ms: Ints
    told: Floats

    def __len__(self) -> int:
        return len(self.series)


@dataclass(frozen=True, slots=True)
class Lived:
    """How forecasts lived up to their back-test, of one series or of several.

    `times` is their mean error in times of the back-test's; `stretches` that by distance, with how
    many came true. `drifted_us` is since when it is too much (track time), None while it is not.
    """

    came: int
    error: float
    times: float | None
    inside80: float | None
    inside95: float | None
    stretches: tuple[tuple[int, float | None], ...]
    is_enough: bool  # came true over a season, and LEAST of them: a storm's hours are no drift
    drifted_us: int | None = None

    @property
    def state(self) -> str:
        """`unknown` while too little came true, else `steady` or `drifted`."""
        if not self.is_enough or self.times is None:
            return "unknown"
        return "steady" if self.drifted_us is None else "drifted"


_NO_ROWS = np.zeros(0, np.int64)
NOTHING = Said(
    names=(),
    series=_NO_ROWS,
    origin=_NO_ROWS,
    ahead=_NO_ROWS,
    horizon=_NO_ROWS,
    fit_ms=_NO_ROWS,
    told=np.zeros((0, len(TOLD))),
)


def distances(horizon: int) -> Ints:
    """Return the slots ahead that are kept: the end of each stretch of the way."""
    ends = [round(horizon * (part + 1) / STRETCHES) for part in range(STRETCHES)]
    return np.unique(np.maximum(1, np.array(ends, np.int64)))


def with_forecasts(said: Said, made: Iterable[Forecast], fit_ms: float) -> Said:
    """Return `said` with forecasts; what was said first of a slot from an origin stays."""
    rows = [(each, distances(len(each.slots))) for each in made]
    if not rows:
        return said
    names = tuple(dict.fromkeys([*said.names, *(each.name for each, _ in rows)]))
    at = {name: number for number, name in enumerate(names)}
    counts = [len(steps) for _, steps in rows]
    added = Said(
        names=names,
        series=np.repeat([at[each.name] for each, _ in rows], counts).astype(np.int64),
        origin=np.repeat([int(each.slots[0]) - 1 for each, _ in rows], counts).astype(np.int64),
        ahead=np.concatenate([steps for _, steps in rows]),
        horizon=np.repeat([len(each.slots) for each, _ in rows], counts).astype(np.int64),
        fit_ms=np.full(sum(counts), round(fit_ms), np.int64),
        told=np.concatenate([_told(each, steps) for each, steps in rows]),
    )
    return bounded(_joined(replace(said, names=names), added))


def bounded(said: Said, *, most: int = MOST_ROWS) -> Said:
    """Return the newest rows, ISSUES origins of a series and `most` rows at the most."""
    if not len(said):
        return said
    pairs = np.unique(np.stack([said.series, said.origin]), axis=1)
    firsts = np.full(len(said.names), -(2**62), np.int64)
    for number in range(len(said.names)):
        mine = pairs[1][pairs[0] == number]
        if len(mine) > ISSUES:
            firsts[number] = mine[-ISSUES]
    kept = np.flatnonzero(said.origin >= firsts[said.series])
    if len(kept) > most:
        order = np.argsort(said.origin[kept], kind="stable")
        kept = np.sort(kept[order[-most:]])
    return _taken(said, kept)


def lived(said: Said, series: Mapping[str, Regular], *, fit_ms: float) -> dict[str, Lived]:
    """Return how the forecasts of a fit came true, by series; those of earlier fits are over."""
    came = _came(said, series, fit_ms)
    found = {}
    for number, name in enumerate(said.names):
        if name in series and (mine := came.series == number).any():
            found[name] = _lived(came.of(mine), series[name].grid)
    return found


def lived_together(said: Said, series: Mapping[str, Regular], *, fit_ms: float) -> Lived | None:
    """Return how the forecasts of all series came true together; None before any did."""
    came = _came(said, series, fit_ms)
    grids = [each.grid for each in series.values()]
    return _lived(came, grids[0]) if len(came.series) else None


@dataclass(frozen=True, slots=True)
class _Came:
    """Rows whose truth is known; `times` is each error in times of the back-test's."""

    series: Ints
    target: Ints
    stretch: Ints
    wrong: Floats
    times: Floats
    inside80: Floats  # 1, 0, or NaN without an interval
    inside95: Floats

    def of(self, rows: npt.NDArray[np.bool_]) -> _Came:
        return _Came(*(getattr(self, name)[rows] for name in self.__slots__))


def _came(said: Said, series: Mapping[str, Regular], fit_ms: float) -> _Came:
    truth = np.full(len(said), np.nan)
    target = said.origin + said.ahead
    for number, name in enumerate(said.names):
        mine = np.flatnonzero(said.series == number)
        known = series.get(name)
        if known is None or not len(mine):
            continue
        at = target[mine] - known.first
        inside = (at >= 0) & (at < len(known.values))
        truth[mine[inside]] = known.values[at[inside]]
    rows = np.flatnonzero(np.isfinite(truth) & (said.fit_ms >= round(fit_ms)))
    told, truth = said.told[rows], truth[rows]
    wrong = np.abs(truth - told[:, VALUE])
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.where(told[:, EXPECTED] > 0, wrong / told[:, EXPECTED], np.nan)
    return _Came(
        series=said.series[rows],
        target=target[rows],
        stretch=stretch_of(said.ahead[rows], said.horizon[rows]),
        wrong=wrong,
        times=np.minimum(times, LONGEST_TIMES),
        inside80=_inside(truth, told[:, LOW80], told[:, HIGH80]),
        inside95=_inside(truth, told[:, LOW95], told[:, HIGH95]),
    )


def _inside(truth: Floats, low: Floats, high: Floats) -> Floats:
    held = ((truth >= low) & (truth <= high)).astype(np.float64)
    return np.where(np.isfinite(low) & np.isfinite(high), held, np.nan)


def _lived(came: _Came, grid: Grid) -> Lived:
    stretches = []
    for part in range(STRETCHES):
        mine = came.stretch == part
        stretches.append((int(mine.sum()), _mean(came.times[mine])))
    return Lived(
        came=len(came.wrong),
        error=float(came.wrong.mean()),
        times=_mean(came.times),
        inside80=_mean(came.inside80),
        inside95=_mean(came.inside95),
        stretches=tuple(stretches),
        is_enough=_is_enough(came.target, grid),
        drifted_us=_drifted_us(came, grid),
    )


def _drifted_us(came: _Came, grid: Grid) -> int | None:
    """Return since when errors are too much, by the rule; None while they are not."""
    width = 2 * grid.seasons[0] if grid.is_below_day else LEAST
    order = np.argsort(came.target, kind="stable")
    target = came.target[order]
    sums = [_running(came.times[order]), _running(1.0 - came.inside80[order])]
    ends = np.append(np.flatnonzero(np.diff(target)), len(target) - 1)
    begins = np.searchsorted(target, target[ends] - width, side="right")
    figures = []
    for begin, end in zip(begins.tolist(), ends.tolist(), strict=True):
        if not _is_enough(target[begin : end + 1], grid):
            continue
        times, outside = (_between(each, begin, end + 1) for each in sums)
        strain = max(
            0.0 if times is None else times / OFF_TIMES,
            0.0 if outside is None else outside / OUTSIDE,
        )
        figures.append((grid.begin_us(int(target[end])), strain))
    found = standing(figures, RULE, longest_gap_us=FOREVER_US)
    return None if found is None else found.began_us


def _is_enough(target: Ints, grid: Grid) -> bool:
    """Tell whether so many slots, with one row or more each, say how a forecast does."""
    span = int(target.max() - target.min()) + 1 if len(target) else 0
    return len(target) >= LEAST and span >= (grid.seasons[0] if grid.is_below_day else 1)


Sums = tuple[Floats, Floats]


def _running(values: Floats) -> Sums:
    known = np.isfinite(values)
    zero = np.zeros(1)
    total = np.concatenate([zero, np.cumsum(np.where(known, values, 0.0))])
    return total, np.concatenate([zero, np.cumsum(known)])


def _between(sums: Sums, begin: int, end: int) -> float | None:
    count = float(sums[1][end] - sums[1][begin])
    return float(sums[0][end] - sums[0][begin]) / count if count else None


def _mean(values: Floats) -> float | None:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else None


def _told(each: Forecast, steps: Ints) -> Floats:
    found = np.full((len(steps), len(TOLD)), np.nan)
    found[:, VALUE] = each.values[steps - 1]
    if each.low is not None and each.high is not None:
        for level, low, high in ((0.8, LOW80, HIGH80), (0.95, LOW95, HIGH95)):
            found[:, low] = each.low[level][steps - 1]
            found[:, high] = each.high[level][steps - 1]
    found[:, EXPECTED] = each.expected[stretch_of(steps, len(each.slots))]
    return found


def _joined(said: Said, added: Said) -> Said:
    """Return both, a row once: the first counts."""
    series, origin, ahead = (
        np.concatenate([getattr(said, name), getattr(added, name)])
        for name in ("series", "origin", "ahead")
    )
    _, first = np.unique(np.stack([series, origin, ahead]), axis=1, return_index=True)
    whole = Said(
        names=said.names,
        series=series,
        origin=origin,
        ahead=ahead,
        horizon=np.concatenate([said.horizon, added.horizon]),
        fit_ms=np.concatenate([said.fit_ms, added.fit_ms]),
        told=np.concatenate([said.told, added.told]),
    )
    return _taken(whole, np.sort(first))


def _taken(said: Said, rows: Ints) -> Said:
    return replace(
        said,
        **{
            name: getattr(said, name)[rows]
            for name in ("series", "origin", "ahead", "horizon", "fit_ms", "told")
        },
    )
