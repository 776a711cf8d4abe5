"""Walls that are no plain grid: what their files may say, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall.room import WALL
from wall.errors import ConfigurationError
from wall.geometry import Rect, Wall, load_wall
from wall.grid import Cells, Seams, cell_rect, seams_of

PANEL = "panel = { width_px = 1920, height_px = 1080, width_mm = 1210.0 }"
GRID = WALL.replace("columns = 2", "columns = 3").replace("rows = 1", "rows = 3")
HEAD = "\n".join(
    line
    for line in WALL.splitlines()
    if not line.startswith(("columns", "rows", "panel", "bezel_mm"))
)
LARGE = "width_px = 1920, height_px = 1080, width_mm = 1210.0"
SMALL = "width_px = 1366, height_px = 768, width_mm = 700.0"


def load(folder: Path, text: str) -> Wall:
    path = folder / "north.toml"
    path.write_text(text)
    return load_wall(path)


def placed(*panels: str, more: str = "") -> str:
    return f"{HEAD}\npanel = [\n{''.join(f'  {{ {each} }},{chr(10)}' for each in panels)}]\n{more}"


def rects(wall: Wall) -> dict[str, Rect]:
    return {each.output_id: each.rect for each in wall.outputs}


def test_a_bezel_may_be_told_in_canvas_pixels_and_for_each_direction(tmp_path: Path) -> None:
    wall = load(tmp_path, GRID.replace("bezel_mm = 3.5", "bezel_px = { x = 14, y = 12 }"))
    assert wall.columns.seams == ((1920, 1934), (3854, 3868))
    assert wall.rows.seams == ((1080, 1092), (2172, 2184))


def test_a_hole_has_no_output_and_leaves_the_canvas_as_it_is(tmp_path: Path) -> None:
    wall = load(tmp_path, GRID + "holes = [{ column = 1, row = 1 }]\n")
    whole = load(tmp_path, GRID)
    assert wall.canvas == whole.canvas
    assert set(rects(whole)) - set(rects(wall)) == {"b2"}
    assert (wall.columns, wall.rows) == (whole.columns, whole.rows)


def test_holes_along_an_edge_make_the_canvas_smaller(tmp_path: Path) -> None:
    wall = load(tmp_path, GRID + "holes = [{ column = 0, row = 0, rows = 3 }]\n")
    assert wall.canvas == Rect(0, 0, 2 * 1920 + 6, 3 * 1080 + 12)
    assert rects(wall)["a2"] == Rect(0, 0, 1920, 1080)


def test_a_portrait_panel_is_as_wide_as_it_was_high(tmp_path: Path) -> None:
    turned = PANEL.replace(" }", ", rotation = 90 }")
    wall = load(tmp_path, WALL.replace(PANEL, turned))
    assert wall.outputs[1].rect == Rect(1086, 0, 1080, 1920)
    assert wall.pitch_mm == pytest.approx(1210 / 1920)


def test_a_ratio_of_two_makes_a_fine_panel_as_large_as_a_coarse_one(tmp_path: Path) -> None:
    fine = "width_px = 3840, height_px = 2160, width_mm = 1210.0, device_pixel_ratio = 2.0"
    wall = load(
        tmp_path,
        placed(
            f'id = "left", {LARGE}, at_mm = {{ x = 0.0, y = 0.0 }}',
            f'id = "right", {fine}, at_mm = {{ x = 1220.0, y = 0.0 }}',
        ),
    )
    assert rects(wall) == {
        "left": Rect(0, 0, 1920, 1080),
        "right": Rect(1936, 0, 1920, 1080),
    }
    assert [each.device_pixel_ratio for each in wall.outputs] == [1.0, 2.0]


def test_a_ratio_that_leaves_part_of_a_pixel_leaves_it_dark(tmp_path: Path) -> None:
    wall = load(tmp_path, WALL.replace(PANEL, PANEL.replace(" }", ", device_pixel_ratio = 1.1 }")))
    assert wall.outputs[0].rect == Rect(0, 0, 1745, 981)


def test_panels_of_several_sizes_hang_where_they_were_measured(tmp_path: Path) -> None:
    wall = load(
        tmp_path,
        placed(
            f'id = "large", {LARGE}, at_mm = {{ x = 100.0, y = 50.0 }}',
            f'id = "tall", {SMALL}, rotation = 270, at_mm = {{ x = 1320.0, y = 50.0 }}',
        ),
    )
    fine = 700 / 1366
    assert wall.pitch_mm == pytest.approx(fine)
    assert rects(wall) == {
        "large": Rect(0, 0, 1920, 1080),
        "tall": Rect(round(1220 / fine), 0, 768, 1366),
    }
    assert wall.canvas == Rect(0, 0, round(1220 / fine) + 768, 1366)


def test_type_is_sized_for_the_finest_panel(tmp_path: Path) -> None:
    one = load(tmp_path, placed(f'id = "one", {SMALL}, at_px = {{ x = 0, y = 0 }}'))
    both = load(
        tmp_path,
        placed(
            f'id = "one", {SMALL}, at_px = {{ x = 0, y = 0 }}',
            f'id = "two", {LARGE}, at_px = {{ x = 1366, y = 0 }}',
        ),
    )
    assert both.unit_px == one.unit_px


def test_places_in_pixels_may_have_any_origin(tmp_path: Path) -> None:
    wall = load(
        tmp_path,
        placed(
            f'id = "one", {LARGE}, at_px = {{ x = -1920, y = 300 }}',
            f'id = "two", {SMALL}, at_px = {{ x = 0, y = 0 }}',
        ),
    )
    assert rects(wall) == {"one": Rect(0, 300, 1920, 1080), "two": Rect(1920, 0, 1366, 768)}


def test_an_output_covers_the_panels_that_it_names(tmp_path: Path) -> None:
    more = '[[output]]\nid = "top"\npanels = ["a1", "a2", "a3"]\n'
    wall = load(tmp_path, GRID + more)
    assert rects(wall) == {"top": Rect(0, 0, 3 * 1920 + 12, 1080)}


def test_two_outputs_share_one_panel_of_two_tiles(tmp_path: Path) -> None:
    five_k = "width_px = 5120, height_px = 2880, width_mm = 597.0"
    halves = "".join(
        f'[[output]]\nid = "{name}"\npanel = "p"\n'
        f"part = {{ x = {x}, y = 0, width = 2560, height = 2880 }}\n"
        for name, x in (("left", 0), ("right", 2560))
    )
    wall = load(tmp_path, placed(f'id = "p", {five_k}, at_px = {{ x = 0, y = 0 }}', more=halves))
    assert rects(wall) == {"left": Rect(0, 0, 2560, 2880), "right": Rect(2560, 0, 2560, 2880)}
    assert wall.canvas == Rect(0, 0, 5120, 2880)


def test_parts_of_a_scaled_panel_meet_without_a_gap(tmp_path: Path) -> None:
    scaled = "width_px = 5120, height_px = 2880, width_mm = 597.0, device_pixel_ratio = 1.5"
    thirds = "".join(
        f'[[output]]\nid = "t{i}"\npanel = "p"\n'
        f"part = {{ x = {x}, y = 0, width = {width}, height = 2880 }}\n"
        for i, (x, width) in enumerate(((0, 1707), (1707, 1707), (3414, 1705)))
    )
    wall = load(tmp_path, placed(f'id = "p", {scaled}, at_px = {{ x = 0, y = 0 }}', more=thirds))
    one, two, three = wall.outputs
    assert (one.rect.right, two.rect.right) == (two.rect.x, three.rect.x)


@pytest.mark.parametrize(
    ("more", "key", "said"),
    [
        ("holes = [{ column = 3, row = 0 }]", "holes[0]", "inside the 3 x 3 panels"),
        ("holes = [{ column = 0, row = 0, columns = 3, rows = 3 }]", "holes", "at least one"),
        ("bezel_px = 4", "", "bezel_mm or bezel_px, found both"),
        ('[[output]]\nid = "x"', "output[0]", "one of at, panels and panel"),
        ('[[output]]\nid = "x"\npanels = ["z9"]', "output[0].panels[0]", "no panel 'z9'"),
        ('[[output]]\nid = "x"\npanels = ["a1", "b2"]', "output[0]", "'a2' lies between"),
        (
            '[[output]]\nid = "x"\npanel = "a1"\npart = {x = 1, y = 0, width = 1920, height = 9}',
            "output[0].part",
            "inside the 1920 x 1080 pixels of panel 'a1'",
        ),
        (
            '[[output]]\nid = "x"\npanels = ["a1"]\npart = {x = 0, y = 0, width = 9, height = 9}',
            "output[0]",
            "part needs panel",
        ),
        (
            '[[output]]\nid = "x"\npanel = "a1"\n[[output]]\nid = "y"\npanels = ["a1", "a2"]',
            "output[1].panels",
            "overlaps 'x'",
        ),
        (
            "holes = [{ column = 0, row = 0 }]\n"
            '[[output]]\nid = "x"\nat = { column = 0, row = 0, columns = 1, rows = 1 }',
            "output[0].at",
            "lies in a hole",
        ),
    ],
)
def test_a_wrong_shape_of_a_grid_is_refused_where_it_stands(
    tmp_path: Path, more: str, key: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, f"{GRID}{more}\n")
    assert caught.value.key == key
    assert said in caught.value.expected


@pytest.mark.parametrize(
    ("panels", "more", "key", "said"),
    [
        ([f'id = "a", {LARGE}'], "", "panel[0]", "at_mm or at_px"),
        (
            [
                f'id = "a", {LARGE}, at_px = {{ x = 0, y = 0 }}',
                f'id = "b", {LARGE}, at_mm = {{ x = 3000.0, y = 0.0 }}',
            ],
            "",
            "panel[1]",
            "the same for all panels",
        ),
        (
            [f'id = "a", {LARGE}, at_px = {{ x = {x}, y = 0 }}' for x in (0, 5000)],
            "",
            "panel[1].id",
            "used twice",
        ),
        (
            [
                f'id = "a", {LARGE}, at_mm = {{ x = 0.0, y = 0.0 }}',
                f'id = "b", {LARGE}, at_mm = {{ x = 1200.0, y = 0.0 }}',
            ],
            "",
            "panel[1].at_mm",
            "overlaps panel 'a' by 16 x 1080 pixels",
        ),
        ([f'id = "a", {LARGE}, at_mm = {{ x = nan, y = 0.0 }}'], "", "panel[0].at_mm.x", "nan"),
        ([f'id = "a", {LARGE}, at_px = {{ x = 0, y = 0 }}, rotation = 45'], "", "panel[0]", "90"),
        (
            [f'id = "a", {LARGE}, at_px = {{ x = 0, y = 0 }}'],
            '[[output]]\nid = "x"\nat = { column = 0, row = 0, columns = 1, rows = 1 }',
            "output[0].at",
            "is for grids",
        ),
        (
            [
                f'id = "a", {LARGE}, at_px = {{ x = 0, y = 0 }}',
                f'id = "b", {LARGE}, at_px = {{ x = 1920, y = 0 }}, device_pixel_ratio = 2.0',
            ],
            '[[output]]\nid = "x"\npanels = ["a", "b"]',
            "output[0]",
            "different device_pixel_ratio",
        ),
    ],
)
def test_wrongly_placed_panels_are_refused_where_they_stand(
    tmp_path: Path, panels: list[str], more: str, key: str, said: str
) -> None:
    with pytest.raises(ConfigurationError) as caught:
        load(tmp_path, placed(*panels, more=more))
    assert caught.value.key.startswith(key)
    assert said in caught.value.expected


def test_columns_and_rows_have_no_place_beside_placed_panels(tmp_path: Path) -> None:
    text = placed(f'id = "a", {LARGE}, at_px = {{ x = 0, y = 0 }}', more="columns = 2\n")
    with pytest.raises(ConfigurationError, match="columns: is not a known key"):
        load(tmp_path, text)


def test_a_tile_over_staggered_panels_is_told_the_bezels_of_every_band(tmp_path: Path) -> None:
    brick = [(0, 0), (1930, 0), (965, 1090)]
    wall = load(
        tmp_path,
        placed(
            *(
                f'id = "p{i}", {LARGE}, at_px = {{ x = {x}, y = {y} }}'
                for i, (x, y) in enumerate(brick)
            )
        ),
    )
    assert seams_of(wall, wall.canvas) == Seams(x=((1920, 1930),), y=((1080, 1090),))
    assert seams_of(wall, Rect(965, 1090, 1920, 1080)) == Seams()


def test_a_hole_is_no_bezel_and_the_bezels_around_it_still_are(tmp_path: Path) -> None:
    text = GRID + "holes = [{ column = 1, row = 1 }]\n"
    holed, whole = load(tmp_path, text), load(tmp_path, GRID)
    assert seams_of(holed, holed.canvas) == seams_of(whole, whole.canvas)
    for wall in (holed, whole):
        at = Cells(2, 2, 1, 1)
        assert cell_rect(wall, columns=3, rows=3, at=at) == wall.outputs[-1].rect
