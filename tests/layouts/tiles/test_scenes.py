"""The scenes of both walls: complete, valid, and laid out so that no list lies across a bezel."""

from __future__ import annotations

import pytest

from layouts.tiles.registry import read_options
from tests.layouts.tiles.sample import everything
from tests.layouts.tiles.stage import place, scenes, walls

WANTED = {"overview", "traffic", "rain", "environment", "feedback", "security"}
SPANNING = {"map", "trend", "forecast", "clock", "twin_traffic", "flood_depth"}
SCENES = [(wall, scene) for wall, found in scenes().items() for scene in found]


@pytest.mark.parametrize("wall", walls())
def test_each_wall_has_every_group_of_scenes(wall: str) -> None:
    assert set(scenes()[wall]) >= WANTED


@pytest.mark.parametrize(("wall", "scene"), SCENES)
def test_every_tile_has_a_known_kind_and_right_options(wall: str, scene: str) -> None:
    for tile in scenes()[wall][scene].tiles:
        kind, options = read_options(tile.kind, tile.options)
        assert set(kind.needs(options)) <= set(everything())


@pytest.mark.parametrize(("wall", "scene"), SCENES)
def test_each_scene_begins_with_its_name_the_citys_stage_and_the_time(
    wall: str, scene: str
) -> None:
    found = scenes()[wall][scene]
    names, stage, time = found.tiles[:3]

    assert [each.kind for each in (names, stage, time)] == ["clock", "stage", "clock"]
    assert {(each.at.row, each.at.rows) for each in (names, stage, time)} == {(0, 2)}
    assert names.options["title"] == dict(found.name)
    assert names.options["site"] == walls()[wall].site_id


@pytest.mark.parametrize("wall", walls())
def test_stage_and_time_are_one_render_in_all_scenes_of_a_wall(wall: str) -> None:
    strips = {
        repr([(each.kind, dict(each.options), each.at) for each in found.tiles[1:3]])
        for found in scenes()[wall].values()
    }
    assert len(strips) == 1


@pytest.mark.parametrize(("wall", "scene"), SCENES)
def test_only_maps_and_charts_span_panels(wall: str, scene: str) -> None:
    for tile in place(walls()[wall], scenes()[wall][scene], "vi"):
        if tile.kind == "bottlenecks":
            assert not tile.frame.seams_x_px, tile.tile_id
        elif tile.kind not in SPANNING:
            assert not tile.frame.seams_x_px, tile.tile_id
            assert not tile.frame.seams_y_px, tile.tile_id


@pytest.mark.parametrize(("wall", "scene"), SCENES)
def test_the_grid_is_filled_without_a_hole(wall: str, scene: str) -> None:
    found = scenes()[wall][scene]
    cells = sum(tile.at.columns * tile.at.rows for tile in found.tiles)
    assert cells == found.columns * found.rows


@pytest.mark.parametrize(("wall", "scene"), SCENES)
def test_every_title_is_in_both_languages(wall: str, scene: str) -> None:
    for tile in scenes()[wall][scene].tiles:
        title = tile.options.get("title")
        assert title is None or (set(title) == {"vi", "en"} and all(title.values()))


def test_the_overview_shows_the_five_bottlenecks() -> None:
    for found in scenes().values():
        assert "bottlenecks" in {tile.kind for tile in found["overview"].tiles}
