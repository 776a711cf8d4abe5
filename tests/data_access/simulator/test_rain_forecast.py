"""Simulated forecasts of rain: of the rain that is simulated, and worse the farther ahead."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pytest

from data_access.simulator.order import Order
from data_access.simulator.rain_forecast import (
    AHEAD_H,
    DATASET,
    SPOTS,
    STEP_H,
    forecast_day,
    rows,
    spot_rain,
)
from data_access.simulator.water import soaked_mm

WET = [date(2025, 5, 1) + timedelta(days=n) for n in range(150)]


def test_forecasts_are_of_the_rain_that_falls_and_err_more_the_farther_ahead(
    order: Callable[..., Order],
) -> None:
    made = order(DATASET)
    truths = {day: spot_rain(made, day) for day in WET}
    wrong = []
    for back_h in (6, 30, 60):
        said = {
            day: forecast_day(made, made.instant(day, (12 - back_h) * 3600), day, truths[day])
            for day in WET
        }
        wrong.append(np.mean([np.abs(said[day] - truths[day]).mean() for day in WET]))
        daily = [(said[day].sum(), truths[day].sum()) for day in WET]
        assert np.corrcoef(np.array(daily).T)[0, 1] > 0.6
    assert wrong == sorted(wrong)
    assert wrong[2] > 1.2 * wrong[0]


def test_a_later_lake_contradicts_no_issue_of_an_earlier_one(order: Callable[..., Order]) -> None:
    until = datetime(2026, 8, 3, 3, 30, tzinfo=UTC)

    def issued(made: Order) -> dict[tuple[str, datetime], float]:
        return {(row["id"], row["reported"]): row["rain_mm"] for row in rows(made)}

    earlier = issued(order(DATASET, until=until))
    later = issued(order(DATASET, until=until + timedelta(days=2)))
    both = earlier.keys() & later.keys()
    assert len(both) > 0.8 * len(earlier)
    assert all(earlier[key] == later[key] for key in both)
    newest = max(at for _, at in earlier)
    assert sum(at == newest for _, at in earlier) == len(SPOTS) * AHEAD_H // STEP_H
    assert max(earlier.values()) > 0


def test_water_rises_in_the_hours_it_rains_and_falls_over_a_day() -> None:
    course = np.concatenate([soaked_mm(7, day) for day in WET])
    rise, fall = np.diff(course).max(), -np.diff(course).min()
    assert rise > 5 * fall > 0
    assert course.min() == pytest.approx(0, abs=0.5)
