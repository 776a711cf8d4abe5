"""Monthly statistics: what is published when, levels of the years, figures that agree."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import numpy as np
import pytest

from data_access.simulator import dengue, investment, prices
from data_access.simulator.months import Month, published_months
from data_access.simulator.order import Order

CPI = "CHỈ SỐ GIÁ TIÊU DÙNG"


def test_a_month_is_out_after_its_29th() -> None:
    assert published_months(date(2026, 11, 22), count=2) == [Month(2026, 10), Month(2026, 9)]
    assert published_months(date(2026, 11, 30), count=1) == [Month(2026, 11)]
    assert published_months(date(2026, 11, 29), count=1) == [Month(2026, 10)]
    assert Month(2026, 2).published == date(2026, 2, 28)


def test_months_are_counted_over_the_end_of_the_year() -> None:
    assert Month(2026, 2).back(3) == Month(2025, 11)
    assert str(Month(2026, 2)) == "2026-02"
    assert list(Month(2026, 2).of_year()) == [Month(2026, 1), Month(2026, 2)]


@pytest.mark.parametrize(("year", "level"), [(2019, 43906), (2023, 51846), (2024, 72289)])
def test_the_capital_disburses_what_it_did_in_that_year(year: int, level: float) -> None:
    months = Month(year, 12).of_year()
    found = sum(investment.disbursed(7, investment.CAPITAL, month) for month in months)
    assert found == pytest.approx(level, rel=0.05)


def test_investment_rises_from_february_to_december() -> None:
    months = [Month(2024, n) for n in range(1, 13)]
    found = [investment.disbursed(7, investment.CAPITAL, month) for month in months]
    assert int(np.argmin(found)) == 1
    assert int(np.argmax(found)) == 11


def test_parts_add_up_to_their_total() -> None:
    month = Month(2026, 9)
    total, central, local = (investment.disbursed(7, who, month) for who in investment.TOTALS)
    assert total == pytest.approx(central + local)


def test_prices_rise_about_three_per_cent_a_year() -> None:
    months = [Month(2026, 10).back(n) for n in range(134)]
    found = [prices.year_on_year(7, CPI, month) for month in months]
    assert np.mean(found) == pytest.approx(2.95, abs=0.8)  # national, 2014 to 2025
    assert min(found) > -2
    assert max(found) < 8


def test_dengue_is_quiet_in_most_years_and_breaks_out_in_some(order: Callable[..., Order]) -> None:
    one = order("health.dengue")
    years = [
        sum(dengue.month_cases(one, date(year, month, 1)) for month in range(1, 13))
        for year in range(1990, 2026)
    ]
    outbreaks = [cases for cases in years if cases > 1500]
    assert 0.15 < len(outbreaks) / len(years) < 0.55
    assert all(1800 < cases < 4200 for cases in outbreaks)
    assert all(20 < cases < 1000 for cases in years if cases not in outbreaks)


def test_dengue_peaks_in_october_and_is_nearly_absent_in_march(
    order: Callable[..., Order],
) -> None:
    one = order("health.dengue")
    means = [
        np.mean([dengue.month_cases(one, date(year, month, 1)) for year in range(1990, 2026)])
        for month in range(1, 13)
    ]
    assert int(np.argmax(means)) + 1 in (10, 11)
    assert means[2] < 0.05 * max(means)


def test_a_month_of_dengue_is_known_twelve_days_after_its_end(order: Callable[..., Order]) -> None:
    early = order("health.dengue", until=datetime(2026, 11, 11, 3, tzinfo=UTC))
    late = order("health.dengue", until=datetime(2026, 11, 12, 3, tzinfo=UTC))
    assert list(dengue.months(early))[-1] == date(2026, 9, 1)
    assert list(dengue.months(late))[-1] == date(2026, 10, 1)
    assert len(list(dengue.months(late))) >= 12 * dengue.YEARS
