"""Registers of urban order inspections, a row as each violation stands last. A demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.sheets import Row, Sheet
from data_access.simulator.spots import Spots

DATASET, WRITTEN_AS = "urban.order", "sheet"
DAYS = 63
A_DAY = 14.0  # on a working day; fewer at weekends
KINDS = {"sidewalk": 0.42, "parking": 0.24, "vendor": 0.16, "building": 0.1, "advert": 0.08}
SETTLED_DAYS = {"sidewalk": 3.6, "parking": 3.2, "vendor": 3.8, "building": 19.0, "advert": 6.0}
DUE_DAYS = {"sidewalk": 7, "parking": 7, "vendor": 7, "building": 30, "advert": 10}


def rows(order: Order) -> Iterator[Row]:
    """Yield violations of the last DAYS days and of what is to come."""
    spots, kinds = Spots(order), list(KINDS)
    shares = np.array(list(KINDS.values()))
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        count = draw.poisson(A_DAY * (1.0 if day_kind(day) == "workday" else 0.4))
        for number in range(count):
            spot = spots.draw(draw, day)
            kind = kinds[int(draw.choice(len(kinds), p=shares / shares.sum()))]
            found = order.instant(day, float(draw.uniform(7.5, 20)) * 3600)
            settled = found + timedelta(days=float(draw.gamma(1.6, SETTLED_DAYS[kind] / 1.6)))
            row = {
                "id": f"TTDT-{day:%Y%m%d}-{number + 1:03}",
                "category": kind,
                "place": spot.place,
                "area": spot.unit.code,
                "starts": found,
                "expected_at": found + timedelta(days=DUE_DAYS[kind]),
                "lat": spot.lat,
                "lon": spot.lon,
            }
            for status, at in (("open", found), ("closed", settled)):
                if at <= order.horizon:
                    yield {**row, "status": status, "reported": at}


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one register."""
    yield order.path(".csv"), Sheet(order.contract, order.city).write(rows(order))
