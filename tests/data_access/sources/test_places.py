"""Places: what is no geometry is none, and where the others lie."""

from __future__ import annotations

import random
from typing import Any

import pytest

from data_access.sources import places
from tests.data_access.sources.conftest import home

AREAS = home("feedback.issues")[0].areas
SQUARE = [[108.21, 16.06], [108.23, 16.06], [108.23, 16.07], [108.21, 16.07], [108.21, 16.06]]


@pytest.mark.parametrize(
    "found",
    [
        None,
        "POINT(1 2)",
        {"type": "Point"},
        {"type": {"of": "Point"}, "coordinates": [1, 2]},
        {"type": "Point", "coordinates": [16.0, 168.37]},
        {"type": "Point", "coordinates": ["a", 1]},
        {"type": "Point", "coordinates": [float("nan"), 1]},
        {"type": "Point", "coordinates": [True, 1]},
        {"type": "Point", "coordinates": [[1, 2]]},
        {"type": "LineString", "coordinates": [[1, 2]]},
        {"type": "Polygon", "coordinates": [SQUARE[:-1]]},
        {"type": "Polygon", "coordinates": [[[1, 2]] * (places.MAX_POINTS + 1)]},
        {"type": "GeometryCollection", "geometries": []},
    ],
)
def test_what_is_no_geometry_is_none(found: Any) -> None:
    assert places.geometry_of(found) is None


def test_altitudes_are_left_out() -> None:
    found = places.geometry_of({"type": "Point", "coordinates": [108.22, 16.06, 12]})
    assert found == {"type": "Point", "coordinates": [108.22, 16.06]}


def test_a_position_of_nothing_is_no_point() -> None:
    assert places.point(0, 0) is None
    assert places.point("16.06", "108.22") == {"type": "Point", "coordinates": [108.22, 16.06]}


@pytest.mark.parametrize(
    ("geometry", "area"),
    [
        ({"type": "Point", "coordinates": [108.22, 16.064]}, "20242"),
        ({"type": "LineString", "coordinates": [[108.0, 16.0], [108.22, 16.064], [1, 1]]}, "20242"),
        ({"type": "Polygon", "coordinates": [SQUARE]}, "20242"),
        ({"type": "Point", "coordinates": [-3.7, 40.4]}, None),
        (
            {
                "type": "Polygon",
                "coordinates": [
                    [[108, 15.9], [108.4, 15.9], [108.4, 16.2], [108, 16.2], [108, 15.9]]
                ],
            },
            "city",
        ),
    ],
)
def test_a_geometry_concerns_a_unit_the_city_or_nothing(
    geometry: dict[str, Any], area: str | None
) -> None:
    assert places.area_of(geometry, AREAS) == area


def test_a_ring_that_crosses_itself_is_mended_and_a_tangle_is_its_hull() -> None:
    bow = [[108.21, 16.06], [108.23, 16.07], [108.23, 16.06], [108.21, 16.07], [108.21, 16.06]]
    chance = random.Random(7)
    tangle = [[108.2 + chance.random() / 50, 16.05 + chance.random() / 50] for _ in range(15_000)]
    for ring in (bow, [*tangle, tangle[0]]):
        found = places.geometry_of({"type": "Polygon", "coordinates": [ring]})
        assert found is not None
        assert places.area_of(found, AREAS) == "20242"
        lat, lon = places.middle(found)
        assert 16.05 < lat < 16.07
        assert 108.2 < lon < 108.23


def test_polygons_that_share_an_edge_are_each_asked() -> None:
    east = [[lon + 0.02, lat] for lon, lat in SQUARE]
    found = places.geometry_of({"type": "MultiPolygon", "coordinates": [[SQUARE], [east]]})
    assert found is not None
    assert places.area_of(found, AREAS) in ("20242", "city")
    assert places.touched(found, AREAS)
