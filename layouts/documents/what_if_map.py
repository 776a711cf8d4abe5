"""A run's map on paper: vector paths by band, as wide as they are grave, and a key in words."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reportlab.graphics.shapes import Circle, Drawing, Line, PolyLine, Rect, String
from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics

from data_access.envelope import MapLayer
from data_access.scales import Scale
from language import pick
from layouts.documents.sheet import FACE, INK, QUIET, RULE

THIN, WIDE = 0.5, 1.7  # points: what is calm, what is not
DOT, DOT_MORE = 0.8, 0.45  # radius of the lowest band, and more for each higher one
KEY_PT, SWATCH_PT = 9.0, 5.0
MOST_NAMED = 4
NAME_PT = 6.5
PAPER = HexColor("#ffffff")
CALM = frozenset({"dry", "same", "standing"})  # bands that are drawn as thinly as no value


def drawing(
    layer: MapLayer,
    collection: Mapping[str, Any],
    scale: Scale,
    *,
    width: float,
    height: float,
    language: str,
) -> Drawing:
    """Return a layer over its own geometry in `width` x `height` points, its key below."""
    made = Drawing(width, height)
    key = _key(layer, scale, language)
    foot = KEY_PT * len(key)
    made.add(Rect(0, foot + 2, width, height - foot - 2, fillColor=None, strokeColor=RULE))
    features = list(collection.get("features", ()))
    place = _placing(features, width, height - foot - 2, foot + 2)
    index_of = {band.id: index for index, band in enumerate(scale.bands)}
    for feature in sorted(features, key=lambda each: _rank(each, layer, index_of)):
        for shape in _shapes(feature, layer, scale, place, index_of):
            made.add(shape)
    places = {_id(each): place(_points(each["geometry"])[0]) for each in features}
    for words, (left, low, wide) in _names(layer, places, width, foot + 2, language):
        made.add(Rect(left - 1, low - 1.5, wide + 2, NAME_PT + 1, fillColor=PAPER,
                      fillOpacity=0.85, strokeColor=None))  # fmt: skip
        made.add(String(left, low, words, fontName=FACE, fontSize=NAME_PT, fillColor=INK))
    for number, (colour, words) in enumerate(key):
        y = foot - KEY_PT * (number + 1) + 2
        made.add(Rect(0, y, SWATCH_PT, SWATCH_PT, fillColor=HexColor(colour), strokeColor=INK,
                      strokeWidth=0.3))  # fmt: skip
        made.add(String(SWATCH_PT + 4, y, words, fontName=FACE, fontSize=6.5, fillColor=QUIET))
    return made


def _names(
    layer: MapLayer,
    places: Mapping[str, tuple[float, float]],
    width: float,
    bottom: float,
    language: str,
) -> Iterator[tuple[str, tuple[float, float, float]]]:
    """Yield the names of the worst places with where each begins and how wide it is.

    They lie within the picture and not over each other: of two that would, the worse is named.
    """
    taken: list[tuple[float, float, float]] = []
    for name in [each for each in layer.get("worst", []) if each in places]:
        words = pick(layer["values"][name].get("label"), language)
        x, y = places[name]
        wide = pdfmetrics.stringWidth(words, FACE, NAME_PT)
        left, low = max(2.0, min(x + 4, width - wide - 3)), max(bottom + 2, y - 2)
        is_free = all(
            left > other + other_wide + 2 or other > left + wide + 2 or abs(low - under) > NAME_PT
            for other, under, other_wide in taken
        )
        if words and is_free and wide < width - 6 and len(taken) < MOST_NAMED:
            taken.append((left, low, wide))
            yield words, (left, low, wide)


def _key(layer: MapLayer, scale: Scale, language: str) -> list[tuple[str, str]]:
    """Return colour and words of each band somebody is in, with how many."""
    bands = [each.get("band") for each in layer["values"].values()]
    return [
        (band.colour, f"{pick(band.label, language)}: {bands.count(band.id)}")
        for band in scale.bands
        if band.id in bands
    ]


def _rank(feature: Mapping[str, Any], layer: MapLayer, index_of: Mapping[str, int]) -> int:
    """Order what is drawn: without a value first, then the calm, then the rest."""
    band = _band(feature, layer)
    if band is None:
        return -2
    return -1 if band in CALM else index_of.get(band, 0)


def _band(feature: Mapping[str, Any], layer: MapLayer) -> str | None:
    band: str | None = layer["values"].get(_id(feature), {}).get("band")
    return band


def _id(feature: Mapping[str, Any]) -> str:
    properties = feature.get("properties") or {}
    return str(feature.get("id") or properties.get("id") or properties.get("code"))


def _shapes(
    feature: Mapping[str, Any],
    layer: MapLayer,
    scale: Scale,
    place: Any,
    index_of: Mapping[str, int],
) -> Iterator[Any]:
    band = _band(feature, layer)
    ink = next((HexColor(each.colour) for each in scale.bands if each.id == band), RULE)
    is_calm = band is None or band in CALM
    geometry = feature["geometry"]
    if geometry["type"] == "Point":
        if band is not None:
            x, y = place(geometry["coordinates"])
            radius = DOT + DOT_MORE * index_of.get(band, 0)
            yield Circle(x, y, radius, fillColor=ink, strokeColor=INK, strokeWidth=0.2)
        return
    for path in _paths(geometry):
        points = [coordinate for point in path for coordinate in place(point)]
        weight = THIN if is_calm else WIDE
        if len(points) == 4:
            yield Line(*points, strokeColor=ink, strokeWidth=weight)
        elif len(points) > 4:
            yield PolyLine(points, strokeColor=ink, strokeWidth=weight)


def _paths(geometry: Mapping[str, Any]) -> Iterator[Sequence[Sequence[float]]]:
    """Return the paths of lines and the outlines of areas."""
    kind, found = geometry["type"], geometry["coordinates"]
    if kind == "LineString":
        yield found
    elif kind in ("MultiLineString", "Polygon"):
        yield from found
    elif kind == "MultiPolygon":
        for polygon in found:
            yield from polygon


def _placing(
    features: Sequence[Mapping[str, Any]], width: float, height: float, bottom: float
) -> Any:
    """Return lon, lat -> x, y: all features inside, as wide as they are there."""
    points = [p for each in features for p in _points(each["geometry"])]
    if not points:
        return lambda point: (0.0, bottom)
    lons, lats = [p[0] for p in points], [p[1] for p in points]
    squeeze = math.cos(math.radians((min(lats) + max(lats)) / 2))
    wide = max((max(lons) - min(lons)) * squeeze, 1e-6)
    high = max(max(lats) - min(lats), 1e-6)
    factor = 0.94 * min(width / wide, height / high)
    left = (width - wide * factor) / 2
    low = bottom + (height - high * factor) / 2

    def place(point: Sequence[float]) -> tuple[float, float]:
        x = left + (point[0] - min(lons)) * squeeze * factor
        return x, low + (point[1] - min(lats)) * factor

    return place


def _points(geometry: Mapping[str, Any]) -> list[Sequence[float]]:
    if geometry["type"] == "Point":
        return [geometry["coordinates"]]
    return [point for path in _paths(geometry) for point in path]
