"""The scene that shows runs on a wall: valid, without a hole, and only maps lie across bezels."""

from __future__ import annotations

import pytest

from callbacks.what_if_scene import LONGEST_NAME, scene_of, scene_title
from layouts.tiles.registry import read_options
from tests.conftest import ROOT
from tests.layouts.tiles.stage import place, walls
from twin.envelope import pair_id
from wall.scene import load_scene, scene_from_json

TITLE = {"vi": "Kịch bản: Đóng Lê Duẩn", "en": "What-if: Close Lê Duẩn"}
KINDS = ("traffic", "drainage", "coupled")


@pytest.mark.parametrize("has_wards", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wall_id", walls())
def test_a_scene_of_runs_fits_its_wall(
    wall_id: str, kind: str, count: int, has_wards: bool
) -> None:
    wall, runs = walls()[wall_id], [f"{number:032x}" for number in range(count)]
    figures = [f"kpi{number}" for number in range(19)]
    made = scene_of(wall, runs, kind, TITLE, figures=figures, has_wards=has_wards)
    scene = scene_from_json(made)

    assert sum(t.at.columns * t.at.rows for t in scene.tiles) == scene.columns * scene.rows
    for tile in place(wall, scene, "vi"):
        read_options(tile.kind, tile.options)
        if tile.options.get("show") != "map" and tile.kind not in ("clock", "stage"):
            assert not tile.frame.seams_x_px, tile.tile_id
            assert not tile.frame.seams_y_px, tile.tile_id
    shown = {str(tile.options.get("run")) for tile in scene.tiles if "run" in tile.options}
    assert shown == set(runs)
    for run in runs:  # each figure once, or all in a table of the runs
        mine = [t.options["kpis"] for t in scene.tiles
                if t.options.get("run") == run and "kpis" in t.options]  # fmt: skip
        told = [kpi for kpis in mine for kpi in kpis]
        assert told == figures or any(t.kind == "scenarios" for t in scene.tiles)


@pytest.mark.parametrize("wall_id", ["le-lai", "ngo-quyen"])
def test_its_header_is_that_of_the_city_s_scenes_with_the_stage(wall_id: str) -> None:
    wall = walls()[wall_id]
    made = scene_from_json(scene_of(wall, ["a"], "traffic", TITLE, figures=["speed"]))
    own = load_scene(ROOT / "city" / "scenes" / wall_id / "twins.toml")
    strip, wanted = (
        {tile.tile_id: (tile.kind, tile.at) for tile in scene.tiles if tile.at.row == 0}
        for scene in (made, own)
    )
    assert strip == wanted


@pytest.mark.parametrize("wall_id", walls())
def test_r50_a_run_of_traffic_is_told_ward_by_ward_on_a_wall(wall_id: str) -> None:
    def shown(runs: list[str], kind: str) -> list[str]:
        made = scene_of(walls()[wall_id], runs, kind, TITLE, figures=["speed"], has_wards=True)
        return [str(tile.options.get("show")) for tile in scene_from_json(made).tiles]

    assert shown(["a"], "traffic").count("wards") == 1
    assert "wards" not in shown(["a", "b"], "traffic")  # whose wards would they be
    assert "spots" in shown(["a"], "drainage")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("wall_id", walls())
def test_a_difference_fits_its_wall_as_maps_of_what_changes_and_all_figures(
    wall_id: str, kind: str
) -> None:
    wall, pair = walls()[wall_id], pair_id("a" * 32, "b" * 32)
    figures = [f"kpi{number}" for number in range(6)]
    made = scene_of(wall, [pair], kind, TITLE, figures=figures, is_change=True)
    scene = scene_from_json(made)

    assert sum(t.at.columns * t.at.rows for t in scene.tiles) == scene.columns * scene.rows
    tiles = [tile for tile in place(wall, scene, "vi") if tile.kind not in ("clock", "stage")]
    for tile in tiles:
        read_options(tile.kind, tile.options)
        assert tile.options["run"] == pair
        if tile.kind == "flood_depth" and tile.options["show"] == "map":
            assert tile.options["by"] == "change"
    shows = [tile.options["show"] for tile in tiles]
    assert set(shows) == {"map", "figures"}
    assert [k for t in tiles for k in t.options.get("kpis", ())] == figures


def test_a_wall_keeps_no_more_than_eight_such_scenes() -> None:
    wall = walls()["le-lai"]
    ids = {scene_of(wall, [f"{n:x}"], "traffic", TITLE)["sceneId"] for n in range(200)}
    assert len(ids) == 8


def test_the_name_of_a_scene_is_as_long_as_a_header_holds() -> None:
    title = scene_title([{"vi": "Đóng Lê Duẩn " * 30, "en": "Close Lê Duẩn"}] * 4)
    assert len(title["vi"]) <= LONGEST_NAME
    assert title["en"].startswith("What-if: Close Lê Duẩn / Close")
