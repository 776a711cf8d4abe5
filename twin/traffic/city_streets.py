"""The city's own network as streets: its list of main roads, and the invented grid between them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import shapely

from data_access.areas import Areas
from data_access.city import City
from data_access.city import Link as CityLink
from data_access.envelope import Text
from twin.traffic.grid import MainRoad, Plane, ground, joined, make_grid, plane_of
from twin.traffic.options import invented
from twin.traffic.plan import TrafficPlan
from twin.traffic.streets import CITY, Edge, Junction, Link, Streets

INNER_NAME = "Đường nội bộ (giả định)"
LEAST_ARMS = 3  # a signal stands where at least so many streets meet


def city_streets(city: City, plan: TrafficPlan) -> Streets:
    """Return the network of `network.toml`, completed inside the plan's wards.

    What does not hang together with the largest part is left out, and said.
    """
    plane = plane_of(city.centre)
    area = ground(plan, city.areas, plane)
    grid = make_grid(plan, city.network, area, plane)
    places = {n.id: plane.flat(n.lat, n.lon) for n in city.network.nodes.values()} | grid.nodes
    pairs = sorted(grid.pairs) + [pair for road in grid.roads.values() for pair in _pieces(road)]
    kept = joined(sorted(places), pairs)
    links: dict[str, Link] = {}
    edges: dict[str, Edge] = {}
    for road in grid.roads.values():
        if road.start in kept:
            _main(city.network.links[road.id], road, plan, links, edges)
    for one, other in sorted(grid.pairs):
        if one in kept:
            _inner(one, other, (places[one], places[other]), plan, plane, links, edges)
    edges = _with_areas(edges, places, city.areas, plane)
    used = {node for edge in edges.values() for node in (edge.start, edge.end)}
    lost = len(city.network.nodes.keys() - used)
    return Streets(
        origin=CITY,
        junctions=_junctions(city, places, used, edges, area, plane),
        links=links,
        edges=edges,
        invented=tuple(invented(city)),
        said=_left_out(lost),
    )


def _left_out(lost: int) -> tuple[Text, ...]:
    if not lost:
        return ()
    return (
        {
            "vi": f"{lost} nút giao không nối với phần lớn nhất của mạng lưới bị bỏ qua",
            "en": f"{lost} junctions not joined to the largest part of the network are left out",
        },
    )


def _pieces(road: MainRoad) -> list[tuple[str, str]]:
    nodes = [road.stops[at] for at in sorted(road.stops)]
    return list(pairwise(nodes))


def _main(
    link: CityLink,
    road: MainRoad,
    plan: TrafficPlan,
    links: dict[str, Link],
    edges: dict[str, Edge],
) -> None:
    stops = sorted(road.stops)
    stretch = link.length_km * 1000 / max(road.line.length, 1.0)
    forward: list[str] = []
    backward: list[str] = []
    for number, (at, until) in enumerate(pairwise(stops)):
        start, end = road.stops[at], road.stops[until]
        length_m = round((until - at) * stretch, 1)
        speed = plan.arterial.speed_kmh
        there = Edge(f"{link.id}.{number}", link.id, start, end, length_m, link.lanes, speed)
        edges[there.id] = there
        forward.append(there.id)
        if not link.one_way:
            back = Edge(f"-{there.id}", link.id, end, start, length_m, link.lanes, speed)
            edges[back.id] = back
            backward.insert(0, back.id)
    line = tuple((node.lon, node.lat) for node in (link.start, link.end))
    links[link.id] = Link(
        link.id, link.name, link.start.id, link.end.id, line, tuple(forward), tuple(backward)
    )


def _inner(
    one: str,
    other: str,
    ends: Sequence[tuple[float, float]],
    plan: TrafficPlan,
    plane: Plane,
    links: dict[str, Link],
    edges: dict[str, Edge],
) -> None:
    link_id = f"{one}~{other}"
    length_m = max(round(shapely.LineString(ends).length, 1), 1.0)
    lanes, speed = plan.inner.lanes, plan.inner.speed_kmh
    for edge_id, start, end in ((link_id, one, other), (f"-{link_id}", other, one)):
        edges[edge_id] = Edge(edge_id, link_id, start, end, length_m, lanes, speed)
    line = tuple((lon, lat) for lat, lon in map(plane.place, ends))
    back = (f"-{link_id}",)
    links[link_id] = Link(link_id, INNER_NAME, one, other, line, (link_id,), back, invented=True)


def _with_areas(
    edges: dict[str, Edge], places: dict[str, tuple[float, float]], areas: Areas, plane: Plane
) -> dict[str, Edge]:
    ids = sorted(edges)
    middles = []
    for edge_id in ids:
        (ax, ay), (bx, by) = places[edges[edge_id].start], places[edges[edge_id].end]
        middles.append(plane.place(((ax + bx) / 2, (ay + by) / 2)))
    codes = areas.locate([lat for lat, _ in middles], [lon for _, lon in middles])
    found = {}
    for edge_id, code in zip(ids, codes, strict=True):
        e = edges[edge_id]
        found[edge_id] = Edge(e.id, e.link, e.start, e.end, e.length_m, e.lanes, e.speed_kmh, code)
    return found


def _junctions(
    city: City,
    places: dict[str, tuple[float, float]],
    used: set[str],
    edges: dict[str, Edge],
    area: shapely.Geometry,
    plane: Plane,
) -> dict[str, Junction]:
    arms: dict[str, set[str]] = {node: set() for node in used}
    for edge in edges.values():
        arms[edge.start].add(edge.end)
        arms[edge.end].add(edge.start)
    found: dict[str, Junction] = {}
    for node in sorted(used):
        known = city.network.nodes.get(node)
        if known is None:
            lat, lon = plane.place(places[node])
            found[node] = Junction(node, "", lat, lon, invented=True)
            continue
        outside = not area.contains(shapely.Point(places[node]))
        found[node] = Junction(
            node, known.name, known.lat, known.lon, len(arms[node]) >= LEAST_ARMS, gate=outside
        )
    return found
