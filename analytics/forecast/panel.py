"""Series of one kind side by side: a matrix of series by slots, and the calendar of its columns.

Everything of this folder is vectorised over a panel. Column `t` of the matrix is slot `first + t`;
what lies behind the last known column, up to `horizon`, is NaN and has a calendar only.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date

import numpy as np

from analytics import calendar
from analytics.forecast.beside import Beside
from analytics.grid import Grid, Ints
from analytics.series import Floats, Regular

Days = Callable[[Ints], tuple[list[date], Ints]]


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
    last = np.full(len(series), -1, np.int64)
    for row, each in enumerate(series.values()):
        begin = each.first - first
        values[row, begin : begin + len(each.values)] = each.values
        known = np.flatnonzero(np.isfinite(each.values))
        last[row] = begin + known[-1] if len(known) else -1
    values[~np.isfinite(values)] = np.nan
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
