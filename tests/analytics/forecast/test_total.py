"""What a year adds up to: from days that are booked, from months, from too little."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest

from analytics.calendar import is_off
from analytics.forecast.total import year_total
from analytics.series import Floats
from tests.analytics.forecast.making import series


def booked(first: date, last: date, *, seed: int = 2) -> Floats:
    chance = np.random.default_rng(seed)
    days = [date.fromordinal(n) for n in range(first.toordinal(), last.toordinal() + 1)]
    return np.array([0.0 if is_off(day) else chance.gamma(20, 5) for day in days])


def test_a_year_of_working_days_ends_where_its_days_lead() -> None:
    first = date(2025, 11, 20)
    whole = booked(first, date(2026, 12, 31))
    known = whole[: (date(2026, 10, 31) - first).days + 1]
    found = year_total(series(known, "P1D", first))
    assert found is not None
    truth = whole[(date(2026, 1, 1) - first).days :].sum()
    assert found.method in ("working", "recent")  # even days ignore Tết and weekends
    assert found.total == pytest.approx(truth, rel=0.02)
    assert found.errors[found.method] < found.errors["even"]
    assert found.low is not None
    assert found.high is not None
    assert found.low[0.95][-1] < found.low[0.8][-1] < found.total < found.high[0.8][-1]
    assert found.booked == pytest.approx(known[(date(2026, 1, 1) - first).days :].sum())
    assert len(found.slots) == 61


def test_months_that_pay_late_are_known_by_earlier_years() -> None:
    share = np.array([2, 3, 5, 6, 7, 8, 8, 9, 10, 11, 13, 18.0])
    chance = np.random.default_rng(3)
    months = np.concatenate([1000 * 1.08**n * share * chance.normal(1, 0.03, 12) for n in range(6)])
    found = year_total(series(months[:-4], "P1M", date(2020, 1, 1)))
    assert found is not None
    assert found.method == "shares"
    assert found.total == pytest.approx(months[-12:].sum(), rel=0.05)
    assert found.errors["shares"] < found.errors["even"] / 3
    assert found.coverage[0.8] is not None
    assert len(found.path) == 4


def test_of_a_year_that_just_began_or_is_not_known_from_new_year_nothing_is_said() -> None:
    assert year_total(series(booked(date(2026, 1, 1), date(2026, 1, 20)), "P1D",
                             date(2026, 1, 1))) is None  # fmt: skip
    assert year_total(series(booked(date(2026, 2, 1), date(2026, 9, 1)), "P1D",
                             date(2026, 2, 1))) is None  # fmt: skip
    assert year_total(series(np.full(30, np.nan), "P1D")) is None


def test_without_tests_there_is_a_total_but_no_interval() -> None:
    found = year_total(series(booked(date(2026, 1, 1), date(2026, 4, 10)), "P1D", date(2026, 1, 1)))
    assert found is not None
    assert found.low is None
    assert found.tests < 5


def test_a_year_that_is_over_is_what_was_booked() -> None:
    days = booked(date(2026, 1, 1), date(2026, 12, 31))
    found = year_total(series(days, "P1D", date(2026, 1, 1)))
    assert found is not None
    assert found.total == pytest.approx(days.sum())
    assert len(found.slots) == 0
