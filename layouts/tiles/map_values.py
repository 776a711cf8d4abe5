"""What a map shows of its layer: names, figures and bands of features, and the drawing's `hideout`.

Geometry never passes here: `assets/maps.mjs` joins these values with it by feature id.
"""

from __future__ import annotations

import colorsys
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import language as lang
from data_access.envelope import POINTS, MapLayer
from layouts.tiles import bands, reading
from layouts.tiles.anatomy import Tile
from layouts.tiles.kind import TileContext
from layouts.tiles.measure import width_u, wrap

LONG_NAME = 10.0  # em; a longer name covers what the map shows
NOTE_WIDTH = 12.0  # units; of what is said about a map whose legend is in its corner
MARGIN_DEGREES = 0.005  # about 500 m around points: one alone has no extent
DIGITS, NO_BAND = "0123456789abcdefghijklmnopqrstuvwxyz", "-"
GREY = 0.35  # colours less saturated than this are the calm part of a scale


@dataclass(frozen=True, slots=True)
class Values:
    """A layer with the scale it is coloured by, in the language of a tile."""

    tile: Tile
    layer: MapLayer
    scale: Mapping[str, Any]
    context: TileContext

    @property
    def worst(self) -> Sequence[str]:
        """Features to be named, the worst first."""
        return self.layer.get("worst", [])

    @property
    def unit(self) -> str:
        """The unit of the figures."""
        return str(self.layer.get("unit", ""))

    @property
    def geometry(self) -> Mapping[str, Any]:
        """The layer's entry of the geometry catalogue, of points made here; empty without one."""
        if self.layer["layer"] == POINTS:
            return _of_points(self.layer.get("points", {}))
        return self.context.geometry.get(self.layer["layer"], {})

    @property
    def drawn(self) -> dict[str, Any]:
        """What the drawing is told of the geometry: its `url`, or the `data` themselves."""
        return {name: self.geometry[name] for name in ("url", "data") if name in self.geometry}

    def name(self, feature: str) -> str:
        """Return a feature's name as the aggregate gives it; empty when the geometry has it."""
        label = self.layer["values"][feature].get("label")
        if isinstance(label, Mapping):
            return lang.pick(label, self.tile.language)
        return str(label or "")

    def figure(self, feature: str) -> str:
        """Return a feature's figure in words, without its unit."""
        value = self.layer["values"][feature].get("value")
        if value is None:
            return ""  # its band says it all
        decimals = int(self.layer.get("decimals", 0))
        return lang.number(value, decimals=decimals, language=self.tile.language)

    def band(self, feature: str) -> Mapping[str, Any] | None:
        """Return the band a feature is in, None when the scale does not know it."""
        wanted = str(self.layer["values"][feature].get("band"))
        return next((b for b in bands.bands(self.scale) if str(b.get("id")) == wanted), None)

    def legend(
        self, width: float, height: float, *, whole_u: float | None = None
    ) -> tuple[list[Any], float, float]:
        """Return notes and legend over `width` units, and the width and height of both.

        Where `whole_u` (default: `height`) does not hold the whole scale, the bands nobody is in
        are left out first.
        """
        lines = self._notes(width)
        note_width = max((width_u(line, bands.SIZE) for line in lines), default=0.0)
        note_height = len(lines) * bands.LEGEND_LINE
        key, key_width, key_height = bands.legend(
            self.scale,
            self.tile.language,
            width,
            height - note_height,
            whole=None if whole_u is None else whole_u - note_height,
            counts=self._counts(),
            told=self.unit,
            unknown=self._unknown(),
        )
        return [*map(bands.note, lines), key], max(key_width, note_width), key_height + note_height

    def is_told(self, width: float, height: float) -> bool:
        """Tell whether a legend of this room can name every band that somebody is in."""
        least = bands.least_height(
            self.scale, self.tile.language, width, counts=self._counts(), unknown=self._unknown()
        )
        return len(self._notes(width)) * bands.LEGEND_LINE + least <= height + 0.05

    def _notes(self, width: float) -> list[str]:
        """Return what must be said about the ground, in lines."""
        notes = {
            "schematic": self.tile.say("map.schematic"),
            "invented": self.tile.say("map.invented"),
        }
        return [
            line
            for of_entry, words in notes.items()
            if self.geometry.get(of_entry)
            for line in wrap(words, max(width, NOTE_WIDTH), bands.SIZE, lines=2, face="semi")
        ]

    def _counts(self) -> Counter[str]:
        return Counter(str(each.get("band")) for each in self.layer["values"].values())

    def _unknown(self) -> int:
        """Return how many features have no value: drawn as land, told in the legend."""
        features = self.geometry.get("features")
        return max(0, features - len(self.layer["values"])) if isinstance(features, int) else 0


def _of_points(points: Mapping[str, Sequence[float]]) -> Mapping[str, Any]:
    """Return an entry like the catalogue's for places of records; empty without any."""
    if not points:
        return {}
    lats, lons = zip(*points.values(), strict=True)
    features = [
        {
            "type": "Feature",
            "properties": {"id": name},
            "geometry": {"type": "Point", "coordinates": [lon, lat]},
        }
        for name, (lat, lon) in points.items()
    ]
    return {
        "data": {"type": "FeatureCollection", "features": features},
        "bounds": [
            [min(lats) - MARGIN_DEGREES, min(lons) - MARGIN_DEGREES],
            [max(lats) + MARGIN_DEGREES, max(lons) + MARGIN_DEGREES],
        ],
        "features": len(features),
    }


def hideout(
    values: Values,
    *,
    labels: int,
    sites: Sequence[Mapping[str, Any]],
    keep_off: Sequence[Sequence[float]],
    is_listed: bool,
    at_u: float = 0.0,
    elsewhere: Sequence[Sequence[float]] | None = None,
) -> dict[str, Any]:
    """Return what the drawing functions need; lengths are pixels of the map's own rectangle.

    The map begins `at_u` from the body's left edge. Where the worst `is_listed` beside the map,
    long names are not written on it again; what lies within `elsewhere` is named on another map.
    Words `keep_off` these boxes [x0, y0, x1, y1] and all bezels.
    """
    ordered = bands.bands(values.scale)
    index_of = {str(band.get("id")): index for index, band in enumerate(ordered)}
    tile = values.tile
    left, top = tile.body_px
    left += at_u * tile.frame.unit_px
    return {
        "elsewhere": elsewhere,
        "unitPx": tile.frame.unit_px,
        "palette": [_paint(band) for band in ordered],
        "values": {
            feature: index_of[str(each.get("band"))]
            for feature, each in values.layer["values"].items()
            if str(each.get("band")) in index_of
        },
        "labels": [_label(values, each, is_listed=is_listed) for each in values.worst[:labels]],
        "sites": [
            {
                "lat": site["lat"],
                "lon": site["lon"],
                "name": lang.pick(site.get("name"), tile.language).split(" (")[0],
            }
            for site in sites
            if reading.finite(site.get("lat")) and reading.finite(site.get("lon"))
        ],
        "seams": {
            "x": [[a - left, b - left] for a, b in tile.frame.seams_x_px],
            "y": [[a - top, b - top] for a, b in tile.frame.seams_y_px],
        },
        "keepOff": [list(box) for box in keep_off],
        **_frames(values),
    }


def minutes(values: Values) -> Sequence[float]:
    """Return the minutes of a run at which a layer is known; none of one that is of now."""
    return values.layer.get("frames", {}).get("minutes", ())


def _frames(values: Values) -> dict[str, Any]:
    """Return a layer over time as the drawing reads it: a digit a feature, a text a minute."""
    frames = values.layer.get("frames")
    if frames is None:
        return {}
    order = list(frames["values"])
    return {
        "frames": {
            "minutes": list(frames["minutes"]),
            "order": order,
            "steps": [
                "".join(_digit(values.scale, frames["values"][each][index]) for each in order)
                for index in range(len(frames["minutes"]))
            ],
        }
    }


def _digit(scale: Mapping[str, Any], value: float | None) -> str:
    index = bands.index_of(scale, value) if reading.finite(value) else None
    return NO_BAND if index is None else DIGITS[index]


def _label(values: Values, feature: str, *, is_listed: bool) -> dict[str, str]:
    # Of a layer over time the figure is of no minute that is shown.
    label = {"id": feature, "value": "" if minutes(values) else values.figure(feature)}
    name = values.name(feature)
    if is_listed and width_u(name, 1.0) > LONG_NAME:
        return {**label, "name": " "}
    return {**label, "name": name} if name else label  # without one, the geometry's is written


def _paint(band: Mapping[str, Any]) -> dict[str, Any]:
    colour = str(band.get("colour", "#888888"))
    return {"colour": colour, "shape": band.get("shape", "circle"), "vivid": _is_vivid(colour)}


def _is_vivid(colour: str) -> bool:
    digits = colour.lstrip("#")
    try:
        red, green, blue = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    except ValueError:
        return False
    return colorsys.rgb_to_hsv(red, green, blue)[1] > GREY
