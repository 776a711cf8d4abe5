"""SAGE2 configurations, by hand: what each says is known from reading it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.wall.importing.bench import imported, refusal
from wall.geometry import Rect

SAGE2 = """
/* the wall of the lobby */
{
\tname: "Sảnh", // comments, tabs, trailing commas
\thost: 'localhost',
\tresolution: { width: 1920, height: 1080, },
\tlayout: { rows: 2, columns: 2, },
\tdisplays: [
\t\t{ row: 0, column: 0 }, { row: 0, column: 1 }, { row: 1, column: 0 }, { row: 1, column: 1 },
\t],
}
"""
ONE = "displays: [{row: 0, column: 0}]"


def sage2(rest: str, *, width: str = "1920", layout: str = "rows: 1, columns: 1") -> str:
    return f"{{resolution: {{width: {width}, height: 1080}}, layout: {{{layout}}}, {rest}}}"


def test_the_resolution_is_that_of_one_display(tmp_path: Path) -> None:
    wall, text = imported(tmp_path, SAGE2)
    assert wall.canvas == Rect(0, 0, 3840, 2160)
    assert [each.output_id for each in wall.outputs] == ["a1", "a2", "b1", "b2"]
    assert wall.name == {"vi": "Sảnh", "en": "Sảnh"}
    for unknown in ("viewing_distance_m", "bezel_mm", "panel", "site", "ceiling"):
        assert any(line.startswith(unknown) and "# SET" in line for line in text.splitlines())


def test_a_place_without_a_display_is_a_hole(tmp_path: Path) -> None:
    wall, _ = imported(tmp_path, SAGE2.replace("{ row: 0, column: 1 },", ""))
    assert [each.output_id for each in wall.outputs] == ["a1", "b1", "b2"]
    assert wall.canvas == Rect(0, 0, 3840, 2160)


def test_a_display_may_span_cells(tmp_path: Path) -> None:
    displays = "displays: [{row: 0, column: 0, height: 2}, {row: 0, column: 1, width: 2}]"
    wall, _ = imported(tmp_path, sage2(displays, layout="rows: 2, columns: 3"))
    assert {each.output_id: each.rect for each in wall.outputs} == {
        "a1": Rect(0, 0, 1920, 2160),
        "a2": Rect(1920, 0, 3840, 1080),
    }


@pytest.mark.parametrize(
    "borders", ["{left: 0.002, right: 0.003, bottom: 0.001, top: 0.004}",
                "[0.002, 0.003, 0.001, 0.004]"],
)  # fmt: skip
def test_sizes_and_borders_are_metres(tmp_path: Path, borders: str) -> None:
    more = f"dimensions: {{tile_width: 0.96, tile_borders: {borders}, viewing_distance: 2.5}}"
    displays = "displays: [{row: 0, column: 0}, {row: 0, column: 1}]"
    wall, text = imported(tmp_path, sage2(f"{displays}, {more}", layout="rows: 1, columns: 2"))
    assert wall.pitch_mm == pytest.approx(0.5)
    assert wall.columns.seams == ((1920, 1930),)
    assert wall.viewing_distance_m == 2.5
    assert "viewing_distance_m = 2.50\n" in text


def test_borders_may_be_pixels(tmp_path: Path) -> None:
    text = sage2("displays: [{row: 0, column: 0}, {row: 0, column: 1}]",
                 layout="rows: 1, columns: 2").replace(
        "height: 1080}", "height: 1080, borders: {left: 3, right: 4}}"
    )  # fmt: skip
    wall, _ = imported(tmp_path, text)
    assert wall.columns.seams == ((1920, 1927),)


def test_a_diagonal_in_inches_gives_the_width(tmp_path: Path) -> None:
    wall, _ = imported(tmp_path, sage2(f"{ONE}, dimensions: {{tile_diagonal_inches: 55}}"))
    assert wall.pitch_mm * 1920 == pytest.approx(1217.6, abs=0.1)


def test_a_size_of_one_panel_where_three_are_lit_is_tripled_and_said(tmp_path: Path) -> None:
    more = "dimensions: {tile_width: 1.0, tile_height: 0.6}"
    wall, text = imported(tmp_path, sage2(f"{ONE}, {more}", width="5400"))
    assert wall.pitch_mm * 5400 == pytest.approx(3000, abs=1)
    assert "probably 3 panels" in text


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (sage2(ONE, width="-1920"), "resolution.width is -1920, expected a whole number"),
        (sage2(ONE, width="NaN"), "resolution.width is nan"),
        (sage2(ONE, width="Infinity"), "resolution.width is inf"),
        (sage2(ONE, width="1e300"), "resolution.width is 1e+300"),
        (sage2(ONE, width="'1920px'"), "resolution.width is '1920px'"),
        (sage2(ONE, width="true"), "resolution.width is True"),
        (sage2(ONE, width="99999"), "expected a whole number from 1 to 16384"),
        (sage2(ONE, width="12"), "describes what cannot be a wall: panel.width_px"),
        (sage2("displays: []"), "displays is empty"),
        (sage2("host: 'x'"), "displays is missing"),
        (sage2("displays: [1, 2]"), "displays is [1, 2], expected a list of objects"),
        (sage2("displays: [{row: 1, column: 0}]"), "displays[0].row is 1"),
        (sage2("displays: [{row: 0}]"), "displays[0].column is missing"),
        (sage2(f"{ONE[:-1]}, {{row: 0, column: 0}}]"), "displays[1] overlaps displays[0]"),
        (sage2(ONE, layout="rows: 1000, columns: 1"), "layout.rows is 1000"),
        (sage2(ONE, layout="rows: 1"), "layout.columns is missing"),
        (sage2(f"{ONE}, dimensions: {{tile_width: -1}}"), "dimensions.tile_width is -1"),
        (sage2(f"{ONE}, dimensions: {{tile_width: NaN}}"), "dimensions.tile_width is nan"),
        (sage2(f"{ONE}, dimensions: 3"), "dimensions is 3, expected an object"),
        (sage2(f"{ONE}, dimensions: {{tile_borders: 3}}"), "tile_borders is neither"),
        ("{resolution: 5, layout: {}}", "resolution is 5, expected an object"),
        ("{displays: [], layout: {}}", "no resolution, which SAGE2 needs"),
        ("{resolution: {width: 1280, height: 720\n borders: {}}}", "line 2, column 2: Expected a"),
        ("{a: 1}}", "line 1, column 7: Extra data '}'"),
        ("{a: [", "is not valid JSON5"),
        ("{a: 9" + "9" * 5000, "is not valid JSON5"),
    ],
)
def test_a_wrong_configuration_is_refused_with_the_place(text: str, said: str) -> None:
    assert said in refusal(text)


def test_thousands_of_displays_are_refused() -> None:
    many = ",".join("{row: 0, column: 0}" for _ in range(5000))
    assert "displays holds 5000 entries" in refusal(sage2(f"displays: [{many}]"))
