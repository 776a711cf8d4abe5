"""Series of one kind side by side: a matrix of series by slots, and the calendar of its columns.

Everything of this folder is vectorised over a panel. Column `t` of the matrix is slot `first + t`;
what lies behind the last known column, up to `horizon`, is NaN and has a calendar only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from analytics import calendar
from analytics.forecast.beside import Beside
from analytics.grid import Grid, Ints
from analytics.series import Floats, Regular

Bools = npt.NDArray[np.bool_]

Days = Callable[[Ints], tuple[list[date], Ints]]
# Times the span of a series' usual values (from the 1st to the 99th percentile) beyond which a
# value is none: what stands for "nothing" in some formats, where a contract has no limits.
ABSURD = 1e6


@dataclass(frozen=True, slots=True)
class Panel:
    """`values` is series x (slots + horizon); `last` the last known column of each series."""

    grid: Grid
    first: int
    names: tuple[str, ...]
    values: Floats
    last: Ints
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

    def slot(self, column: int) -> int:
        """Return the slot of a column."""
        return self.first + column


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
    values = np.full((len(series), width + horizon), np.nan)
    for row, each in enumerate(series.values()):
        begin = each.first - first
        values[row, begin : begin + len(each.values)] = each.values
    values[~_is_value(values)] = np.nan
    known = np.isfinite(values)
    last = np.where(known.any(axis=1), values.shape[1] - 1 - known[:, ::-1].argmax(axis=1), -1)
    on, minutes = (days or grid.clock)(first + np.arange(width + horizon))
    of = {day: calendar.features_of(day) for day in set(on)}
    return Panel(
        grid=grid,
        first=first,
        names=tuple(series),
        values=values,
        last=last,
        horizon=horizon,
        minutes=minutes.astype(np.float64),
        days=np.array([of[day] for day in on]).reshape(-1, len(calendar.FEATURES)),
        beside=beside,
    )


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
