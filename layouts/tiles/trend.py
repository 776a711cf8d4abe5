"""Lines or columns over time, labelled at their own end, with thresholds and honest gaps."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from dash import html
from pydantic import Field

from data_access.envelope import Envelope, Line, Series
from data_access.figure import line_at
from layouts.tiles import reading
from layouts.tiles.absence import nothing
from layouts.tiles.chart import chart, status_of
from layouts.tiles.graph import graph
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.opening import opened

LEAST_HEIGHT, LEAST_WIDTH = 2.75, 8.0  # units of the body


class Options(TileOptions):
    """Options of `trend`."""

    aggregate: str
    series: str
    lines: tuple[str, ...] = ()  # which lines, in this order; default: the first four
    draw: Literal["lines", "columns"] = "lines"
    columns: tuple[str, ...] = ()  # lines drawn as columns though the others are lines
    zero: bool = False  # the value axis begins at zero (always so with columns)
    ends: bool = True  # the newest value stands at the end; of what is forecast it is the farthest
    last: int | None = Field(None, ge=2, le=2000)  # only so many of the newest points


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    series = reading.series(envelope, options.series) if envelope else None
    unit = series["unit"] if series else ""
    tile = opened(frame, "trend", envelope, title=options.title, part=series, unit=unit,
                  spans=True)  # fmt: skip
    lines = _lines(series, options) if series else []
    if series is None or not any(
        point[1] is not None for line in lines for point in line["points"]
    ):
        return nothing(tile, envelope)
    if tile.height_u < LEAST_HEIGHT or tile.width_u < LEAST_WIDTH:
        return tile.reason(tile.say("tooSmall"), cause="small")
    # Columns of nothing are not seen: then their end says that there is nothing.
    is_nothing = not any(point[1] for line in lines for point in line["points"])
    drawn = [line["id"] for line in lines] if options.draw == "columns" else options.columns
    figure, size_px = chart(
        tile,
        series,
        lines,
        columns=frozenset(drawn),
        zero=options.zero,
        timezone=context.timezone,
        has_ends=options.ends or is_nothing,
    )
    about = line_at(options.series, lines[0]["id"])
    return tile.build(graph(figure, size_px), statuses=[status_of(series, lines)], about=about)


def _lines(series: Series, options: Options) -> list[Line]:
    """Return the lines asked for, cut to the newest points; four at most can be told apart."""
    by_id = {line["id"]: line for line in series["lines"]}
    asked = options.lines or tuple(by_id)
    kept = [by_id[name] for name in asked if name in by_id][:4]
    if options.last is None:
        return kept
    return [{**line, "points": line["points"][-options.last :]} for line in kept]


KIND = TileKind(
    kind="trend",
    name={"vi": "Biểu đồ thời gian", "en": "Trend"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
