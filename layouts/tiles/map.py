"""The city as areas, roads or stations, coloured by band; the worst few and the sites by name.

No tile server: geometry comes by url and hash (points of records with the tile), values travel in
`hideout`, `assets/maps.mjs` draws both. Only maps and charts lie across bezels; their words do not.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import dash_leaflet as dl
from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import POINTS, Envelope
from layouts.tiles import map_side, reading
from layouts.tiles.absence import nothing
from layouts.tiles.anatomy import CAPTION, PAD_X, u
from layouts.tiles.chart import INK_3
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.map_inset import Corners, inset_bounds, inset_width
from layouts.tiles.map_time import SLIDER_PX, over_time, told_box
from layouts.tiles.map_values import Values, hideout, minutes
from layouts.tiles.measure import width_u
from layouts.tiles.opening import opened
from layouts.tiles.panes import last_pane

WIDE = 1.45  # width over height from which a map has its legend beside it
AIR = 1.0  # between map and what stands beside it
GAP = 0.5
CAPTION_LINE = 1.5  # of the inset's name
INSET_LABELS = 12
LEAST_BODY = 7.0  # units; what is smaller holds no map with its legend
LEAST_HEIGHT = 4.0  # of the map itself
CORNER = 0.6  # of the height, that a legend in the corner may have
MOST_LEGEND = 0.33  # of a body's height that bands nobody is in may take together with the others

Bounds = tuple[tuple[float, float], tuple[float, float]]


class Options(TileOptions):
    """Options of `map`."""

    aggregate: str
    map: str
    focus: Literal["city", "data"] | Bounds = "city"  # or [[south, west], [north, east]]
    base: tuple[str, ...] = ("areas",)  # layers drawn below, without values
    labels: int = Field(5, ge=0, le=40)  # how many of the worst are named
    sites: bool = True
    legend: Literal["below", "corner"] = "below"  # of a map that is not wide
    slider: bool = True  # on a console, of a layer over time


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    layer = reading.map_layer(envelope, options.map) if envelope else None
    unit = layer.get("unit") if layer else ""
    tile = opened(frame, "map", envelope, title=options.title, part=layer, unit=unit, spans=True)
    if layer is None:
        return nothing(tile, envelope)
    values = Values(tile, layer, context.scales.get(str(layer.get("scale")), {}), context)
    if tile.height_u < LEAST_BODY or tile.width_u < LEAST_BODY:
        return tile.reason(tile.say("tooSmall"), cause="small")
    if layer["layer"] == POINTS and not layer.get("points"):
        return tile.reason(tile.say("empty"), cause="empty")
    if not values.drawn:
        return tile.reason(tile.say("map.noGeometry"), cause="missing")
    return tile.build(_arranged(options, values))


def _arranged(options: Options, values: Values) -> html.Div:
    """Place map and legend: beside a wide map, in the corner of a high one, else at its foot."""
    tile = values.tile
    width, height = tile.width_u, tile.height_u
    last = last_pane(tile.frame, tile.pane).width_px / tile.frame.unit_px - PAD_X
    if width >= WIDE * height and last >= map_side.WIDTH + AIR and width > 2 * map_side.WIDTH:
        grounds = _beside(options, values, width - map_side.WIDTH - AIR, height)
        return html.Div([*grounds, map_side.side(values)], className="map-parts")
    room = tile.lead_u if tile.tail_u else width
    return stacked(options, values, width, height, room=room)


def stacked(
    options: Options, values: Values, width: float, height: float, *, room: float
) -> html.Div:
    """Return a map with its legend at its foot, or in its corner; words have `room` units.

    A corner too low for every band that somebody is in leaves the legend the left of a wide map.
    """
    unit_px = values.tile.frame.unit_px
    if options.legend == "corner" and values.is_told(0.0, CORNER * height):
        key, key_width, key_height = values.legend(0.0, CORNER * height)
        below_px = _slider_px(options, values, height)
        foot_px = (height - key_height - 0.25) * unit_px - below_px
        box = [0.0, foot_px, (key_width + 0.5) * unit_px, height * unit_px - below_px]
        drawn = ground(options, values, width, height, keep_off=[box])
        style = {"maxWidth": u(room), "bottom": f"{below_px}px"}
        legend = html.Div(key, className="map-key in-corner", style=style)
    elif options.legend == "corner" and (parts := _at_left(options, values, width, height)):
        return html.Div(list(parts), className="map-parts")
    else:
        key, _, key_height = values.legend(
            room, height - LEAST_HEIGHT - GAP, whole_u=MOST_LEGEND * height
        )
        drawn = ground(options, values, width, height - key_height - GAP)
        legend = html.Div(key, className="map-key", style={"maxWidth": u(room)})
    return html.Div([drawn, legend], className="map-parts")


def _at_left(
    options: Options, values: Values, width: float, height: float
) -> tuple[html.Div, html.Div] | None:
    """Return the legend and at its right the map; None where either has no room."""
    if not values.is_told(0.0, height):
        return None
    key, key_width, _ = values.legend(0.0, height)
    left = width - key_width - AIR
    if left < height:
        return None
    drawn = ground(options, values, left, height, at_u=key_width + AIR)
    return html.Div(key, className="map-key"), drawn


def _beside(options: Options, values: Values, width: float, height: float) -> list[html.Div]:
    """Return the map, and where it leaves room the inner city larger at its right."""
    core, whole = values.context.core, _bounds(options, values.geometry, values.context)
    inset = inset_width(whole, width, height) if core and options.focus == "city" else 0.0
    if core is None or not inset:
        return [ground(options, values, width, height, is_listed=True)]
    left = width - inset - AIR
    window = inset_bounds(core, inset, height)
    unit_px = values.tile.frame.unit_px
    name = lang.pick(core["name"], values.tile.language)
    caption = [0.0, 0.0, (width_u(name, CAPTION) + 1.5) * unit_px, CAPTION_LINE * unit_px]
    return [
        ground(options, values, left, height, is_listed=True, elsewhere=window),
        ground(
            options.model_copy(update={"labels": INSET_LABELS}),
            values,
            inset,
            height,
            at_u=left + AIR,
            window=window,
            caption=name,
            keep_off=[caption],
            is_listed=True,
        ),
    ]


def ground(
    options: Options,
    values: Values,
    width: float,
    height: float,
    *,
    keep_off: Sequence[Sequence[float]] = (),
    is_listed: bool = False,
    at_u: float = 0.0,
    window: Corners | None = None,
    caption: str = "",
    elsewhere: Corners | None = None,
) -> html.Div:
    """Return a map, `width` x `height` units, `at_u` from the body's left edge.

    With a `window` it is the inset of these bounds; what lies `elsewhere` is named in that one.
    """
    context, frame = values.context, values.tile.frame
    seen = hideout(
        values,
        labels=options.labels,
        sites=context.sites if options.sites else (),
        keep_off=[*keep_off, *told_box(values, width)],
        is_listed=is_listed,
        at_u=at_u,
        elsewhere=elsewhere,
    )
    own = "-inset" if window else ""
    layers = [*_below(options, values, own), _coloured(values, seen, own)]
    if elsewhere is not None:
        layers.append(_window(elsewhere, frame))
    below_px = _slider_px(options, values, height)
    over, marks = over_time(values, is_touched=below_px > 0)
    padding = 0.0 if window else 0.5 * frame.unit_px
    leaflet = dl.MapContainer(
        layers,
        id=f"map{own}",
        bounds=window or _bounds(options, values.geometry, context),
        boundsOptions={"padding": [padding] * 2, "animate": False},
        style={"width": "100%", "height": f"calc(100% - {below_px}px)" if below_px else "100%"},
        **_handling(is_touched=frame.detail == "console"),
    )
    size = {"width": u(width), "height": u(height)}
    if not window:
        return html.Div([leaflet, *over], className="map-ground", style=size, **marks)
    name = html.Div(caption, className="map-inset-name type-16")
    return html.Div([leaflet, name], className="map-ground map-inset", style=size, **marks)


def _below(options: Options, values: Values, own: str) -> list[dl.GeoJSON]:
    """Return the layers without values, below the one with them whichever file comes first."""
    geometry = values.context.geometry
    urls = [
        geometry[name]["url"]
        for name in options.base
        if name in geometry and name != values.layer["layer"]
    ]
    return [
        dl.GeoJSON(
            id=f"base{own}-{index}",
            url=url,
            style={"variable": "iocMaps.land"},
            interactive=False,
            pane="tilePane",
        )
        for index, url in enumerate(urls)
    ]


def _coloured(values: Values, seen: Mapping[str, Any], own: str) -> dl.GeoJSON:
    return dl.GeoJSON(
        id=f"values{own}",
        **values.drawn,
        hideout=seen,
        style={"variable": "iocMaps.style"},
        pointToLayer={"variable": "iocMaps.point"},
        onEachFeature={"variable": "iocMaps.each"},
        interactive=False,
    )


def _window(bounds: Corners, frame: Frame) -> dl.Rectangle:
    """Return the frame of what is in the inset, above the values whichever file comes first."""
    return dl.Rectangle(
        id="window",
        bounds=bounds,
        pane="shadowPane",
        color=INK_3,
        weight=max(1.0, 0.04 * frame.unit_px),
        fill=False,
        interactive=False,
    )


def _slider_px(options: Options, values: Values, height: float) -> int:
    """Return the height of the slider under a map that is touched; 0 where there is none."""
    frame = values.tile.frame
    has_room = height * frame.unit_px - SLIDER_PX >= LEAST_HEIGHT * frame.unit_px
    is_wanted = frame.detail == "console" and options.slider and minutes(values)
    return SLIDER_PX if is_wanted and has_room else 0


def _handling(*, is_touched: bool) -> dict[str, Any]:
    """Return how the map answers hands: not at all on a wall, by dragging and pinching else."""
    return {
        "dragging": is_touched,
        "touchZoom": is_touched,
        "zoomSnap": 0,
        "trackViewport": False,
        **dict.fromkeys(
            (
                "zoomControl",
                "attributionControl",
                "doubleClickZoom",
                "scrollWheelZoom",
                "boxZoom",
                "keyboard",
                "zoomAnimation",
                "fadeAnimation",
                "markerZoomAnimation",
                "inertia",
            ),
            False,
        ),
    }


def _bounds(
    options: Options, geometry: Mapping[str, Any], context: TileContext
) -> Sequence[Sequence[float]]:
    if not isinstance(options.focus, str):
        return [list(corner) for corner in options.focus]
    whole = context.geometry.get("areas", {}).get("bounds") if options.focus == "city" else None
    found: Sequence[Sequence[float]] = whole or geometry["bounds"]
    return found


KIND = TileKind(
    kind="map",
    name={"vi": "Bản đồ", "en": "Map"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
