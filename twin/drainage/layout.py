"""Where everything of the city's model lies, and how large and deep it is: before any file.

Vertices from the plan and the cut wards, the tree between them, then pipes from downstream to
upstream (a pipe's upper end is its lower end plus its fall). Pure; writing it down is model.py.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from data_access.city import City
from twin.drainage.catchments import Catchment, Plane, cut_wards, plane_of
from twin.drainage.options import nearest, trunk_places
from twin.drainage.plan import BlackSpot, DrainagePlan, Lake, River
from twin.drainage.sewers import Size, Tree, Vertex, grow_tree, pipe_for, reduced

LAKE_REACH_M = 250.0  # beyond its shore: manholes that drain into a lake
RIVER_INLET_M = 0.6  # pipes end this much above a river's bed
SPOT_REACH_M = 700.0  # a black spot with no sub-catchment this near is outside the model
FREEBOARD_M = 2.0  # water may stand this much over a lake's brim before it is lost
LEAST_DEPTH_M = 0.3  # from a pipe's crown to the ground, whatever the marks say


@dataclass(frozen=True, slots=True)
class Level:
    """The bottom and the ground of a vertex, metres above datum."""

    bottom_m: float
    ground_m: float
    ponding_m2: float


@dataclass(frozen=True, slots=True)
class Pipe:
    """What leaves a vertex: a sewer with a size, or a reach of a river without one."""

    start: str
    end: str
    length_m: float
    top_m: float  # of its bottom, at the upper end
    foot_m: float
    size: Size | None


@dataclass(frozen=True, slots=True)
class Layout:
    """The city's model as numbers."""

    plane: Plane
    catchments: tuple[Catchment, ...]
    vertices: Mapping[str, Vertex]
    levels: Mapping[str, Level]
    pipes: Mapping[str, Pipe]  # by the vertex they leave
    spots: Mapping[str, str]  # black spot -> vertex


def river_vertex(river: str, number: int) -> str:
    """Name vertex `number` (from 1) of a river."""
    return f"R-{river}-{number}"


def lake_vertex(lake: str) -> str:
    """Name a lake's node."""
    return f"L-{lake}"


def lay_out(plan: DrainagePlan, city: City) -> Layout:
    """Lay the plan out; raises ValueError where water can reach no river."""
    plane = plane_of(plan, city)
    catchments = cut_wards(plan, city, plane)
    spots, moved = _place_spots(plan, plane, catchments)
    vertices = {v.id: v for v in (*_rivers(plan, plane), *_lakes(plan, plane))}
    vertices |= {v.id: v for v in _trunks(plan, city, plane)}
    for part in catchments:
        x, y = moved.get(part.id, (part.x, part.y))
        vertices[manhole(part)] = Vertex(manhole(part), "manhole", x, y)
    tree = grow_tree(vertices)
    sizes = _sizes(plan, catchments, vertices, tree, spots)
    levels, pipes = _levels(plan, plane, vertices, tree, sizes, spots, catchments)
    return Layout(plane, tuple(catchments), vertices, levels, pipes, spots)


def manhole(catchment: Catchment) -> str:
    """Name the manhole of a sub-catchment."""
    return f"M-{catchment.id}"


def _rivers(plan: DrainagePlan, plane: Plane) -> list[Vertex]:
    found = []
    for river in plan.river:
        last = len(river.points)
        for number, (lat, lon, _) in enumerate(river.points, start=1):
            to = river_vertex(river.id, number + 1) if number < last else _mouth(plan, river)
            found.append(
                Vertex(river_vertex(river.id, number), "river", *plane.place(lat, lon), to)
            )
    return found


def _mouth(plan: DrainagePlan, river: River) -> str:
    if river.into in {lake.id for lake in plan.lake}:
        return lake_vertex(river.into)
    return _nearest_of_river(plan, river.into, river.points[-1][:2])


def _nearest_of_river(plan: DrainagePlan, river_id: str, place: tuple[float, float]) -> str:
    river = next(each for each in plan.river if each.id == river_id)
    points = [point[:2] for point in river.points]
    return river_vertex(river_id, points.index(nearest(place, points)) + 1)


def _goes_into(plan: DrainagePlan, into: str, place: tuple[float, float]) -> str:
    if into in {river.id for river in plan.river}:
        return _nearest_of_river(plan, into, place)
    return lake_vertex(into) if into in {lake.id for lake in plan.lake} else f"T-{into}"


def _trunks(plan: DrainagePlan, city: City, plane: Plane) -> list[Vertex]:
    found = []
    for trunk in plan.trunk:
        ids = trunk_vertices(trunk.id, trunk.path)
        places = trunk_places(city, trunk)
        to = [*ids[1:], _goes_into(plan, trunk.into, places[-1])]
        for each, (lat, lon), after in zip(ids, places, to, strict=True):
            found.append(Vertex(each, "trunk", *plane.place(lat, lon), after))
    return found


def trunk_vertices(trunk: str, path: tuple[str | tuple[float, float], ...]) -> list[str]:
    """Name the vertices of a main sewer: after junctions of the road network where it has them."""
    return [
        f"T-{step}" if isinstance(step, str) else f"T-{trunk}-{number}"
        for number, step in enumerate(path, start=1)
    ]


def _lakes(plan: DrainagePlan, plane: Plane) -> list[Vertex]:
    found = []
    for lake in plan.lake:
        to = None if lake.into is None else _goes_into(plan, lake.into, (lake.lat, lake.lon))
        reach = (lake.ha * 1e4 / np.pi) ** 0.5 + LAKE_REACH_M
        x, y = plane.place(lake.lat, lake.lon)
        found.append(Vertex(lake_vertex(lake.id), "lake", x, y, to, reach_m=float(reach)))
    return found


def _place_spots(
    plan: DrainagePlan, plane: Plane, catchments: list[Catchment]
) -> tuple[dict[str, str], dict[str, tuple[float, float]]]:
    """Give each black spot the manhole of the nearest sub-catchment that has none yet."""
    spots: dict[str, str] = {}
    moved: dict[str, tuple[float, float]] = {}
    for spot in plan.black_spot:
        x, y = plane.place(spot.lat, spot.lon)
        ranked = sorted(
            (float(np.hypot(each.x - x, each.y - y)), each.id, each)
            for each in catchments
            if each.id not in moved
        )
        if ranked and ranked[0][0] <= SPOT_REACH_M:
            taken = ranked[0][2]
            spots[spot.id] = manhole(taken)
            moved[taken.id] = (round(x, 1), round(y, 1))
    return spots, moved


def _sizes(
    plan: DrainagePlan,
    catchments: list[Catchment],
    vertices: Mapping[str, Vertex],
    tree: Tree,
    spots: Mapping[str, str],
) -> dict[str, Size]:
    """Size the sewer that leaves each manhole, vertex of a main sewer or lake."""
    rules = plan.rules
    hard = {land.id: land.impervious for land in plan.land}
    land_of = {ward.code: ward.land for ward in plan.ward}
    lakes = {lake_vertex(lake.id): lake for lake in plan.lake}
    design = {spots[s.id]: s.design_mm_h for s in plan.black_spot if s.id in spots}
    runoff_ha = dict.fromkeys(vertices, 0.0)  # impervious area that drains here
    for part in catchments:
        runoff_ha[manhole(part)] += part.area_ha * hard[land_of[part.ward]]
    constant_m3s = dict.fromkeys(vertices, 0.0)
    sizes: dict[str, Size] = {}
    for each in tree.order:
        to = tree.next.get(each)
        if to is None or vertices[each].kind == "river":
            continue
        if each in lakes:
            constant_m3s[to] += lakes[each].outlet_m3s
            flow = max(lakes[each].outlet_m3s, 0.05)
        else:
            runoff_ha[to] += runoff_ha[each]
            constant_m3s[to] += constant_m3s[each]
            mm_h = design.get(each, rules.design_mm_h)
            flow = runoff_ha[each] * reduced(runoff_ha[each]) * mm_h / 360 + constant_m3s[each]
        sizes[each] = pipe_for(flow, rules.least_slope, rules.pipe_roughness)
    return sizes


def _levels(
    plan: DrainagePlan,
    plane: Plane,
    vertices: Mapping[str, Vertex],
    tree: Tree,
    sizes: Mapping[str, Size],
    spots: Mapping[str, str],
    catchments: list[Catchment],
) -> tuple[dict[str, Level], dict[str, Pipe]]:
    rules = plan.rules
    ground = _ground(plan, plane)
    low = {spots[s.id]: s for s in plan.black_spot if s.id in spots}
    stands = {land.id: land.ponding for land in plan.land}
    land_of = {ward.code: ward.land for ward in plan.ward}
    ponds = {manhole(c): c.area_ha * 1e4 * stands[land_of[c.ward]] for c in catchments}
    lakes = {lake_vertex(lake.id): lake for lake in plan.lake}
    beds = {
        river_vertex(river.id, number): (river, bed)
        for river in plan.river
        for number, (_, _, bed) in enumerate(river.points, start=1)
    }
    levels: dict[str, Level] = {}
    pipes: dict[str, Pipe] = {}
    for each in reversed(tree.order):
        vertex, to = vertices[each], tree.next.get(each)
        if each in lakes:
            lake = lakes[each]
            levels[each] = Level(lake.bed_m, lake.brim_m + FREEBOARD_M, 0.0)
        elif each in beds:
            river, bed = beds[each]
            levels[each] = Level(bed, bed + river.depth_m, rules.river_ponding_ha * 1e4)
        if to is None:
            continue
        if each in beds:
            foot = beds[to][1] if to in beds else min(levels[to].bottom_m + 1.0, beds[each][1])
            pipes[each] = Pipe(each, to, tree.length_m[each], beds[each][1], foot, None)
            continue
        size, length = sizes[each], tree.length_m[each]
        foot = _foot(to, levels, pipes, size, lakes)
        top = round(foot + rules.least_slope * length, 3)
        if each in lakes:
            top = max(top, lakes[each].normal_m)
        else:
            surface = ground(vertex.x, vertex.y) - (low[each].low_m if each in low else 0.0)
            least = LEAST_DEPTH_M if each in low else rules.cover_m
            surface = round(max(surface, top + size.diameter_m + least), 3)
            levels[each] = Level(top, surface, _ponding_m2(plan, each, ponds, low))
        pipes[each] = Pipe(each, to, length, top, foot, size)
    return levels, pipes


def _foot(
    to: str,
    levels: Mapping[str, Level],
    pipes: Mapping[str, Pipe],
    size: Size,
    lakes: Mapping[str, Lake],
) -> float:
    """Return the level a pipe ends at: over a river's bed, at a lake's level, crown to crown."""
    if to in lakes:
        return round(lakes[to].normal_m - min(size.diameter_m / 2, 0.5), 3)
    onward = pipes.get(to)
    if onward is None or onward.size is None:
        return round(levels[to].bottom_m + RIVER_INLET_M, 3)
    higher = max(0.0, onward.size.diameter_m - size.diameter_m)
    return round(levels[to].bottom_m + higher, 3)


def _ponding_m2(
    plan: DrainagePlan, each: str, ponds: Mapping[str, float], low: Mapping[str, BlackSpot]
) -> float:
    if each in low:
        return low[each].ponding_ha * 1e4
    if each in ponds:
        return round(ponds[each], 1)
    return plan.rules.trunk_ponding_ha * 1e4


def _ground(plan: DrainagePlan, plane: Plane) -> Callable[[float, float], float]:
    marks = np.array([(*plane.place(mark.lat, mark.lon), mark.m) for mark in plan.ground])

    def level(x: float, y: float) -> float:
        weights = 1 / (np.hypot(marks[:, 0] - x, marks[:, 1] - y) + 50.0) ** 2
        return round(float(weights @ marks[:, 2] / weights.sum()), 2)

    return level
