"""What others forecast beside a series: as it was known at each origin, and used where it helps."""

from __future__ import annotations

import numpy as np
import pytest

from analytics.forecast.beside import NAMES, Beside, on_grid
from analytics.forecast.fitting import Asked, fit
from analytics.forecast.forecasting import speak
from analytics.forecast.kept_bytes import read, written
from analytics.series import Floats, Regular
from data_access.rain_issue import Issue, Step
from tests.analytics.forecast.making import daily, series

HOURS, AHEAD = 24 * 40, 12
ASKED = Asked(AHEAD)


def rain(seed: int = 2) -> Floats:
    """Return showers, by the hour."""
    chance = np.random.default_rng(seed)
    return np.where(chance.random(HOURS + 60) < 0.03, 30 * chance.random(HOURS + 60), 0.0)


def known(fell: Floats, first: int, *, every: int = 6) -> Beside:
    """Return issues that tell the rain of the next day and a half truly."""
    issued = np.arange(0, HOURS, every)
    depths = np.stack([fell[at : at + 36] for at in issued])
    return Beside(issued + first, depths)


def waters(fell: Floats) -> dict[str, Regular]:
    """Return levels that rise with the rain of the last hours and fall again."""
    kept = np.exp(-np.arange(48) / 8)
    risen = np.convolve(fell, kept)[:HOURS]
    return {
        name: series(3 + 0.01 * daily(HOURS, noise=1, seed=seed) + by * risen)
        for seed, (name, by) in enumerate((("lake", 0.01), ("drain", 0.03)), start=1)
    }


def test_an_origin_sees_the_newest_issue_before_it_and_no_later_one() -> None:
    told = Beside(np.array([100, 106]), np.arange(40.0).reshape(2, 20))
    rows = told.features(90 + np.array([9, 15, 15, 16]), np.array([1, 1, 13, 2]))
    assert np.isnan(rows[0]).all()  # nothing was issued yet
    assert rows[1, 0] == pytest.approx(6.0 / 10)  # slot 106, as the first issue had it
    assert rows[2, 0] == pytest.approx(sum(range(6, 19)) / 10)
    assert rows[3, 0] == pytest.approx((21 + 22) / 10)
    assert np.isnan(told.features(np.array([106]), np.array([20]))).all()  # beyond its reach
    assert rows[2, 1] < rows[2, 2] < rows[2, 0]  # it fades
    assert rows.shape[1] == len(NAMES)


def test_places_of_one_issue_are_their_mean_and_steps_are_spread_over_slots() -> None:
    grid = series(daily(48)).grid
    begin = 500_000
    at_us = grid.begin_us(begin)
    hour = 3_600_000_000
    issues = [
        Issue(place, None, None, None, at_us + late, (Step(at_us, at_us + 3 * hour, mm),))
        for place, late, mm in (("a", 0, 6.0), ("b", 60_000_000, 12.0))
    ]
    found = on_grid(issues, grid, 4)
    assert found.issued.tolist() == [begin]
    np.testing.assert_allclose(found.depths, [[3.0, 3.0, 3.0, np.nan]])


def test_rain_that_raises_the_water_is_used_and_kept_and_noise_is_not() -> None:
    fell = rain()
    told = waters(fell)
    first = told["lake"].first
    truly, noise = known(fell, first), known(rain(9), first)
    fitted = fit(told, ASKED, rows=12_000, beside=truly)
    assert fitted is not None
    assert fitted.tried is not None
    assert fitted.tried.is_used
    assert fitted.tried.beside is not None
    assert fitted.tried.without is not None
    assert fitted.tried.beside < 0.8 * fitted.tried.without
    back = read(written({"it": fitted}))["it"]
    assert back is not None
    assert back.tried == fitted.tried
    here, there = (speak(each, told, ASKED, beside=truly)[0] for each in (fitted, back))
    np.testing.assert_array_equal(here[0].values, there[0].values)
    other = fit(told, ASKED, rows=12_000, beside=noise)
    assert other is not None
    assert other.tried is not None
    assert other.tried.beside is not None
    assert other.tried.without is not None
    assert other.tried.beside < other.tried.without  # more columns did the model good by chance
    assert not other.tried.is_used
