"""What cameras at junctions count, a quarter of an hour each. Flows and queues are a demo."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date

import numpy as np

from data_access.city import Node
from data_access.simulator.context import Context, Row
from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.speeds import CONGESTION_WEEKEND, CONGESTION_WORKDAY
from data_access.simulator.weather import rain_mm

DATASET, WRITTEN_AS = "transport.cameras", "ngsi"
DAYS = 7
STEP_S = 900
JUNCTIONS = 12
FLOW_H = (2600.0, 0.35)  # vehicles an hour at a busy hour, and how junctions differ
# Share of the busiest hour (weekday demand shape), by hour.
DEMAND = (0.2, 0.12, 0.1, 0.1, 0.12, 0.2, 0.6, 1.0, 0.9, 0.7, 0.6, 0.65, 0.65, 0.6, 0.6, 0.7,
          0.9, 1.0, 0.98, 0.75, 0.6, 0.5, 0.35, 0.25)  # fmt: skip
BLIND = 0.03  # share of readings in which a camera sees badly; twice as many in rain


def junctions(order: Order) -> list[Node]:
    """Return the junctions with a camera."""
    nodes = list(order.city.network.nodes.values())
    step = max(1, len(nodes) // JUNCTIONS)
    return nodes[::step][:JUNCTIONS]


def rows(order: Order) -> Iterator[Row]:
    """Yield every reading of the last DAYS days and of what is to come."""
    nodes = junctions(order)
    scale = order.draws().lognormal(0.0, FLOW_H[1], len(nodes))
    for day in order.days(DAYS, ahead=1):
        lost = CONGESTION_WORKDAY if day_kind(day) == "workday" else CONGESTION_WEEKEND
        for number, node in enumerate(nodes):
            yield from _day(order, node, number, day, lost, float(scale[number]))


def _day(
    order: Order, node: Node, number: int, day: date, lost: tuple[float, ...], scale: float
) -> Iterator[Row]:
    draw = order.draws(day.toordinal(), number)
    steps = 86400 // STEP_S
    wet = rain_mm(order.seed, day) > 5
    noise = draw.lognormal(0.0, 0.12, steps)
    blind = draw.random(steps) < BLIND * (2 if wet else 1)
    for step in range(steps):
        at = order.instant(day, step * STEP_S)
        if at > order.horizon:
            return
        hour = step * STEP_S // 3600
        slow = min(0.9, lost[hour] * 1.6 * float(noise[step]))
        yield {
            "entity": f"CAM-{node.id}",
            "name": node.name,
            "at": at,
            "lat": node.lat,
            "lon": node.lon,
            "vehicles_h": round(FLOW_H[0] * scale * DEMAND[hour] * float(noise[step])),
            "camera_kmh": round(40 * (1 - slow), 1),
            "queue_m": round(float(np.clip(320 * (slow - 0.25), 0, 400))),
            "confidence": round(float(draw.uniform(25, 55) if blind[step] else 92 - 9 * slow)),
        }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of readings."""
    written = Context(order.contract).write(rows(order))
    yield order.path(".json.gz"), gzip.compress(written, mtime=0)
