"""Series as other cities have them: summer time, days and months, years of hours, absurd values."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from analytics.forecast.baselines import bases, trailing
from analytics.forecast.choice import Choice
from analytics.forecast.forecasting import Asked, Forecast, forecast
from analytics.forecast.panel import panel
from analytics.forecast.rolling import MODEL
from analytics.grid import BELOW_DAY_S, Grid, StepName
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


def rush(zone: str, begin: date, days: int, *, step: StepName = "PT1H") -> Regular:
    """Return so many days of a rush at 7 on working days, by the clock of the zone."""
    grid = Grid(step, ZoneInfo(zone))
    at = datetime(begin.year, begin.month, begin.day, tzinfo=grid.zone)
    end = datetime.combine(begin + timedelta(days=days), time(), grid.zone)
    first, after = (int(each.timestamp()) // BELOW_DAY_S[step] for each in (at, end))
    slots = np.arange(first, after)
    on, minutes = grid.clock(slots)
    is_rush = np.array([day.weekday() < 5 for day in on]) & (minutes // 60 == 7)
    noise = daily(len(slots), level=0.0) * 0.01
    return Regular(grid, first, 10 + 50.0 * is_rush + noise)


@pytest.mark.parametrize("step", ["PT1H", "PT15M"])
@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", date(2026, 3, 29)),
        ("Europe/Berlin", date(2026, 10, 25)),
        ("America/New_York", date(2026, 3, 8)),
        ("America/New_York", date(2026, 11, 1)),
    ],
)
def test_after_clocks_were_changed_the_profile_goes_by_the_new_hour_at_once(
    zone: str, change: date, step: StepName
) -> None:
    begin = change - timedelta(days=55)
    truth = rush(zone, begin, 55 + 35, step=step)
    for after in (-2, 0, 1, 3, 10, 20):  # days: from before the change to when it is long ago
        until = datetime.combine(change + timedelta(days=after), time(0, 30), truth.grid.zone)
        at = int(truth.grid.slots(np.array([round(until.timestamp()) * 1_000_000]))[0])
        past = truth.until(at)
        told = panel({"it": past}, 48 * 3600 // BELOW_DAY_S[step])
        based, ahead = bases(told), told.ahead[0]
        rows, origins = np.zeros(len(ahead), np.int64), np.full(len(ahead), told.last[0])
        came = truth.at(at + 1, at + len(ahead))
        for said in (
            based.profile(rows, origins, ahead),
            based.naive(told.long, rows, origins, ahead),
        ):
            np.testing.assert_allclose(said, came, atol=3.0)


def test_the_hour_that_comes_twice_is_one_and_the_one_that_is_left_out_a_gap() -> None:
    for zone, change in (("Europe/Berlin", "2026-10-25"), ("America/New_York", "2026-03-08")):
        known = rush(zone, date.fromisoformat(change) - timedelta(days=20), 24)
        told = panel({"it": known}, 24)
        assert (np.diff(told.minutes.astype(int)) % 1440 == 60)[: told.last[0]].sum() >= 24 * 24 - 3
        by_day = np.isfinite(told.values[0, : 24 * 24]).reshape(24, 24).sum(axis=1)
        assert sorted(by_day.tolist())[1:] == [24] * 23
        assert by_day.min() == (23 if zone == "America/New_York" else 24)
        assert len(known.values) == 24 * 24 + (1 if zone == "Europe/Berlin" else -1)


@pytest.mark.parametrize("step", ["PT15M", "PT1H"])
@pytest.mark.parametrize("change", [date(2026, 3, 29), date(2026, 10, 25)])
def test_at_every_slot_of_the_night_of_a_change_what_is_said_follows_what_is_known(
    change: date, step: StepName
) -> None:
    whole = rush("Europe/Berlin", change - timedelta(days=20), 22, step=step)
    night = datetime.combine(change, time(), whole.grid.zone)
    first = int(night.timestamp()) // BELOW_DAY_S[step]
    for at in range(first, first + 6 * 3600 // BELOW_DAY_S[step]):
        found = said(whole.until(at), 12)
        assert found.slots.tolist() == list(range(at + 1, at + 13))
        assert found.values.max() < 20 or whole.grid.begin(at + 12).hour >= 7


def test_what_comes_after_an_origin_tells_nothing_also_over_a_change_of_clocks() -> None:
    known = rush("Europe/Berlin", date(2026, 3, 10), 30)
    told = panel({"it": known}, 48)
    changed = known.values.copy()
    origin = int(told.columns[19 * 24 + 1])  # in the night of the change
    changed[19 * 24 + 2 :] = 1e3
    other = panel({"it": replace(known, values=changed)}, 48)
    of = (np.zeros(48, np.int64), np.full(48, origin), np.arange(1, 49))
    for one, two in zip(*((b.profile(*of), b.naive(24, *of), b.naive(168, *of))
                          for b in (bases(told), bases(other))), strict=True):  # fmt: skip
        np.testing.assert_array_equal(one, two)


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


def profile_at(values: Floats) -> Floats:
    """Return the profile of the day after, as known at the end of it all."""
    told = panel({"it": series(values)}, 24)
    return bases(told).profile(np.zeros(24, np.int64), np.full(24, told.last[0]), np.arange(1, 25))


@pytest.mark.parametrize("weeks", [3, 4, 9])
@pytest.mark.parametrize("height", [-400.0, 500.0, 20_000.0])
def test_an_outlier_that_may_be_does_not_stay_in_the_profile(weeks: int, height: float) -> None:
    plain = daily(weeks * 168, noise=1.0)
    for back in range(1, min(weeks, 4) + 1):
        odd = plain.copy()
        odd[-168 * back + 12] += height
        found = profile_at(odd) - profile_at(plain)
        assert np.abs(found[12]) < 4.0  # a mean of four weeks would be 100 off, or 5000
        np.testing.assert_allclose(np.delete(found, 12), 0, atol=0.5)


def test_a_real_change_comes_into_the_profile_as_into_a_mean_but_for_its_first_week() -> None:
    old, new = daily(168 * 5, noise=1.0), daily(168 * 4, noise=1.0, level=150.0, seed=2)
    share = {}
    for days in (7, 9, 14, 21, 28):
        found = profile_at(np.r_[old, new[: 24 * days]])
        begin = 24 * (days % 7)
        share[days] = float(np.mean((found - old[begin : begin + 24]) / 100.0))
    assert share[7] < 0.1  # may be a fault
    assert share[9] == pytest.approx(0.25, abs=0.03)  # what lasts is none
    assert share[14] == pytest.approx(0.5, abs=0.03)
    assert share[21] == pytest.approx(0.75, abs=0.03)
    assert share[28] == pytest.approx(1.0, abs=0.03)


def test_of_two_weeks_nobody_can_tell_which_is_odd() -> None:
    values = daily(2 * 168, noise=0.0)
    values[-168 + 12] += 100
    assert profile_at(values)[12] - daily(24, noise=0.0)[12] == pytest.approx(50)


def test_rare_counts_are_no_outliers_and_keep_their_mean() -> None:
    rare = np.random.default_rng(6).poisson(0.15, 168 * 12).astype(np.float64)
    found = panel({"it": series(rare)}, 24)
    weekly = bases(found).weekly[0]
    assert np.nanmean(weekly[168 * 4 : 168 * 12]) == pytest.approx(rare.mean(), rel=0.15)


def test_days_hold_no_outlier_either_where_no_week_has_passed() -> None:
    plain = daily(6 * 24, noise=1.0)
    odd = plain.copy()
    odd[3 * 24 + 12] = 9_000.0
    np.testing.assert_allclose(profile_at(odd), profile_at(plain), atol=3.0)


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


CADENCES: dict[StepName, int] = {
    "PT5M": 288 * 4, "PT15M": 96 * 6, "PT30M": 48 * 8, "P1D": 120, "P7D": 160, "P1M": 60,
}  # fmt: skip


@pytest.mark.parametrize("step", CADENCES)
@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Ho_Chi_Minh"])
def test_odd_series_of_any_cadence_are_forecast_also_in_the_week_of_a_change(
    step: StepName, zone: str
) -> None:
    grid, count, chance = Grid(step, ZoneInfo(zone)), CADENCES[step], np.random.default_rng(1)
    begin = round(datetime(2026, 10, 30, tzinfo=grid.zone).timestamp()) * 1_000_000
    first = int(grid.slots(np.array([begin]))[0])
    plain = 10 + chance.normal(size=count)
    odd = {
        "constant": np.full(count, 7.0),
        "gappy": np.where(chance.random(count) < 0.2, np.nan, plain),
        "once": np.r_[np.zeros(count - 1), 1.0],
        "huge": plain * 1e90,
        "tiny": plain * 1e-90,
        "negative": -plain,
        "another level": np.r_[np.ones(count // 2), np.full(count - count // 2, 1e6)],
    }
    for name, values in odd.items():
        found = said(Regular(grid, first, values), 12)
        reach = max(np.nanmax(values) - np.nanmin(values), 1e-9)
        assert (found.values >= np.nanmin(values) - reach).all(), name
        assert (found.values <= np.nanmax(values) + reach).all(), name
        for side in (found.low, found.high):
            assert side is None or all(np.isfinite(each).all() for each in side.values()), name
    for name, nothing in {
        "empty": np.zeros(0), "single": np.r_[np.full(count - 1, np.nan), 3.0],
    }.items():  # fmt: skip
        made, refused = forecast({"it": Regular(grid, first, nothing)}, Asked(12), rows=0)
        assert not made
        assert refused[0].reason == name
