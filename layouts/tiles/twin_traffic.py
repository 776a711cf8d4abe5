"""A run of the traffic twin: where it is slower or faster, its figures, and those of wards."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dash import html
from dash.development.base_component import Component

from data_access.envelope import Envelope
from layouts.tiles import twin
from layouts.tiles.anatomy import Tile
from layouts.tiles.kind import Frame, TileContext, TileKind
from layouts.tiles.twin_body import shown
from layouts.tiles.twin_figures import figure_rows
from layouts.tiles.twin_wards import ward_rows, ward_table

NAME = {"vi": "Kịch bản giao thông", "en": "Traffic what-if"}


class Options(twin.Options):
    """Options of `twin_traffic`; `wards` are all wards' values of one figure."""

    kind: Literal["traffic", "coupled"] = "traffic"  # whose newest
    show: Literal["all", "map", "figures", "wards"] = "all"


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(twin.aggregate_of(options.run, options.kind))
    spans = options.show in twin.WITH_MAP
    tile = twin.tile_of(frame, "twin_traffic", envelope, options.title, kind=NAME, spans=spans)
    if envelope is None or envelope.state == "absent":
        return twin.none_yet(tile, envelope)
    figures = twin.chosen(twin.figures_of(envelope), options.kpis)
    table = ward_table(envelope, options.kpis)

    def column(part: Tile) -> Component | None:
        if options.show == "wards":
            return None if table is None else ward_rows(part, table)
        return figure_rows(part, figures, twin.against(part, envelope))

    show = twin.WITH_MAP.get(options.show, "figures")
    return shown(tile, envelope, options, context, show=show, of="speed", column=column)


KIND = TileKind(
    kind="twin_traffic",
    name=NAME,
    options=Options,
    needs=lambda options: (twin.aggregate_of(options.run, options.kind),),
    build=build,
)
