"""A small town for detectors: sensors in a row 500 m apart, with weeks behind them."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from analytics.detection.air import Air
from analytics.detection.congestion import Congestion
from analytics.detection.fault import Fault
from analytics.detection.flood import Level, Rain
from analytics.detection.surge import Surge
from analytics.detection.track import DAY_US, HOUR_US, MINUTE_US, Spot, Track
from benchmarks.detection_replay import ZONE, Played

NAME = {"vi": "Thử", "en": "Test"}
BASE = {"name": NAME, "basis": NAME, "dataset": "d", "indicator": "i"}
NEAR = {"reach_km": 1.6, "most": 6}
STEP_US = 5 * MINUTE_US
MONDAY_US = round(datetime(2026, 3, 2, tzinfo=ZONE).timestamp()) * 1_000_000
JAMS = Congestion.model_validate({
    **BASE, "id": "jams", "kind": "congestion", "history": "PT6H",
    "neighbours": {**NEAR, "share": 0.4},
    "limit": {"worse": "low", "caution": 55, "warning": 45, "critical": 30, "after": "PT10M",
              "clear": 75, "clear_after": "PT10M"},
})  # fmt: skip
FAULTS = Fault.model_validate({
    **BASE, "id": "faults", "kind": "fault", "neighbours": NEAR, "stuck_after": "PT45M",
    "offline_after": "PT30M", "least_spread": 2.0, "least_share": 0.15, "unit": "km/h",
})  # fmt: skip
AIR = Air.model_validate({
    **BASE, "id": "air", "kind": "air", "history": "P2D",
    "neighbours": {"reach_km": 5, "most": 6, "least": 2, "share": 0.4},
    "limit": {"caution": 80, "warning": 150, "critical": 250, "after": "PT1H", "clear": 65,
              "clear_after": "PT2H"},
})  # fmt: skip
RAIN = Rain.model_validate({
    **BASE, "id": "rain", "kind": "rain", "window": "PT2H", "history": "P1D",
    "neighbours": {"reach_km": 5, "most": 4, "share": 0.33},
    "limit": {"caution": 50, "warning": 75, "critical": 100, "clear_after": "PT1H"},
})  # fmt: skip
WATER = Level.model_validate({
    **BASE, "id": "water", "kind": "level", "history": "P2D",
    "neighbours": {"reach_km": 5, "most": 4, "share": 0.4},
    "limit": {"caution": 0.3, "warning": 0.6, "critical": 1.0, "after": "PT1H", "clear": 0.15,
              "clear_after": "PT2H"},
})  # fmt: skip
CALLS = Surge.model_validate({
    **BASE, "id": "calls", "kind": "surge", "history": "PT24H",
    "limit": {"caution": 5, "warning": 8, "critical": 15, "clear": 2, "clear_after": "PT1H"},
})  # fmt: skip


def spots(names: tuple[str, ...]) -> dict[str, Spot]:
    """Return a row of places 500 m apart."""
    return {name: Spot(f"Điểm {name}", 21.0, 105.8 + at * 0.0048) for at, name in enumerate(names)}


def names(count: int) -> tuple[str, ...]:
    """Return names of sensors, in their order."""
    return tuple(f"s{at:02}" for at in range(count))


def speeds(days: int, *, sensors: int = 8, seed: int = 1) -> Played:
    """Return speeds of a road with two rush hours, from Monday on; Sundays are free."""
    draw = np.random.default_rng(seed)
    steps = np.arange(days * 288)
    hour, day = steps % 288 / 12, steps // 288
    rush = np.exp(-(((hour - 8) / 1.2) ** 2)) + np.exp(-(((hour - 17.5) / 1.5) ** 2))
    lost = np.where(day % 7 == 6, 0.1, np.where(day % 7 == 5, 0.4, 1.0)) * rush * 0.55
    shared = _wander(draw, len(steps), 0.03)
    values = np.stack(
        [60 * (1 - lost) * (1 + shared + _wander(draw, len(steps), 0.04)) for _ in range(sensors)],
        axis=1,
    )
    listed = names(sensors)
    track = Track(MONDAY_US, STEP_US, listed, values)
    return Played(track, spots(listed), dict.fromkeys(listed, 60.0))


def hourly(days: int, *, sensors: int = 6, level: float = 40.0, sigma: float = 0.12) -> Played:
    """Return hourly values around a level, with the day's course."""
    draw = np.random.default_rng(2)
    steps = np.arange(days * 24)
    course = level * (1 + 0.3 * np.sin(steps % 24 / 24 * 2 * np.pi))
    shared = _wander(draw, len(steps), sigma)
    values = np.stack(
        [course * np.exp(shared + _wander(draw, len(steps), sigma / 2)) for _ in range(sensors)],
        axis=1,
    )
    listed = names(sensors)
    return Played(Track(MONDAY_US, HOUR_US, listed, np.round(values, 2)), spots(listed))


def calls(days: int, *, topics: int = 5, seed: int = 3) -> Played:
    """Return calls by half hour: many on a working day, few on Sunday and at night."""
    draw = np.random.default_rng(seed)
    steps = np.arange(days * 48)
    hour, day = steps % 48 / 2, steps // 48
    rate = np.where(day % 7 == 6, 0.4, 1.0) * np.clip(np.sin((hour - 6) / 14 * np.pi), 0.02, None)
    rates = np.outer(rate, np.linspace(3, 15, topics))
    listed = tuple(f"topic-{at}" for at in range(topics))
    values = draw.poisson(rates).astype(float)
    return Played(Track(MONDAY_US, HOUR_US // 2, listed, values), how="sum")


def day(count: int) -> int:
    """Return the beginning of a day after the first Monday."""
    return MONDAY_US + count * DAY_US


def _wander(draw: np.random.Generator, steps: int, sigma: float) -> np.ndarray:
    shocks = draw.normal(0, sigma * 0.6, steps)
    for at in range(1, steps):
        shocks[at] += 0.8 * shocks[at - 1]
    return shocks
