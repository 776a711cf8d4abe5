"""Outbreaks as the disease control centre lists them, a row each, as it ended. A demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet

DATASET, WRITTEN_AS = "health.outbreaks", "sheet"
DAYS = 56  # whole weeks: a replay that loops keeps its weekdays
# How many a day, how many cases, how many days (demo; 308 of dengue were found in 2025).
KINDS = {
    "Sốt xuất huyết": (0.85, 9.0, 21), "Tay chân miệng": (0.5, 7.0, 14), "Sởi": (0.2, 6.0, 18),
}  # fmt: skip


def rows(order: Order) -> Iterator[Row]:
    """Yield the outbreaks of the last DAYS days and of what is to come."""
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        for at, (name, (a_day, cases, days)) in enumerate(KINDS.items()):
            for number in range(draw.poisson(a_day)):
                unit = units[int(draw.integers(len(units)))]
                began = order.instant(day, 8 * 3600)
                lasts = timedelta(days=int(draw.poisson(days)) + 3)
                count = 2 + int(draw.negative_binomial(2, 2 / (cases + 2)))
                if began <= order.horizon:
                    yield {
                        "id": f"OD-{day:%y%m%d}-{at}{number}",
                        "area": unit.code,
                        "status": "open",
                        "reported": began,
                        "starts": began,
                        "ends": began + lasts,
                        "category": name,
                        "cases": count,
                    }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
