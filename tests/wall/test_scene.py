from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wall.room import SCENE, write_city
from wall.errors import ConfigurationError, InvalidScene
from wall.geometry import load_walls
from wall.scene import load_scene, read_scenes, scene_from_json
from wall.state import WallState


def body(**more: Any) -> dict[str, Any]:
    tile = {
        "tileId": "one",
        "kind": "text",
        "at": {"column": 0, "row": 0, "columns": 1, "rows": 1},
        "options": {},
    }
    return {
        "sceneId": "s",
        "name": {"vi": "Một", "en": "One"},
        "grid": {"columns": 2, "rows": 2},
        "tiles": [tile],
        **more,
    }


def tile(**more: Any) -> dict[str, Any]:
    return {**body()["tiles"][0], **more}


def test_a_scene_file_and_its_wire_form_are_the_same_scene(tmp_path: Path) -> None:
    path = tmp_path / "rain.toml"
    path.write_text(SCENE.format(id="rain"))
    scene = load_scene(path)
    assert scene_from_json(scene.to_json()) == scene


def test_the_revision_follows_the_content_alone() -> None:
    one = scene_from_json(body())
    assert scene_from_json(body()).revision == one.revision
    assert scene_from_json({**body(), "unknown": 1}).revision == one.revision
    other = scene_from_json(body(name={"vi": "Hai", "en": "Two"}))
    assert other.revision != one.revision


@pytest.mark.parametrize(
    ("wrong", "rule", "tile_id"),
    [
        (body(tiles=[tile(), tile(tileId="one")]), "uniqueTileId", "one"),
        (body(tiles=[tile(), tile(tileId="two")]), "noOverlap", "two"),
        (
            body(tiles=[tile(at={"column": 1, "row": 0, "columns": 2, "rows": 1})]),
            "insideGrid",
            "one",
        ),
        (body(tiles=[tile(at={"column": -1, "row": 0, "columns": 2, "rows": 1})]), "shape", "one"),
        (body(tiles=[tile(kind=7)]), "shape", "one"),
        (body(tiles=[{"kind": "text"}]), "shape", "#0"),
        (body(tiles=["x"]), "shape", "#0"),
        (body(tiles="x"), "shape", None),
        (body(grid={"columns": 0, "rows": 1}), "shape", None),
        (body(grid={"columns": 1e99, "rows": 1}), "shape", None),
        (body(name={"vi": "x"}), "shape", None),
        (body(sceneId="../etc"), "shape", None),
        (None, "shape", None),
        ([], "shape", None),
    ],
)
def test_a_wrong_scene_names_tile_and_rule(wrong: Any, rule: str, tile_id: str | None) -> None:
    with pytest.raises(InvalidScene) as caught:
        scene_from_json(wrong)
    assert (caught.value.rule, caught.value.tile_id) == (rule, tile_id)


def test_options_too_deep_to_write_are_refused() -> None:
    deep: Any = 1
    for _ in range(400):
        deep = [deep]
    with pytest.raises(InvalidScene, match="options"):
        scene_from_json(body(tiles=[tile(options={"x": deep})]))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("id = 'rain'\nname = {vi='x'}", "name.en: is missing"),
        (SCENE.format(id="rain").replace("row = 0", "row = 9", 1), "leaves the grid"),
        (SCENE.format(id="snow"), "expected the file's name 'rain'"),
        (SCENE.format(id="rain").replace('"rain left"', "2025-01-01"), "tile[0].options.text"),
        (SCENE.format(id="rain").replace('"rain left"', "inf"), "finite"),
        ("\x00", "is not TOML"),
    ],
)
def test_a_wrong_scene_file_gives_one_clear_error(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "rain.toml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        load_scene(path)
    assert said in str(caught.value)
    assert "rain.toml" in str(caught.value)


def test_a_wrong_scene_leaves_the_others(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "scenes" / "north" / "rain.toml").write_text("id = 1")
    walls = load_walls(city / "walls")
    scenes, problems = read_scenes(city / "scenes", walls)
    assert sorted(scenes["north"]) == ["overview", "traffic"]
    assert len(problems) == 1


def test_a_missing_base_is_said(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    (city / "scenes" / "north" / "overview.toml").unlink()
    _, problems = read_scenes(city / "scenes", load_walls(city / "walls"))
    assert "base of wall 'north'" in str(problems[0])


def test_every_scene_of_the_city_keeps_the_rules() -> None:
    city = Path(__file__).parents[2] / "city"
    walls = load_walls(city / "walls")
    scenes, problems = read_scenes(city / "scenes", walls)
    assert problems == []
    assert all(len(scenes[wall_id]) >= 6 for wall_id in walls)
    for wall_id, wall in walls.items():
        assert set(wall.scene_order) <= set(scenes[wall_id]), "a key waits for a scene"


def test_scenes_stand_as_the_wall_file_says_then_by_id(tmp_path: Path) -> None:
    city = write_city(tmp_path)
    path = city / "walls" / "north.toml"
    path.write_text(path.read_text() + 'scenes = ["traffic", "later", "traffic", "rain"]\n')
    wall = load_walls(city / "walls")["north"]
    found, _ = read_scenes(city / "scenes", {"north": wall})
    ws = WallState(wall, "vi", {}, found["north"])
    assert [scene.scene_id for scene in ws.scenes()] == ["traffic", "rain", "overview"]
