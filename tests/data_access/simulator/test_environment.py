"""Simulated gauges and stations: shapes as measured, and the faults that checks must find."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

import numpy as np
import pytest

from data_access.simulator.air import PARAMETERS, day_values, stations, us_aqi
from data_access.simulator.order import Order
from data_access.simulator.rain import GAUGES, TWICE, gauges, rain_day

YEARS = 2
DAYS = [date(2024, 1, 1) + timedelta(days=n) for n in range(365 * YEARS)]


@pytest.fixture(scope="module")
def rain(order: Callable[..., Order]) -> np.ndarray:
    return np.array([rain_day(order("environment.rain"), day, GAUGES) for day in DAYS])


def test_some_gauge_is_wet_on_227_to_311_days_a_year(rain: np.ndarray) -> None:
    assert 227 <= rain.any(axis=1).sum() / YEARS <= 311


def test_about_two_thirds_of_the_cells_of_a_rain_day_are_empty(rain: np.ndarray) -> None:
    assert 0.57 < (rain[rain.any(axis=1)] == 0).mean() < 0.72


def test_no_honest_gauge_reports_more_than_nature(rain: np.ndarray) -> None:
    assert rain.max() <= 400


def test_four_headings_of_the_table_come_twice(order: Callable[..., Order]) -> None:
    columns = gauges(order("environment.rain"))
    times = Counter(unit.code for unit in columns)
    assert len(columns) == GAUGES
    assert sorted(times.values())[-TWICE - 1 :] == [1, 2, 2, 2, 2]


def test_stations_have_names_of_their_own_and_stand_in_the_city_but_one(
    order: Callable[..., Order],
) -> None:
    one = order("environment.air")
    listed = stations(one)
    places = one.city.areas.locate([s.lat for s in listed], [s.lon for s in listed])
    assert len({station.name for station in listed}) == len(listed) >= 30
    assert places.count(None) == 1


def test_no_station_has_more_fine_particles_than_particles(order: Callable[..., Order]) -> None:
    one = order("environment.air")
    fine, coarse = PARAMETERS.index("pm25"), PARAMETERS.index("pm10")
    for day in one.days(14):
        measured = day_values(one, day, stations(one))
        assert (measured[:, fine] <= measured[:, coarse]).all()


def test_in_some_hours_all_stations_repeat_a_few(order: Callable[..., Order]) -> None:
    one = order("environment.air")
    listed = stations(one)
    days = [day_values(one, day, listed) for day in one.days(14)]
    distinct = [len(set(day[:, 0, hour].tolist())) for day in days for hour in range(24)]
    few = [count for count in distinct if count <= 6]
    assert 5 <= len(few) <= 30
    assert set(distinct) - set(few) == {len(listed)}


def test_the_city_median_is_the_shared_weather(order: Callable[..., Order]) -> None:
    one = order("environment.air")
    listed = stations(one)
    values = np.concatenate([day_values(one, day, listed) for day in one.days(14)], axis=2)
    pm25, pm10 = (values[:, PARAMETERS.index(name)] for name in ("pm25", "pm10"))
    assert (np.median(pm10, axis=0) > np.median(pm25, axis=0)).mean() > 0.9
    humidity = values[:, PARAMETERS.index("hum")]
    assert humidity.max() <= 100
    assert (values > 0).all()


@pytest.mark.parametrize(("pm25_ug", "aqi"), [(0, 0), (12, 50), (23, 73), (35.4, 100), (600, 500)])
def test_the_aggregator_reports_the_american_index(pm25_ug: float, aqi: int) -> None:
    assert us_aqi(pm25_ug) == pytest.approx(aqi, abs=1)
