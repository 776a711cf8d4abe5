from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall.room import WALL
from wall.errors import ConfigurationError
from wall.geometry import Axis, Rect, load_walls, read_walls, unit_px

CITY = Path(__file__).parents[2] / "city"


def write(folder: Path, text: str, name: str = "north") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.toml").write_text(text)
    return folder


def test_le_lai_is_eight_panels_with_a_bezel_of_six_pixels() -> None:
    wall = load_walls(CITY / "walls")["le-lai"]
    assert [each.output_id for each in wall.outputs] == [
        "a1", "a2", "a3", "a4", "b1", "b2", "b3", "b4",
    ]  # fmt: skip
    assert wall.columns.seams == ((1920, 1926), (3846, 3852), (5772, 5778))
    assert wall.canvas == Rect(0, 0, 4 * 1920 + 3 * 6, 2 * 1080 + 6)
    assert wall.outputs[5].rect == Rect(1926, 1086, 1920, 1080)


def test_the_unit_of_type_is_twenty_minutes_of_arc_from_the_room() -> None:
    walls = load_walls(CITY / "walls")
    assert walls["le-lai"].unit_px == 77
    assert walls["ngo-quyen"].unit_px == 72


@pytest.mark.parametrize(
    ("distance_m", "pitch_mm", "arc_min", "px"),
    [(6, 0.634, 16, 62), (6, 0.634, 60, 230), (3, 0.634, 20, 39), (0.6, 0.311, 20, 16)],
)
def test_unit_px_agrees_with_the_table_of_legibility(
    distance_m: float, pitch_mm: float, arc_min: float, px: int
) -> None:
    assert unit_px(distance_m, pitch_mm, arc_min=arc_min) == px


def test_rectangles_that_only_touch_share_no_pixel() -> None:
    assert not Rect(0, 0, 10, 10).shares_pixel_with(Rect(10, 0, 10, 10))
    assert Rect(0, 0, 10, 10).shares_pixel_with(Rect(9, 9, 1, 1))


def test_an_axis_without_gaps_has_no_seams() -> None:
    assert Axis.of(3, length_px=100, gap_px=0).seams == ()


def test_an_output_may_fill_several_panels(tmp_path: Path) -> None:
    text = WALL + '[[output]]\nid = "whole"\nat = { column = 0, row = 0, columns = 2, rows = 1 }\n'
    wall = load_walls(write(tmp_path / "walls", text))["north"]
    assert [each.rect for each in wall.outputs] == [wall.canvas]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("width_px = 1920", "width_px = -1", "panel.width_px"),
        ("viewing_distance_m = 6.0", "viewing_distance_m = 'far'", "viewing_distance_m"),
        ("bezel_mm = 3.5", "bezel_mm = 900.0", "bezel_mm"),
        ('base = "overview"', "", "base"),
        ("columns = 2", "colums = 2", "columns"),
        ('level = "internal"', 'level = "secret"', "ceiling.level"),
        ('id = "north"', 'id = "south"', "id"),
        ('site = "east"', 'site = "ea st"', "site"),
        ("rows = 1", "rows = ", ""),
    ],
)
def test_a_wrong_wall_file_gives_one_error_naming_file_key_and_what_was_expected(
    tmp_path: Path, old: str, new: str, key: str
) -> None:
    assert old in WALL
    folder = write(tmp_path / "walls", WALL.replace(old, new, 1))
    with pytest.raises(ConfigurationError) as caught:
        load_walls(folder)
    assert "north.toml" in str(caught.value)
    assert key in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_wrong_file_leaves_the_other_walls(tmp_path: Path) -> None:
    folder = write(tmp_path / "walls", WALL)
    write(folder, "id = ", "south")
    walls, problems = read_walls(folder)
    assert list(walls) == ["north"]
    assert [each.file.name for each in problems] == ["south.toml"]


def test_output_names_are_unique_in_a_site(tmp_path: Path) -> None:
    folder = write(tmp_path / "walls", WALL)
    write(folder, WALL.replace('id = "north"', 'id = "south"'), "south")
    with pytest.raises(ConfigurationError, match="unique in a site"):
        load_walls(folder)


@pytest.mark.parametrize(
    ("second", "said"),
    [
        ('id = "one"\nat = { column = 1, row = 0, columns = 1, rows = 1 }', "used twice"),
        ('id = "two"\nat = { column = 0, row = 0, columns = 2, rows = 1 }', "overlaps"),
        ('id = "two"\nat = { column = 1, row = 0, columns = 2, rows = 1 }', "inside the 2 x 1"),
    ],
)
def test_outputs_neither_repeat_nor_overlap_nor_leave_the_wall(
    tmp_path: Path, second: str, said: str
) -> None:
    first = '[[output]]\nid = "one"\nat = { column = 0, row = 0, columns = 1, rows = 1 }\n'
    folder = write(tmp_path / "walls", f"{WALL}{first}[[output]]\n{second}\n")
    with pytest.raises(ConfigurationError, match=said):
        load_walls(folder)


def test_a_folder_without_walls_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="at least one wall"):
        load_walls(tmp_path)
