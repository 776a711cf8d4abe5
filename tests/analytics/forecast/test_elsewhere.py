"""Series as other cities have them: summer time, days and months, years of hours, absurd values."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.forecast.baselines import trailing
from analytics.forecast.choice import Choice
from analytics.forecast.forecasting import Asked, Forecast, forecast
from analytics.forecast.rolling import MODEL
from analytics.grid import Grid
from analytics.series import Floats, Regular
from tests.analytics.forecast.making import daily, series

YEAR_H = 24 * 365


def said(of: Regular, ahead: int, *, rows: int = 0, in_logs: bool = False) -> Forecast:
    (found,), refused = forecast({"it": of}, Asked(ahead, in_logs=in_logs), rows=rows)
    assert refused == []
    assert np.isfinite(found.values).all()
    return found


def is_told(choice: Choice) -> bool:
    return all(each is None or np.isfinite(each) for each in choice.errors.values())


@pytest.mark.parametrize(
    ("zone", "begin"),
    [
        ("Europe/Berlin", date(2026, 2, 2)),  # over the end of March
        ("America/Santiago", date(2026, 2, 2)),  # the other way round, at midnight
        ("Asia/Kathmandu", date(2026, 2, 2)),  # no summer time, three quarters of an hour
    ],
)
def test_where_clocks_are_changed_a_rush_is_forecast_at_its_own_hour(
    zone: str, begin: date
) -> None:
    grid = Grid("PT1H", ZoneInfo(zone))
    first = int(datetime(begin.year, begin.month, begin.day, tzinfo=UTC).timestamp()) // 3600
    slots = first + np.arange(24 * 7 * 16)
    days, minutes = grid.clock(slots)
    is_rush = np.array([day.weekday() < 5 for day in days]) & (minutes // 60 == 7)
    known = Regular(grid, first, 10 + 50.0 * is_rush + daily(len(slots), level=0.0) * 0.01)
    found = said(known, 48)
    days, minutes = grid.clock(found.slots)
    peaks = {int(m) // 60 for m, value in zip(minutes, found.values, strict=True) if value > 35}
    assert peaks == {7}


@pytest.mark.parametrize("absurd", [9.96921e36, -1e30, 1e300, np.inf, -np.inf])
def test_what_stands_for_nothing_in_a_file_is_a_gap(absurd: float) -> None:
    values = daily(1200, level=50.0)
    clean = values.copy()
    clean[[400, 1100]] = np.nan
    values[[400, 1100]] = absurd
    odd, plain = said(series(values), 24), said(series(clean), 24)
    np.testing.assert_array_equal(odd.values, plain.values)
    assert odd.high is not None
    assert plain.high is not None
    np.testing.assert_array_equal(odd.high[0.95], plain.high[0.95])


def test_an_outlier_that_may_be_is_no_gap_and_is_forgotten_with_the_weeks_it_was_in() -> None:
    values = daily(1200, level=50.0)
    values[400] = 5000.0
    found = said(series(values), 24)
    plain = said(series(daily(1200, level=50.0)), 24)
    np.testing.assert_allclose(found.values, plain.values, atol=15.0)
    assert is_told(found.choice)


def test_a_mean_of_the_last_values_is_of_nothing_else() -> None:
    values = np.ones((2, 300))
    values[0, 100] = 1e30
    values[1, 120:130] = np.nan
    found = trailing(values, 24)
    assert (found[0, 124:] == 1).all()
    assert found[0, 99] == 1
    assert (found[1] == 1).all()
    alone = trailing(np.full((1, 40), np.nan), 24)
    assert np.isnan(alone).all()


@pytest.mark.parametrize(("step", "count", "ahead"), [("P1D", 1100, 30), ("P7D", 520, 8),
                                                      ("P1M", 120, 6)])  # fmt: skip
def test_days_weeks_and_months_have_seasons_of_their_own(step: str, count: int, ahead: int) -> None:
    season = {"P1D": 7, "P7D": 52, "P1M": 12}[step]
    at, chance = np.arange(count + ahead), np.random.default_rng(4)
    truth = 100 + 30 * np.sin(2 * np.pi * at / season)
    known = truth[:count] + chance.normal(size=count)
    found = said(series(known, step, date(2015, 1, 5)), ahead)  # type: ignore[arg-type]
    np.testing.assert_allclose(found.values, truth[count : count + len(found.values)], atol=6.0)
    assert found.low is not None
    assert is_told(found.choice)


def test_ten_years_of_hours_are_forecast() -> None:
    found = said(series(daily(10 * YEAR_H), day=date(2016, 1, 4)), 24)
    assert found.choice.tested > 20
    assert is_told(found.choice)


@pytest.mark.parametrize("hours", [49, 60, 100, 168, 200])
def test_a_week_and_less_is_forecast_without_a_claim_it_cannot_bear_out(hours: int) -> None:
    found = said(series(daily(hours)), 24, rows=8000)
    assert found.choice.method != MODEL
    assert is_told(found.choice)
    assert found.choice.tested == 0 or found.choice.errors["shown"] is not None or found.low is None


@pytest.mark.parametrize(
    "values",
    [
        np.zeros(600),
        np.r_[np.zeros(590), 1.0, np.zeros(9)],
        -np.abs(daily(600)),
        np.round(np.random.default_rng(2).poisson(0.05, 600)).astype(float),
        np.where(np.arange(600) % 2 == 0, np.nan, 5.0),
        np.r_[daily(300), np.full(280, np.nan), daily(60)],
        np.r_[np.full(300, 4.0), np.full(300, 90.0)],
    ],
    ids=["nought", "once", "negative", "rare", "every other", "long gap", "another level"],
)
@pytest.mark.parametrize("in_logs", [False, True])
def test_odd_series_are_forecast_within_what_they_were(values: Floats, in_logs: bool) -> None:
    found = said(series(values), 24, rows=4000, in_logs=in_logs)
    known = values[np.isfinite(values)]
    reach = np.ptp(known) + 1
    assert (found.values >= known.min() - reach).all()
    assert (found.values <= known.max() + reach).all()
    for side in (found.low, found.high):
        assert side is None or all(np.isfinite(each).all() for each in side.values())
    assert is_told(found.choice)
