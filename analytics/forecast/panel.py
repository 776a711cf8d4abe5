"""Series of one kind side by side: a matrix of series by slots, and the calendar of its columns.

Everything of this folder is vectorised over a panel. Its columns go by the city's clock: where that
is put forward, the hour left out is a gap; where it is put back, the hour that comes twice is one
column, the mean of both. So the same hour of the day before lies one season before also over a
change, and no profile mixes two hours. What lies behind the last known column, up to `horizon`, is
NaN and has a calendar only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from analytics import calendar
from analytics.forecast.beside import Beside
from analytics.grid import BELOW_DAY_S, Grid, Ints
from analytics.series import Floats, Regular

Bools = npt.NDArray[np.bool_]

Days = Callable[[Ints], tuple[list[date], Ints]]
# Times the span of a series' usual values (from the 1st to the 99th percentile) beyond which a
# value is none: what stands for "nothing" in some formats, where a contract has no limits.
ABSURD = 1e6
CHANGE_MIN = 180  # minutes a clock is put forward or back at the most, wherever it is


@dataclass(frozen=True, slots=True)
class Panel:
    """`values` is series x (columns + horizon); `last` the last known column of each series."""

    grid: Grid
    slots: Ints  # that each column begins with; where none does, the next
    columns: Ints  # of each slot from the first on
    names: tuple[str, ...]
    values: Floats
    last: Ints
    ends: Ints  # the last known slot of each series
    horizon: int
    minutes: Floats  # of each column: minutes of its day gone, by the city's clock
    days: Floats  # of each column: calendar.FEATURES
    beside: Beside | None = None  # what others forecast, known ahead

    @property
    def short(self) -> int:
        """The shortest season in slots."""
        return self.grid.seasons[0]

    @property
    def long(self) -> int:
        """The longest season in slots."""
        return self.grid.seasons[-1]

    @property
    def ahead(self) -> Ints:
        """Return how many columns ahead the `horizon` slots after each series' last lie.

        While the hour that comes twice is not over, what is left of it is one ahead, as what comes
        after it: its column is known already.
        """
        slots = self.ends[:, None] + np.arange(1, self.horizon + 1)
        columns = self.columns[slots - self.slots[self.columns[0]]]
        found: Ints = np.maximum(1, columns - self.last[:, None])
        return found


def panel(
    series: Mapping[str, Regular],
    horizon: int,
    *,
    days: Days | None = None,
    beside: Beside | None = None,
) -> Panel:
    """Put series of one grid side by side; raises ValueError when there is none.

    `days` says what day and minute slots are on the calendar; default: that of the grid. Series
    that are played again later keep the calendar they were recorded in.
    """
    if not series:
        raise ValueError("a panel needs a series")
    grid = next(iter(series.values())).grid
    first = min(each.first for each in series.values())
    width = max(each.last for each in series.values()) - first + 1
    told = np.full((len(series), width), np.nan)
    for row, each in enumerate(series.values()):
        begin = each.first - first
        told[row, begin : begin + len(each.values)] = each.values
    told[~_is_value(told)] = np.nan
    slots = first + np.arange(width + horizon)
    on, minutes = (days or grid.clock)(slots)
    columns = _columns(grid, on, minutes)
    is_put_back = len(np.unique(columns)) < len(columns)
    count = int(columns.max()) + 1 + is_put_back  # one ahead also in the hour that comes twice
    values = _folded(told, columns[:width], count)
    begins = _begins(columns, count)
    of = {day: calendar.features_of(day) for day in set(on)}
    return Panel(
        grid=grid,
        slots=slots[begins],
        columns=columns,
        names=tuple(series),
        values=values,
        last=_last(values),
        ends=first + _last(told),
        horizon=horizon,
        minutes=minutes[begins].astype(np.float64),
        days=np.array([of[on[at]] for at in begins.tolist()]).reshape(-1, len(calendar.FEATURES)),
        beside=beside,
    )


def _columns(grid: Grid, on: list[date], minutes: Ints) -> Ints:
    """Return the column of each slot: how far the clock has come since the first, in slots.

    Where a calendar jumps farther than a clock is ever put, each slot has a column of its own.
    """
    plain = np.arange(len(on), dtype=np.int64)
    if not grid.is_below_day or not len(on):
        return plain
    minutes_each = BELOW_DAY_S[grid.step] // 60
    of = {day: day.toordinal() * 1440 for day in set(on)}
    clock = np.array([of[day] for day in on], np.int64) + minutes
    if (np.abs(np.diff(clock) - minutes_each) > CHANGE_MIN).any():
        return plain
    columns = clock // minutes_each
    found: Ints = columns - columns.min()
    return found


def _folded(told: Floats, columns: Ints, count: int) -> Floats:
    """Return values by column: the mean of what shares one, NaN where nothing is known."""
    found = np.full((len(told), count), np.nan)
    if len(np.unique(columns)) == len(columns):
        found[:, columns] = told
        return found
    for row, values in enumerate(told):
        known = np.isfinite(values)
        rows = np.bincount(columns[known], minlength=count)
        total = np.bincount(columns[known], values[known], count)
        found[row, rows > 0] = total[rows > 0] / rows[rows > 0]
    return found


def _begins(columns: Ints, count: int) -> Ints:
    """Return the index of the first slot of each column, of a column without any the next one's."""
    found = np.full(count, len(columns) - 1, np.int64)
    np.minimum.at(found, columns, np.arange(len(columns)))
    return np.minimum.accumulate(found[::-1])[::-1]


def _last(values: Floats) -> Ints:
    """Return the last known column of each row, -1 without any."""
    known = np.isfinite(values)
    found: Ints = np.where(
        known.any(axis=1), values.shape[1] - 1 - known[:, ::-1].argmax(axis=1), -1
    )
    return found


def _is_value(values: Floats) -> Bools:
    """Tell what can be a value: a finite one, not absurdly far from the series' others."""
    found = np.isfinite(values)
    for row, is_known in zip(values, found, strict=True):
        if is_known.any():
            with np.errstate(over="ignore", invalid="ignore"):
                low, high = np.quantile(row[is_known], (0.01, 0.99))
                reach = ABSURD * (high - low)
                if reach > 0:
                    is_known &= (row >= low - reach) & (row <= high + reach)
    return found
