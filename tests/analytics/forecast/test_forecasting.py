"""Forecasts: odd series, no look into the future, how wide, and Tết."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np
import pytest

from analytics.calendar import tet_days
from analytics.forecast import fitting, rolling
from analytics.forecast.baselines import bases
from analytics.forecast.features import Design, scales
from analytics.forecast.forecasting import Asked, Refused, carried, forecast
from analytics.forecast.intervals import LEVELS
from analytics.forecast.model import draw, train
from analytics.forecast.panel import panel
from analytics.forecast.rolling import MODEL, roll
from tests.analytics.forecast.making import DAY, daily, one, series, wandering


def refusal(values: Any) -> str:
    found, refused = forecast({"it": series(np.array(values, np.float64))}, DAY)
    assert not found
    return refused[0].reason


# Odd series


def test_series_that_say_nothing_are_refused_with_the_reason() -> None:
    assert refusal([]) == "empty"
    assert refusal([np.nan] * 300) == "empty"
    assert refusal([np.nan] * 100 + [5.0]) == "single"
    assert refusal(daily(30)) == "short"
    gappy = daily(600)
    gappy[np.arange(600) % 5 != 0] = np.nan
    assert refusal(gappy) == "short"


def test_a_series_that_ended_does_not_hold_up_the_others() -> None:
    old, new = series(daily(300)), series(daily(1200, seed=2))
    found, refused = forecast({"old": old, "new": new}, DAY, rows=0)
    assert [each.name for each in found] == ["new"]
    assert refused == [Refused("old", "ended")]


def test_a_constant_series_stays_and_no_model_claims_it() -> None:
    found = one(np.full(800, 7.0))
    assert found.values.tolist() == [7.0] * 24
    assert found.choice.method != MODEL
    assert found.low is not None
    assert found.high is not None
    np.testing.assert_allclose(found.high[0.95] - found.low[0.95], 0, atol=1e-3)


def test_gaps_are_no_values_and_the_last_known_one_is_where_it_begins() -> None:
    values = daily(900)
    values[200:260] = np.nan
    values[-10:] = np.nan
    found = one(values)
    assert found.slots[0] == series(values).first + 890
    assert np.isfinite(found.values).all()


@pytest.mark.parametrize(("scale", "shift"), [(1e9, 0.0), (1e-6, 0.0), (-1.0, 0.0), (1.0, -1e7)])
def test_huge_tiny_and_negative_series_are_forecast_alike(scale: float, shift: float) -> None:
    plain = one(daily(700), rows=0)
    odd = one(daily(700) * scale + shift, rows=0)
    np.testing.assert_allclose(odd.values, plain.values * scale + shift, rtol=1e-6)


def test_what_cannot_be_negative_is_not_forecast_so() -> None:
    near_nought = np.maximum(0.0, daily(700, level=2.0))
    found = one(near_nought, Asked(24, least=0.0))
    assert found.low is not None
    assert found.low[0.95].min() >= 0.0
    assert found.values.min() >= 0.0


def test_counts_that_grow_by_shares_have_wider_errors_above_than_below() -> None:
    chance = np.random.default_rng(5)
    week = np.arange(400)
    cases = np.round(np.exp(3 + np.sin(2 * np.pi * week / 52) + 0.4 * chance.normal(size=400)))
    found = one(series(cases, "P7D", date(2018, 1, 1)), Asked(8, in_logs=True, least=0.0))
    assert found.low is not None
    assert found.high is not None
    assert (found.high[0.8] - found.values > found.values - found.low[0.8]).all()


def test_a_short_past_is_not_asked_to_test_a_far_horizon() -> None:
    week = {"it": series(daily(168))}
    assert carried(week, 72) == 30
    assert len(one(daily(168), Asked(72), rows=0).values) == 30


def test_a_rush_of_local_hours_is_forecast_at_these_hours_of_the_days_that_have_one() -> None:
    at = np.arange(24 * 7 * 6)
    is_rush = (at % 24 == 7) & (at // 24 % 7 < 5)  # from Monday, midnight in Hà Nội
    known = series((10 + 50 * is_rush + daily(len(at), level=0.0) * 0.01)[: 24 * 38 + 19])
    found = one(known, Asked(96))  # from Thursday, 19 h
    days, minutes = known.grid.clock(found.slots)
    peaks = [
        (day.weekday(), int(minute) // 60)
        for day, minute, value in zip(days, minutes, found.values, strict=True)
        if value > 35
    ]
    assert peaks == [(4, 7), (0, 7)]


# No look into the future


def test_what_comes_after_an_origin_changes_nothing_that_was_said_at_it() -> None:
    """No leakage: features, baselines, scales and the model of the back-test."""
    values = wandering(1000)
    told = panel({"it": series(values)}, 24)
    origin = 700
    changed = values.copy()
    changed[origin + 1 :] = 1e6 * np.random.default_rng(9).normal(size=len(values) - origin - 1)
    other = panel({"it": series(changed)}, 24)
    said = []
    for each in (told, other):
        until = np.array([origin])
        design = Design(bases(each), scales(bases(each), until))
        model = train(each, design, until, rows=4000)
        assert model is not None
        rows = (np.zeros(24, np.int64), np.full(24, origin), np.arange(1, 25))
        said.append((design.sheet(*rows).features, model.predict(design, *rows)))
    np.testing.assert_array_equal(said[0][0], said[1][0])
    np.testing.assert_array_equal(said[0][1], said[1][1])


def test_the_model_learns_from_targets_before_the_back_test_alone() -> None:
    told = panel({"it": series(daily(1000))}, 24)
    first = rolling.origins(told)[0][0]
    _, origins, ahead = draw(told, np.array([first]), rows=5000)
    assert (origins + ahead).max() <= first
    assert ahead.min() >= 1


def test_every_origin_lies_in_the_past_and_tests_are_later_than_what_chose() -> None:
    rolled = roll(panel({"it": series(daily(1000))}, 24), rows=0)
    assert (rolled.origin + rolled.ahead).max() <= 999
    chosen_until = (rolled.origin + rolled.ahead)[rolled.is_choosing].max()
    assert chosen_until <= rolled.origin[rolled.is_testing].min()
    hours = np.unique(rolled.origin % 24)
    assert len(hours) > 10  # origins come at all hours


# How wide


def test_r17_intervals_hold_as_many_as_they_say() -> None:
    """R17: 80 % interval coverage 75-85 %, on noise whose spread is known, in the years after."""
    count, hours = 40, 1440
    told = {f"s{n}": series(daily(hours + 24, noise=1 + n / 10, seed=n)) for n in range(count)}
    past = {name: replace(each, values=each.values[:hours]) for name, each in told.items()}
    found, _ = forecast(past, DAY, rows=0)
    inside = {0.8: 0, 0.95: 0}
    for each in found:
        truth = told[each.name].values[hours:]
        assert each.low is not None
        assert each.high is not None
        for level in inside:
            within = (truth >= each.low[level]) & (truth <= each.high[level])
            inside[level] += int(within.sum())
    assert 0.75 <= inside[0.8] / (24 * count) <= 0.85
    assert 0.92 <= inside[0.95] / (24 * count) <= 0.98
    measured = [each.coverage[0.8] for each in found if each.coverage[0.8] is not None]
    assert 0.75 <= float(np.mean(measured)) <= 0.85


def test_intervals_of_few_days_in_common_weather_are_widened_and_of_many_are_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A week of stations that all breathe one city's air is worth few errors, not thousands."""

    def held(hours: int, cities: int) -> float:
        inside = []
        for city in range(cities):
            chance = np.random.default_rng(100 + city)
            weather = np.zeros(hours + 24)
            for at in range(1, hours + 24):
                weather[at] = 0.97 * weather[at - 1] + chance.normal()
            told = {
                f"s{n}": series(daily(hours + 24, noise=1, seed=n + 50 * city) + 3 * weather)
                for n in range(8)
            }
            past = {name: replace(each, values=each.values[:hours]) for name, each in told.items()}
            for each in forecast(past, DAY, rows=0)[0]:
                truth = told[each.name].values[hours : hours + len(each.values)]
                assert each.low is not None
                assert each.high is not None
                inside.append(((truth >= each.low[0.8]) & (truth <= each.high[0.8])).mean())
        return float(np.mean(inside))

    few, many = held(144, 40), held(1440, 6)
    monkeypatch.setattr(fitting, "widening", lambda *_: dict.fromkeys(LEVELS, 1.0))
    few_before, many_before = held(144, 40), held(1440, 6)
    assert few_before < 0.72 < few < 0.88
    assert abs(many - many_before) < 0.04


def test_the_wide_interval_holds_the_narrow_one() -> None:
    found = one(wandering(1440), rows=0)
    assert found.low is not None
    assert found.high is not None
    assert (found.low[0.95] <= found.low[0.8]).all()
    assert (found.high[0.8] <= found.high[0.95]).all()


# Tết


def test_tet_is_known_before_it_comes() -> None:
    """Six years of days that fall at Tết: the model sees the seventh coming, the profile not."""
    first = date(2019, 1, 7)
    count = (date(2025, 1, 20) - first).days  # nine days before Tết
    day_of = [date.fromordinal(first.toordinal() + n) for n in range(count + 28)]
    chance = np.random.default_rng(8)
    fall = np.array([60.0 if -2 <= tet_days(day) <= 5 else 0.0 for day in day_of])
    truth = 100.0 - fall + chance.normal(size=len(day_of))
    told = panel({"it": series(truth[:count], "P1D", first)}, 28)
    based, until = bases(told), told.last
    design = Design(based, scales(based, until))
    model = train(told, design, until, rows=20_000)
    assert model is not None
    rows = (np.zeros(28, np.int64), np.full(28, count - 1), np.arange(1, 29))
    at_tet = fall[count:] > 0
    wrong = np.abs(truth[count:] - model.predict(design, *rows))[at_tet].mean()
    profile = np.abs(truth[count:] - based.profile(*rows))[at_tet].mean()
    assert profile > 50
    assert wrong < 10


def test_the_same_series_gives_the_same_forecast() -> None:
    first, again = (one(wandering(900)) for _ in range(2))
    np.testing.assert_array_equal(first.values, again.values)
