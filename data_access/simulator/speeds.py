"""Road speeds as a matrix: a row every five minutes, a column a detector, miles an hour, no times.

How slow a road is follows from its traffic (`traffic.py`), and from crashes and the queues behind
them (`crashes.py`); how jams last is measured on the loop detectors whose file format this is
(METR-LA).
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from datetime import date

import numpy as np

from data_access.simulator import crashes
from data_access.simulator.order import Order
from data_access.simulator.roads import Ints
from data_access.simulator.traffic import Traffic
from data_access.simulator.weather import Numbers
from data_access.sources.placing import on_links

FORMAT = "speed-matrix"
ON_ROADS = True
KMH_PER_MPH = 1.609344
STEPS_A_DAY = 288
DAYS = 7
DIRECTIONS = 2  # detectors a link of the city's network
FIRST_DETECTOR = 240001

JAM_SIGMA = 0.5  # of the logarithm of what is lost, along time; so that a rush hour has …
JAM_MEMORY = 0.93  # … a tenth of its links below half of free flow. Lag 5 min, as measured
LOWEST_RATIO = 0.15
NOISE = 0.015  # of a detector, as a share of the free speed
STUCK_HOURS = (2, 5)  # one detector repeats its last value between these hours of one day
BEYOND_NATURE_MPH = 412.0  # one cell of the week


def _jams(draw: np.random.Generator, steps: int, columns: int) -> Numbers:
    """Return factors with mean 1 that keep JAM_MEMORY from step to step, (steps, columns)."""
    shocks = draw.normal(0.0, JAM_SIGMA * np.sqrt(1 - JAM_MEMORY**2), (steps, columns))
    shocks[0] = draw.normal(0.0, JAM_SIGMA, columns)
    for step in range(1, steps):
        shocks[step] += JAM_MEMORY * shocks[step - 1]
    return np.exp(shocks - JAM_SIGMA**2 / 2)


def detectors(order: Order) -> list[str]:
    """Return the ids at the head of the columns: two for a link, one for each way."""
    count = DIRECTIONS * len(order.city.network.links)
    return [str(FIRST_DETECTOR + column) for column in range(count)]


def _arcs(order: Order, traffic: Traffic) -> Ints:
    """Return, by column, the arc its reader will place it on."""
    ways = zip(traffic.roads.links, traffic.roads.forward.tolist(), strict=True)
    arcs = {way: arc for arc, way in enumerate(ways)}
    placed = on_links(detectors(order), order.city.network).values()
    return np.array([arcs[p.link.id, p.direction == "forward"] for p in placed], dtype=np.int64)


def speeds_kmh(order: Order, first: date) -> Numbers:
    """Return the week that begins on `first`, km/h, without faults; (steps, detectors)."""
    traffic = Traffic.of(order.city, order.seed)
    arcs, draw = _arcs(order, traffic), order.draws()
    hours = (np.arange(STEPS_A_DAY) + 0.5) * 24 / STEPS_A_DAY
    usual = {is_workday: traffic.lost(hours, is_workday=is_workday) for is_workday in (True, False)}
    weekdays = [(first.weekday() + day) % 7 for day in range(DAYS)]
    lost = np.concatenate([usual[day < 5] for day in weekdays])[:, arcs]
    step_s = 86400 // STEPS_A_DAY
    left = [crashes.speed_left(traffic, order.seed, day, step_s) for day in weekdays]
    ratios = 1 - lost * _jams(draw, len(lost), len(arcs))
    noise = draw.normal(0.0, NOISE, ratios.shape)
    ratios = np.clip(ratios * np.concatenate(left)[:, arcs], LOWEST_RATIO, 1.0)
    free = traffic.roads.free_kmh[arcs] * draw.uniform(0.95, 1.05, len(arcs))
    return (ratios + noise) * free  # a detector on a jammed road does not tell one figure either


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield the matrix of one week; its first row is the start that the contract tells readers."""
    week = speeds_kmh(order, _first_day(order)) / KMH_PER_MPH
    draw = order.draws(1)
    day = int(draw.integers(DAYS)) * STEPS_A_DAY
    stuck, wild = draw.integers(week.shape[1], size=2)
    begin, end = (day + hour * 12 for hour in STUCK_HOURS)
    week[begin:end, stuck] = week[begin, stuck]
    week[int(draw.integers(len(week))), wild] = BEYOND_NATURE_MPH
    lines = [",".join(detectors(order))]
    lines += [",".join(row) for row in np.char.mod("%.2f", week)]
    yield order.path(".csv.gz"), gzip.compress("\n".join(lines).encode() + b"\n", mtime=0)


def _first_day(order: Order) -> date:
    return date.fromisoformat(str(order.contract.source.options["start"])[:10])
