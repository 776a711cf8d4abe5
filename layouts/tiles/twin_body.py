"""The body of a tile that shows a run: its map, a column beside it, and under both the caveats.

A tile that has no room for all caveats says how many there are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import copy

from dash import html
from dash.development.base_component import Component

import language as lang
from data_access.envelope import Envelope, MapLayer
from layouts.tiles import map as map_tile
from layouts.tiles.absence import missing
from layouts.tiles.anatomy import BODY, CAPTION, Tile, u
from layouts.tiles.kind import TileContext
from layouts.tiles.map_side import free_stretch
from layouts.tiles.measure import width_u, wrap
from layouts.tiles.panes import last_pane
from layouts.tiles.twin import Options, Show, caveats, focus_of, values_of

TITLE_AIR = 8.0  # for whence a run is, at the right of a title
CAVEAT_LINE, CAVEAT_AIR = 1.0, 0.5
LOW = 10.0  # a body lower than this has one line for its caveats, else two
AIR = 1.0
SIDE_SHARE, SIDE_LEAST, SIDE_MOST = 0.42, 12.0, 26.0
LEAST_MAP, LEAST_BESIDE = 8.0, 15.0  # of a map; beside a column with its legend below it
WIDE = 1.7  # width over height from which a city leaves room at a map's side

DEPTHS = ("depth", "areaDepth")  # maps of water: where none stands they hold nothing

Column = Callable[[Tile], Component | None]  # of a part of a tile; None where it has no room


def shown(
    tile: Tile,
    envelope: Envelope,
    options: Options,
    context: TileContext,
    *,
    show: Show,
    of: str,
    column: Column,
) -> html.Section:
    """Return a tile of the map `of` a run, of the `column`, or of both beside each other."""
    foot = caveat_lines(tile, caveats(tile, envelope))
    height = tile.height_u - caveats_height(tile)
    if height < LEAST_MAP / 2:
        return tile.reason(tile.say("tooSmall"), cause="small")
    if show == "figures":
        part = part_of(tile, tile.width_u, height)
        beside = column(part)
        if beside is None:
            return missing(tile, envelope)
        tile.unit = part.unit  # where it says how many rows have found no place
        return tile.build(html.Div([beside, foot], className="twin-parts"))
    width, side_width = tile.width_u, _side_width(tile)
    has_side = show == "all" and width - side_width - AIR >= LEAST_BESIDE
    if has_side:
        width -= side_width + AIR
    part = part_of(tile, width, height)
    values = values_of(part, envelope, of, context)
    if values is None:
        return missing(tile, envelope)
    if height < map_tile.LEAST_BODY or width < map_tile.LEAST_BODY:
        return tile.reason(tile.say("tooSmall"), cause="small")
    if not values.layer["values"]:
        none = "twin.dry" if of in DEPTHS else "empty"
        return tile.reason(tile.say(none), cause="empty")
    if not values.drawn:
        return tile.reason(tile.say("map.noGeometry"), cause="missing")
    tile.unit = map_words(tile, values.layer)
    drawing = map_tile.Options(
        aggregate=envelope.aggregate,
        map=of,
        focus=focus_of(envelope, values),
        labels=options.labels,
        legend="corner" if width > WIDE * height else "below",  # where the map leaves room for it
        slider=options.slider,
    )
    room = min(width, tile.lead_u if tile.tail_u else width)
    drawn = map_tile.stacked(drawing, values, width, height, room=room)
    size = {"width": u(width), "height": u(height)}
    parts: list[Component] = [html.Div(drawn, className="twin-map", style=size)]
    if has_side:
        top, bottom = free_stretch(tile, 0.0)
        beside = column(part_of(tile, side_width, min(bottom, height) - top))
        place = {"width": u(side_width), "top": u(top)}
        parts.append(html.Div(beside, className="twin-side", style=place))
    return tile.build(html.Div([*parts, foot], className="twin-parts"))


def map_words(tile: Tile, layer: MapLayer) -> str:
    """Return what a map of a run shows and its unit, "" where the title leaves no room for it.

    The title itself is what was asked, and maps of water and of traffic answer the same question.
    """
    label = tile.words(layer["label"])
    if not tile.title or label.casefold() == tile.title.casefold():
        return ""
    unit = lang.unit_name(layer["unit"], language=tile.language) if layer.get("unit") else ""
    words = ", ".join(filter(None, (label[:1].lower() + label[1:], unit)))
    needed = width_u(tile.title, BODY, bold=True) + width_u(words, CAPTION) + TITLE_AIR
    return words if needed <= tile.lead_u else ""


def part_of(tile: Tile, width: float, height: float) -> Tile:
    """Return a part of a tile's body, for what measures itself by a tile."""
    part = copy(tile)
    part.width_u, part.height_u = width, height
    part.lead_u, part.tail_u = width, 0.0
    return part


def caveats_height(tile: Tile) -> float:
    """Return the height that caveats take of a tile's body."""
    return CAVEAT_LINE * (1 if tile.height_u < LOW else 2) + CAVEAT_AIR


def caveat_lines(tile: Tile, told: Sequence[str]) -> html.Div:
    """Return the caveats in one line or two; those that find no place are counted."""
    most = 1 if tile.height_u < LOW else 2
    lines: list[str] = []
    for count in range(len(told), 0, -1):
        left = len(told) - count
        more = [tile.say("twin.more", count=left)] if left else []
        words = " · ".join([*told[:count], *more])
        lines = wrap(words, tile.lead_u, CAPTION, lines=most, face="semi")
        if not lines[-1].endswith("…"):
            break
    parts = [html.Div(line, className="t-line type-16 face-semi") for line in lines]
    return html.Div(parts, className="twin-caveats")


def _side_width(tile: Tile) -> float:
    """Return the width of a column at the right, which lies on the last panel alone."""
    last = last_pane(tile.frame, tile.pane).width_px / tile.frame.unit_px - 1.0
    return min(last, max(SIDE_LEAST, min(SIDE_MOST, SIDE_SHARE * tile.width_u)))
