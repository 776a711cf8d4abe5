"""Places as sources write them: GeoJSON geometries made sure of, and the unit they lie in."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
import shapely.geometry

from data_access.areas import Areas
from data_access.contracts import CITY_AREA
from data_access.sources.placing import unit_of

MAX_POINTS = 20_000  # of one geometry; a unit's boundary has some hundreds
MAX_TANGLED = 500  # of a ring that crosses itself: its crossings grow with the square
POLYGONS = ("Polygon", "MultiPolygon")
_DEPTHS = {
    "Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2,
    "MultiPolygon": 3,
}  # fmt: skip
_LEAST = {"LineString": 2, "MultiLineString": 2, "Polygon": 4, "MultiPolygon": 4}


def geometry_of(found: Any) -> dict[str, Any] | None:
    """Return a GeoJSON geometry (lon lat, without altitude), or None when it is none.

    Positions that cannot be on Earth, open rings and absurd lengths make it none.
    """
    kind = found.get("type") if isinstance(found, Mapping) else None
    if not isinstance(kind, str) or kind not in _DEPTHS:
        return None
    left = [MAX_POINTS]
    coordinates = _coordinates(found.get("coordinates"), _DEPTHS[kind], _LEAST.get(kind, 1), left)
    return None if coordinates is None else {"type": kind, "coordinates": coordinates}


def point(lat: Any, lon: Any) -> dict[str, Any] | None:
    """Return a GeoJSON point, None when it is no position; 0° 0° is what lacks one says."""
    position = _position([lon, lat])
    if position is None or position == [0, 0]:
        return None
    return {"type": "Point", "coordinates": position}


def middle(geometry: Mapping[str, Any]) -> tuple[float, float]:
    """Return latitude and longitude of a point of a geometry: halfway, or inside of it."""
    if geometry["type"] in POLYGONS:
        inside = max(_parts(geometry), key=shapely.area).representative_point()
        return inside.y, inside.x
    coordinates = geometry["coordinates"]
    while isinstance(coordinates[0], list):
        coordinates = coordinates[len(coordinates) // 2]
    return coordinates[1], coordinates[0]


def area_of(geometry: Mapping[str, Any], areas: Areas) -> str | None:
    """Return the one unit a geometry concerns, "city" for several, None outside the city."""
    if geometry["type"] not in POLYGONS:
        return areas.at(*middle(geometry))
    units = touched(geometry, areas)
    if not units:
        return None
    return units[0] if len(units) == 1 else CITY_AREA


def touched(geometry: Mapping[str, Any], areas: Areas) -> list[str]:
    """Return the codes of the units that a geometry reaches into."""
    return sorted({code for part in _parts(geometry) for code in areas.touched_by(part)})


def _parts(geometry: Mapping[str, Any]) -> list[Any]:
    """Return the shapes of a geometry, each so that it can be asked."""
    shape = shapely.geometry.shape(geometry)
    if geometry["type"] not in POLYGONS:
        return [shape]
    return [_mended(part) for part in shapely.get_parts(shape)]


def _mended(polygon: Any) -> Any:
    """Return a polygon that does not cross itself; of a tangle nobody mends in time, its hull."""
    if polygon.is_valid:
        return polygon
    if shapely.get_num_coordinates(polygon) > MAX_TANGLED:
        return polygon.convex_hull
    return shapely.make_valid(polygon)


def shown_in(key: str, areas: Areas) -> tuple[str | None, dict[str, Any] | None]:
    """Return a unit of the city, and its centre, for what lies elsewhere: a demonstration."""
    unit = unit_of(key, areas)
    if unit is None:
        return None, None
    return unit.code, {"type": "Point", "coordinates": [unit.lon, unit.lat]}


def _coordinates(found: Any, depth: int, least: int, left: list[int]) -> list[Any] | None:
    if depth == 0:
        left[0] -= 1
        return None if left[0] < 0 else _position(found)
    if not isinstance(found, Sequence) or isinstance(found, str) or not found:
        return None
    made = [_coordinates(each, depth - 1, least, left) for each in found]
    if any(each is None for each in made):
        return None
    if depth == 1 and (len(made) < least or (least == 4 and made[0] != made[-1])):
        return None
    return made


def _position(found: Any) -> list[float] | None:
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) < 2:
        return None
    try:
        lon, lat = float(found[0]), float(found[1])
    except (TypeError, ValueError, OverflowError):
        return None
    if isinstance(found[0], bool) or not (math.isfinite(lon) and math.isfinite(lat)):
        return None
    return [lon, lat] if abs(lat) <= 90 and abs(lon) <= 180 else None
