"""What cameras recognise: stopped vehicles, queues, crashes, with how sure they are. A demo.

A camera sees the crashes (`crashes.py`) on the roads of its junction.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from data_access.city import Node
from data_access.simulator import crashes
from data_access.simulator.cameras import junctions
from data_access.simulator.context import Context, Row
from data_access.simulator.order import Order
from data_access.simulator.traffic import Traffic
from data_access.simulator.weather import rain_mm

DATASET, WRITTEN_AS = "transport.camera_events", "ngsi"
ON_ROADS = True
DAYS = 7
# How many a day, how long they last in minutes.
KINDS = {
    "stopped": (14.0, 18), "queue": (9.0, 25), "wrong_way": (5.0, 3), "crowd": (0.8, 60),
}  # fmt: skip
FLOODED_MM = 40.0  # rain of a day from which roads are seen flooded
SURE = (8.0, 1.6)  # of the beta law of confidence


def rows(order: Order) -> Iterator[Row]:
    """Yield events of the last DAYS days and of what is to come; each as it ended."""
    nodes, traffic = junctions(order), Traffic.of(order.city, order.seed)
    for day in order.days(DAYS, ahead=1):
        draw = order.draws(day.toordinal())
        kinds = dict(KINDS)
        if rain_mm(order.seed, day) >= FLOODED_MM:
            kinds["flood"] = (6.0, 120)
        found = [
            (kind, nodes[int(draw.integers(len(nodes)))], draw.triangular(5, 17, 23) * 3600,
             float(draw.gamma(2.0, minutes / 2)) * 60 + 60)
            for kind, (a_day, minutes) in kinds.items()
            for _ in range(draw.poisson(a_day))
        ]  # fmt: skip
        found += [("crash", *each) for each in _crashes(order, traffic, nodes, day)]
        for number, (kind, node, begins_s, lasts_s) in enumerate(found):
            began = order.instant(day, begins_s)
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
                "ends": began + timedelta(seconds=lasts_s),
            }


def _crashes(
    order: Order, traffic: Traffic, nodes: list[Node], day: date
) -> Iterator[tuple[Node, float, float]]:
    """Yield (junction, begin, length, in seconds of the day) of the crashes that a camera sees."""
    roads, known = traffic.roads, {node.id: node for node in nodes}
    for crash in crashes.crashes(traffic, order.seed, day.weekday()):
        for end in (roads.head[crash.arc], roads.tail[crash.arc]):
            if (node := known.get(roads.nodes[end].id)) is not None:
                yield node, crash.begin_s, crash.lasting_s
                break


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of events."""
    yield order.path(".json"), Context(order.contract).write(rows(order))
