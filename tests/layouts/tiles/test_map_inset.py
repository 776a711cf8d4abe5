"""The inner city beside the whole one: only where there is room, whole, and named once."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest
from dash import html

from layouts.tiles.kind import Frame
from layouts.tiles.map_inset import inset_bounds, inset_width
from layouts.tiles.registry import build
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import context
from tests.layouts.tiles.trees import having, nodes, words

WHOLE = ((20.56, 105.28), (21.39, 106.02))
CORE = {"name": {"vi": "Nội thành", "en": "Inner city"}, "bounds": [[20.9, 105.7], [21.1, 105.9]]}
WIDE = Frame(width_px=3840, height_px=1980, unit_px=71)
HIGH = Frame(width_px=1920, height_px=1980, unit_px=76)


def drawn(frame: Frame, *, core: Any = CORE, **options: Any) -> html.Section:
    given = {"aggregate": "environment.rain", "map": "areas", **options}
    return build("map", given, frame, everything(), replace(context(), core=core))


def maps(tile: html.Section) -> list[dict[str, Any]]:
    """Return the properties of the maps of a tile, in order."""
    return [each["props"] for each in nodes(tile) if each["type"] == "MapContainer"]


def test_a_wide_map_shows_the_inner_city_beside_the_whole_and_names_it_there() -> None:
    tile = drawn(WIDE)
    whole, inset = maps(tile)
    assert words(having(tile, "map-inset-name")) == "Nội thành"
    assert len({each["props"]["id"] for each in nodes(tile) if "id" in each["props"]}) == len(
        [each for each in nodes(tile) if "id" in each["props"]]
    )
    hideouts = [each["props"]["hideout"] for each in nodes(tile) if "hideout" in each["props"]]
    assert [each["elsewhere"] for each in hideouts] == [inset["bounds"], None]
    (window,) = (each["props"] for each in nodes(tile) if each["type"] == "Rectangle")
    assert window["bounds"] == inset["bounds"] != whole["bounds"]


@pytest.mark.parametrize(
    ("frame", "more"),
    [(HIGH, {}), (WIDE, {"core": None}), (WIDE, {"focus": "data"})],
    ids=["no room", "no inner city", "a map of something else"],
)
def test_any_other_map_is_one_map(frame: Frame, more: dict[str, Any]) -> None:
    assert len(maps(drawn(frame, **more))) == 1


@pytest.mark.parametrize(("width_u", "height_u"), [(16, 22), (22, 16), (10, 10)])
def test_the_window_holds_the_inner_city_and_is_filled(width_u: float, height_u: float) -> None:
    (south, west), (north, east) = inset_bounds(CORE, width_u, height_u)
    (core_south, core_west), (core_north, core_east) = CORE["bounds"]
    assert south <= core_south + 1e-9
    assert west <= core_west + 1e-9
    assert north >= core_north - 1e-9
    assert east >= core_east - 1e-9
    high = math.asinh(math.tan(math.radians(north))) - math.asinh(math.tan(math.radians(south)))
    assert math.radians(east - west) / high == pytest.approx(width_u / height_u)


def test_there_is_no_window_that_would_show_no_more() -> None:
    assert inset_width(WHOLE, 36, 22) > 10
    assert inset_width(WHOLE, 28, 22) == 0
