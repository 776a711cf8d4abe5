"""Road speeds as a matrix: a row every five minutes, a column a detector, miles an hour, no times.

Levels and hours are Hanoi's; how unevenly detectors suffer, and how jams last, are those measured
on the loop detectors whose file format this is (METR-LA).
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator
from datetime import date

import numpy as np
from numpy.typing import NDArray

from data_access.simulator.order import Order
from data_access.simulator.weather import Numbers
from data_access.sources.placing import on_links

FORMAT = "speed-matrix"
KMH_PER_MPH = 1.609344
STEPS_A_DAY = 288
DAYS = 7
DIRECTIONS = 2  # detectors a link of the city's network
FIRST_DETECTOR = 240001

# Hanoi's congestion by local hour: share of the free-flow speed that is lost. Two weeks of May.
CONGESTION_WORKDAY = (
    0.06, 0.04, 0.04, 0.04, 0.06, 0.15, 0.23, 0.27, 0.31, 0.25, 0.23, 0.20,
    0.16, 0.09, 0.14, 0.18, 0.23, 0.31, 0.32, 0.29, 0.21, 0.25, 0.18, 0.12,
)  # fmt: skip
CONGESTION_WEEKEND = (
    0.06, 0.04, 0.04, 0.04, 0.06, 0.15, 0.23, 0.16, 0.21, 0.25, 0.23, 0.20,
    0.16, 0.09, 0.14, 0.18, 0.23, 0.27, 0.28, 0.29, 0.21, 0.25, 0.18, 0.12,
)  # fmt: skip

FREE_FLOW_KMH = (44.0, 6.0)  # mean and deviation over the streets inside ring 3 (a demo value)
FREE_FLOW_LIMITS_KMH = (30.0, 60.0)
SENSITIVITY_SIGMA = 0.5  # detectors differ: some lose three times what others do
TIDE = 0.25  # inbound loses this much more in the morning, outbound in the evening
JAM_SIGMA = 0.5  # of the logarithm of what is lost, along time; so that a rush hour has …
JAM_MEMORY = 0.93  # … a tenth of its links below half of free flow. Lag 5 min, as measured
LOWEST_RATIO = 0.15
INCIDENTS_A_DAY = 3
STUCK_HOURS = (2, 5)  # one detector repeats its last value between these hours of one day
BEYOND_NATURE_MPH = 412.0  # one cell of the week


def _profile(first: date) -> Numbers:
    """Return the share lost at every step of the week from `first`, shape (steps,)."""
    hours = [
        lost
        for day in range(DAYS)
        for lost in (CONGESTION_WEEKEND if (first.weekday() + day) % 7 >= 5 else CONGESTION_WORKDAY)
    ]
    at = (np.arange(DAYS * STEPS_A_DAY) + 0.5) / 12
    return np.interp(at, np.arange(DAYS * 24) + 0.5, hours, period=DAYS * 24)


def _jams(draw: np.random.Generator, steps: int, columns: int) -> Numbers:
    """Return factors with mean 1 that keep JAM_MEMORY from step to step, (steps, columns)."""
    shocks = draw.normal(0.0, JAM_SIGMA * np.sqrt(1 - JAM_MEMORY**2), (steps, columns))
    shocks[0] = draw.normal(0.0, JAM_SIGMA, columns)
    for step in range(1, steps):
        shocks[step] += JAM_MEMORY * shocks[step - 1]
    return np.exp(shocks - JAM_SIGMA**2 / 2)


def _incidents(draw: np.random.Generator, ratios: Numbers) -> None:
    """Slow a detector to a crawl for 20 to 75 minutes, some times a day, between 6 and 22 h."""
    for day in range(DAYS):
        for _ in range(draw.poisson(INCIDENTS_A_DAY)):
            start = day * STEPS_A_DAY + int(draw.integers(6 * 12, 22 * 12))
            lasting = int(draw.integers(4, 16))
            column = int(draw.integers(ratios.shape[1]))
            ratios[start : start + lasting, column] *= draw.uniform(0.3, 0.5)


def detectors(order: Order) -> list[str]:
    """Return the ids at the head of the columns: two for a link, one for each way."""
    count = DIRECTIONS * len(order.city.network.links)
    return [str(FIRST_DETECTOR + column) for column in range(count)]


def _places(order: Order) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
    """Return, by column, the number of the link its reader will place it on; whether inbound."""
    network, centre = order.city.network, order.city.centre
    numbers = {link: number for number, link in enumerate(network.links)}
    placed = on_links(detectors(order), network)
    link_of, inbound = [], []
    for place in placed.values():
        start, end = (
            math.hypot(node.lat - centre.lat, node.lon - centre.lon)
            for node in (place.link.start, place.link.end)
        )
        link_of.append(numbers[place.link.id])
        inbound.append((end < start) == (place.direction == "forward"))
    return np.array(link_of, dtype=np.int64), np.array(inbound, dtype=np.bool_)


def speeds_kmh(order: Order, first: date) -> Numbers:
    """Return the week that begins on `first`, km/h, without faults; (steps, detectors)."""
    link_of, inbound = _places(order)
    columns, links = len(link_of), len(order.city.network.links)
    draw = order.draws()
    free = np.clip(draw.normal(*FREE_FLOW_KMH, links), *FREE_FLOW_LIMITS_KMH)[link_of]
    free *= draw.uniform(0.95, 1.05, columns)
    suffers = draw.lognormal(0.0, SENSITIVITY_SIGMA, links)[link_of]
    suffers *= draw.uniform(0.85, 1.15, columns) / np.exp(SENSITIVITY_SIGMA**2 / 2)
    lost = _profile(first)[:, None] * suffers
    morning = (np.arange(len(lost)) % STEPS_A_DAY) < STEPS_A_DAY // 2
    lost *= np.where(morning[:, None] == inbound, 1 + TIDE, 1 - TIDE)
    ratios = 1 - lost * _jams(draw, len(lost), columns)
    ratios += draw.normal(0.0, 0.015, ratios.shape)
    _incidents(draw, ratios)
    return np.clip(ratios, LOWEST_RATIO, 1.03) * free


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
