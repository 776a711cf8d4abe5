"""Cells of a scene's grid as canvas pixels, aware of panels: no tile begins or ends in a bezel.

Grid lines divide the *lit* pixels evenly. A line that falls on a panel boundary has two places on
the canvas, before the bezel and behind it: a tile that ends there takes the first, one that begins
there the second.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from wall.geometry import Axis, Rect, Wall
from wall.geometry.plane import Span, united


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
    """Return the bezels that cross `rect`, in any band of panels."""
    lit = [each for each in (panel.rect.within(rect) for panel in wall.panels) if each is not None]
    return Seams(
        x=_crossing(
            [((each.x, each.right), (each.y, each.bottom)) for each in lit],
            origin=rect.x,
            hole=min(each.rect.width for each in wall.panels),
        ),
        y=_crossing(
            [((each.y, each.bottom), (each.x, each.right)) for each in lit],
            origin=rect.y,
            hole=min(each.rect.height for each in wall.panels),
        ),
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


def _crossing(
    lit: Sequence[tuple[Span, Span]], *, origin: int, hole: int
) -> tuple[tuple[int, int], ...]:
    """Return the gaps between neighbours in every band of panels, each as (along, across).

    Panels may stand in any order, so a bezel of one band counts for the whole tile: nothing that
    must be read may lie on it. A gap of a panel's size is a hole: nobody lays text around it.
    """
    edges = sorted({edge for _, across in lit for edge in across})
    found: set[Span] = set()
    for start, end in pairwise(edges):
        band = sorted(along for along, across in lit if across[0] <= start and end <= across[1])
        found |= {(a[1], b[0]) for a, b in pairwise(band) if 0 < b[0] - a[1] < hole}
    return tuple((a - origin, b - origin) for a, b in united(found))
