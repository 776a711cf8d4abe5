"""Which water stands on which road, and in which hour."""

from __future__ import annotations

import numpy as np
import pytest

from data_access.city import City
from twin.coupled.roads import city_lines, floods_of, hour_of
from twin.drainage.flooding import Water
from twin.drainage.opening import Twin

STEP_S = 300


def water(twin: Twin, depths: dict[str, list[float]]) -> Water:
    ids = [place.id for place in twin.model.places]
    samples = len(next(iter(depths.values())))
    street = np.zeros((samples, len(ids)))
    for node, course in depths.items():
        street[:, ids.index(node)] = course
    nothing = np.zeros((samples, 0))
    return Water(twin.model, STEP_S, street, street, nothing, nothing, 0.0, 0.0, 0.0)


def test_the_hour_is_the_one_with_the_most_water(small: Twin) -> None:
    course = [0.0] * 24 + [0.4] * 2 + [0.1] * 22
    stood = water(small, {"T-N16": course})
    hour = hour_of(stood, at_min=None, lead_min=0, horizon_min=60)
    assert hour.stop - hour.start == 12
    assert hour.start <= 24 < hour.stop
    late = hour_of(stood, at_min=10_000, lead_min=0, horizon_min=60)
    assert late == slice(36, 48)
    led = hour_of(stood, at_min=30, lead_min=60, horizon_min=30)
    assert led == slice(18, 24)


def test_a_road_is_as_deep_as_the_deepest_place_on_it_and_rivers_are_no_roads(
    small: Twin,
    hanoi: City,
) -> None:
    stood = water(small, {"T-N16": [0.2, 0.62, 0.1], "R-lu-1": [3.0, 3.0, 3.0]})
    floods = floods_of(stood, city_lines(hanoi), slice(0, 3))
    touching = {link.id for link in hanoi.network.links.values() if "N16" in link.id}
    assert touching <= set(floods)
    assert set(floods.values()) == {0.62}
    assert floods_of(stood, city_lines(hanoi), slice(2, 3))["N16-N04"] == pytest.approx(0.1)


def test_dry_roads_are_not_named(small: Twin, hanoi: City) -> None:
    wet = water(small, {"T-N16": [0.04, 0.0]})
    assert floods_of(wet, city_lines(hanoi), slice(0, 2)) == {}


def test_a_street_of_another_network_is_flooded_along_its_course(small: Twin) -> None:
    place = next(each for each in small.model.places if each.id == "T-N16")
    assert place.lat is not None
    assert place.lon is not None
    east, far = place.lon + 0.01, place.lon + 0.02
    lines = {
        "round": ((east, place.lat), (place.lon, place.lat), (place.lon, place.lat + 0.01)),
        "away": ((east, place.lat), (far, place.lat)),
    }
    stood = water(small, {"T-N16": [0.3]})
    assert floods_of(stood, lines, slice(0, 1)) == {"round": 0.3}
