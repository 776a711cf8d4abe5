"""Addresses of the console: every place has one, and every address leads somewhere."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.pages.console_place import CITY, GROUPS, Place, parse_place
from layouts.pages.console_plan import SMALLEST, area_specs, city_plan, planned, tile_spec
from layouts.pages.console_topics import GROUP_FACES, GROUP_TILES, TOPICS
from layouts.tiles.registry import read_options

AREAS = frozenset({"00070", "00004"})
PLACES = [
    CITY,
    Place("group", "economy"),
    *(Place("group", group, topic=topic) for group, topics in TOPICS.items() for topic in topics),
    Place("areas", "economy", aggregate="economy.business", topic="business"),
    Place("areas", "economy", aggregate="economy.business_sectors", figure="areas.g"),
    Place("tile", "economy", tile="investors", figure="of.so-y-te", topic="projects"),
    Place("areas", "environment"),
    Place("areas", "environment", aggregate="environment.rain"),
    Place("area", "feedback", area="00070"),
    Place("area", "feedback", area="00070", dataset="environment.rain"),
    Place("tile", "transport", tile="day"),
    Place("tile", "transport", tile="speed", figure="worst_speed"),
]


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.href)
def test_a_place_is_found_by_its_address(place):
    assert parse_place(place.href, areas=AREAS) == place
    assert parse_place(place.send.href, areas=AREAS) == place.send
    assert place.send.parent == place


@pytest.mark.parametrize(
    "address",
    [None, "", "#", "#/", "#/nowhere", "#/g", "#/g/nowhere", "#/g/../..", "#/g/economy/a/<script>"],
)
def test_an_unknown_address_is_the_city(address):
    assert parse_place(address, areas=AREAS) == CITY


@pytest.mark.parametrize(
    "address", ["#/g/economy/zzz", "#/g/economy/a/99999", "#/g/economy/t", "#/g/economy/t/a/b/c"]
)
def test_an_address_leads_as_deep_as_it_makes_sense(address):
    assert parse_place(address, areas=AREAS) == Place("group", "economy")


@given(st.text(max_size=60))
def test_any_address_leads_to_a_place_that_has_one(address):
    place = parse_place("#/" + address, areas=AREAS)
    assert parse_place(place.href, areas=AREAS) == place


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.href)
def test_the_way_back_leads_to_the_city(place):
    chain = place.send.chain()
    assert chain[0] == CITY
    assert chain[-1] == place.send
    assert all(later.parent == sooner for sooner, later in pairwise(chain))


def test_every_group_has_tiles_and_a_face():
    assert set(GROUP_TILES) == set(GROUP_FACES) == set(GROUPS)
    for group, faces in GROUP_FACES.items():
        assert all(tile_spec(group, key) is not None for key in faces)
        assert len({spec.key for spec in GROUP_TILES[group]}) == len(GROUP_TILES[group])


@pytest.mark.parametrize("room", [(1872.0, 936.0), (1248.0, 676.0)])
def test_a_group_stands_under_a_bottleneck(room):
    plan = city_plan(*room)
    upper = [(each.rect.x, each.rect.width) for each in plan.bottlenecks]
    assert upper == [(rect.x, rect.width) for _, rect, _ in plan.groups]


@pytest.mark.parametrize("group", GROUPS)
def test_every_tile_of_a_group_has_right_options(group):
    for spec in GROUP_TILES[group]:
        kind, options = read_options(spec.kind, spec.options)
        assert kind.needs(options)[0] == spec.aggregate  # whose owner and age the tile has
        assert spec.figures


@pytest.mark.parametrize("room", [(1872.0, 936.0), (1248.0, 676.0), SMALLEST, (300.0, 200.0)])
@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.href)
def test_tiles_lie_apart_inside_the_room(place, room):
    tiles = planned(place, *room)
    width, height = max(room[0], SMALLEST[0]), max(room[1], SMALLEST[1])
    for tile in tiles:
        rect = tile.rect
        assert rect.x >= 0
        assert rect.y >= 0
        assert rect.x + rect.width <= width + 1
        assert rect.y + rect.height <= height + 1
        least = 48 if tile.key == "stage" else 100  # the stage is a line, as high as a finger
        assert min(rect.width, rect.height) >= least, tile.key
    for one in tiles:
        for other in tiles:
            a, b = one.rect, other.rect
            apart = (
                a.x + a.width <= b.x
                or b.x + b.width <= a.x
                or a.y + a.height <= b.y
                or b.y + b.height <= a.y
            )
            assert one is other or apart, (one.key, other.key)
    assert len({tile.key for tile in tiles}) == len(tiles)


def test_units_are_ordered_by_maps_of_units_only():
    of_nature = [spec.aggregate for spec in area_specs("environment")]
    assert of_nature == ["environment.rain", "health.epidemics", "education.closures"]
    assert area_specs("transport") == ()  # its maps are of roads and junctions
