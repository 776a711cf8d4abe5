"""Simulated speeds: Hanoi's hours, and detectors that jam as measured ones do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import numpy as np
import pytest

from data_access.simulator.order import Order
from data_access.simulator.speeds import STEPS_A_DAY, detectors, speeds_kmh
from data_access.simulator.traffic import CONGESTION_WEEKEND, CONGESTION_WORKDAY
from data_access.sources.placing import on_links

FIRST = date(2012, 3, 1)  # a Thursday
WORKDAYS, WEEKEND = [0, 1, 4, 5, 6], [2, 3]


@pytest.fixture(scope="module", params=[1, 7])
def ratios(order: Callable[..., Order], request: pytest.FixtureRequest) -> np.ndarray:
    """Speed against free flow: (days, hours, 12 steps, detectors)."""
    week = speeds_kmh(order("transport.speed", seed=request.param), FIRST)
    return (week / np.percentile(week, 95, axis=0)).reshape(7, 24, 12, -1)


def test_a_workday_s_hours_lose_what_hanoi_s_hours_lose(ratios: np.ndarray) -> None:
    lost = 1 - ratios[WORKDAYS].mean(axis=(0, 2, 3))
    assert lost == pytest.approx(CONGESTION_WORKDAY, abs=0.06)


def test_a_weekend_has_weaker_rush_hours(ratios: np.ndarray) -> None:
    lost = 1 - ratios[WEEKEND].mean(axis=(0, 2, 3))
    assert lost == pytest.approx(CONGESTION_WEEKEND, abs=0.06)
    workday = 1 - ratios[WORKDAYS].mean(axis=(0, 2, 3))
    assert lost[7] < workday[7] - 0.05
    assert lost[8] < workday[8] - 0.05


def test_bad_moments_are_as_rare_as_measured(ratios: np.ndarray) -> None:
    found = np.quantile(ratios, (0.01, 0.05, 0.25, 0.5))
    assert found == pytest.approx((0.22, 0.42, 0.87, 0.94), abs=0.12)  # METR-LA


def test_a_jam_lasts(order: Callable[..., Order]) -> None:
    week = speeds_kmh(order("transport.speed"), FIRST)
    lags = [np.corrcoef(week[:-1, n], week[1:, n])[0, 1] for n in range(week.shape[1])]
    assert 0.85 < np.mean(lags) < 0.97  # five detectors of METR-LA: 0.67 to 0.95


def test_streets_of_the_inner_city_are_no_motorways(order: Callable[..., Order]) -> None:
    week = speeds_kmh(order("transport.speed"), FIRST)
    assert 25 < week.mean() < 45
    assert week.max() < 65
    assert week.min() > 3


def test_every_link_has_a_detector_each_way(order: Callable[..., Order]) -> None:
    one = order("transport.speed")
    placed = on_links(detectors(one), one.city.network)
    ways = {(place.link.id, place.direction) for place in placed.values()}
    assert len(ways) == len(placed) == 2 * len(one.city.network.links)


def test_both_ways_of_a_link_jam_at_opposite_ends_of_the_day(order: Callable[..., Order]) -> None:
    one = order("transport.speed")
    week = speeds_kmh(one, FIRST)
    morning = week[7 * 12 : 9 * 12].mean(axis=0)
    evening = week[17 * 12 : 19 * 12].mean(axis=0)
    assert len(week) == 7 * STEPS_A_DAY
    tide = (morning > evening).mean()
    assert 0.3 < tide < 0.7


def test_no_road_however_full_tells_the_same_speed_twice(order: Callable[..., Order]) -> None:
    week = speeds_kmh(order("transport.speed"), FIRST)
    assert (np.diff(week, axis=0) == 0).mean() < 0.001  # else its detector were held to be stuck
