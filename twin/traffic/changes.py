"""From measures to what changes of each edge: closed to whom, how fast, how much of its capacity.

Pure: the engine's files are twin/traffic/altering.py. A link or junction that is not in the network
is refused here, by name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from jobs.working import WorkFailed
from language import told
from twin.traffic.plan import RainBand, TrafficPlan
from twin.traffic.scenario import (
    BusLane,
    Close,
    Demand,
    GreenWave,
    OneWay,
    Rain,
    Reduce,
    Signals,
    TrafficScenario,
)
from twin.traffic.streets import Edge, Link, Streets

# Depths (m) from which motorcycles, and everybody, stop; as the bulletins of the city's floods say.
MOTORCYCLES_STOP_M, ALL_STOP_M = 0.30, 0.50
WET_M = 0.01
# Speed on a flooded road by depth (mm), km/h: Pregnolato et al. 2017, doi:10.1016/j.trd.2017.06.020
DEPTH_CURVE = (0.0009, -0.5529, 86.9448)
CURVE_ENDS_MM = 300.0
SLOWEST_KMH = 5.0
BUS_LANE_CLASSES = "bus emergency"


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one edge; `closed_to` are vehicle classes, `limit_kmh` bounds its speed."""

    is_closed: bool = False
    closed_to: frozenset[str] = frozenset()
    limit_kmh: float | None = None
    speed_share: float = 1.0
    capacity_share: float = 1.0

    def speed_kmh(self, free_kmh: float) -> float:
        """Return the speed of an edge that had `free_kmh`."""
        speed = free_kmh * self.speed_share
        return speed if self.limit_kmh is None else min(speed, self.limit_kmh)


Changes = Mapping[str, Change]


def check_names(scenario: TrafficScenario, streets: Streets, signals: Iterable[str]) -> None:
    """Raise WorkFailed for a link, junction or signal the network does not have."""
    known = frozenset(signals)
    areas = {"all", *(edge.area for edge in streets.edges.values())}
    for measure in scenario.measures:
        if isinstance(measure, Close | Reduce | OneWay | BusLane):
            for link in measure.links:
                _link(streets, link)
        if isinstance(measure, Signals):
            for junction in measure.junctions:
                _signal(streets, known, junction)
            if measure.fromLink is not None:
                _link(streets, measure.fromLink)
        if isinstance(measure, GreenWave):
            for junction in measure.corridor:
                _signal(streets, known, junction)
        if isinstance(measure, Demand) and measure.area not in areas:
            raise WorkFailed(
                "input", told("area {area} has no street of this network", area=measure.area)
            )
    for link in scenario.floods:
        _link(streets, link)


def _link(streets: Streets, link: str) -> Link:
    found = streets.links.get(link)
    if found is None:
        raise WorkFailed("input", told("link {link} is not in this network", link=link))
    return found


def _signal(streets: Streets, signals: frozenset[str], junction: str) -> None:
    if junction not in streets.junctions and junction not in signals:
        raise WorkFailed(
            "input", told("junction {junction} is not in this network", junction=junction)
        )
    if junction not in signals:
        raise WorkFailed("input", told("junction {junction} has no signal", junction=junction))


def changes_of(scenario: TrafficScenario, streets: Streets, plan: TrafficPlan) -> dict[str, Change]:
    """Return what measures and floods do to each edge they touch; others are as they were.

    `streets` are those of the what-if (one-way streets and bus lanes already built).
    """
    found: dict[str, Change] = {}
    for measure in scenario.measures:
        if isinstance(measure, Close):
            for link in measure.links:
                _close(found, streets.links[link], both=measure.both)
        elif isinstance(measure, Reduce):
            for link in measure.links:
                for edge in streets.edges_of(link):
                    now = found.get(edge, Change())
                    limit = _least(now.limit_kmh, measure.speedKmh)
                    share = now.capacity_share * measure.capacityShare
                    found[edge] = replace(now, limit_kmh=limit, capacity_share=share)
        elif isinstance(measure, Rain):
            band = rain_band(plan, measure.mmPerH)
            for edge in streets.edges:
                now = found.get(edge, Change())
                found[edge] = replace(
                    now,
                    capacity_share=now.capacity_share * (1 - band.capacity_loss),
                    speed_share=now.speed_share * (1 - band.speed_loss),
                )
    for link, depth_m in sorted(scenario.floods.items()):
        for edge in streets.edges_of(link):
            found[edge] = flooded(found.get(edge, Change()), depth_m)
    return {edge: change for edge, change in sorted(found.items()) if change != Change()}


def _close(found: dict[str, Change], link: Link, *, both: bool) -> None:
    for edge in (*link.forward, *(link.backward if both else ())):
        found[edge] = replace(found.get(edge, Change()), is_closed=True)


def _least(one: float | None, other: float | None) -> float | None:
    if one is None or other is None:
        return one if other is None else other
    return min(one, other)


def rain_band(plan: TrafficPlan, mm_h: float) -> RainBand:
    """Return what rain of so many mm/h takes: the last band that begins at or below it."""
    bands = sorted(plan.rain.band, key=lambda each: each.from_mm_h)
    return next((each for each in reversed(bands) if each.from_mm_h <= mm_h), bands[0])


def flooded(now: Change, depth_m: float) -> Change:
    """Return an edge's change under so much water: slower, then only for cars, then for nobody.

    Capacity falls with speed by the engine's own headways. The curve is of cars; motorcycles
    follow it until they stop.
    """
    if depth_m < WET_M:
        return now
    if depth_m > ALL_STOP_M:
        return replace(now, is_closed=True)
    limit = _least(now.limit_kmh, depth_speed_kmh(depth_m))
    stopped = frozenset({"motorcycle"}) if depth_m > MOTORCYCLES_STOP_M else frozenset[str]()
    return replace(now, limit_kmh=limit, closed_to=now.closed_to | stopped)


def depth_speed_kmh(depth_m: float) -> float:
    """Return the greatest speed on a road under water, km/h; at least SLOWEST_KMH."""
    a, b, c = DEPTH_CURVE
    depth_mm = min(depth_m * 1000, CURVE_ENDS_MM)
    return max(SLOWEST_KMH, a * depth_mm**2 + b * depth_mm + c)


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """What must be built anew for a what-if: edges of other widths, edges that go, edges that come.

    `added` have the classes that may use them.
    """

    streets: Streets
    widened: tuple[Edge, ...] = ()
    removed: tuple[str, ...] = ()
    added: tuple[tuple[Edge, str], ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether nothing is to be built."""
        return not (self.widened or self.removed or self.added)


def rebuilt(scenario: TrafficScenario, streets: Streets) -> Rebuilt:
    """Return the streets of a what-if, with one-way streets and bus lanes.

    Raises WorkFailed where a link has no way to give up, or no lane to spare.
    """
    links, edges = dict(streets.links), dict(streets.edges)
    widened: list[Edge] = []
    removed: list[str] = []
    added: list[tuple[Edge, str]] = []
    for measure in scenario.measures:
        if isinstance(measure, OneWay):
            for link_id in measure.links:
                _one_way(_link(streets, link_id), measure.direction, links, edges, widened, removed)
        elif isinstance(measure, BusLane):
            for link_id in measure.links:
                _bus_lane(_link(streets, link_id), links, edges, widened, added)
    made = replace(streets, links=links, edges=edges)
    return Rebuilt(made, tuple(widened), tuple(removed), tuple(added))


def _one_way(
    link: Link,
    direction: str,
    links: dict[str, Link],
    edges: dict[str, Edge],
    widened: list[Edge],
    removed: list[str],
) -> None:
    kept, lost = link.forward, link.backward
    if direction == "backward":
        kept, lost = lost, kept
    if not kept or not lost:
        raise WorkFailed("input", told("link {link} is one-way already", link=link.id))
    for edge_id, other in zip(kept, reversed(lost), strict=True):
        edge = edges[edge_id]
        wider = replace(edge, lanes=edge.lanes + edges[other].lanes)
        edges[edge_id] = wider
        widened.append(wider)
    for edge_id in lost:
        del edges[edge_id]
    removed.extend(lost)
    forward, backward = (kept, ()) if direction == "forward" else ((), kept)
    links[link.id] = replace(link, forward=forward, backward=backward)


def _bus_lane(
    link: Link,
    links: dict[str, Link],
    edges: dict[str, Edge],
    widened: list[Edge],
    added: list[tuple[Edge, str]],
) -> None:
    ways: list[tuple[str, ...]] = []
    for chain in (link.forward, link.backward):
        beside = []
        for edge_id in chain:
            edge = edges[edge_id]
            if edge.lanes < 2:
                raise WorkFailed(
                    "input", told("link {link} has no lane to give to buses", link=link.id)
                )
            narrower = replace(edge, lanes=edge.lanes - 1)
            bus = replace(edge, id=f"{edge_id}.bus", lanes=1)
            edges[edge_id], edges[bus.id] = narrower, bus
            widened.append(narrower)
            added.append((bus, BUS_LANE_CLASSES))
            beside.append(bus.id)
        ways.append((*chain, *beside))
    links[link.id] = replace(link, forward=ways[0], backward=ways[1])
