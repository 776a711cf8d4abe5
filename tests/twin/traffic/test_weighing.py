"""Weights of trips: counts are met, what nobody counts follows all, and ends of zones differ."""

from __future__ import annotations

import numpy as np
import pytest

from tests.twin.traffic.small import EAST, WEST
from twin.traffic.calibration import Calibration
from twin.traffic.demand import Trip, draw_trips, trips_of_pairs
from twin.traffic.places import places_of
from twin.traffic.places import weighed as weighed_zones
from twin.traffic.run import Model, calibrated
from twin.traffic.scenario import Base
from twin.traffic.weighing import Driven, Weights, weighed

JUNCTIONS = ["J00", "J11", "J22"]


def trip(name: str, origin: str, destination: str, start: str, end: str) -> Trip:
    return Trip(name, 0.0, start, end, "car", origin, destination)


def driven(model: Model, ways: dict[tuple[str, str, int], list[str]]) -> Driven:
    """Return candidates: so many trips from zone to zone, each over these edges."""
    trips, driven_ways = [], {}
    for n, ((origin, destination, count), way) in enumerate(ways.items()):
        for k in range(count):
            trips.append(trip(f"t{n}-{k}", origin, destination, way[0], way[-1]))
            driven_ways[trips[-1].id] = way
    streets = model.net.streets
    places = places_of(streets, JUNCTIONS)
    return Driven.of(trips, driven_ways, JUNCTIONS, streets, places, stands_for=2.0)


def test_a_candidate_counts_where_it_comes_into_a_junction_for_all_it_stands_for(
    model: Model,
) -> None:
    found = driven(model, {(WEST, EAST, 3): ["J01-J11", "J11-J12"], (EAST, WEST, 2): ["-J00-J10"]})
    assert found.passed.sum(axis=1).tolist() == [4.0, 6.0, 0.0]
    assert {label.name for label in found.labels if label.kind == "pair"} == {
        f"{WEST}>{EAST}",
        f"{EAST}>{WEST}",
    }


def test_counts_are_met_and_where_nobody_counts_all_trips_follow_the_level(model: Model) -> None:
    found = driven(
        model,
        {(WEST, EAST, 200): ["J01-J11", "J11-J12"], (EAST, WEST, 200): ["-J00-J10", "-J00-J01"]},
    )
    counted = np.array([0.0, 1200.0, 0.0])
    used = np.array([False, True, False])
    weights = weighed(found, counted, used, Weights())
    zones = model.zones
    factors = weights.factors(zones)
    place = weights.places(JUNCTIONS)
    assert factors[f"{WEST}>{EAST}"] * place["J11"][0] * place["J11"][1] == pytest.approx(
        3, rel=0.1
    )
    assert 1.2 < factors[f"{EAST}>{WEST}"] < 3
    same = weighed(found, found.passed.sum(axis=1), used, Weights())
    assert all(each == pytest.approx(1) for each in same.factors(zones).values())


def test_trips_of_a_weighed_model_are_as_many_simulated_and_each_stands_for_more(
    model: Model,
) -> None:
    base = Base(horizonMin=30, seeds=[1])
    factors = {f"{one.id}>{other.id}": 4.0 for one in model.zones for other in model.zones}
    busier = calibrated(model, Calibration(factors), base)
    assert busier.plan.demand.stands_for == pytest.approx(4.0)
    drawn = [
        draw_trips(each.zones, each.net.streets, each.plan, base, seed=1,
                   factors=each.calibration.factors, stations={})
        for each in (model, busier)
    ]  # fmt: skip
    assert len(drawn[0]) == pytest.approx(len(drawn[1]), abs=1)
    assert calibrated(model, Calibration(), base).plan == model.plan


def test_more_trips_begin_where_a_junction_has_more_weight(model: Model) -> None:
    streets = model.net.streets
    zones = weighed_zones(model.zones, streets, {"J00": (3.0, 1.0), "J22": (1.0, 1.0), "X": (9, 9)})
    before, after = (
        trips_of_pairs(some, model.plan, 7, {}).sum(axis=1) for some in (model.zones, zones)
    )
    west = [zone.id for zone in model.zones].index(WEST)
    assert after[west] > 1.5 * before[west]
    near = places_of(streets, ["J00", "J22"])
    some = dict(zip(zones[west].out, zones[west].out_weight, strict=True))
    usual = dict(zip(model.zones[west].out, model.zones[west].out_weight, strict=True))
    for edge, weight in some.items():
        assert weight == pytest.approx(usual[edge] * (3 if near[edge] == "J00" else 1))
    assert weighed_zones(model.zones, streets, {}) == list(model.zones)
