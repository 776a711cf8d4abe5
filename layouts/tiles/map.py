"""The city as areas, roads or stations, coloured by band; the worst few and the sites by name.

No tile server: geometry comes by url and hash, values travel in `hideout`, `assets/maps.mjs`
draws both. Only maps and charts lie across bezels; their words do not.
"""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal

import dash_leaflet as dl
from dash import html
from pydantic import Field

import language as lang
from data_access.envelope import Envelope, MapLayer
from layouts.tiles import bands, reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, PAD_X, Tile, title_of, u
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import width_u
from layouts.tiles.panes import last_pane, stretches
from layouts.tiles.rows import MORE_LINE, plan
from layouts.tiles.table import name_cell, row_least
from layouts.tiles.trend import unit_title

SIDE = 15.0  # width of legend and ranking beside a wide map
WIDE = 1.45  # width over height from which a map has its legend beside it
GAP = 0.5
LONG_NAME = 10.0  # units; a longer one covers what the map shows
GREY = 0.35  # colours less saturated than this are the calm part of a scale

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


def build(
    frame: Frame,
    options: Options,
    envelopes: Mapping[str, Envelope | None],
    context: TileContext,
) -> html.Section:
    """Build the tile; see the module."""
    envelope = envelopes.get(options.aggregate)
    layer = reading.map_layer(envelope, options.map) if envelope else None
    label = layer["label"] if layer else envelope.label if envelope else None
    unit = unit_title(str(layer.get("unit", "")), frame.language) if layer else ""
    tile = Tile(frame, "map", title=title_of(options.title, label, frame.language), unit=unit,
                envelope=envelope, spans=True)  # fmt: skip
    if refused := absent(tile, envelope):
        return refused
    if layer is None:
        return missing(tile, envelope)
    geometry = context.geometry.get(layer["layer"])
    if not geometry or not geometry.get("url"):
        return tile.reason(tile.say("map.noGeometry"), cause="missing")
    scale = context.scales.get(str(layer.get("scale")), {})
    return tile.build(_arranged(tile, options, layer, scale, context))


def _arranged(
    tile: Tile,
    options: Options,
    layer: MapLayer,
    scale: Mapping[str, Any],
    context: TileContext,
) -> html.Div:
    """Place map and legend: beside a wide map, in the corner of a high one, else at its foot."""
    last = last_pane(tile.frame, tile.pane).width_px / tile.frame.unit_px - PAD_X
    counts = Counter(str(each.get("band")) for each in layer["values"].values())
    note = _note(tile, layer, context)
    unknown = _unknown(layer, context)
    width, height = tile.width_u, tile.height_u
    if width >= WIDE * height and last >= SIDE + 1 and width > 2 * SIDE:
        drawn = _map(tile, options, layer, scale, context, width - SIDE - 1.0, height, listed=True)
        side = _side(tile, layer, scale, counts, SIDE, note, unknown=unknown)
        return html.Div([drawn, side], className="map-parts")
    room = tile.lead_u if tile.tail_u else width
    narrow = room if options.legend == "below" else 0.0
    key, key_width, key_height = bands.legend(
        scale, tile.language, narrow, counts=counts, told=layer.get("unit", "")
    )
    key_height += 1.25 if note else 0.0
    class_name = "map-key"
    keep_off: list[list[float]] = []
    if options.legend == "corner":
        class_name += " in-corner"
        unit_px = tile.frame.unit_px
        foot = (height - key_height - 0.25) * unit_px
        keep_off = [[0, foot, (key_width + 0.5) * unit_px, height * unit_px]]
    else:
        height = max(3.0, height - key_height - GAP)
    drawn = _map(tile, options, layer, scale, context, width, height, keep_off=keep_off)
    legend = html.Div([*note, key], className=class_name, style={"maxWidth": u(room)})
    return html.Div([drawn, legend], className="map-parts")


def _map(
    tile: Tile,
    options: Options,
    layer: MapLayer,
    scale: Mapping[str, Any],
    context: TileContext,
    width: float,
    height: float,
    *,
    keep_off: Sequence[Sequence[float]] = (),
    listed: bool = False,
) -> html.Div:
    geometry = context.geometry[layer["layer"]]
    below = [
        (name, context.geometry[name])
        for name in options.base
        if name in context.geometry and name != layer["layer"]
    ]
    drawn = [
        dl.GeoJSON(
            id=f"base-{index}",
            url=each["url"],
            style={"variable": "iocMaps.land"},
            interactive=False,
            pane="tilePane",  # below the values, whichever file comes first
        )
        for index, (_, each) in enumerate(below)
    ]
    drawn.append(
        dl.GeoJSON(
            id="values",
            url=geometry["url"],
            hideout={
                **_hideout(tile, options, layer, scale, context, listed=listed),
                "keepOff": keep_off,
            },
            style={"variable": "iocMaps.style"},
            pointToLayer={"variable": "iocMaps.point"},
            onEachFeature={"variable": "iocMaps.each"},
            interactive=False,
        )
    )
    still = tile.frame.detail == "wall"
    leaflet = dl.MapContainer(
        drawn,
        id="map",
        bounds=_bounds(options, geometry, context),
        boundsOptions={"padding": [0.5 * tile.frame.unit_px] * 2, "animate": False},
        zoomSnap=0,
        zoomControl=False,
        attributionControl=False,
        trackViewport=False,
        dragging=not still,
        doubleClickZoom=False,
        scrollWheelZoom=False,
        boxZoom=False,
        keyboard=False,
        touchZoom=not still,
        zoomAnimation=False,
        fadeAnimation=False,
        markerZoomAnimation=False,
        inertia=False,
        style={"width": "100%", "height": "100%"},
    )
    return html.Div(leaflet, className="map-ground", style={"width": u(width), "height": u(height)})


def _hideout(
    tile: Tile,
    options: Options,
    layer: MapLayer,
    scale: Mapping[str, Any],
    context: TileContext,
    *,
    listed: bool,
) -> dict[str, Any]:
    """Return what the drawing functions need: palette, band by feature, labels, bezels, sites.

    Where the worst are `listed` beside the map, long names are not written on it again.
    """
    ordered = bands.bands(scale)
    index_of = {str(band.get("id")): index for index, band in enumerate(ordered)}
    left, top = tile.body_px
    frame = tile.frame
    return {
        "unitPx": frame.unit_px,
        "palette": [
            {
                "colour": band.get("colour", "#888888"),
                "ink": band.get("text", "#000000"),
                "shape": band.get("shape", "circle"),
                "vivid": _vivid(str(band.get("colour", ""))),
            }
            for band in ordered
        ],
        "values": {
            feature: index_of[str(each.get("band"))]
            for feature, each in layer["values"].items()
            if str(each.get("band")) in index_of
        },
        "labels": [
            {
                "id": feature,
                "value": _value(tile, layer, feature),
                **_name(tile, layer, feature, most=LONG_NAME if listed else None),
            }
            for feature in layer.get("worst", [])[: options.labels]
        ],
        "sites": [
            {
                "lat": site["lat"],
                "lon": site["lon"],
                "name": lang.pick(site.get("name"), tile.language).split(" (")[0],
            }
            for site in (context.sites if options.sites else ())
            if reading.finite(site.get("lat")) and reading.finite(site.get("lon"))
        ],
        "seams": {
            "x": [[a - left, b - left] for a, b in frame.seams_x_px],
            "y": [[a - top, b - top] for a, b in frame.seams_y_px],
        },
    }


def _value(tile: Tile, layer: MapLayer, feature: str) -> str:
    return lang.number(
        layer["values"][feature].get("value"),
        decimals=int(layer.get("decimals", 0)),
        language=tile.language,
    )


def _name(
    tile: Tile, layer: MapLayer, feature: str, *, most: float | None = None
) -> dict[str, str]:
    """Return the feature's name when the aggregate gives one; else the geometry's is used."""
    label = layer["values"][feature].get("label")
    name = lang.pick(label, tile.language) if isinstance(label, Mapping) else str(label or "")
    if most is not None and width_u(name, 1.0) > most:
        return {"name": " "}
    return {"name": name} if name else {}


def _side(
    tile: Tile,
    layer: MapLayer,
    scale: Mapping[str, Any],
    counts: Mapping[str, int],
    width: float,
    note: Sequence[html.Div],
    *,
    unknown: int,
) -> html.Div:
    """Return legend and ranking beside the map."""
    key, _, key_height = bands.legend(
        scale, tile.language, width, counts=counts, told=layer.get("unit", "")
    )
    ranked = [
        (_name(tile, layer, feature).get("name", ""), _value(tile, layer, feature), feature)
        for feature in layer.get("worst", [])
    ]
    ranked = [each for each in ranked if each[0]]
    parts: list[Any] = [*note, key]
    top, bottom = _free_piece(tile, key_height + (1.25 if note else 0.0) + 0.75)
    if ranked and bottom - top >= 3.0:
        figure = max(width_u(value, BODY) for _, value, _ in ranked)
        name_width = width - figure - 1.0 - bands.SWATCH
        least = row_least((each[0] for each in ranked), name_width)
        fitted = plan(len(ranked), bottom - top + MORE_LINE, least=least, most=2.25)
        style = {
            "gridTemplateColumns": f"{u(bands.SWATCH)} {u(name_width)} {u(figure)}",
            "height": u(fitted.height_u),
            "columnGap": u(0.5),
        }
        by_id = {str(band.get("id")): band for band in bands.bands(scale)}
        rows = []
        for each, value, feature in ranked[
            : min(fitted.shown, int((bottom - top) / fitted.height_u))
        ]:
            band = by_id.get(str(layer["values"][feature].get("band")))
            rows.append(
                html.Div(
                    [
                        bands.swatch(band) if band else html.Span(),
                        name_cell(each, name_width),
                        html.Div(value, className="t-cell-number"),
                    ],
                    className="t-row type-20",
                    style=style,
                )
            )
        parts.append(html.Div(rows, className="t-rows map-worst", style={"top": u(top)}))
    return html.Div(parts, className="map-side", style={"width": u(width)})


def _free_piece(tile: Tile, begin: float) -> tuple[float, float]:
    """Return the largest stretch of the body below `begin` without a bezel, in units."""
    unit_px, top = tile.frame.unit_px, tile.body_px[1]
    seams = [((a - top) / unit_px - 0.25, (b - top) / unit_px + 0.25)
             for a, b in tile.frame.seams_y_px]  # fmt: skip
    pieces = [
        (max(begin, a), b)
        for a, b in stretches(tile.height_u, [s for s in seams if 0 < s[0] < tile.height_u])
    ]
    return max(pieces, key=lambda piece: piece[1] - piece[0])


def _note(tile: Tile, layer: MapLayer, context: TileContext) -> list[html.Div]:
    if not context.geometry.get(layer["layer"], {}).get("schematic"):
        return []
    return [html.Div(tile.say("map.schematic"), className="map-note type-16")]


def _unknown(layer: MapLayer, context: TileContext) -> int:
    """Return how many features of the layer have no value: drawn as land, told in the legend."""
    features = context.geometry.get(layer["layer"], {}).get("features")
    return max(0, features - len(layer["values"])) if isinstance(features, int) else 0


def _bounds(
    options: Options, geometry: Mapping[str, Any], context: TileContext
) -> Sequence[Sequence[float]]:
    if not isinstance(options.focus, str):
        return [list(corner) for corner in options.focus]
    if options.focus == "city":
        return context.geometry.get("areas", geometry).get("bounds") or geometry["bounds"]
    return geometry["bounds"]


def _vivid(colour: str) -> bool:
    digits = colour.lstrip("#")
    try:
        red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    except ValueError:
        return False
    return colorsys.rgb_to_hsv(red, green, blue)[1] > GREY


KIND = TileKind(
    kind="map",
    name={"vi": "Bản đồ", "en": "Map"},
    options=Options,
    needs=lambda options: (options.aggregate,),
    build=build,
)
