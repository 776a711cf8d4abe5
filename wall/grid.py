"""Cells of a scene's grid as canvas pixels, aware of panels: no tile begins or ends in a bezel.

Grid lines divide the *lit* pixels evenly. A line that falls on a panel boundary has two places on
the canvas, before the bezel and behind it: a tile that ends there takes the first, one that begins
there the second.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from wall.geometry import Axis, Rect, Wall


@dataclass(frozen=True, slots=True)
class Cells:
    """A rectangle of grid cells, counted from 0."""

    column: int
    row: int
    columns: int
    rows: int

    def overlaps(self, other: Cells) -> bool:
        """Tell whether a cell belongs to both."""
        return (
            self.column < other.column + other.columns
            and other.column < self.column + self.columns
            and self.row < other.row + other.rows
            and other.row < self.row + self.rows
        )

    def to_json(self) -> dict[str, int]:
        """Return the wire form."""
        return {
            "column": self.column,
            "row": self.row,
            "columns": self.columns,
            "rows": self.rows,
        }


@dataclass(frozen=True, slots=True)
class Seams:
    """Bezels that cross a tile, in the tile's own pixels, half-open, ascending."""

    x: tuple[tuple[int, int], ...] = ()
    y: tuple[tuple[int, int], ...] = ()

    def to_json(self) -> dict[str, Any]:
        """Return the wire form `{x: [[from, to]…], y: […]}`."""
        return {"x": [list(each) for each in self.x], "y": [list(each) for each in self.y]}


def cell_rect(wall: Wall, *, columns: int, rows: int, at: Cells) -> Rect:
    """Return the canvas rectangle of cells `at` in a grid of `columns` x `rows` over `wall`."""
    x = _line(wall.columns, at.column, of=columns, begins=True)
    y = _line(wall.rows, at.row, of=rows, begins=True)
    right = _line(wall.columns, at.column + at.columns, of=columns, begins=False)
    bottom = _line(wall.rows, at.row + at.rows, of=rows, begins=False)
    return Rect(x, y, right - x, bottom - y)


def seams_of(wall: Wall, rect: Rect) -> Seams:
    """Return the bezels that cross `rect`."""
    return Seams(
        x=_crossing(wall.columns, rect.x, rect.right), y=_crossing(wall.rows, rect.y, rect.bottom)
    )


def _line(axis: Axis, line: int, *, of: int, begins: bool) -> int:
    lit = sum(end - start for start, end in axis.spans)
    position = round(line * lit / of)
    for start, end in axis.spans:
        length = end - start
        if position < length or (position == length and not begins):
            return start + position
        position -= length
    return axis.length_px


def _crossing(axis: Axis, start: int, end: int) -> tuple[tuple[int, int], ...]:
    return tuple((a - start, b - start) for a, b in axis.seams if start < a and b < end)
