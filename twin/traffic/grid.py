"""The inner streets nobody listed: a plausible grid between the main roads, the same every time.

It is invented, and every link of it says so. It exists so that trips begin and end somewhere, and
so that a closed main road has ways around it; no figure of one of its streets means anything.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import shapely

from data_access.areas import KM_PER_DEGREE, Areas
from data_access.city import Network, Position
from data_access.geometry import schematic
from twin.traffic.plan import TrafficPlan

XY = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a place, good for a city."""

    lat: float
    lon: float

    @property
    def _east(self) -> float:
        return math.cos(math.radians(self.lat)) * KM_PER_DEGREE * 1000

    def flat(self, lat: float, lon: float) -> XY:
        """Return x, y of a place."""
        return (lon - self.lon) * self._east, (lat - self.lat) * KM_PER_DEGREE * 1000

    def place(self, at: XY) -> tuple[float, float]:
        """Return lat, lon, to about 0.1 m."""
        lat = self.lat + at[1] / (KM_PER_DEGREE * 1000)
        return round(lat, 6), round(self.lon + at[0] / self._east, 6)

    def shape(self, shape: Any) -> Any:
        """Return a shapely geometry of lon lat in metres."""
        metres = (self._east, KM_PER_DEGREE * 1000)
        return shapely.transform(shape, lambda p: (p - (self.lon, self.lat)) * metres)


@dataclass(slots=True)
class MainRoad:
    """A link of the city's list, and where along it (m) inner streets join: node id by place."""

    id: str
    start: str
    end: str
    line: Any
    stops: dict[float, str] = field(default_factory=dict)

    def stop_at(self, along_m: float, join_m: float) -> tuple[str, bool]:
        """Return the node at or near a place along it, and whether it is a new one.

        Never the junction at an end: an inner street that led into it would have a phase of its
        signal, as long as the main roads'.
        """
        least_m = min(join_m, self.line.length / 3)
        along_m = round(min(max(along_m, least_m), self.line.length - least_m), 1)
        between = [at for at, node in self.stops.items() if node not in (self.start, self.end)]
        nearest = min(between, key=lambda at: (abs(at - along_m), at), default=math.inf)
        if abs(nearest - along_m) <= join_m:
            return self.stops[nearest], False
        node = f"{self.id}@{along_m:.0f}"
        self.stops[along_m] = node
        return node, True


@dataclass(slots=True)
class Grid:
    """What was made: places of new nodes, pairs of nodes joined, and roads with their stops."""

    nodes: dict[str, XY]
    pairs: set[tuple[str, str]]
    roads: dict[str, MainRoad]


def ground(plan: TrafficPlan, areas: Areas, plane: Plane) -> Any:
    """Return the wards of the plan as one shape in metres: real boundaries, else the schematic."""
    shapes = areas.boundaries if areas.has_boundaries else schematic(areas)
    found = [plane.shape(shapes[code]) for code in plan.wards if code in shapes]
    return shapely.union_all(found)


def plane_of(centre: Position) -> Plane:
    """Return the plane a city's twin is drawn on."""
    return Plane(centre.lat, centre.lon)


def make_grid(plan: TrafficPlan, network: Network, area: Any, plane: Plane) -> Grid:
    """Return the grid over `area` (metres), joined to the main roads."""
    places = {node.id: plane.flat(node.lat, node.lon) for node in network.nodes.values()}
    roads: dict[str, MainRoad] = {}
    for link in sorted(network.links.values(), key=lambda each: each.id):
        line = shapely.LineString([places[link.start.id], places[link.end.id]])
        ends = {0.0: link.start.id, line.length: link.end.id}
        roads[link.id] = MainRoad(link.id, link.start.id, link.end.id, line, ends)
    water = shapely.union_all(
        [shapely.Point(plane.flat(w.lat, w.lon)).buffer(w.radius_m) for w in plan.water]
    )
    all_roads = shapely.union_all([road.line for road in roads.values()])
    zone = area.intersection(all_roads.buffer(plan.inner.reach_m)).difference(water)
    making = _Making(plan, roads, {}, set(), zone, water)
    making.lay(_points(zone, plan.inner.spacing_m))
    return Grid(making.nodes, making.pairs, roads)


def _points(zone: Any, spacing_m: float) -> dict[tuple[int, int], XY]:
    """Return the crossings of the grid that lie in the zone, by column and row."""
    if zone.is_empty:
        return {}
    west, south, east, north = zone.bounds
    shapely.prepare(zone)
    columns = range(math.floor(west / spacing_m), math.ceil(east / spacing_m) + 1)
    rows = range(math.floor(south / spacing_m), math.ceil(north / spacing_m) + 1)
    return {
        (i, j): (i * spacing_m, j * spacing_m)
        for i in columns
        for j in rows
        if zone.contains(shapely.Point(i * spacing_m, j * spacing_m))
    }


@dataclass(slots=True)
class _Making:
    plan: TrafficPlan
    roads: dict[str, MainRoad]
    nodes: dict[str, XY]
    pairs: set[tuple[str, str]]
    zone: Any
    water: Any

    def lay(self, points: Mapping[tuple[int, int], XY]) -> None:
        """Join neighbours; what crosses a main road meets it in a junction."""
        node_at = {key: self._node(key, at) for key, at in sorted(points.items())}
        for (i, j), at in sorted(points.items()):
            for other in ((i + 1, j), (i, j + 1)):
                if other in points:
                    self._street(node_at[(i, j)], node_at[other], at, points[other])

    def _node(self, key: tuple[int, int], at: XY) -> str:
        point = shapely.Point(at)
        road = min(self.roads.values(), key=lambda r: (r.line.distance(point), r.id))
        if road.line.distance(point) <= self.plan.inner.join_m:
            return self._stop(road, point)
        node = f"I{key[0]:+d}{key[1]:+d}"
        self.nodes[node] = at
        return node

    def _stop(self, road: MainRoad, point: Any) -> str:
        along = round(float(road.line.project(point)), 1)
        node, is_new = road.stop_at(along, self.plan.inner.join_m)
        if is_new:
            spot = road.line.interpolate(next(at for at, n in road.stops.items() if n == node))
            self.nodes[node] = (float(spot.x), float(spot.y))
        return node

    def _street(self, first: str, last: str, start: XY, end: XY) -> None:
        line = shapely.LineString([start, end])
        if line.intersects(self.water):
            return
        chain = [first, *self._crossed(line), last]
        for one, other in pairwise(chain):
            if one != other and not self._same_road(one, other):
                self.pairs.add((min(one, other), max(one, other)))

    def _crossed(self, line: Any) -> Iterator[str]:
        """Yield the nodes at which a line crosses main roads, in its order."""
        found: list[tuple[float, str]] = []
        for road in self.roads.values():
            crossing = road.line.intersection(line)
            if crossing.geom_type == "Point":
                found.append((float(line.project(crossing)), self._stop(road, crossing)))
        for _, node in sorted(found):
            yield node

    def _same_road(self, one: str, other: str) -> bool:
        """Whether a main road already joins them."""
        return any({one, other} <= set(road.stops.values()) for road in self.roads.values())


def joined(nodes: Sequence[str], pairs: Sequence[tuple[str, str]]) -> set[str]:
    """Return the nodes of the largest part that hangs together."""
    near: dict[str, list[str]] = {node: [] for node in nodes}
    for one, other in pairs:
        near[one].append(other)
        near[other].append(one)
    best: set[str] = set()
    left = dict.fromkeys(sorted(near))
    while left:
        part, todo = set(), [next(iter(left))]
        while todo:
            node = todo.pop()
            if node not in part:
                part.add(node)
                left.pop(node, None)
                todo += near[node]
        if len(part) > len(best):
            best = part
    return best
