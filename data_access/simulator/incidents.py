"""The police's register of public order incidents, a row as each stands last. All invented: a demo.

Some rows come without coordinates, one with a kind nobody knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet
from data_access.simulator.spots import Spots

DATASET, WRITTEN_AS = "security.incidents", "sheet"
DAYS = 35
A_DAY = 34.0
KINDS = {
    "theft": 0.34, "fight": 0.16, "disturbance": 0.15, "fraud": 0.14, "drugs": 0.07,
    "gambling": 0.05, "robbery": 0.03, "other": 0.06,
}  # fmt: skip
# Share of a day's incidents by three hours: evenings most.
HOURS = np.array((0.09, 0.04, 0.05, 0.10, 0.13, 0.14, 0.22, 0.23))
WEEKEND = 1.2
SETTLED_H = 14.0
NOT_PLACED = 0.04


def rows(order: Order) -> Iterator[Row]:
    """Yield incidents of the last DAYS days and of what is to come."""
    spots, kinds = Spots(order), list(KINDS)
    shares = np.array(list(KINDS.values()))
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        count = draw.poisson(A_DAY * (WEEKEND if day.weekday() >= 5 else 1.0))
        for number in range(count):
            spot = spots.draw(draw, day)
            hour = 3 * draw.choice(8, p=HOURS / HOURS.sum()) + draw.uniform(0, 3)
            began = order.instant(day, float(hour) * 3600)
            settled = began + timedelta(hours=float(draw.exponential(SETTLED_H)) + 0.5)
            kind = kinds[int(draw.choice(len(kinds), p=shares / shares.sum()))]
            placed = draw.random() >= NOT_PLACED
            row = {
                "id": f"TT-{day:%Y%m%d}-{number + 1:03}",
                "category": "unknown" if (day.day, number) == (9, 5) else kind,
                "place": spot.place,
                "area": spot.unit.code,
                "starts": began,
                "lat": spot.lat if placed else None,
                "lon": spot.lon if placed else None,
            }
            for status, at in (("open", began + timedelta(minutes=20)), ("closed", settled)):
                if at <= order.horizon:
                    yield {**row, "status": status, "reported": at}


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one register."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
