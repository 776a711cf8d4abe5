"""Simulated traffic that holds together: who drives where, what passes each road, what that costs.

A gravity model of the city's units, carried over its own roads by shortest ways that congestion
makes longer. What cameras count and what detectors measure follow from the same flows. All of it is
a demo; nothing here knows of the digital twins, nor they of it. Not a generator.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data_access.areas import KM_PER_DEGREE, Unit
from data_access.city import City, Node, Position
from data_access.simulator.order import draws
from data_access.simulator.roads import Roads
from data_access.simulator.weather import Numbers

# Hanoi's congestion by local hour: share of the free-flow speed that is lost. Two weeks of May.
CONGESTION_WORKDAY = (
    0.06, 0.04, 0.04, 0.04, 0.06, 0.15, 0.23, 0.27, 0.31, 0.25, 0.23, 0.20,
    0.16, 0.09, 0.14, 0.18, 0.23, 0.31, 0.32, 0.29, 0.21, 0.25, 0.18, 0.12,
)  # fmt: skip
CONGESTION_WEEKEND = (
    0.06, 0.04, 0.04, 0.04, 0.06, 0.15, 0.23, 0.16, 0.21, 0.25, 0.23, 0.20,
    0.16, 0.09, 0.14, 0.18, 0.23, 0.27, 0.28, 0.29, 0.21, 0.25, 0.18, 0.12,
)  # fmt: skip
# Share of the busiest hour's trips, by hour (weekday demand shape; weekends begin late).
DEMAND_WORKDAY = (
    0.2, 0.12, 0.1, 0.1, 0.12, 0.2, 0.6, 1.0, 0.9, 0.7, 0.6, 0.65,
    0.65, 0.6, 0.6, 0.7, 0.9, 1.0, 0.98, 0.75, 0.6, 0.5, 0.35, 0.25,
)  # fmt: skip
DEMAND_WEEKEND = (
    0.2, 0.12, 0.1, 0.1, 0.12, 0.2, 0.4, 0.6, 0.7, 0.7, 0.65, 0.65,
    0.65, 0.6, 0.6, 0.7, 0.8, 0.88, 0.9, 0.75, 0.6, 0.5, 0.35, 0.25,
)  # fmt: skip
# Share of an hour's trips that go from home; the others go back. Between these hours straight.
FROM_HOME_AT = (0.0, 5.0, 8.0, 12.0, 16.0, 19.0, 24.0)
FROM_HOME = (0.3, 0.8, 0.8, 0.5, 0.25, 0.25, 0.3)
BUSY_H = 7

DISTANCE_KM = 3.0  # at which a pair of places weighs 1/e (a demo value)
LEAST_KM = 0.5
REACH_KM = 2.0  # people so far from any junction of the list use 1/e as much of these roads
SPREAD_KM = 0.6  # a place's trips begin at the junctions near it
CENTRE_KM = 4.0  # so far from the centre a place draws 1/e as many for each of its people
ROUNDS = 12  # successive averages until ways and times agree

OWN = 0.06  # of free speed, lost on the average road without any traffic: signals, kerbs, markets
MOST_LOST = 0.75  # on the fullest road, day after day
OWN_SIGMA = 0.5  # roads differ: some lose three times what others do


@dataclass(frozen=True)
class Traffic:
    """Flows of the busiest hour by arc, were all to go out or all to go back; vehicles an hour."""

    roads: Roads
    out_h: Numbers
    back_h: Numbers
    own: Numbers  # by arc, mean 1: how much a road loses by itself

    @classmethod
    def of(cls, city: City, seed: int) -> Traffic:
        """Return the traffic of a city; every dataset of a seed sees the same."""
        roads = Roads.of(city, seed)
        draw = draws(seed, "traffic.own")
        links = draw.lognormal(-(OWN_SIGMA**2) / 2, OWN_SIGMA, len(city.network.links))
        number = {link: n for n, link in enumerate(city.network.links)}
        own = links[[number[link] for link in roads.links]] * draw.uniform(0.85, 1.15, len(roads))
        trips = _trips(city, roads.nodes)
        out, back, level = _assigned(roads, trips)
        return cls(roads, out * level, back * level, own)

    def flows_h(self, hours: Numbers, *, is_workday: bool) -> Numbers:
        """Return vehicles an hour on each arc at hours of a day, (hours, arcs)."""
        demand = _at(DEMAND_WORKDAY if is_workday else DEMAND_WEEKEND, hours)
        share = np.interp(hours, FROM_HOME_AT, FROM_HOME)[:, None]
        return demand * (share * self.out_h + (1 - share) * self.back_h)

    def lost(self, hours: Numbers, *, is_workday: bool) -> Numbers:
        """Return the share of free speed that each arc loses at hours of a day, (hours, arcs).

        On the average of all arcs that is what the city's hour loses; which of them lose it is
        what their flow is of their capacity, beside what each loses by itself.
        """
        flows = self.flows_h(hours, is_workday=is_workday)
        each = OWN * self.own + 1 - 1 / self.roads.times_free(flows)
        shape = CONGESTION_WORKDAY if is_workday else CONGESTION_WEEKEND
        found: Numbers = _at(shape, hours) * each * each.shape[1] / each.sum(axis=1, keepdims=True)
        np.minimum(found, MOST_LOST, out=found)
        return found


def _at(shape: Sequence[float], hours: Numbers) -> Numbers:
    """Return the value of a day's shape at hours, a column; each hour's value is of its middle."""
    found: Numbers = np.interp(hours, np.arange(24) + 0.5, shape, period=24)[:, None]
    return found


def _trips(city: City, nodes: Sequence[Node]) -> Numbers:
    """Return the share of each pair of nodes in the trips from home, (nodes, nodes)."""
    units = list(city.areas)
    if not units or not nodes:
        return np.full((len(nodes), len(nodes)), 1.0 / max(len(nodes), 1) ** 2)
    people = np.array([_people(unit, units) for unit in units])
    drawn = people * np.exp(-_km(units, [city.centre])[:, 0] / CENTRE_KM)
    near = _km(units, nodes)
    used = np.exp(-near.min(axis=1) / REACH_KM)
    begins = np.exp(-(near - near.min(axis=1, keepdims=True)) / SPREAD_KM)
    begins /= begins.sum(axis=1, keepdims=True)
    weight = np.exp(-np.maximum(_km(units, units), LEAST_KM) / DISTANCE_KM)
    pairs = (people * used)[:, None] * weight * (drawn * used)
    trips = begins.T @ pairs @ begins
    np.fill_diagonal(trips, 0.0)  # who stays around one junction passes none
    total: Numbers = trips / max(trips.sum(), 1e-12)
    return total


def _people(unit: Unit, units: Sequence[Unit]) -> float:
    """Return a unit's people; where nobody says, as many as its area has on average."""
    if unit.population:
        return float(unit.population)
    known = [each for each in units if each.population]
    km2 = sum(each.km2 for each in known)
    return max(unit.km2, 0.01) * (sum(each.population or 0 for each in known) / km2 if km2 else 1.0)


def _km(some: Sequence[Unit], others: Sequence[Unit | Node | Position]) -> Numbers:
    lat, lon = (np.array([getattr(each, name) for each in some]) for name in ("lat", "lon"))
    to_lat, to_lon = (np.array([getattr(each, name) for each in others]) for name in ("lat", "lon"))
    east = (lon[:, None] - to_lon) * math.cos(math.radians(float(lat.mean())))
    found: Numbers = np.hypot(lat[:, None] - to_lat, east) * KM_PER_DEGREE
    return found


def _assigned(roads: Roads, trips: Numbers) -> tuple[Numbers, Numbers, float]:
    """Return (flows out, flows back, by which to multiply both), in equilibrium with their times.

    How many drive in all nobody counts: so many that in the busiest hour the fullest road carries
    what it can.
    """
    if not len(roads) or not trips.sum():
        return np.zeros(len(roads)), np.zeros(len(roads)), 0.0
    flows = [roads.carried(each, roads.hours) for each in (trips, trips.T)]
    home = float(np.interp(BUSY_H + 0.5, FROM_HOME_AT, FROM_HOME))
    for number in range(1, ROUNDS):
        level = _level(roads, home * flows[0] + (1 - home) * flows[1])
        for way, share, each in ((0, home, trips), (1, 1 - home, trips.T)):
            passing = level * (share * flows[0] + (1 - share) * flows[1])
            took = roads.carried(each, roads.hours * roads.times_free(passing))
            flows[way] = flows[way] + (took - flows[way]) / (number + 1)
    level = _level(roads, home * flows[0] + (1 - home) * flows[1])
    return flows[0], flows[1], level


def _level(roads: Roads, flows: Numbers) -> float:
    fullest = float(np.max(flows / roads.capacity_h))
    return 1.0 / fullest if fullest > 0 else 0.0
