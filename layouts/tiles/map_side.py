"""Legend and ranking beside a wide map; no row of them lies across a bezel."""

from __future__ import annotations

from typing import Any

from dash import html

from layouts.tiles import bands
from layouts.tiles.anatomy import BODY, Tile, u
from layouts.tiles.map_values import Values
from layouts.tiles.measure import width_u
from layouts.tiles.panes import stretches
from layouts.tiles.table import name_cell, name_setting, row_least

WIDTH = 15.0  # units
AIR = 0.75
ROW_MOST = 2.25
LEAST_ROOM = 3.0
BEZEL_AIR = 0.25


def side(values: Values) -> html.Div:
    """Return the column beside the map: its legend, and the worst features by name."""
    parts, _, height = values.legend(WIDTH, values.tile.height_u)
    named = [feature for feature in values.worst if values.name(feature)]
    top, bottom = free_stretch(values.tile, height + AIR)
    if named and bottom - top >= LEAST_ROOM:
        parts.append(_ranking(values, named, top, bottom - top))
    return html.Div(parts, className="map-side", style={"width": u(WIDTH)})


def _ranking(values: Values, features: list[str], top: float, room: float) -> html.Div:
    figure_width = max(width_u(values.figure(feature), BODY) for feature in features)
    name_width = WIDTH - figure_width - bands.SWATCH - 1.0
    least = row_least(map(values.name, features), name_width, room)
    shown = features[: max(1, int(room // least))]
    face = name_setting(map(values.name, shown), name_width)
    height = max(least, min(ROW_MOST, int(room / len(shown) * 4) / 4))
    style = {
        "gridTemplateColumns": f"{u(bands.SWATCH)} {u(name_width)} {u(figure_width)}",
        "columnGap": u(0.5),
        "height": u(height),
    }
    rows: list[Any] = []
    for feature in shown:
        band = values.band(feature)
        cells = [
            bands.swatch(band) if band else html.Span(),
            name_cell(values.name(feature), name_width, height, face),
            html.Div(values.figure(feature), className="t-cell-number"),
        ]
        rows.append(html.Div(cells, className="t-row type-20", style=style))
    return html.Div(rows, className="t-rows map-worst", style={"top": u(top)})


def free_stretch(tile: Tile, begin: float) -> tuple[float, float]:
    """Return the largest stretch of the body below `begin` without a bezel, in units."""
    unit_px, top = tile.frame.unit_px, tile.body_px[1]
    seams = [
        ((a - top) / unit_px - BEZEL_AIR, (b - top) / unit_px + BEZEL_AIR)
        for a, b in tile.frame.seams_y_px
    ]
    inside = [(a, b) for a, b in seams if 0 < a < tile.height_u]
    pieces = [(max(begin, a), b) for a, b in stretches(tile.height_u, inside)]
    return max(pieces, key=lambda piece: piece[1] - piece[0])
