"""Rain and dust keep the figures measured in Hanoi, and depend on nothing but the day."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import pytest

from data_access.simulator.weather import (
    PM25_HOUR,
    PM25_MONTH,
    RAIN_MM_MONTH,
    pm25_hours,
    rain_mm,
)

YEARS = 4
DAYS = [date(2022, 1, 1) + timedelta(days=n) for n in range(365 * YEARS)]
MONTHS = np.array([day.month for day in DAYS])


@pytest.fixture(scope="module")
def dust() -> np.ndarray:
    return np.array([pm25_hours(1, day) for day in DAYS])


@pytest.fixture(scope="module")
def rain() -> np.ndarray:
    return np.array([rain_mm(1, day) for day in DAYS])


def test_dust_has_the_quantiles_of_the_year(dust: np.ndarray) -> None:
    found = np.quantile(dust, (0.05, 0.5, 0.95, 0.99))
    assert found == pytest.approx((13, 36, 130, 277), rel=0.35)  # µg/m³, 2023-03 to 2024-03


def test_dust_follows_the_months(dust: np.ndarray) -> None:
    found = [dust[month == MONTHS].mean() for month in range(1, 13)]
    assert np.corrcoef(found, PM25_MONTH)[0, 1] > 0.9
    assert int(np.argmax(found)) + 1 == 11


def test_dust_is_highest_in_the_evening_and_lowest_at_16_h(dust: np.ndarray) -> None:
    found = dust.mean(axis=0) / dust.mean()
    assert found == pytest.approx(PM25_HOUR, abs=0.06)
    assert int(np.argmin(found)) == 16
    assert int(np.argmax(found)) in (19, 20, 21)


def test_rain_follows_the_months(rain: np.ndarray) -> None:
    found = [rain[month == MONTHS].sum() / YEARS for month in range(1, 13)]
    assert np.corrcoef(found, RAIN_MM_MONTH)[0, 1] > 0.9
    assert sum(found) == pytest.approx(sum(RAIN_MM_MONTH), rel=0.2)


def test_the_heaviest_city_wide_days_have_about_a_hundred_millimetres(rain: np.ndarray) -> None:
    heaviest = np.sort(rain)[-4:]  # the four of four years had 95, 136, 166 and 179
    assert 80 < heaviest.mean() < 180
    assert rain.max() <= 180


def test_the_weather_of_a_day_is_always_the_same() -> None:
    day = date(2026, 7, 23)
    assert rain_mm(5, day) == rain_mm(5, day)
    assert (pm25_hours(5, day) == pm25_hours(5, day)).all()
    assert (pm25_hours(5, day) != pm25_hours(6, day)).any()
