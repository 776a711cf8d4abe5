from __future__ import annotations

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from wall.geometry import Axis, Rect, Wall, load_walls
from wall.grid import Cells, Seams, cell_rect, seams_of

WALLS = load_walls(Path(__file__).parents[2] / "city" / "walls")
LE_LAI = WALLS["le-lai"]


@st.composite
def cells(draw: st.DrawFn) -> tuple[Wall, int, int, Cells]:
    wall = draw(st.sampled_from(list(WALLS.values())))
    columns, rows = draw(st.integers(1, 96)), draw(st.integers(1, 96))
    column, row = draw(st.integers(0, columns - 1)), draw(st.integers(0, rows - 1))
    at = Cells(
        column, row, draw(st.integers(1, columns - column)), draw(st.integers(1, rows - row))
    )
    return wall, columns, rows, at


def lit(axis: Axis, pixel: int) -> bool:
    return any(start <= pixel < end for start, end in axis.spans)


@given(cells())
def test_no_tile_begins_or_ends_in_a_bezel(case: tuple[Wall, int, int, Cells]) -> None:
    wall, columns, rows, at = case
    rect = cell_rect(wall, columns=columns, rows=rows, at=at)
    assert wall.canvas.contains(rect)
    assert lit(wall.columns, rect.x)
    assert lit(wall.columns, rect.right - 1)
    assert lit(wall.rows, rect.y)
    assert lit(wall.rows, rect.bottom - 1)


@given(cells())
def test_seams_are_exactly_the_dark_pixels_inside_a_tile(
    case: tuple[Wall, int, int, Cells],
) -> None:
    wall, columns, rows, at = case
    rect = cell_rect(wall, columns=columns, rows=rows, at=at)
    seams = seams_of(wall, rect)
    dark = sum(b - a for a, b in seams.x)
    assert dark == rect.width - sum(
        max(0, min(b, rect.right) - max(a, rect.x)) for a, b in wall.columns.spans
    )
    assert all(0 < a < b < rect.width for a, b in seams.x)
    assert all(0 < a < b < rect.height for a, b in seams.y)


@given(st.integers(1, 48), st.integers(0, 47))
def test_neighbours_meet_and_leave_at_most_a_bezel_between(columns: int, column: int) -> None:
    column %= columns
    if column + 1 == columns:
        return
    left = cell_rect(LE_LAI, columns=columns, rows=1, at=Cells(column, 0, 1, 1))
    right = cell_rect(LE_LAI, columns=columns, rows=1, at=Cells(column + 1, 0, 1, 1))
    assert right.x - left.right in (0, 6)


def test_lines_on_panel_boundaries_snap_to_the_panels_edges() -> None:
    second = cell_rect(LE_LAI, columns=12, rows=2, at=Cells(3, 1, 3, 1))
    assert second == Rect(1926, 1086, 1920, 1080)
    assert seams_of(LE_LAI, second) == Seams()


def test_a_tile_across_bezels_is_told_where_they_cross_it() -> None:
    rect = cell_rect(LE_LAI, columns=8, rows=4, at=Cells(1, 0, 4, 4))
    assert rect == Rect(960, 0, 3852 + 960 - 960, 2166)
    assert seams_of(LE_LAI, rect) == Seams(x=((960, 966), (2886, 2892)), y=((1080, 1086),))


def test_equal_cells_within_panels_have_equal_sizes() -> None:
    sizes = {
        cell_rect(LE_LAI, columns=24, rows=24, at=Cells(column, row, 1, 1)).width
        for column in range(24)
        for row in (0, 23)
    }
    assert sizes == {320}
