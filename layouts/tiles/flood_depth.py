"""A run of the drainage twin: how deep the water stands over time, where, and for how long."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

from dash import html
from dash.development.base_component import Component

import language as lang
from data_access.envelope import Column, Envelope, Table
from layouts.tiles import bands, cells, reading, twin
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.kind import Frame, TileContext, TileKind
from layouts.tiles.measure import cut, width_u
from layouts.tiles.rows import plan, rest
from layouts.tiles.table import ROW_LEAST, ROW_MOST, name_cell, name_setting
from layouts.tiles.twin_body import shown
from layouts.tiles.twin_figures import figure_rows
from layouts.tiles.twin_wards import ward_rows, ward_table

GAP = 0.75
FIGURES = (("depth", "m", 2), ("minutes", "min", 0))
LEAST_NAME = 4.0  # of a place, in units
WORDS, WIDE = 12.0, 34.0  # of a band's name, and from which width it has room
BAND: Column = {"id": "band", "label": {}, "kind": "band", "scale": "flood_depth"}

NAME = {"vi": "Kịch bản ngập", "en": "Flood what-if"}


class Options(twin.Options):
    """Options of `flood_depth`; `spots` are the flooded places, `figures` the run's own.

    `wards` are all wards' values of one of them.

    The map is of places, or `by` areas: each ward's deepest place; or it is of the change of places
    from what the run is held against.
    """

    kind: Literal["drainage", "coupled"] = "drainage"  # whose newest
    show: Literal["all", "map", "spots", "figures", "wards"] = "all"
    by: Literal["places", "areas", "change"] = "places"


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(twin.aggregate_of(options.run, options.kind))
    spans = options.show in twin.WITH_MAP
    tile = twin.tile_of(frame, "flood_depth", envelope, options.title, kind=NAME, spans=spans)
    if envelope is None or envelope.state == "absent":
        return twin.none_yet(tile, envelope)
    figures = twin.chosen(twin.figures_of(envelope), options.kpis)
    table = reading.table(envelope, "spots")
    of_wards = ward_table(envelope, options.kpis)

    def column(part: Tile) -> Component | None:
        if options.show == "figures":
            return figure_rows(part, figures, twin.against(part, envelope))
        if options.show == "wards":
            return None if of_wards is None else ward_rows(part, of_wards)
        return None if table is None else spot_rows(part, table, context)

    show = twin.WITH_MAP.get(options.show, "figures")
    of = {"places": "depth", "areas": "areaDepth", "change": "depthChange"}[options.by]
    return shown(tile, envelope, options, context, show=show, of=of, column=column)


def spot_rows(tile: Tile, table: Table, context: TileContext) -> Component | None:
    """Return the places with band, depth and how long, the deepest first; None without room."""
    if tile.height_u < ROW_LEAST:
        return None
    if not table["rows"]:
        return html.Div(tile.say("twin.dry"), className="type-20")
    kept = [row for row in table["rows"] if isinstance(row.get("name"), Mapping)]
    fitted = plan(len(kept), tile.height_u, least=ROW_LEAST, most=ROW_MOST)
    shown = kept[: fitted.shown]
    widths = [max(width_u(_written(tile, row)[n], BODY, bold=True) for row in shown)
              for n in range(len(FIGURES)) if shown]  # fmt: skip
    rows = [_spot(tile, row, fitted.height_u, context, widths) for row in shown]
    more = rest(tile, fitted.hidden, in_head=fitted.is_told_in_head)
    return html.Div([*rows, *more], className="t-rows")


def _written(tile: Tile, row: Mapping[str, Any]) -> list[str]:
    return [
        lang.number(row.get(name), unit, decimals=decimals, language=tile.language)
        for name, unit, decimals in FIGURES
    ]


def _spot(
    tile: Tile,
    row: Mapping[str, Any],
    height: float,
    context: TileContext,
    widths: Sequence[float],
) -> Component:
    band = cells.band_in(BAND, row, context)
    wide = tile.width_u >= WIDE and band is not None
    words = bands.name(band, tile.language) if wide and band is not None else ""
    columns = [bands.SWATCH, 0.0, *([WORDS] if wide else []), *widths]
    if _left(tile, columns) < LEAST_NAME:
        columns.pop()  # how long finds no room
    columns[1] = _left(tile, columns)
    marks = (tile.addresses.cell(row, name) for name, _, _ in FIGURES)
    told_figures = list(zip(_written(tile, row), marks, strict=True))
    figures = told_figures[: len(columns) - (3 if wide else 2)]
    name = tile.words(row["name"])
    face = name_setting([name], columns[1])
    told = [html.Div(cut(words, WORDS, CAPTION), className="t-cell-text type-16")] if wide else []
    return html.Div(
        [
            bands.swatch(band) if band is not None else html.Span(),
            name_cell(name, columns[1], height, face),
            *told,
            *(html.Div(each, className="t-cell-number", **marked) for each, marked in figures),
        ],
        className="t-row type-20",
        style={
            "gridTemplateColumns": " ".join(u(each) for each in columns),
            "columnGap": u(GAP),
            "height": u(height),
        },
    )


def _left(tile: Tile, columns: Sequence[float]) -> float:
    """Return what the other columns and their gaps leave of a tile's width."""
    return tile.width_u - sum(columns[2:]) - columns[0] - GAP * (len(columns) - 1)


KIND = TileKind(
    kind="flood_depth",
    name=NAME,
    options=Options,
    needs=lambda options: (twin.aggregate_of(options.run, options.kind),),
    build=build,
)
