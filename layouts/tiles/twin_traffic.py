"""A run of the traffic twin: where it is slower or faster than the base, and its figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dash import html

from data_access.envelope import Envelope
from layouts.tiles import twin
from layouts.tiles.kind import Frame, TileContext, TileKind
from layouts.tiles.twin_body import shown
from layouts.tiles.twin_figures import figure_rows

NAME = {"vi": "Kịch bản giao thông", "en": "Traffic what-if"}


class Options(twin.Options):
    """Options of `twin_traffic`."""

    kind: Literal["traffic", "coupled"] = "traffic"  # whose newest
    show: twin.Show = "all"


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(twin.aggregate_of(options.run, options.kind))
    spans = options.show != "figures"
    tile = twin.tile_of(frame, "twin_traffic", envelope, options.title, kind=NAME, spans=spans)
    if envelope is None or envelope.state == "absent":
        return twin.none_yet(tile, envelope)
    figures = twin.chosen(twin.figures_of(envelope), options.kpis)
    return shown(
        tile,
        envelope,
        options,
        context,
        show=options.show,
        of="speed",
        column=lambda part: figure_rows(part, figures, twin.against(part, envelope)),
    )


KIND = TileKind(
    kind="twin_traffic",
    name=NAME,
    options=Options,
    needs=lambda options: (twin.aggregate_of(options.run, options.kind),),
    build=build,
)
