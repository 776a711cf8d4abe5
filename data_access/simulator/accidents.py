"""Traffic accidents as context information (RoadAccident), near junctions. All invented: a demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import numpy as np

from data_access.simulator.context import Context, Row
from data_access.simulator.order import Order
from data_access.simulator.weather import rain_mm

DATASET, WRITTEN_AS = "security.accidents", "ngsi"
ON_ROADS = True
DAYS = 35
A_DAY = 7.0
WET = 1.4  # times as many on a day of rain
KINDS = {"light": 0.72, "serious": 0.22, "fatal": 0.06}
HURT = {"light": 0.5, "serious": 1.6, "fatal": 0.8}  # mean injured
CLEARED_H = {"light": 0.8, "serious": 2.5, "fatal": 5.0}
NEAR_DEGREES = 0.0016


def rows(order: Order) -> Iterator[Row]:
    """Yield accidents of the last DAYS days and of what is to come, as each stands last."""
    nodes = list(order.city.network.nodes.values())
    kinds, shares = list(KINDS), np.array(list(KINDS.values()))
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        wet = rain_mm(order.seed, day) > 5
        for number in range(draw.poisson(A_DAY * (WET if wet else 1.0))):
            node = nodes[int(draw.integers(len(nodes)))]
            kind = kinds[int(draw.choice(len(kinds), p=shares / shares.sum()))]
            began = order.instant(day, float(draw.triangular(5, 18, 24)) * 3600)
            cleared = began + timedelta(hours=float(draw.gamma(2.0, CLEARED_H[kind] / 2)) + 0.2)
            north, east = draw.normal(0, NEAR_DEGREES, 2).tolist()
            row = {
                "id": f"TN-{day:%Y%m%d}-{number + 1:03}",
                "category": kind,
                "place": node.name,
                "dead": 1 + int(draw.random() < 0.1) if kind == "fatal" else 0,
                "injured": int(draw.poisson(HURT[kind])),
                "lat": round(node.lat + north, 6),
                "lon": round(node.lon + east, 6),
                "starts": began,
            }
            for status, at in (("open", began + timedelta(minutes=10)), ("closed", cleared)):
                if at <= order.horizon:
                    yield {**row, "status": status, "reported": at}


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of accidents."""
    yield order.path(".json"), Context(order.contract).write(rows(order))
