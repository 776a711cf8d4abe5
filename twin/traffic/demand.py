"""Who drives where in an hour: trips drawn from people, work and the gates of the area.

A gravity model of the city's wards and gates, weighed anew by a calibration. The same seed draws
the same trips, and a what-if keeps every trip its measures do not touch: base and what-if differ by
what was asked alone. Not for the ways they take: the engine's drivers choose.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from xml.sax.saxutils import quoteattr

import numpy as np
from numpy.typing import NDArray

from data_access.areas import KM_PER_DEGREE, Areas
from language import told
from twin.traffic.altering import CAR_M, ENGINE_CLASS
from twin.traffic.plan import TrafficPlan, Vehicle
from twin.traffic.scenario import Base, Demand
from twin.traffic.streets import Edge, Streets

GAP_SHARE = 1 / 3  # of the room of a vehicle in a jam, that is gap
MAIN_WEIGHT = 0.3  # of a metre of a main road as a place to begin or end, beside an inner street's
THROUGH_KM = 2.0  # gates nearer to each other are not driven between
LEAST_KM = 0.4  # distance within a zone counts at least so much
STEP_S = 1.0  # of the engine: who wants to leave in the last one is not let in
MIDDAY_H = 12  # before it people go from home, after it they go back
EVENING_H = range(16, 21)


@dataclass(frozen=True, slots=True)
class Zone:
    """Where trips begin and end: a ward, or a gate (`gate:` and its junction).

    Weights of edges add up to 1, or to how many times its trips a zone has (`places.py`).
    """

    id: str
    lat: float
    lon: float
    people: float
    draws: float  # how much it attracts
    out: tuple[str, ...]  # edges on which a trip from here begins
    out_weight: NDArray[np.float64]
    into: tuple[str, ...]
    into_weight: NDArray[np.float64]

    @property
    def is_gate(self) -> bool:
        """Whether it stands for the world outside."""
        return self.id.startswith("gate:")


class Trip(NamedTuple):
    """One vehicle: when it wants to leave, from and to which edge, and between which zones."""

    id: str
    depart_s: float
    start: str
    end: str
    kind: str
    origin: str
    destination: str


def zones_of(streets: Streets, plan: TrafficPlan, areas: Areas) -> list[Zone]:
    """Return the zones: the plan's wards that have streets (any unit for other networks); gates."""
    by_area: dict[str, list[Edge]] = {}
    for _, edge in sorted(streets.edges.items()):
        by_area.setdefault(edge.area or "", []).append(edge)
    wanted = [code for code in plan.wards if code in by_area] or sorted(by_area)
    found = [_ward(code, by_area[code], streets, plan, areas) for code in wanted]
    for _, junction in sorted(streets.junctions.items()):
        if junction.gate:
            out = [e for _, e in sorted(streets.edges.items()) if e.start == junction.id]
            into = [e for _, e in sorted(streets.edges.items()) if e.end == junction.id]
            if out and into:
                lanes = float(sum(edge.lanes for edge in out))
                found.append(
                    _zone(
                        f"gate:{junction.id}", (junction.lat, junction.lon), lanes, lanes, out, into
                    )
                )
    return found


def _ward(code: str, edges: list[Edge], streets: Streets, plan: TrafficPlan, areas: Areas) -> Zone:
    unit = areas.get(code)
    metres = sum(edge.length_m for edge in edges)
    people = float(unit.population) if unit is not None and unit.population else metres
    draws = people * plan.demand.attraction.get(code, 1.0)
    if unit is not None:
        place = (unit.lat, unit.lon)
    else:
        ends = [streets.junctions[edge.start] for edge in edges]
        place = (sum(j.lat for j in ends) / len(ends), sum(j.lon for j in ends) / len(ends))
    return _zone(code, place, people, draws, edges, edges, streets)


def _zone(
    zone_id: str,
    place: tuple[float, float],
    people: float,
    draws: float,
    out: Sequence[Edge],
    into: Sequence[Edge],
    streets: Streets | None = None,
) -> Zone:
    def weights(edges: Sequence[Edge]) -> NDArray[np.float64]:
        if streets is None:
            found = np.array([float(edge.lanes) for edge in edges])
        else:
            inner = any(streets.links[edge.link].invented for edge in edges)
            found = np.array(
                [
                    edge.length_m
                    * (1 if streets.links[edge.link].invented or not inner else MAIN_WEIGHT)
                    for edge in edges
                ]
            )
        normal: NDArray[np.float64] = found / found.sum()
        return normal

    return Zone(
        zone_id, *place, people, draws,
        tuple(edge.id for edge in out), weights(out),
        tuple(edge.id for edge in into), weights(into),
    )  # fmt: skip


def pair_key(origin: str, destination: str) -> str:
    """Return the name of a pair of zones, as calibrations write it."""
    return f"{origin}>{destination}"


def shares(zones: Sequence[Zone], plan: TrafficPlan, hour: int) -> NDArray[np.float64]:
    """Return the share of each pair of zones in an hour's trips; (zones, zones), adding to 1.

    Raises ValueError where no pair has any.
    """
    lat, lon = np.array([z.lat for z in zones]), np.array([z.lon for z in zones])
    north = (lat[:, None] - lat) * KM_PER_DEGREE
    east = (lon[:, None] - lon) * KM_PER_DEGREE * np.cos(np.radians(lat.mean()))
    far_km = np.maximum(np.hypot(north, east), LEAST_KM)
    gate = np.array([z.is_gate for z in zones])
    people, draws = np.array([z.people for z in zones]), np.array([z.draws for z in zones])
    start, end = (people, draws) if hour < MIDDAY_H else (draws, people)
    weight = start[:, None] * end[None, :]
    near = np.exp(-far_km / plan.demand.distance_km)
    inbound = plan.demand.inbound_morning if hour < MIDDAY_H else 1 - plan.demand.inbound_morning
    through, crossing = plan.demand.through_share, plan.demand.gate_share
    parts = (
        (~gate[:, None] & ~gate, near, 1 - through - crossing),
        (gate[:, None] & ~gate, np.sqrt(near), crossing * inbound),
        (~gate[:, None] & gate, np.sqrt(near), crossing * (1 - inbound)),
        (gate[:, None] & gate & (far_km > THROUGH_KM), np.ones_like(near), through),
    )
    found = np.zeros_like(weight)
    for which, decay, share in parts:
        part = np.where(which, weight * decay, 0.0)
        if part.sum() > 0:
            found += part / part.sum() * share
    total = found.sum()
    if total <= 0:
        raise ValueError(told("no pair of zones has any trip"))
    normal: NDArray[np.float64] = found / total
    return normal


def trips_asked(plan: TrafficPlan, base: Base) -> float:
    """Return how many trips are simulated in the horizon, before any calibration."""
    hour = base.begins_h
    share = plan.demand.day[hour] * plan.demand.day_kinds[base.dayKind]
    if base.dayKind == "friday" and hour in EVENING_H:
        share *= plan.demand.friday_evening
    trips_h = plan.demand.trips_h * plan.demand.sample_share
    return trips_h * share * base.tripsScale * base.horizonMin / 60


def trips_of_pairs(
    zones: Sequence[Zone], plan: TrafficPlan, hour: int, factors: Mapping[str, float]
) -> NDArray[np.float64]:
    """Return the trips of each pair of zones, of which the model has 1 before any calibration.

    `factors` of a calibration: pair -> how many times its trips; 1 where it says nothing.
    """
    share = shares(zones, plan, hour)
    weight = np.array(
        [[factors.get(pair_key(one.id, other.id), 1.0) for other in zones] for one in zones]
    )
    begin, end = (np.array([each.sum() for each in some]) for some in (
        [zone.out_weight for zone in zones], [zone.into_weight for zone in zones]
    ))  # fmt: skip
    found: NDArray[np.float64] = share * weight * begin[:, None] * end
    return found


def draw_trips(
    zones: Sequence[Zone],
    streets: Streets,
    plan: TrafficPlan,
    base: Base,
    *,
    seed: int,
    factors: Mapping[str, float],
    stations: Mapping[str, str],
) -> list[Trip]:
    """Return the base's trips of one seed, by time. `stations`: id -> edge ambulances leave on.

    `factors` as in `trips_of_pairs`.
    """
    draw = np.random.default_rng([seed, 1])
    chance = trips_of_pairs(zones, plan, base.begins_h, factors).ravel()
    count = round(trips_asked(plan, base) * float(chance.sum()))
    pairs = draw.choice(len(chance), size=count, p=chance / chance.sum())
    departs = np.round(draw.uniform(0, base.horizonMin * 60 - STEP_S, count), 1)
    kinds = _kinds(draw, plan, base.begins_h, count)
    spots = draw.random((count, 2)).tolist()
    main = {edge.id for edge in streets.edges.values() if not streets.links[edge.link].invented}
    homes = sorted(stations.values())
    links = {edge.id: edge.link for edge in streets.edges.values()}
    leaving = [_Choice.of(zone.out, zone.out_weight, main) for zone in zones]
    coming = [_Choice.of(zone.into, zone.into_weight, main) for zone in zones]
    found = []
    for n, (pair, depart_s, kind, (one, other)) in enumerate(
        zip(pairs.tolist(), departs.tolist(), kinds.tolist(), spots, strict=True)
    ):
        origin, destination = divmod(pair, len(zones))
        start = leaving[origin].at(one, on_main=kind == "bus")
        if kind == "emergency" and homes:
            start = homes[min(int(one * len(homes)), len(homes) - 1)]
        end = coming[destination].at(other, on_main=kind == "bus")
        if links[start] != links[end]:
            ends = (zones[origin].id, zones[destination].id)
            found.append(Trip(f"t{n}", depart_s, start, end, kind, *ends))
    return sorted(found, key=lambda trip: (trip.depart_s, trip.id))


def _kinds(draw: np.random.Generator, plan: TrafficPlan, hour: int, count: int) -> NDArray[np.str_]:
    driving = [each for each in plan.vehicle if hour not in each.barred_hours]
    share = np.array([each.share for each in driving])
    return draw.choice(np.array([v.id for v in driving]), size=count, p=share / share.sum())


@dataclass(frozen=True, slots=True)
class _Choice:
    """Edges to draw from, by weights; and those of them that are main roads, each as likely."""

    edges: Sequence[str]
    until: Sequence[float]  # the weights added up
    main: Sequence[str]

    @classmethod
    def of(cls, edges: Sequence[str], weight: NDArray[np.float64], main: set[str]) -> _Choice:
        kept = [edge for edge in edges if edge in main]
        return cls(edges, np.cumsum(weight / weight.sum()).tolist(), kept or edges)

    def at(self, share: float, *, on_main: bool) -> str:
        """Return the edge at a share (0 to 1) of the weights."""
        if on_main:
            return self.main[min(int(share * len(self.main)), len(self.main) - 1)]
        return self.edges[min(bisect_right(self.until, share), len(self.edges) - 1)]


def surged(
    trips: Sequence[Trip], measures: Sequence[Demand], *, seed: int, horizon_s: float
) -> list[Trip]:
    """Return the trips with more or fewer of those a measure speaks of; the others stay."""
    found = list(trips)
    for number, measure in enumerate(measures):
        draw = np.random.default_rng([seed, 2, number])
        chances = draw.random(len(found))
        departs = np.round(
            draw.uniform(0, horizon_s - STEP_S, (len(found), math.ceil(measure.factor))), 1
        )
        kept: list[Trip] = []
        for trip, chance, again in zip(found, chances, departs, strict=True):
            if not _concerned(trip, measure):
                kept.append(trip)
                continue
            times = int(measure.factor) + (chance < measure.factor % 1)
            kept += [trip] if times else []
            kept += [
                trip._replace(id=f"{trip.id}.{number}.{n}", depart_s=float(again[n]))
                for n in range(1, times)
            ]
        found = kept
    return sorted(found, key=lambda trip: (trip.depart_s, trip.id))


def _concerned(trip: Trip, measure: Demand) -> bool:
    if measure.area == "all":
        return True
    comes, goes = trip.destination == measure.area, trip.origin == measure.area
    return {"in": comes, "out": goes, "both": comes or goes}[measure.purpose]


def written(trips: Sequence[Trip], plan: TrafficPlan) -> str:
    """Return the file of trips as the engine reads it.

    A vehicle's room and headway are those of a passenger car, times its equivalent and how many
    vehicles it stands for. All drive at
    the speed of the road: in the engine's queues nobody overtakes, so that one slow driver would
    hold up all lanes.
    """
    lines = ["<routes>", *(_vehicle_type(each, plan) for each in plan.vehicle)]
    ends = {trip.start for trip in trips} | {trip.end for trip in trips}
    edges = {edge: quoteattr(edge) for edge in ends}
    lines += [
        f'<trip id="{trip.id}" type="{trip.kind}" depart="{trip.depart_s:.1f}"'
        f" from={edges[trip.start]} to={edges[trip.end]}/>"
        for trip in trips
    ]
    return "\n".join([*lines, "</routes>\n"])


def _vehicle_type(vehicle: Vehicle, plan: TrafficPlan) -> str:
    cars = vehicle.car_equivalent * plan.demand.stands_for
    room_m = CAR_M * cars
    return (
        f'<vType id="{vehicle.id}" vClass="{ENGINE_CLASS.get(vehicle.id, vehicle.id)}"'
        f' length="{room_m * (1 - GAP_SHARE):.3f}" minGap="{room_m * GAP_SHARE:.3f}"'
        f' tau="{cars:.3f}" speedFactor="1" speedDev="0"/>'
    )
