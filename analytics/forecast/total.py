"""What a year will add up to: revenue, expenditure, disbursement, from what is booked so far.

Each method is a shape of the year (how its slots share what comes) and a stretch that says how much
comes: even days since New Year (the baseline every chart of a year has), working days since New
Year, working days of the last quarter, and the months' shares of earlier years. At the end of every
month of the past each says what came after it; the one that erred least speaks, and its errors, in
per cent, are the interval (Student's t: they are few). Pure.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from typing import Literal

import numpy as np
from scipy.stats import t as student

from analytics.calendar import is_off
from analytics.forecast.intervals import LEVELS
from analytics.grid import Grid, Ints
from analytics.series import Floats, Regular

Method = Literal["even", "working", "recent", "shares"]
BASELINE: Method = "even"
RECENT_D = 91  # days of the method that looks at the last quarter
YEARS = 4  # earlier ones whose months share out
LEAST_ELAPSED = 0.1  # of a year, before anything is said of it
LEAST_LEFT_D = 21  # days a test looks ahead, at least
LEAST_TESTS = 5

Shape = Callable[["Year"], "Floats | None"]


@dataclass(frozen=True, slots=True)
class Total:
    """A year's forecast. `path` is the running sum at the end of each slot left, `low` and `high`
    by level (None where the past is too short to say); `errors` mean errors of what was to come, in
    per cent; `coverage` of each test by the others' errors.
    """

    year: int
    slots: Ints
    path: Floats
    low: Mapping[float, Floats] | None
    high: Mapping[float, Floats] | None
    booked: float
    method: Method
    errors: Mapping[Method, float]
    coverage: Mapping[float, float | None]
    tests: int

    @property
    def total(self) -> float:
        """What the year adds up to."""
        return float(self.path[-1]) if len(self.path) else self.booked


class Year:
    """One year of a series as known at the end of slot `at`."""

    def __init__(self, series: Regular, at: int) -> None:
        self.series, self.at, self.grid = series, at, series.grid
        self.number = self.grid.day(at).year
        self.first, self.last = bounds(self.grid, self.number)
        self.slots = np.arange(self.first, self.last + 1, dtype=np.int64)

    @property
    def is_whole(self) -> bool:
        """Tell whether the series knows the year from its first slot on."""
        return self.series.first <= self.first

    def rest(self, method: Method) -> Floats | None:
        """Return what `method` says of the slots after `at`, None where it cannot."""
        shape = SHAPES[method](self)
        if shape is None:
            return None
        begin = self.first
        if method == "recent":
            back = RECENT_D if self.grid.step == "P1D" else 3
            begin = max(begin, self.at - back + 1)
        share = float(shape[begin - self.first : self.at - self.first + 1].sum())
        if share <= 0:
            return None
        booked = float(np.nansum(self.series.at(begin, self.at)))
        return shape[self.at - self.first + 1 :] * (booked / share)


def year_total(series: Regular) -> Total | None:
    """Return the forecast of the year the series ends in; None while too little of it has gone."""
    known = series.until(series.last)
    if not known.known:
        return None
    now = Year(known, known.last)
    elapsed = (now.at - now.first + 1) / len(now.slots)
    if not now.is_whole or elapsed < LEAST_ELAPSED:
        return None
    errors = _errors(known)
    methods = [method for method in SHAPES if now.rest(method) is not None]
    if not methods:
        return None
    tested = [method for method in methods if len(errors[method]) >= LEAST_TESTS]
    spread = {method: float(np.mean(np.abs(errors[method]))) for method in tested}
    method = min(tested, key=lambda name: spread[name]) if tested else methods[0]
    rest = now.rest(method)
    assert rest is not None  # noqa: S101  of `methods`
    booked = float(np.nansum(known.at(now.first, now.at)))
    ahead = np.cumsum(rest)
    low: dict[float, Floats] | None = None
    high: dict[float, Floats] | None = None
    coverage: dict[float, float | None] = dict.fromkeys(LEVELS)
    if tested:
        reach = {level: _reach(errors[method], level) for level in LEVELS}
        low = {level: booked + ahead * max(0.0, 1 + reach[level][0]) for level in LEVELS}
        high = {level: booked + ahead * (1 + reach[level][1]) for level in LEVELS}
        coverage = {level: _coverage(errors[method], level) for level in LEVELS}
    return Total(
        year=now.number,
        slots=now.slots[now.at - now.first + 1 :],
        path=booked + ahead,
        low=low,
        high=high,
        booked=booked,
        method=method,
        errors={name: 100 * each for name, each in spread.items()},
        coverage=coverage,
        tests=len(errors[method]),
    )


def bounds(grid: Grid, year: int) -> tuple[int, int]:
    """Return the first and the last slot of a year, of days or months."""
    first, after = (date(each, 1, 1) for each in (year, year + 1))
    days = np.array([first.toordinal(), after.toordinal() - 1]) - date(1970, 1, 1).toordinal()
    slots = grid.of_days(days).tolist()
    return int(slots[0]), int(slots[1])


def _errors(series: Regular) -> dict[Method, Floats]:
    """Return by method what came after each month's end, relative to what was said, less one."""
    found: dict[Method, list[float]] = {method: [] for method in SHAPES}
    for at in _month_ends(series):
        year = Year(series, at)
        until = min(year.last, series.last)
        left = (series.grid.day(until) - series.grid.day(at)).days
        gone = (at - year.first + 1) / len(year.slots)
        if not year.is_whole or gone < LEAST_ELAPSED or left < LEAST_LEFT_D:
            continue
        came = float(np.nansum(series.at(at + 1, until)))
        for method in SHAPES:
            rest = year.rest(method)
            said = 0.0 if rest is None else float(rest[: until - at].sum())
            if said > 0:
                found[method].append(came / said - 1)
    return {method: np.array(each) for method, each in found.items()}


def _month_ends(series: Regular) -> list[int]:
    slots = series.slots.tolist()
    return [
        slot
        for slot, after in pairwise(slots)
        if series.grid.day(slot).month != series.grid.day(after).month
    ]


def _even(year: Year) -> Floats:
    return np.array([_days(year.grid, slot, all_days=True) for slot in year.slots.tolist()])


def _working(year: Year) -> Floats:
    return np.array([_days(year.grid, slot, all_days=False) for slot in year.slots.tolist()])


def _shares(year: Year) -> Floats | None:
    """Return the mean of earlier years' shares by month, spread over working days."""
    by_year: list[Floats] = []
    for number in range(year.number - YEARS, year.number):
        first, last = bounds(year.grid, number)
        if first < year.series.first:
            continue
        values = np.nan_to_num(year.series.at(first, last))
        if values.sum() > 0:
            by_year.append(_by_month(year.grid, first, values) / values.sum())
    if not by_year:
        return None
    shares = np.mean(by_year, axis=0)
    working = _working(year)
    months = np.array([year.grid.day(slot).month - 1 for slot in year.slots.tolist()])
    of_month = np.bincount(months, working, 12)
    found: Floats = shares[months] * working / np.maximum(of_month[months], 1e-9)
    return found


SHAPES: dict[Method, Shape] = {
    "even": _even, "working": _working, "recent": _working, "shares": _shares,
}  # fmt: skip


def _by_month(grid: Grid, first: int, values: Floats) -> Floats:
    months = [grid.day(first + index).month - 1 for index in range(len(values))]
    found: Floats = np.bincount(months, values, 12).astype(np.float64)
    return found


def _days(grid: Grid, slot: int, *, all_days: bool) -> float:
    if grid.step == "P1D":
        return 1.0 if all_days or not is_off(grid.day(slot)) else 0.0
    day, after = grid.day(slot), grid.day(slot + 1)
    days = [day + timedelta(days=n) for n in range((after - day).days)]
    return float(sum(all_days or not is_off(each) for each in days))


def _reach(errors: Floats, level: float) -> tuple[float, float]:
    """Return the prediction interval of the next error, from few."""
    count = len(errors)
    middle, deviation = float(errors.mean()), float(errors.std(ddof=1))
    half = float(student.ppf((1 + level) / 2, count - 1)) * deviation * np.sqrt(1 + 1 / count)
    return min(0.0, middle - half), max(0.0, middle + half)


def _coverage(errors: Floats, level: float) -> float | None:
    if len(errors) < LEAST_TESTS + 1:
        return None
    inside = 0
    for index, error in enumerate(errors.tolist()):
        low, high = _reach(np.delete(errors, index), level)
        inside += int(low <= error <= high)
    return inside / len(errors)
