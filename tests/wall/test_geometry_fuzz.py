"""Whatever disjoint panels a wall has, its canvas, axes and outputs agree with them."""

from __future__ import annotations

from itertools import combinations, pairwise
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from wall.geometry import Axis, Rect
from wall.geometry.assembly import wall_of
from wall.geometry.plane import first_overlap, nearest, united

PATH = Path("north.toml")
WORDS = {"vi": "Bắc", "en": "North"}
HEAD: dict[str, Any] = {
    "id": "north",
    "site": "east",
    "name": WORDS,
    "viewing_distance_m": 6.0,
    "base": "overview",
    "ceiling": {"level": "internal"},
    "waiting": WORDS,
    "withheld": WORDS,
}

rects = st.builds(
    Rect, st.integers(-50, 50), st.integers(-50, 50), st.integers(1, 40), st.integers(1, 40)
)
panels = st.fixed_dictionaries(
    {
        "width_px": st.integers(64, 8192),
        "height_px": st.integers(64, 8192),
        "width_mm": st.floats(51, 5000),
        "rotation": st.sampled_from([0, 90, 180, 270]),
        "device_pixel_ratio": st.floats(0.5, 4),
    }
)


@given(st.lists(rects, max_size=12))
def test_an_overlap_is_found_when_there_is_one_and_only_then(every: list[Rect]) -> None:
    found = first_overlap(every)
    expected = [
        (i, j)
        for (i, one), (j, other) in combinations(enumerate(every), 2)
        if one.shares_pixel_with(other)
    ]
    assert (found in expected) if expected else (found is None)


@given(rects, rects)
def test_what_lies_in_both_is_in_each_and_shared_by_both(one: Rect, other: Rect) -> None:
    common = one.within(other)
    assert (common is not None) == one.shares_pixel_with(other)
    assert common == other.within(one)
    if common is not None:
        assert one.contains(common)
        assert other.contains(common)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), min_size=1, max_size=10))
def test_united_spans_hold_the_same_pixels_apart_from_each_other(
    found: list[tuple[int, int]],
) -> None:
    spans = [(start, start + length) for start, length in found]
    made = united(spans)
    assert {p for a, b in made for p in range(a, b)} == {p for a, b in spans for p in range(a, b)}
    assert all(end < start for (_, end), (start, _) in pairwise(made))


@given(st.floats(-1e5, 1e5), st.integers(0, 20000))
def test_rounding_moves_neighbours_alike(position_px: float, width_px: int) -> None:
    assert abs(nearest(position_px) - position_px) <= 0.5 + 1e-6
    whole = round(position_px, 3)
    assert nearest(whole + width_px) == nearest(whole) + width_px


@st.composite
def hung(draw: st.DrawFn) -> dict[str, Any]:
    """Hang panels in rows, each beside the one before at a gap, as a fitter would."""
    every: list[dict[str, Any]] = []
    y_mm = draw(st.floats(-1000, 1000))
    for row in range(draw(st.integers(1, 3))):
        x_mm, lowest = draw(st.floats(-1000, 1000)), y_mm
        for column in range(draw(st.integers(1, 4))):
            panel = draw(panels)
            width = panel["width_mm"]
            height = width / panel["width_px"] * panel["height_px"]
            if panel["rotation"] in (90, 270):
                width, height = height, width
            every.append({"id": f"p{row}-{column}", **panel, "at_mm": {"x": x_mm, "y": y_mm}})
            x_mm += width + draw(st.floats(0.01, 50))
            lowest = max(lowest, y_mm + height)
        y_mm = lowest + draw(st.floats(0.01, 50))
    return {**HEAD, "panel": every}


@given(hung())
def test_panels_that_do_not_touch_on_the_wall_do_not_overlap_on_the_canvas(
    found: dict[str, Any],
) -> None:
    if any(abs(each["at_mm"][axis]) > 1e6 for each in found["panel"] for axis in "xy"):
        return
    ratios = {each["id"]: each["device_pixel_ratio"] for each in found["panel"]}
    if any(each[side] / ratios[each["id"]] < 1 for each in found["panel"]
           for side in ("width_px", "height_px")):  # fmt: skip
        return
    wall = wall_of(PATH, found)
    assert first_overlap([each.rect for each in wall.panels]) is None
    assert [each.rect for each in wall.outputs] == [each.rect for each in wall.panels]
    assert all(wall.canvas.contains(each.rect) for each in wall.panels)
    assert min(each.rect.x for each in wall.panels) == 0
    assert max(each.rect.bottom for each in wall.panels) == wall.canvas.height
    assert wall.columns == Axis.lit_by((each.rect.x, each.rect.right) for each in wall.panels)


@given(
    panels,
    st.integers(1, 6),
    st.integers(1, 6),
    st.integers(0, 40),
    st.integers(0, 40),
    st.sets(st.tuples(st.integers(0, 5), st.integers(0, 5)), max_size=12),
)
def test_a_grid_and_the_same_panels_placed_one_by_one_are_the_same_wall(
    panel: dict[str, Any], columns: int, rows: int, gap_x: int, gap_y: int, holes: set[Any]
) -> None:
    holes = {(c, r) for c, r in holes if c < columns and r < rows}
    if len(holes) == columns * rows:
        return
    grid = wall_of(
        PATH,
        {
            **HEAD,
            "columns": columns,
            "rows": rows,
            "panel": panel,
            "bezel_px": {"x": gap_x, "y": gap_y},
            "holes": [{"column": c, "row": r} for c, r in holes],
        },
    )
    alone = wall_of(
        PATH,
        {
            **HEAD,
            "panel": [
                {"id": each.panel_id, **panel, "at_px": {"x": each.rect.x, "y": each.rect.y}}
                for each in grid.panels
            ],
        },
    )
    assert alone == grid
    assert len(grid.panels) == columns * rows - len(holes)
