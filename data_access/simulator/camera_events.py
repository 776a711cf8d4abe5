"""What cameras recognise: stopped vehicles, queues, crashes, with how sure they are. A demo."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from data_access.simulator.cameras import junctions
from data_access.simulator.context import Context, Row
from data_access.simulator.order import Order
from data_access.simulator.weather import rain_mm

DATASET, WRITTEN_AS = "transport.camera_events", "ngsi"
DAYS = 7
# How many a day, how long they last in minutes.
KINDS = {
    "stopped": (14.0, 18), "queue": (9.0, 25), "wrong_way": (5.0, 3), "crash": (1.6, 40),
    "crowd": (0.8, 60),
}  # fmt: skip
FLOODED_MM = 40.0  # rain of a day from which roads are seen flooded
SURE = (8.0, 1.6)  # of the beta law of confidence


def rows(order: Order) -> Iterator[Row]:
    """Yield events of the last DAYS days and of what is to come; each as it ended."""
    nodes = junctions(order)
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        kinds = dict(KINDS)
        if rain_mm(order.seed, day) >= FLOODED_MM:
            kinds["flood"] = (6.0, 120)
        for kind, (a_day, minutes) in kinds.items():
            for number in range(draw.poisson(a_day)):
                node = nodes[int(draw.integers(len(nodes)))]
                began = order.instant(day, draw.triangular(5, 17, 23) * 3600)
                lasts = timedelta(minutes=float(draw.gamma(2.0, minutes / 2)) + 1)
                if began > order.horizon:
                    continue
                yield {
                    "id": f"{day:%Y%m%d}-{kind}-{number}",
                    "entity": f"CAM-{node.id}",
                    "camera": f"CAM-{node.id}",
                    "place": node.name,
                    "category": kind,
                    "confidence": round(float(draw.beta(*SURE)), 2),
                    "image": f"snapshots/{day:%Y%m%d}/{kind}-{number}.jpg",
                    "status": "open",
                    "lat": node.lat,
                    "lon": node.lon,
                    "reported": began,
                    "starts": began,
                    "ends": began + lasts,
                }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of events."""
    yield order.path(".json"), Context(order.contract).write(rows(order))
