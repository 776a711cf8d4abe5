from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from wall.arrangement import arrange
from wall.geometry import Rect, load_walls
from wall.grid import Cells
from wall.scene import Tile, make_scene

WALL = load_walls(Path(__file__).parents[2] / "city" / "walls")["le-lai"]
NAME = {"vi": "x", "en": "x"}


def lay(*tiles: Tile, language: str = "vi", realm: str = "live"):  # type: ignore[no-untyped-def]
    scene = make_scene("s", name=NAME, columns=8, rows=2, tiles=tiles)
    return arrange(scene, WALL, language=language, realm=realm)


ONE = Tile("one", "kpi", Cells(0, 0, 1, 1), {"numbers": ["a", "b"], "x": 1})


def test_equal_renders_have_one_id_wherever_they_stand() -> None:
    other = replace(ONE, tile_id="other", at=Cells(3, 1, 1, 1))
    first, second = lay(ONE, other).placed
    assert first.render == second.render
    assert first.rect != second.rect


def test_options_in_another_order_are_the_same_render() -> None:
    turned = replace(ONE, options={"x": 1, "numbers": ["a", "b"]})
    assert lay(ONE).render_ids == lay(turned).render_ids


def test_whatever_changes_the_picture_changes_the_id() -> None:
    ids = [
        next(iter(each.render_ids))
        for each in (
            lay(ONE),
            lay(replace(ONE, kind="trend")),
            lay(replace(ONE, options={"numbers": ["b", "a"]})),
            lay(replace(ONE, at=Cells(0, 0, 2, 1))),
            lay(replace(ONE, at=Cells(1, 0, 2, 1))),  # same lit size, crossed by a bezel
            lay(ONE, language="en"),
            lay(ONE, realm="exercise:one"),
        )
    ]
    assert len(set(ids)) == len(ids)


def test_an_output_gets_the_tiles_that_share_a_pixel_with_it() -> None:
    wide = replace(ONE, tile_id="wide", at=Cells(1, 0, 2, 1))
    right = replace(ONE, tile_id="right", at=Cells(4, 0, 1, 1))
    arrangement = lay(ONE, wide, right)
    names = [[p.tile.tile_id for p in arrangement.on(each.rect)] for each in WALL.outputs]
    assert names[:4] == [["one", "wide"], ["wide"], ["right"], []]
    assert len(arrangement.on(WALL.canvas)) == 3
    assert arrangement.on(Rect(1920, 0, 6, 10)) == (arrangement.placed[1],)


def test_the_wire_form_says_size_unit_and_seams() -> None:
    wide = replace(ONE, at=Cells(1, 0, 2, 2))
    (placed,) = lay(wide).placed
    assert placed.render.to_json() == {
        "renderId": placed.render.render_id,
        "realm": "live",
        "kind": "kpi",
        "options": {"numbers": ["a", "b"], "x": 1},
        "sizePx": {"width": 1926, "height": 2166},
        "unitPx": 77,
        "detail": "wall",
        "language": "vi",
        "seamsPx": {"x": [[960, 966]], "y": [[1080, 1086]]},
    }
