"""What may be picked for a scenario of the city's own model, with names and places.

For the page that asks, and to hold a scenario against (scenario.check_picked). Needs the plan only,
no built model. Options of an imported model are kept with it (importing.py), in the same shape.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from data_access.areas import Unit
from data_access.city import City
from data_access.envelope import Text
from twin.drainage.plan import DrainagePlan, River, StormPlan, Trunk
from twin.drainage.scenario import CITY_MODEL, LEAST_STEP_MIN, MOST_H, MOST_MM_H, MOST_STEP_MIN

LEAST_DEPTH_M = 0.3  # of a lake that is drawn down


def options(city: City, plan: DrainagePlan) -> dict[str, Any]:
    """Return lists by what a measure names, and the limits of numbers; all of it plain JSON.

    storms, stations (pumps), conduits, lakes, gates: {id, name {vi, en}, lat, lon, …}; areas: the
    wards rain may be drawn for; river: level and its limits and marks, in metres.
    """
    river = plan.red_river
    return {
        "model": CITY_MODEL,
        "name": plan.name,
        "invented": list(plan.invented),
        "storms": [_storm(storm) for storm in plan.storm],
        "rain": limits_of_rain(),
        "river": {
            "id": river.id,
            "name": river.name,
            "levelM": river.level_m,
            "leastM": river.least_m,
            "mostM": river.most_m,
            "marks": dict(river.marks),
        },
        "stations": [
            {
                "id": station.id,
                "name": station.name,
                "lat": station.lat,
                "lon": station.lon,
                "pumps": station.pumps,
                "flowM3S": round(station.pumps * max(flow for _, flow in station.curve), 1),
                "canPumpEarly": True,
            }
            for station in plan.station
        ],
        "conduits": [*_sewers(city, plan), *_reaches(plan)],
        "lakes": [
            {
                "id": lake.id,
                "name": lake.name,
                "lat": lake.lat,
                "lon": lake.lon,
                "ha": lake.ha,
                "levelM": lake.normal_m,
                "mostDrawdownM": round(lake.normal_m - lake.bed_m - LEAST_DEPTH_M, 2),
            }
            for lake in plan.lake
        ],
        "gates": [
            {"id": gate.id, "name": gate.name, "lat": gate.lat, "lon": gate.lon, "open": gate.open}
            for gate in plan.gate
        ],
        "blackSpots": [
            {"id": spot.id, "name": spot.name, "lat": spot.lat, "lon": spot.lon}
            for spot in plan.black_spot
        ],
        "areas": [_area(city.areas.units[ward.code], ward.central) for ward in plan.ward],
    }


def storms_everywhere(plan: DrainagePlan) -> list[dict[str, Any]]:
    """Return the storms that are the same on all wards, for a model that knows none of them."""
    return [_storm(storm) for storm in plan.storm if storm.mm is not None]


def limits_of_rain() -> dict[str, float]:
    """Return within what rain may be drawn by hand."""
    return {
        "mostMmPerH": MOST_MM_H,
        "mostHours": MOST_H,
        "leastStepMin": LEAST_STEP_MIN,
        "mostStepMin": MOST_STEP_MIN,
    }


def stretch_id(line: str, number: int) -> str:
    """Name the stretch of a sewer or a river after its vertex `number`, from 1."""
    return f"{line}.{number}"


def trunk_places(city: City, trunk: Trunk) -> list[tuple[float, float]]:
    """Return the vertices of a trunk's path as lat, lon."""
    nodes = city.network.nodes
    return [
        (nodes[step].lat, nodes[step].lon) if isinstance(step, str) else step for step in trunk.path
    ]


def sewer_ends(city: City, plan: DrainagePlan, trunk: Trunk) -> list[tuple[float, float]]:
    """Return the vertices of a trunk with the place its last stretch leads to."""
    places = trunk_places(city, trunk)
    last = places[-1]
    lakes = {lake.id: (lake.lat, lake.lon) for lake in plan.lake}
    rivers = {river.id: river for river in plan.river}
    if trunk.into in rivers:
        end = nearest(last, [point[:2] for point in rivers[trunk.into].points])
    elif trunk.into in lakes:
        end = lakes[trunk.into]
    else:
        node = city.network.nodes[trunk.into]
        end = node.lat, node.lon
    return [*places, end]


def nearest(place: tuple[float, float], among: list[tuple[float, float]]) -> tuple[float, float]:
    """Return the nearest of some places, close enough together for degrees to tell (cos 21°)."""
    return min(among, key=lambda p: ((p[0] - place[0]) ** 2 + ((p[1] - place[1]) * 0.93) ** 2, p))


def _sewers(city: City, plan: DrainagePlan) -> Iterator[dict[str, Any]]:
    for trunk in plan.trunk:
        yield from _stretches(trunk.id, trunk.name, sewer_ends(city, plan, trunk), "sewer")


def _reaches(plan: DrainagePlan) -> Iterator[dict[str, Any]]:
    for river in plan.river:
        yield from _stretches(river.id, river.name, reach_ends(plan, river), "river")


def reach_ends(plan: DrainagePlan, river: River) -> list[tuple[float, float]]:
    """Return the vertices of a river with the place it flows to."""
    places = [(lat, lon) for lat, lon, _ in river.points]
    lakes = {lake.id: (lake.lat, lake.lon) for lake in plan.lake}
    other = {each.id: each for each in plan.river}.get(river.into)
    end = lakes.get(river.into)
    if end is None and other is not None:
        end = nearest(places[-1], [point[:2] for point in other.points])
    return places if end is None else [*places, end]


def _stretches(
    line: str, name: Mapping[str, str], ends: list[tuple[float, float]], kind: str
) -> Iterator[dict[str, Any]]:
    of = len(ends) - 1
    for number, (start, end) in enumerate(pairwise(ends), start=1):
        yield {
            "id": stretch_id(line, number),
            "name": _numbered(name, number, of),
            "kind": kind,
            "lat": round((start[0] + end[0]) / 2, 5),
            "lon": round((start[1] + end[1]) / 2, 5),
            "places": [list(start), list(end)],
        }


def _numbered(name: Mapping[str, str], number: int, of: int) -> Text:
    if of == 1:
        return {"vi": name["vi"], "en": name["en"]}
    return {
        "vi": f"{name['vi']}, đoạn {number}/{of}",
        "en": f"{name['en']}, stretch {number} of {of}",
    }


def _storm(storm: StormPlan) -> dict[str, Any]:
    most = storm.mm if storm.mm is not None else max(storm.at.values())
    return {
        "id": storm.id,
        "name": storm.name,
        "observed": storm.observed,
        "hours": storm.hours,
        "mm": most,
        "stepMin": storm.step_min,
        "course": [round(most * share, 2) for share in storm.shape],  # where most of it falls
        "isEverywhere": storm.mm is not None,
        "note": storm.note,
    }


def _area(unit: Unit, central: bool) -> dict[str, Any]:
    return {
        "id": unit.code,
        "name": unit.title,
        "lat": unit.lat,
        "lon": unit.lon,
        "central": central,
    }
