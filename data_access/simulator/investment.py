"""State investment as the statistics office's monthly report has it: ministries and provinces.

A report estimates its month and revises the month before; both columns stand in its table.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from functools import cache

from data_access.simulator.months import Month, published_months
from data_access.simulator.order import Order, draws

FORMAT = "gso-investment"
MONTHS = 38
HEADINGS = (
    "", "Phân Loại", "Total-Pre-Month", "E-Total-M", "Total-YOY", "YOP", "YTD-YOY", "E-MOM",
    "Date", "Month", "PreMonth", "PreYearMonth", "Total-M", "MOM", "M-YOY",
)  # fmt: skip

CAPITAL = "Hà Nội"
# Disbursed in Hà Nội, billion đồng a year; later years grow by GROWTH each.
CAPITAL_YEARS = {
    2019: 43906, 2020: 44729, 2021: 43165, 2022: 46281, 2023: 51846, 2024: 72289,
}  # fmt: skip
GROWTH = 1.10
PLAN_SHARE = 0.89  # of the plan, disbursed by December (87 to 91 % in most years)
# January to December: least in the month of Tết, most in December.
SEASON = (0.74, 0.59, 0.70, 0.76, 0.91, 1.03, 1.11, 1.07, 1.11, 1.22, 1.30, 1.46)

TOTALS = ("TỔNG SỐ", "Trung ương", "Địa phương")
# Against the capital's figure of the year.
MINISTRIES = {
    "Bộ Xây dựng": 0.75,
    "Bộ Nông nghiệp và Môi trường": 0.24,
    "Bộ Y tế": 0.05,
    "Bộ Giáo dục và Đào tạo": 0.03,
    "Bộ Văn hóa, Thể thao và Du lịch": 0.015,
    "Bộ Khoa học và Công nghệ": 0.01,
    "Bộ Công Thương": 0.008,
}
PROVINCES = {
    CAPITAL: 1.0,
    "TP. Hồ Chí Minh": 0.85,
    "Hải Phòng": 0.40,
    "Hưng Yên": 0.38,
    "Đồng Nai": 0.33,
    "Ninh Bình": 0.32,
    "Quảng Ninh": 0.27,
    "Bắc Ninh": 0.25,
    "Thanh Hóa": 0.22,
    "Phú Thọ": 0.21,
    "Nghệ An": 0.19,
    "Đà Nẵng": 0.18,
    "Đắk Lắk": 0.17,
    "Đồng Tháp": 0.16,
    "Cần Thơ": 0.15,
    "An Giang": 0.14,
    "Khánh Hòa": 0.13,
    "Thái Nguyên": 0.11,
    "Hà Tĩnh": 0.10,
    "Lạng Sơn": 0.06,
}
SHARES = MINISTRIES | PROVINCES


def year_level(year: int) -> float:
    """Return what the capital disburses in `year`, billion đồng."""
    first, last = min(CAPITAL_YEARS), max(CAPITAL_YEARS)
    if year > last:
        return CAPITAL_YEARS[last] * GROWTH ** (year - last)
    return CAPITAL_YEARS[max(year, first)] * GROWTH ** min(year - first, 0)


@cache
def disbursed(seed: int, who: str, month: Month) -> float:
    """Return the revised figure of a month, billion đồng."""
    if who in TOTALS:
        parts = {"TỔNG SỐ": SHARES, "Trung ương": MINISTRIES, "Địa phương": PROVINCES}[who]
        return sum(disbursed(seed, part, month) for part in parts)
    draw = draws(seed, f"economy.investment.{who}", month.year, month.number)
    mean = SHARES[who] * year_level(month.year) * SEASON[month.number - 1] / sum(SEASON)
    return float(mean * draw.lognormal(0.0, 0.04 if who == CAPITAL else 0.12))


def _estimate(seed: int, who: str, month: Month) -> float:
    """Return what the month's own report estimates, some per cent off the revised figure."""
    draw = draws(seed, f"economy.investment.estimate.{who}", month.year, month.number)
    return float(disbursed(seed, who, month) * draw.normal(1.0, 0.02))


def _plan(who: str, year: int) -> float:
    if who in TOTALS:
        parts = {"TỔNG SỐ": SHARES, "Trung ương": MINISTRIES, "Địa phương": PROVINCES}[who]
        return sum(_plan(part, year) for part in parts)
    return SHARES[who] * year_level(year) / PLAN_SHARE


def _to_date(seed: int, who: str, month: Month) -> float:
    """Return January to `month`, the last month being its own report's estimate."""
    known = sum(disbursed(seed, who, each) for each in month.of_year() if each != month)
    return known + _estimate(seed, who, month)


def _change(now: float, before: float) -> float:
    return (now / before - 1) * 100


def _row(seed: int, who: str, month: Month, *, is_newest: bool) -> list[str]:
    before, year_before = month.back(1), month.back(12)
    estimate = _estimate(seed, who, month)
    revised = estimate if is_newest else disbursed(seed, who, month)
    last = disbursed(seed, who, before)
    to_date = _to_date(seed, who, month)
    is_january = month.number == 1  # its report has no month before of the same year
    return [
        who,
        "" if is_january else f"{last:.3f}",
        f"{estimate:.3f}",
        f"{to_date:.3f}",
        f"{to_date / _plan(who, month.year) * 100:.6f}",
        f"{_change(to_date, _to_date(seed, who, year_before)):.6f}",
        "" if is_january else f"{_change(estimate, last):.6f}",
        month.published.isoformat(),
        str(month),
        str(before),
        str(year_before),
        f"{revised:.3f}",
        "" if is_january else f"{_change(revised, last):.6f}",
        f"{_change(revised, disbursed(seed, who, year_before)):.6f}",
    ]


def _called(order: Order, who: str) -> str:
    """Return who a row is of: a city that is not on the list stands where the capital does."""
    names = order.contract.source.options.get("city_names", ())
    if who != CAPITAL or not names or any(name in PROVINCES for name in names):
        return who
    return str(names[0])


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one file of the last MONTHS reports, newest first."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADINGS)
    number = 0
    listing = (TOTALS[0], TOTALS[1], *MINISTRIES, TOTALS[2], *PROVINCES)
    for age, month in enumerate(published_months(order.today, count=MONTHS)):
        for who in listing:
            row = _row(order.seed, who, month, is_newest=age == 0)
            rows.writerow([number, _called(order, who), *row[1:]])
            number += 1
    yield order.path(".csv.gz"), gzip.compress(text.getvalue().encode(), mtime=0)
