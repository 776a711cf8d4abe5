"""The city's own roads as the simulated traffic knows them: one arc for each way of each link.

Shortest ways and what is carried along them; who drives is `traffic.py`. Not a generator.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from data_access.city import City, Node
from data_access.simulator.order import draws
from data_access.simulator.weather import Numbers

Ints = NDArray[np.int64]
FREE_FLOW_KMH = (44.0, 6.0)  # mean and deviation over the streets inside ring 3 (a demo value)
FREE_FLOW_LIMITS_KMH = (30.0, 60.0)
# A lane lets 1,900 cars an hour pass while it has green (Highway Capacity Manual). Streets that
# cross share the cycle less a tenth of it: 0.45 where two do, 0.3 where three do. A vehicle of
# the city's mixture is 0.5 of a car (TCVN 4054:2005: a motorcycle 0.3; three of four are such).
LANE_CARS_H, GREEN, CARS = 1900.0, 0.9, 0.5
# Travel times of a full road: Akçelik, Australian Road Research 21(3), 1991; of the kind of road
# whose flow signals interrupt, over an hour.
DELAY, OVER_H, LANE_H = 0.8, 1.0, 900.0
WAYS = 2


@dataclass(frozen=True)
class Roads:
    """Arrays by arc. Arc numbers are steady: forward and backward of each link in turn."""

    nodes: tuple[Node, ...]
    links: tuple[str, ...]  # by arc
    forward: NDArray[np.bool_]
    tail: Ints
    head: Ints
    free_kmh: Numbers
    hours: Numbers  # to drive it when it is free
    capacity_h: Numbers  # vehicles

    def __len__(self) -> int:
        return len(self.links)

    @classmethod
    def of(cls, city: City, seed: int) -> Roads:
        """Return the roads of a city; free speeds are drawn, both ways of a link alike."""
        nodes = tuple(city.network.nodes.values())
        number = {node.id: n for n, node in enumerate(nodes)}
        links = list(city.network.links.values())
        free = draws(seed, "traffic.roads").normal(*FREE_FLOW_KMH, len(links))
        free = np.clip(free, *FREE_FLOW_LIMITS_KMH)
        arcs = [
            (link, n, way)
            for n, link in enumerate(links)
            for way in range(1 if link.one_way else WAYS)
        ]
        ends = [
            (number[link.start.id], number[link.end.id])[:: -1 if way else 1]
            for link, _, way in arcs
        ]
        tail, head = np.array(ends, np.int64).reshape(-1, 2).T
        arms = Counter(number[end.id] for link in links for end in (link.start, link.end))
        green = np.array([GREEN / max(math.ceil(arms[node] / 2), 2) for node in head.tolist()])
        free_kmh = free[[n for _, n, _ in arcs]]
        return cls(
            nodes=nodes,
            links=tuple(link.id for link, _, _ in arcs),
            forward=np.array([not way for _, _, way in arcs], np.bool_),
            tail=tail,
            head=head,
            free_kmh=free_kmh,
            hours=np.array([link.length_km for link, _, _ in arcs]) / free_kmh,
            capacity_h=np.array([link.lanes for link, _, _ in arcs]) * green * LANE_CARS_H / CARS,
        )

    def times_free(self, flows_h: Numbers) -> Numbers:
        """Return how many times its free time each arc takes; the last axis of flows is arcs."""
        over = flows_h / self.capacity_h - 1
        waits = np.sqrt(over**2 + 8 * DELAY * (over + 1) / (LANE_H * OVER_H))
        found: Numbers = 1 + self.free_kmh * OVER_H / 4 * (over + waits)
        return found

    def carried(self, trips: Numbers, hours: Numbers) -> Numbers:
        """Return what passes each arc when all take the shortest way; trips: (nodes, nodes).

        Trips between nodes that nothing joins are left out.
        """
        # What imports this only to list generators needs no scipy: the feed would keep it for good.
        from scipy.sparse import csr_array
        from scipy.sparse.csgraph import dijkstra

        size, passed = len(self.nodes), np.zeros(len(self))
        arc_of = np.full((size, size), -1, np.int64)
        for arc in np.argsort(-hours, kind="stable").tolist():  # of parallel ones the fastest stays
            arc_of[self.tail[arc], self.head[arc]] = arc
        kept = arc_of[arc_of >= 0]
        graph = csr_array((hours[kept], (self.tail[kept], self.head[kept])), shape=(size, size))
        far, before = dijkstra(graph, return_predecessors=True)
        load, rows = np.where(np.isfinite(far), trips, 0.0), np.arange(size)
        for place in np.argsort(-far, axis=1, kind="stable").T:  # from each origin, farthest first
            parent = before[rows, place]
            on = np.flatnonzero(parent >= 0)
            moved = load[on, place[on]]
            load[on, parent[on]] += moved
            np.add.at(passed, arc_of[parent[on], place[on]], moved)
        return passed

    def feeding(self, flows: Numbers) -> list[list[tuple[int, float]]]:
        """Return of each arc the arcs that lead into it, each with its share of what they bring.

        Nobody turns round in a junction.
        """
        into: list[list[int]] = [[] for _ in self.nodes]
        for arc, node in enumerate(self.head.tolist()):
            into[node].append(arc)
        found = []
        for tail, head in zip(self.tail.tolist(), self.head.tolist(), strict=True):
            before = [arc for arc in into[tail] if self.tail[arc] != head]
            total = float(flows[before].sum()) or 1.0
            found.append([(arc, float(flows[arc]) / total) for arc in before])
        return found
