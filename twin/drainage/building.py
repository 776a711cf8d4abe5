"""The city's own model: the layout of its plan written down for SWMM.

Units: metres, m³/s (CMS), offsets as elevations. Nothing here is chosen that the plan does not say;
engine options are SWMM's defaults for dynamic waves but where a comment says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import numpy as np
from swmm_api import SwmmInput
from swmm_api.input_file.sections import (
    Conduit,
    CrossSection,
    Curve,
    InfiltrationHorton,
    Junction,
    OptionSection,
    Orifice,
    Outfall,
    Pump,
    RainGage,
    ReportSection,
    Storage,
    SubArea,
    SubCatchment,
)

from data_access.city import City
from data_access.envelope import Text
from twin.drainage.layout import (
    Layout,
    Pipe,
    lake_vertex,
    lay_out,
    manhole,
    river_vertex,
    trunk_vertices,
)
from twin.drainage.model import Model, Place, Pool, Pumps, Sluice, Spot, digest_of
from twin.drainage.options import nearest, options, stretch_id
from twin.drainage.plan import DrainagePlan, River, Station
from twin.drainage.scenario import CITY_MODEL
from twin.drainage.sewers import full_flow
from twin.result import text

ROUTING_STEP_S = 15
DISCHARGE_DEPTH_M = 25.0  # of the basin behind pumps: never full
DISCHARGE_LENGTH_M = 100.0
DRY_RIVER_M = 0.3  # of water in a river before the rain, at least
# SWMM's clock knows no zones, and no case of this model has a date.
START = datetime(2000, 1, 1)  # noqa: DTZ001
OPTIONS: dict[str, Any] = {
    "START_DATE": START.date(),
    "START_TIME": START.time(),
    "FLOW_UNITS": "CMS",
    "INFILTRATION": "HORTON",
    "FLOW_ROUTING": "DYNWAVE",
    "LINK_OFFSETS": "ELEVATION",
    "ALLOW_PONDING": "YES",  # water that leaves a manhole stands there and returns
    "SKIP_STEADY_STATE": "NO",
    "WET_STEP": "00:01:00",
    "DRY_STEP": "00:05:00",
    "ROUTING_STEP": ROUTING_STEP_S,
    "VARIABLE_STEP": 0,
    # m², of shafts and house drains at a node. With SWMM's own 1.2 a node that begins to pond can
    # jump by decimetres at this step; with 20 all depths are within 0.01 m of those of 3 s steps.
    "MIN_SURFAREA": 20,
    "INERTIAL_DAMPING": "PARTIAL",
    "NORMAL_FLOW_LIMITED": "BOTH",
    "THREADS": 1,  # several gain nothing at this size
}


def city_model(plan: DrainagePlan, city: City) -> Model:
    """Build the model of a plan; raises ValueError where water can reach no river."""
    layout = lay_out(plan, city)
    text = _text(plan, layout)
    listed = options(city, plan)
    places = tuple(_places(plan, city, layout))
    return Model(
        id=CITY_MODEL,
        name=plan.name,
        text=text,
        options=listed,
        places=places,
        pools={
            lake.id: Pool(
                lake.id, lake.name, lake_vertex(lake.id), lake.bed_m, lake.normal_m, lake.brim_m
            )
            for lake in plan.lake
        },
        stations={station.id: _pumps(plan, station) for station in plan.station},
        stretches=_stretches(plan),
        full_m3s={conduit(pipe): _full(plan, pipe) for pipe in layout.pipes.values()},
        sluices={
            gate.id: Sluice(gate.id, f"G-{gate.id}", gate.height_m, gate.open) for gate in plan.gate
        },
        spots=tuple(
            Spot(spot.id, spot.name, layout.spots[spot.id], city.areas.at(spot.lat, spot.lon))
            for spot in plan.black_spot
            if spot.id in layout.spots
        ),
        gages={f"rain-{ward.code}": ward.code for ward in plan.ward},
        river=f"O-{plan.river_outfall}",
        river_level_m=plan.red_river.level_m,
        invented=tuple(plan.invented),
        geometry={
            "twin.nodes": _nodes_drawn(layout, _names(plan, city, layout)),
            "twin.conduits": _pipes_drawn(layout),
        },
        waters={
            place.id: (place.lat, place.lon)
            for place in places
            if place.id.startswith("R-") and place.lat is not None and place.lon is not None
        }
        | {lake_vertex(lake.id): (lake.lat, lake.lon) for lake in plan.lake},
        digest=digest_of(text),
    )


def conduit(pipe: Pipe) -> str:
    """Name a pipe in SWMM after the vertex it leaves."""
    return f"C-{pipe.start}"


def _text(plan: DrainagePlan, layout: Layout) -> str:
    inp = SwmmInput()
    made = OptionSection()
    made.update(OPTIONS)
    inp["OPTIONS"] = made
    inp["REPORT"] = report_section()
    for each in _objects(plan, layout):
        inp.add_obj(each)
    return str(inp.to_string())


def report_section() -> ReportSection:
    """Return what SWMM is to write into its report: totals and errors, no time series."""
    report = ReportSection()
    report.update({"INPUT": "NO", "CONTROLS": "NO", "SUBCATCHMENTS": "NONE"})
    report.update({"NODES": "NONE", "LINKS": "NONE"})
    return report


def _objects(plan: DrainagePlan, layout: Layout) -> Iterator[Any]:
    for ward in plan.ward:
        name = f"rain-{ward.code}"
        yield RainGage(name, "VOLUME", "1:00", 1.0, "TIMESERIES", timeseries=name)
    yield from _catchments(plan, layout)
    yield from _lakes(plan)
    start = _water_before(plan)
    for each, level in layout.levels.items():
        if layout.vertices[each].kind == "lake":
            continue
        depth = level.ground_m - level.bottom_m
        wet = max(0.0, start - level.bottom_m, DRY_RIVER_M) if each.startswith("R-") else 0.0
        yield Junction(each, level.bottom_m, round(depth, 3), round(wet, 3), 0, level.ponding_m2)
    rivers = {
        river_vertex(river.id, number): river
        for river in plan.river
        for number in range(1, len(river.points) + 1)
    }
    sills = {lake_vertex(lake.id): lake.outlet_m3s for lake in plan.lake}
    for pipe in layout.pipes.values():
        yield from _pipe(plan, pipe, rivers.get(pipe.start), sills.get(pipe.start))
    yield from _outlets(plan)


def _water_before(plan: DrainagePlan) -> float:
    """Return the level rivers stand at before the rain: that of the lake they are pumped from."""
    pumped = {station.lake for station in plan.station}
    return max((lake.normal_m for lake in plan.lake if lake.id in pumped), default=-math.inf)


def _catchments(plan: DrainagePlan, layout: Layout) -> Iterator[Any]:
    rules = plan.rules
    land = {each.id: each for each in plan.land}
    kinds = {ward.code: land[ward.land] for ward in plan.ward}
    for each in layout.catchments:
        hard = round(kinds[each.ward].impervious * 100, 1)
        width = round(math.sqrt(each.area_ha * 1e4), 1)
        slope = rules.catchment_slope_pct
        yield SubCatchment(
            f"S-{each.id}", f"rain-{each.ward}", manhole(each), each.area_ha, hard, width, slope
        )
        yield SubArea(f"S-{each.id}", 0.015, 0.2, 1.5, 5.0, 25)
        yield _soil(plan, f"S-{each.id}")
    for lake in plan.lake:  # rain on its own water
        ward = _ward_of(layout, lake.lat, lake.lon)
        width = round(math.sqrt(lake.ha * 1e4), 1)
        name = f"S-{lake.id}"
        yield SubCatchment(name, f"rain-{ward}", lake_vertex(lake.id), lake.ha, 100, width, 0.1)
        yield SubArea(name, 0.01, 0.1, 0.0, 0.0, 100)
        yield _soil(plan, name)


def _soil(plan: DrainagePlan, name: str) -> InfiltrationHorton:
    most, least, decay, drying = plan.rules.horton
    return InfiltrationHorton(name, most, least, decay, drying, 0)


def _ward_of(layout: Layout, lat: float, lon: float) -> str:
    x, y = layout.plane.place(lat, lon)
    return min(layout.catchments, key=lambda c: (math.hypot(c.x - x, c.y - y), c.id)).ward


def _lakes(plan: DrainagePlan) -> Iterator[Storage]:
    for lake in plan.lake:
        depth, most = lake.normal_m - lake.bed_m, lake.brim_m - lake.bed_m + 2.0
        area = [0, 0, lake.ha * 1e4]
        yield Storage(
            lake_vertex(lake.id),
            lake.bed_m,
            round(most, 3),
            round(depth, 3),
            "FUNCTIONAL",
            data=area,
        )


def _pipe(
    plan: DrainagePlan, pipe: Pipe, river: River | None, most_m3s: float | None
) -> Iterator[Any]:
    name = conduit(pipe)
    roughness = plan.rules.pipe_roughness if river is None else river.roughness
    most = {"flow_max": most_m3s} if most_m3s else {}
    yield Conduit(
        name, pipe.start, pipe.end, pipe.length_m, roughness, pipe.top_m, pipe.foot_m, **most
    )
    if river is not None:
        side = river.side_slope
        yield CrossSection(name, "TRAPEZOIDAL", river.depth_m, river.bottom_m, side, side)
    elif pipe.size is not None:
        size = pipe.size
        yield CrossSection(name, "CIRCULAR", size.diameter_m, n_barrels=size.barrels)


def _outlets(plan: DrainagePlan) -> Iterator[Any]:
    """Pumps to a basin and on to the river (an outfall takes one link only), and gates."""
    outfalls = {each.id: each for each in plan.outfall}
    used = {station.outfall for station in plan.station} | {gate.outfall for gate in plan.gate}
    for outfall in plan.outfall:
        if outfall.id in used:
            bottom = round(outfall.least_m - 1, 3)
            yield Outfall(f"O-{outfall.id}", bottom, "FIXED", outfall.level_m, True)
    for station in plan.station:
        outfall = outfalls[station.outfall]
        bottom, basin = round(outfall.least_m - 1, 3), f"B-{station.id}"
        yield Junction(basin, bottom, DISCHARGE_DEPTH_M, round(outfall.level_m - bottom, 3), 0, 0)
        name = f"D-{station.id}"
        yield Conduit(name, basin, f"O-{outfall.id}", DISCHARGE_LENGTH_M, 0.013, bottom, bottom)
        flow = station.pumps * max(flow for _, flow in station.curve)
        yield CrossSection(name, "CIRCULAR", 3.0, n_barrels=max(1, round(flow / 7)))
        yield Curve(f"Q-{station.id}", "PUMP3", [list(point) for point in station.curve])
        bed = next(lake.bed_m for lake in plan.lake if lake.id == station.lake)
        for number in range(station.pumps):
            on = round(station.start_m + number * station.start_step_m - bed, 3)
            off = round(station.stop_m - bed, 3)
            yield Pump(
                pump(station, number),
                lake_vertex(station.lake),
                basin,
                f"Q-{station.id}",
                "OFF",
                on,
                off,
            )
    for gate in plan.gate:
        name, river = f"G-{gate.id}", next(r for r in plan.river if r.id == gate.river)
        points = [point[:2] for point in river.points]
        at = river_vertex(river.id, points.index(nearest((gate.lat, gate.lon), points)) + 1)
        yield Orifice(name, at, f"O-{gate.outfall}", "SIDE", gate.sill_m, 0.65, True)
        yield CrossSection(name, "RECT_CLOSED", gate.height_m, gate.width_m)


def pump(station: Station, number: int) -> str:
    """Name a pump, from 0."""
    return f"P-{station.id}-{number + 1:02d}"


def _pumps(plan: DrainagePlan, station: Station) -> Pumps:
    bed = next(lake.bed_m for lake in plan.lake if lake.id == station.lake)
    names = tuple(pump(station, number) for number in range(station.pumps))
    return Pumps(station.id, station.name, names, bed, station.early_stop_m)


def _stretches(plan: DrainagePlan) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for trunk in plan.trunk:
        for number, each in enumerate(trunk_vertices(trunk.id, trunk.path), start=1):
            found[stretch_id(trunk.id, number)] = (f"C-{each}",)
    for river in plan.river:
        for number in range(1, len(river.points) + 1):
            vertex = river_vertex(river.id, number)
            found[stretch_id(river.id, number)] = (f"C-{vertex}",)
    return found


def _full(plan: DrainagePlan, pipe: Pipe) -> float:
    slope = max((pipe.top_m - pipe.foot_m) / pipe.length_m, 1e-5)
    if pipe.size is not None:
        return round(full_flow(pipe.size, slope, plan.rules.pipe_roughness), 3)
    river = next(r for r in plan.river if pipe.start.startswith(f"R-{r.id}-"))
    depth, side = river.depth_m, river.side_slope
    area = (river.bottom_m + side * depth) * depth
    around = river.bottom_m + 2 * depth * math.hypot(1, side)
    flow = area * math.pow(area / around, 2 / 3) * math.sqrt(slope) / river.roughness
    return round(flow, 3)


def _places(plan: DrainagePlan, city: City, layout: Layout) -> Iterator[Place]:
    found = [each for each in layout.levels if layout.vertices[each].kind != "lake"]
    where = _degrees(layout, found)
    ward_of = {manhole(each): each.ward for each in layout.catchments}
    codes = city.areas.locate([lat for _, lat in where], [lon for lon, _ in where])
    in_model = {ward.code for ward in plan.ward}
    for each, (lon, lat), code in zip(found, where, codes, strict=True):
        level = layout.levels[each]
        area = ward_of.get(each) or (code if code in in_model else None)
        full = round(level.ground_m - level.bottom_m, 3)
        yield Place(each, area, full, level.ponding_m2, lat, lon)


def _names(plan: DrainagePlan, city: City, layout: Layout) -> dict[str, Text]:
    """Name what people know: junctions of main sewers, rivers, lakes, black spots."""
    junctions = {f"T-{node.id}": text(node.name, node.name) for node in city.network.nodes.values()}
    rivers = {
        river_vertex(river.id, number): river.name
        for river in plan.river
        for number in range(1, len(river.points) + 1)
    }
    lakes = {lake_vertex(lake.id): lake.name for lake in plan.lake}
    spots = {layout.spots[s.id]: s.name for s in plan.black_spot if s.id in layout.spots}
    return {**junctions, **rivers, **lakes, **spots}


def _degrees(layout: Layout, ids: Iterable[str]) -> list[tuple[float, float]]:
    metres = np.array([(layout.vertices[i].x, layout.vertices[i].y) for i in ids]).reshape(-1, 2)
    return [(float(lon), float(lat)) for lon, lat in layout.plane.to_degrees(metres)]


def _nodes_drawn(layout: Layout, names: Mapping[str, Text]) -> Mapping[str, Any]:
    ids = [each for each in layout.levels if layout.vertices[each].kind != "lake"]  # as `_places`
    return _collection(
        {
            "id": each,
            "geometry": {"type": "Point", "coordinates": list(at)},
            "properties": {
                "id": each,
                "kind": layout.vertices[each].kind,
                **({"name": names[each]} if each in names else {}),
            },
        }
        for each, at in zip(ids, _degrees(layout, ids), strict=True)
    )


def _pipes_drawn(layout: Layout) -> Mapping[str, Any]:
    at = dict(zip(layout.vertices, _degrees(layout, layout.vertices), strict=True))
    return _collection(
        {
            "id": conduit(pipe),
            "geometry": {
                "type": "LineString",
                "coordinates": [list(at[pipe.start]), list(at[pipe.end])],
            },
            "properties": {
                "id": conduit(pipe),
                "kind": layout.vertices[pipe.start].kind,
                "diameterM": None if pipe.size is None else pipe.size.diameter_m,
            },
        }
        for pipe in layout.pipes.values()
    )


def _collection(features: Iterable[Mapping[str, Any]]) -> Mapping[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [{"type": "Feature", **feature} for feature in features],
    }
