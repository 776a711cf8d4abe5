"""Synthetic series with a known truth; seeded, so that every run sees the same."""

from __future__ import annotations

from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np

from analytics.forecast.forecasting import Asked, Forecast, forecast
from analytics.grid import EPOCH, Grid, StepName
from analytics.series import Floats, Regular

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
DAY = Asked(24)
FIRST_DAY = date(2026, 1, 5)  # a Monday


def first_slot(step: StepName, day: date = FIRST_DAY) -> int:
    """Return the slot a day begins in."""
    grid = Grid(step, ZONE)
    if not grid.is_below_day:
        return int(grid.of_days(np.array([(day - EPOCH).days]))[0])
    days = Grid("P1D", ZONE)
    return int(grid.slots(np.array([days.begin_us((day - EPOCH).days)]))[0])


def series(values: Floats, step: StepName = "PT1H", day: date = FIRST_DAY) -> Regular:
    """Return values from the first slot of a day on."""
    return Regular(Grid(step, ZONE), first_slot(step, day), np.asarray(values, np.float64))


def daily(hours: int, *, noise: float = 1.0, level: float = 50.0, seed: int = 1) -> Floats:
    """Return a daily and weekly rhythm with independent normal noise."""
    at, chance = np.arange(hours), np.random.default_rng(seed)
    week = np.where(at // 24 % 7 >= 5, 0.6, 1.0)
    rhythm = level + 20 * week * np.sin(2 * np.pi * (at % 24) / 24)
    return rhythm + noise * chance.normal(size=hours)


def wandering(hours: int, *, keeps: float = 0.97, seed: int = 3) -> Floats:
    """Return the rhythm with errors that last: what a model can know and a profile cannot."""
    chance = np.random.default_rng(seed)
    errors = np.zeros(hours)
    for at in range(1, hours):
        errors[at] = keeps * errors[at - 1] + chance.normal()
    return daily(hours, noise=0.3, seed=seed) + 3 * errors


def one(values: Any, asked: Asked = DAY, *, rows: int = 8000) -> Forecast:
    """Return the forecast of one series."""
    found, refused = forecast({"it": values if isinstance(values, Regular) else series(values)},
                              asked, rows=rows)  # fmt: skip
    assert not refused
    return found[0]
