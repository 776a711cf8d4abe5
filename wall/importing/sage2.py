"""SAGE2 server configurations: `resolution` of one display, `layout`, `displays[]`, `dimensions`.

A display may span cells (`width`, `height`); one that is not listed has no client, so no picture.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from wall.errors import ImportRefused
from wall.geometry.assembly import panel_name
from wall.importing.draft import BezelDraft, Draft, GridDraft, PanelDraft, SpanDraft, lit_width_mm
from wall.importing.values import (
    LARGEST_SIDE_PX,
    MOST_IN_A_ROW,
    length,
    table,
    tables,
    whole,
    words,
)

SIDES = ("left", "right", "bottom", "top")  # also the order of the array form
INCH_MM = 25.4


def is_sage2(found: Mapping[str, Any]) -> bool:
    """Tell a SAGE2 configuration from other JSON."""
    return "resolution" in found and "layout" in found


def read_sage2(found: Mapping[str, Any]) -> Draft:
    """Make a draft of a SAGE2 configuration; raises ImportRefused."""
    resolution, layout = table(found, "resolution"), table(found, "layout")
    width_px, height_px = (
        whole(resolution, key, where="resolution.", least=1, most=LARGEST_SIDE_PX, default=None)
        for key in ("width", "height")
    )
    columns, rows = (
        whole(layout, key, where="layout.", least=1, most=MOST_IN_A_ROW, default=None)
        for key in ("columns", "rows")
    )
    spans = _spans(found, columns, rows)
    taken = _taken(spans)
    dimensions = table(found, "dimensions") if "dimensions" in found else {}
    width_mm, notes = _width_mm(dimensions, width_px, height_px)
    bezel = _borders_mm(dimensions) or _borders_px(resolution)
    if whole(
        dimensions, "tile_overlap", where="dimensions.", least=-(10**6), most=10**6, default=0
    ):
        notes += ("tile_overlap is set there: outputs that overlap are not supported here",)
    plain = all(each.columns == each.rows == 1 for each in spans)
    return Draft(
        source="a SAGE2 configuration",
        layout=GridDraft(
            columns,
            rows,
            PanelDraft(width_px, height_px, width_mm),
            bezel,
            holes=tuple(
                (column, row)
                for row in range(rows)
                for column in range(columns)
                if (column, row) not in taken
            ),
            outputs=() if plain else spans,
        ),
        name=words(found.get("name")),
        viewing_distance_m=length(dimensions, "viewing_distance", where="dimensions.", least=0.2),
        drives=tuple(
            (each.output_id, f"display client {index}") for index, each in enumerate(spans)
        ),
        notes=notes,
    )


def _spans(found: Mapping[str, Any], columns: int, rows: int) -> tuple[SpanDraft, ...]:
    displays = tables(found, "displays")
    if not displays:
        raise ImportRefused("displays is empty, expected at least one display")
    spans = []
    for index, each in enumerate(displays):
        where = f"displays[{index}]."
        row = whole(each, "row", where=where, least=0, most=rows - 1, default=None)
        column = whole(each, "column", where=where, least=0, most=columns - 1, default=None)
        width = whole(each, "width", where=where, least=1, most=columns - column, default=1)
        height = whole(each, "height", where=where, least=1, most=rows - row, default=1)
        spans.append(SpanDraft(panel_name(column, row), column, row, width, height))
    return tuple(spans)


def _taken(spans: tuple[SpanDraft, ...]) -> set[tuple[int, int]]:
    taken: dict[tuple[int, int], int] = {}
    for index, each in enumerate(spans):
        for column in range(each.column, each.column + each.columns):
            for row in range(each.row, each.row + each.rows):
                other = taken.setdefault((column, row), index)
                if other != index:
                    raise ImportRefused(
                        f"displays[{index}] overlaps displays[{other}] at row {row}, "
                        f"column {column}, expected none to"
                    )
    return set(taken)


def _width_mm(
    dimensions: Mapping[str, Any], width_px: int, height_px: int
) -> tuple[float | None, tuple[str, ...]]:
    wide = length(dimensions, "tile_width", where="dimensions.", least=0.001)
    high = length(dimensions, "tile_height", where="dimensions.", least=0.001)
    if wide is None and high is None:
        diagonal = length(
            dimensions, "tile_diagonal_inches", where="dimensions.", least=1, unit="inches"
        )
        if diagonal is None:
            return None, ()
        return diagonal * INCH_MM * width_px / math.hypot(width_px, height_px), ()
    return lit_width_mm(
        width_px,
        height_px,
        width_mm=None if wide is None else wide * 1000,
        height_mm=None if high is None else high * 1000,
    )


def _borders_mm(dimensions: Mapping[str, Any]) -> BezelDraft | None:
    borders = dimensions.get("tile_borders")
    if borders is None:
        return None
    if isinstance(borders, list) and len(borders) == len(SIDES):
        borders = dict(zip(SIDES, borders, strict=True))
    if not isinstance(borders, Mapping):
        raise ImportRefused("dimensions.tile_borders is neither an object nor a list of four")
    left, right, bottom, top = (
        (length(borders, side, where="dimensions.tile_borders.") or 0.0) * 1000 for side in SIDES
    )
    return BezelDraft("mm", left + right, top + bottom)


def _borders_px(resolution: Mapping[str, Any]) -> BezelDraft | None:
    if "borders" not in resolution:
        return None
    borders = table(resolution, "borders", where="resolution.")
    left, right, bottom, top = (
        whole(borders, side, where="resolution.borders.", least=0, most=4096, default=0)
        for side in SIDES
    )
    return BezelDraft("px", left + right, top + bottom)
