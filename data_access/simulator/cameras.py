"""What cameras at junctions count, a quarter of an hour each. Flows and queues are a demo.

Counted is what comes into a junction over the city's roads (`traffic.py`), less what crashes hold
back (`crashes.py`): cameras agree with each other and with the speeds of the same seed.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain

import numpy as np

from data_access.city import Node
from data_access.simulator import crashes
from data_access.simulator.context import Context, Row
from data_access.simulator.holidays import day_kind
from data_access.simulator.order import Order
from data_access.simulator.traffic import Traffic
from data_access.simulator.weather import Numbers, rain_mm

DATASET, WRITTEN_AS = "transport.cameras", "ngsi"
ON_ROADS = True
DAYS = 7
STEP_S = 900
STEPS = 86400 // STEP_S
JUNCTIONS = 195  # Hanoi's city police, 2025: 1,837 cameras at 195 junctions
# How counts of an hour differ from workday to workday of a week (I-94, 2012-13: 0.04 to 0.08), here
# in part all together, and a quarter of an hour beside chance (PeMS, 2016: 0.03).
CITY_DAY, JUNCTION_DAY, QUARTER = 0.03, 0.04, 0.03
BLIND = 0.03  # share of readings in which a camera sees badly; twice as many in rain
THROUGH_KMH = 40.0  # at which a junction is passed when it is free
SLOWER = 1.6  # times what the roads into a junction lose, it loses itself


def junctions(order: Order) -> list[Node]:
    """Return the junctions with a camera: all of a short list, of a long one some everywhere."""
    nodes = list(order.city.network.nodes.values())
    step = max(1, len(nodes) // JUNCTIONS)
    return nodes[::step][:JUNCTIONS]


@dataclass(frozen=True, slots=True)
class Seen:
    """What comes into each junction with a camera over a day, and what it loses: (steps, nodes)."""

    vehicles_h: Numbers
    lost: Numbers


def seen(order: Order, traffic: Traffic, day: date) -> Seen:
    """Return what is expected on a day, crashes included, chance not."""
    roads, hours = traffic.roads, (np.arange(STEPS) + 0.5) * STEP_S / 3600
    is_workday = day_kind(day) == "workday"
    left = crashes.speed_left(traffic, order.seed, day.weekday(), STEP_S)
    flows = traffic.flows_h(hours, is_workday=is_workday) * crashes.passing_left(left)
    kept = (1 - traffic.lost(hours, is_workday=is_workday)) * left
    number = {node.id: n for n, node in enumerate(roads.nodes)}
    at = [number[node.id] for node in junctions(order)]
    into = (roads.head[:, None] == at).astype(np.float64)
    counted = flows @ into
    with np.errstate(invalid="ignore"):
        lost = 1 - np.nan_to_num(flows * kept @ into / counted, nan=1.0)
    return Seen(counted, lost)


def rows(order: Order) -> Iterator[Row]:
    """Yield every reading of the last DAYS days and of what is to come."""
    for _, day_rows in _days(order):
        yield from day_rows


def _days(order: Order) -> Iterator[tuple[date, Iterator[Row]]]:
    nodes, traffic = junctions(order), Traffic.of(order.city, order.seed)
    for day in order.days(DAYS, ahead=1):
        expected = seen(order, traffic, day)
        together = float(order.draws(day.toordinal()).lognormal(0.0, CITY_DAY))
        yield day, chain.from_iterable(
            _day(
                order, node, number, day,
                expected.vehicles_h[:, number] * together, expected.lost[:, number],
            )
            for number, node in enumerate(nodes)
        )  # fmt: skip


def _day(
    order: Order, node: Node, number: int, day: date, vehicles_h: Numbers, lost: Numbers
) -> Iterator[Row]:
    draw = order.draws(day.toordinal(), number)
    noise = draw.lognormal(0.0, JUNCTION_DAY) * draw.lognormal(0.0, QUARTER, STEPS)
    counted = draw.poisson(vehicles_h * noise * STEP_S / 3600) * 3600 / STEP_S
    jams = draw.lognormal(0.0, 0.12, STEPS)
    blind = draw.random(STEPS) < BLIND * (2 if rain_mm(order.seed, day) > 5 else 1)
    for step in range(STEPS):
        at = order.instant(day, step * STEP_S)
        if at > order.horizon:
            return
        slow = float(np.clip(lost[step] * SLOWER * jams[step], 0.0, 0.9))
        yield {
            "entity": f"CAM-{node.id}",
            "name": node.name,
            "at": at,
            "lat": node.lat,
            "lon": node.lon,
            "vehicles_h": round(counted[step]),
            "camera_kmh": round(THROUGH_KMH * (1 - slow), 1),
            "queue_m": round(float(np.clip(320 * (slow - 0.25), 0, 400))),
            "confidence": round(float(draw.uniform(25, 55) if blind[step] else 92 - 9 * slow)),
        }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of readings a day: who reads them need not hold a week of them at once."""
    context = Context(order.contract)
    for day, day_rows in _days(order):
        written = context.write(day_rows)
        path = order.path(".json.gz", stem=f"-simulated-{day:%Y%m%d}")
        yield path, gzip.compress(written, mtime=0)
