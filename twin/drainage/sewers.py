"""The tree of sewers: from every sub-catchment to a river or lake, sized for a design rain.

Main sewers run as the plan says. What lies between is invented: each manhole drains to a neighbour
or to what is near of the main sewers, by the way with the least sum of distance to the power 1.5
(short hops rather than long lonely pipes). Flows add up downstream; a pipe carries its design flow
full, by Manning's formula.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

POWER = 1.5
NEIGHBOURS = 7  # manholes a manhole may drain to
SINKS = 3  # vertices of main sewers, rivers and lakes it may drain to
LEAST_LENGTH_M = 20.0
# Sizes of pipes that are made (m); above the largest several lie side by side.
DIAMETERS_M = (0.4, 0.5, 0.6, 0.8, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 3.0)
LONGEST_MEMORY_HA = 40.0  # above this area the peaks of parts no longer meet (areal reduction)

Kind = Literal["manhole", "trunk", "river", "lake"]


@dataclass(frozen=True, slots=True)
class Vertex:
    """A place water passes; `next` is set where the plan says where it goes."""

    id: str
    kind: Kind
    x: float
    y: float
    next: str | None = None
    reach_m: float = math.inf  # how far a manhole may lie that drains here (lakes)


@dataclass(frozen=True, slots=True)
class Size:
    """A pipe, or several alike side by side."""

    diameter_m: float
    barrels: int


@dataclass(slots=True)
class Tree:
    """Where every vertex drains to, and what comes to it."""

    next: dict[str, str]
    length_m: dict[str, float]  # of the pipe that leaves a vertex
    order: list[str] = field(default_factory=list)  # upstream before downstream


def grow_tree(vertices: Mapping[str, Vertex]) -> Tree:
    """Connect every manhole; raises ValueError when one can reach nothing."""
    fixed = {v.id: v.next for v in vertices.values() if v.next is not None}
    manholes = [v for v in vertices.values() if v.kind == "manhole"]
    sinks = [v for v in vertices.values() if v.kind != "manhole"]
    at = np.array([(v.x, v.y) for v in manholes]).reshape(-1, 2)
    edges: dict[str, list[tuple[float, str]]] = {}  # from a vertex to who may drain to it
    for manhole in manholes:
        _offer(edges, manhole, _nearest_manholes(manhole, manholes, at))
        _offer(edges, manhole, _nearest_sinks(manhole, sinks))
    next_of = fixed | _shortest(edges, [v.id for v in sinks])
    lost = [v.id for v in manholes if v.id not in next_of]
    if lost:
        raise ValueError(f"no way for the water of {lost[0]}")
    length = {
        each: max(LEAST_LENGTH_M, _away(vertices[each], vertices[to]))
        for each, to in next_of.items()
    }
    return Tree(next_of, length, _ordered(next_of, vertices))


def pipe_for(flow_m3s: float, slope: float, roughness: float) -> Size:
    """Return the smallest pipes that carry a flow full: D = (3.208 n Q / sqrt S)^(3/8)."""
    barrels = 1
    while True:
        needed = math.pow(3.208 * roughness * flow_m3s / barrels / math.sqrt(slope), 0.375)
        for diameter in DIAMETERS_M:
            if diameter >= needed:
                return Size(diameter, barrels)
        barrels += 1


def full_flow(size: Size, slope: float, roughness: float) -> float:
    """Return what pipes carry full, m³/s: Manning, R = D/4."""
    area = math.pi * size.diameter_m**2 / 4
    one = area * math.pow(size.diameter_m / 4, 2 / 3) * math.sqrt(slope) / roughness
    return one * size.barrels


def reduced(area_ha: float) -> float:
    """Return the share of the summed peaks that meets at a point that drains `area_ha`."""
    return 1.0 if area_ha <= LONGEST_MEMORY_HA else math.pow(LONGEST_MEMORY_HA / area_ha, 0.1)


def _away(one: Vertex, other: Vertex) -> float:
    return round(math.hypot(one.x - other.x, one.y - other.y), 1)


def _nearest_manholes(manhole: Vertex, manholes: list[Vertex], at: np.ndarray) -> list[Vertex]:
    away = np.hypot(at[:, 0] - manhole.x, at[:, 1] - manhole.y)
    order = np.argsort(away, kind="stable")[: NEIGHBOURS + 1]
    return [manholes[n] for n in order if manholes[n].id != manhole.id]


def _nearest_sinks(manhole: Vertex, sinks: Iterable[Vertex]) -> list[Vertex]:
    ranked = sorted((_away(manhole, sink), sink.id, sink) for sink in sinks)
    return [sink for away, _, sink in ranked if away <= sink.reach_m][:SINKS]


def _offer(edges: dict[str, list[tuple[float, str]]], upper: Vertex, lower: list[Vertex]) -> None:
    for each in lower:
        cost = max(_away(upper, each), LEAST_LENGTH_M) ** POWER
        edges.setdefault(each.id, []).append((cost, upper.id))


def _shortest(edges: Mapping[str, list[tuple[float, str]]], sinks: list[str]) -> dict[str, str]:
    """Dijkstra from all sinks at once, against the flow; ties go to the smaller id."""
    next_of: dict[str, str] = {}
    done: set[str] = set()
    waiting: list[tuple[float, str, str]] = [(0.0, sink, "") for sink in sorted(sinks)]
    heapq.heapify(waiting)
    while waiting:
        cost, each, to = heapq.heappop(waiting)
        if each in done:
            continue
        done.add(each)
        if to:
            next_of[each] = to
        for more, upper in edges.get(each, ()):
            if upper not in done:
                heapq.heappush(waiting, (cost + more, upper, each))
    return next_of


def _ordered(next_of: Mapping[str, str], vertices: Mapping[str, Vertex]) -> list[str]:
    """Sort vertices upstream first; raises ValueError where the plan's ways run in a circle."""
    waits = dict.fromkeys(vertices, 0)
    for to in next_of.values():
        waits[to] += 1
    ready = sorted((each for each, count in waits.items() if count == 0), reverse=True)
    order: list[str] = []
    while ready:
        each = ready.pop()
        order.append(each)
        below = next_of.get(each)
        if below is not None:
            waits[below] -= 1
            if waits[below] == 0:
                ready.append(below)
    if len(order) != len(vertices):
        circle = sorted(set(vertices) - set(order))
        raise ValueError(f"the water of {circle[0]} runs in a circle")
    return order
