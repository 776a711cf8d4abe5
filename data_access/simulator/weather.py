"""The weather all generators share, so that rain, bad air, floods and reports fall on one day.

City-wide rain a day and fine dust (PM2.5) an hour, each from the seed and the day alone.
"""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
from numpy.typing import NDArray

from data_access.simulator.order import draws

Numbers = NDArray[np.float64]

# Rain of Hanoi's median gauge, mm a month, January to December: mean of four years of gauge tables.
RAIN_MM_MONTH = (23, 25, 28, 78, 164, 233, 199, 277, 317, 85, 21, 7)
# Share of days on which it rains all over the city. The dry months drizzle, the wet ones pour.
RAIN_DAY_SHARE = (0.16, 0.18, 0.18, 0.22, 0.30, 0.34, 0.36, 0.40, 0.36, 0.18, 0.10, 0.06)
RAIN_SHAPE = 0.8  # of the gamma law of a rain day; gives a day of 90 mm or more about once a year
RAIN_PEAK_H = 17.0  # showers come in the afternoon and evening, more often than not …
RAIN_LASTS_H = (0.8, 4.0)  # … and for some hours (standard deviations of a bell)
RAIN_DAY_MAX_MM = 180.0  # the heaviest city-wide day of four years (2024-07-23) had 179

# PM2.5 of Hanoi, µg/m³, January to December: monthly means 2023-03 to 2024-02.
PM25_MONTH = (54, 39, 49, 47, 35, 31, 26, 31, 34, 46, 113, 85)
# … and its hours against the day's mean: high 19-21 h and 3-9 h, lowest at 16 h.
PM25_HOUR = (
    1.02, 1.01, 1.02, 1.05, 1.06, 1.07, 1.08, 1.08, 1.07, 1.04, 0.98, 0.93,
    0.90, 0.88, 0.86, 0.84, 0.82, 0.86, 0.99, 1.12, 1.15, 1.13, 1.03, 1.01,
)  # fmt: skip
EPISODE_SIGMA = 0.6  # of the logarithm of a day; with the months it gives the year's quantiles …
EPISODE_DAYS = 5  # … and an episode of stagnant air lasts some days
PM25_WORST_DAY = 230.0  # one hour in a hundred of that year had 277 or more
WASHOUT = 0.55  # what is left of the dust after a day of heavy rain


def rain_mm(seed: int, day: date) -> float:
    """Return the city-wide rain of `day` in mm, 0 on most days (showers are local, not here)."""
    month = day.month - 1
    draw = draws(seed, "weather.rain", day.toordinal())
    if draw.random() >= RAIN_DAY_SHARE[month]:
        return 0.0
    mean = RAIN_MM_MONTH[month] / (30.4 * RAIN_DAY_SHARE[month])
    return float(min(draw.gamma(RAIN_SHAPE, mean / RAIN_SHAPE), RAIN_DAY_MAX_MM))


def rain_shares(seed: int, day: date) -> Numbers:
    """Return how the rain of `day` is spread over its 24 local hours, wherever it falls; sum 1."""
    draw = draws(seed, "weather.rain.hour", day.toordinal())
    centre, width = draw.normal(RAIN_PEAK_H, 4.0) % 24, draw.uniform(*RAIN_LASTS_H)
    shape = np.exp(-(((np.arange(24) - centre) / width) ** 2) / 2) * draw.lognormal(0, 0.5, 24)
    shape = np.where(shape > shape.max() / 50, shape, 0.0)
    shares: Numbers = shape / shape.sum()
    return shares


def _episode(seed: int, day: date) -> float:
    """Return the day's standard normal deviate, correlated over EPISODE_DAYS days."""
    shocks = [
        draws(seed, "weather.air", (day - timedelta(days=lag)).toordinal()).standard_normal()
        for lag in range(EPISODE_DAYS)
    ]
    return float(sum(shocks) / np.sqrt(EPISODE_DAYS))


def _month_mean(day: date) -> float:
    """Return the seasonal mean of the day, between the middles of two months."""
    offset = (day.day - 15) / 30
    here = PM25_MONTH[day.month - 1]
    there = PM25_MONTH[(day.month - 1 + (1 if offset > 0 else -1)) % 12]
    return float(here + (there - here) * abs(offset))


def pm25_level(seed: int, day: date) -> float:
    """Return the level of fine dust about the noon of `day`, µg/m³: season, episode, washout."""
    episode = np.exp(EPISODE_SIGMA * _episode(seed, day) - EPISODE_SIGMA**2 / 2)
    washed = 1 - (1 - WASHOUT) * min(rain_mm(seed, day) / 40, 1.0)
    return float(min(_month_mean(day) * episode * washed, PM25_WORST_DAY))


def pm25_hours(seed: int, day: date) -> Numbers:
    """Return the city's PM2.5 of the 24 local hours of `day`, µg/m³, shape (24,)."""
    levels = [pm25_level(seed, day + timedelta(days=gap)) for gap in (-1, 0, 1)]
    between = np.interp(np.arange(24), (-12, 12, 36), np.log(levels))
    noise = draws(seed, "weather.air.hour", day.toordinal()).normal(0, 0.2, 24)
    hours: Numbers = np.exp(between + noise) * np.asarray(PM25_HOUR)
    return hours
