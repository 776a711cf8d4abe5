"""The city's budget as booked day by day, and its estimates. The year's sums are as published, the
days are a demo.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np

from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet

DATASET, WRITTEN_AS = "economy.budget", "sheet"
DAYS = 371  # whole weeks that hold a year
# Estimates of 2025, tỷ đồng, by item; each later year's are GROWTH more.
ESTIMATES = {
    "revenue": {
        "Thu từ khu vực DNNN": 76_000, "Thu từ khu vực FDI": 32_500,
        "Thuế công thương nghiệp ngoài quốc doanh": 98_000, "Thuế thu nhập cá nhân": 51_000,
        "Thu từ nhà, đất": 74_500, "Lệ phí trước bạ": 8_300, "Phí, lệ phí": 22_600,
        "Thuế bảo vệ môi trường": 5_400, "Thu khác ngân sách": 116_400,
        "Thu từ xuất nhập khẩu": 29_100,
    },
    "expenditure": {
        "Chi đầu tư phát triển": 87_100, "Chi giáo dục, đào tạo": 26_300, "Chi y tế": 6_900,
        "Chi quản lý hành chính": 11_800, "Chi đảm bảo xã hội": 10_400,
        "Chi sự nghiệp kinh tế": 17_200, "Chi thường xuyên khác": 6_500,
    },
}  # fmt: skip
GROWTH = 1.08
PACE = {"revenue": 1.1, "expenditure": 0.82}  # of the estimate, by the year's end
RUSH = (20, 21, 22, 28, 29, 30, 31)  # days of a month on which more is paid


def day_rows(order: Order, day: date) -> Iterator[Row]:
    """Yield what is booked on `day`; nothing on a day off."""
    if day == date(day.year, 1, 1):
        yield from estimate_rows(day)
    if day_kind(day) != "workday":
        return
    draw = order.draws(day.toordinal())
    for side, items in ESTIMATES.items():
        for item, estimate in items.items():
            mean = estimate * GROWTH ** (day.year - 2025) * PACE[side] / 249 * 1000
            rush = 1.9 if day.day in RUSH else 0.75
            booked = float(draw.gamma(2.5, mean * rush / 2.5))
            yield {
                "time": day,
                "entity": item,
                "indicator": side,
                "value": float(np.round(booked, 6)),
            }


def estimate_rows(day: date) -> Iterator[Row]:
    """Yield the estimates of a year, as of its first day, triệu đồng."""
    for side, items in ESTIMATES.items():
        for item, estimate in items.items():
            value = float(round(estimate * GROWTH ** (day.year - 2025)) * 1000)
            yield {"time": day, "entity": item, "indicator": f"{side}_estimate", "value": value}


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one book of the last DAYS days."""
    rows = (row for day in order.days(DAYS)[:-1] for row in day_rows(order, day))
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows)
