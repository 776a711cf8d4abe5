"""Does a rain forecast beside them help to forecast water levels? A part of benchmarks/forecast.py.

There are no public levels of Hanoi's waters with forecasts issued for them: both are the
simulator's, of a rainy season. So this says that what is there is found and used, not how much rain
tells of real waters; every room tests that on its own and says so on the card.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import numpy as np

from analytics.forecast.beside import Beside, on_grid
from analytics.forecast.fitting import Asked, fit
from analytics.forecast.forecasting import speak
from analytics.grid import Grid
from analytics.series import Regular, sampled
from data_access.city import City
from data_access.rain_issue import Issue, Step
from data_access.records import instant_us
from data_access.simulator import rain_forecast, water
from data_access.simulator.order import Order

UNTIL = datetime(2026, 8, 30, 3, 30, tzinfo=UTC)
PIECES = 5  # of as many days as a lake has
AHEAD = 24
Outcome = tuple[float, float, float]  # error without, with, and of the better baseline


def series_and_issues(city: City, *, seed: int) -> tuple[dict[str, Regular], list[Issue]]:
    """Return ten weeks of levels by station, and every issue of those weeks."""
    levels: dict[str, dict[datetime, float]] = {}
    steps: dict[tuple[datetime, str], dict[datetime, Step]] = {}
    for piece in reversed(range(PIECES)):
        until = UNTIL - timedelta(days=water.DAYS * piece)
        for row in water.rows(Order(city, city.datasets[water.DATASET], seed, until)):
            levels.setdefault(row["entity"], {})[row["at"]] = row["water_level"]
        for row in rain_forecast.rows(
            Order(city, city.datasets[rain_forecast.DATASET], seed, until)
        ):
            step = Step(instant_us(row["starts"]), instant_us(row["ends"]), row["rain_mm"])
            steps.setdefault((row["reported"], row["place"]), {})[row["starts"]] = step
    grid = Grid("PT1H", city.zone)
    made = {
        name: sampled(grid, np.array([instant_us(at) for at in told]), np.array([*told.values()]))
        for name, told in levels.items()
    }
    issues = [
        Issue(place, None, None, None, instant_us(at), tuple(told[each] for each in sorted(told)))
        for (at, place), told in sorted(steps.items())
    ]
    return made, issues


def outcomes(city: City, *, seed: int, moments: int) -> Iterator[Outcome]:
    """Yield the mean errors of forecasts from several moments of the last three weeks, in cm."""
    made, issues = series_and_issues(city, seed=seed)
    grid = next(iter(made.values())).grid
    last = max(each.last for each in made.values())
    for moment in np.linspace(last - 21 * 24, last - AHEAD, moments).astype(int).tolist():
        past = {name: each.until(moment) for name, each in made.items()}
        end_us = grid.begin_us(moment + 1)
        known = [each for each in issues if each.issued_us <= end_us]
        told = on_grid(known, grid, AHEAD + 12)
        yield (
            _erred(past, made, None),
            _erred(past, made, told),
            _erred(past, made, None, rows=0),
        )


def _erred(
    past: dict[str, Regular], made: dict[str, Regular], beside: Beside | None, rows: int = 100_000
) -> float:
    asked = Asked(AHEAD)
    fitted = fit(past, asked, rows=rows, beside=beside)
    if fitted is None:
        return float("nan")
    found, _ = speak(fitted, past, asked, beside=beside)
    wrong = [
        np.abs(made[each.name].at(int(each.slots[0]), int(each.slots[-1])) - each.values)
        for each in found
    ]
    return float(np.nanmean(wrong)) * 100
