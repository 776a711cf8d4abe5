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
import language as lang
from dash import html
from data_access.envelope import Envelope, MapLayer
from pydantic import Field

from layouts.tiles import bands, reading
from layouts.tiles.absence import absent, missing
from layouts.tiles.anatomy import BODY, PAD_X, Tile, title_of, u
from layouts.tiles.kind import Frame, TileContext, TileKind, TileOptions
from layouts.tiles.measure import width_u
from layouts.tiles.panes import last_pane
from layouts.tiles.rows import plan
from layouts.tiles.table import name_cell
from layouts.tiles.trend import unit_title

SIDE = 15.0  # width of legend and ranking beside a wide map
GAP = 0.5
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
    """Place map and legend: side by side when the tile is wide, else the legend at the foot."""
    last = last_pane(tile.frame, tile.pane).width_px / tile.frame.unit_px - PAD_X
    counts = Counter(str(each.get("band")) for each in layer["values"].values())
    if tile.width_u >= 1.45 * tile.height_u and last >= SIDE + 1 and tile.width_u > 2 * SIDE:
        side = _side(tile, options, layer, scale, counts, SIDE)
        width, height = tile.width_u - SIDE - 1.0, tile.height_u
        parts = [side]
    else:
        room = tile.lead_u if tile.tail_u else tile.width_u
        key, key_height = bands.legend(scale, tile.language, room, counts=counts)
        note = _note(tile, layer, context)
        key_height += 1.0 if note else 0.0
        width, height = tile.width_u, max(3.0, tile.height_u - key_height - GAP)
        parts = [html.Div([*note, key], className="map-key", style={"width": u(room)})]
    if tile.width_u >= 1.45 * tile.height_u and parts[0].className == "map-side":
        parts[0].children += _note(tile, layer, context)
    drawn = _map(tile, options, layer, scale, context, width, height)
    return html.Div([drawn, *parts], className="map-parts")


def _map(
    tile: Tile,
    options: Options,
    layer: MapLayer,
    scale: Mapping[str, Any],
    context: TileContext,
    width: float,
    height: float,
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
        )
        for index, (_, each) in enumerate(below)
    ]
    drawn.append(
        dl.GeoJSON(
            id="values",
            url=geometry["url"],
            hideout=_hideout(tile, options, layer, scale, context),
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
) -> dict[str, Any]:
    """Return what the drawing functions need: palette, band by feature, labels, bezels, sites."""
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
            {"id": feature, "value": _value(tile, layer, feature), **_name(tile, layer, feature)}
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


def _name(tile: Tile, layer: MapLayer, feature: str) -> dict[str, str]:
    """Return the feature's name when the aggregate gives one; else the geometry's is used."""
    label = layer["values"][feature].get("label")
    name = lang.pick(label, tile.language) if isinstance(label, Mapping) else str(label or "")
    return {"name": name} if name else {}


def _side(
    tile: Tile,
    options: Options,
    layer: MapLayer,
    scale: Mapping[str, Any],
    counts: Mapping[str, int],
    width: float,
) -> html.Div:
    """Return legend and ranking beside the map."""
    key, key_height = bands.legend(scale, tile.language, width, counts=counts)
    ranked = [
        (_name(tile, layer, feature).get("name", ""), _value(tile, layer, feature), feature)
        for feature in layer.get("worst", [])
    ]
    ranked = [each for each in ranked if each[0]]
    parts: list[Any] = [key]
    room = tile.height_u - key_height - 3.0
    if ranked and room >= 3.0:
        fitted = plan(len(ranked), room, least=1.5, most=2.0)
        shown = ranked[: fitted.shown]
        figure = max(width_u(value, BODY) for _, value, _ in shown)
        name_width = width - figure - 1.0 - bands.SWATCH
        style = {
            "gridTemplateColumns": f"{u(bands.SWATCH)} {u(name_width)} {u(figure)}",
            "height": u(fitted.height_u),
            "columnGap": u(0.5),
        }
        by_id = {str(band.get("id")): band for band in bands.bands(scale)}
        rows = []
        for name, value, feature in shown:
            band = by_id.get(str(layer["values"][feature].get("band")))
            rows.append(
                html.Div(
                    [
                        bands.swatch(band) if band else html.Span(),
                        name_cell(name, name_width),
                        html.Div(value, className="cell-number"),
                    ],
                    className="row type-20",
                    style=style,
                )
            )
        parts.append(html.Div(rows, className="rows map-worst"))
    return html.Div(parts, className="map-side", style={"width": u(width)})


def _note(tile: Tile, layer: MapLayer, context: TileContext) -> list[html.Div]:
    if not context.geometry.get(layer["layer"], {}).get("schematic"):
        return []
    return [html.Div(tile.say("map.schematic"), className="map-note type-16")]


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
