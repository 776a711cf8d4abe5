"""Boundaries of the units: a folder of GeoJSON, simplified together so that borders stay shared.

Simplifying takes a moment, so the result is kept by the hash of what it was made from. Not for
drawing (data_access/geometry.py), nor for what the units are called (data_access/areas.py).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
import shapely.geometry

from data_access.areas import KM_PER_DEGREE, Areas
from data_access.errors import BoundaryError
from data_access.kept_file import keep

METHOD = "coverage-1"  # part of the hash: change it with the way of simplifying
# Square root of the area of the triangles that may go. Measured on Hanoi's 126 units: 20 m keeps
# 99 % of the original vertices within 10 m, and a fifth of them.
TOLERANCE_M = 20.0
DECIMALS = 5  # of degrees, about 1 m
MAX_BYTES = 512 * 1024 * 1024
_CODES = ("code", "ma_xa", "ma", "gso_code")
_NAMES = ("fullName", "name", "ten", "ten_xa")


def import_boundaries(folder: Path, areas: Areas, *, cache: Path | None = None) -> Areas:
    """Return `areas` with the boundaries of `folder`, simplified; keeps the result in `cache`.

    Files hold a FeatureCollection or Feature each; a feature is a unit's by its code, else by its
    name; others (the city's outline) are passed over. Raises BoundaryError naming the file.
    """
    contents = _contents(folder)
    kept = None if cache is None else cache / f"boundaries-{_digest(contents, areas)}.json"
    if kept is not None:
        found = _kept(kept)
        if found is not None:
            return areas.with_boundaries(found)
    shapes = _shapes(contents, areas)
    if not shapes:
        raise BoundaryError(f"{folder}: none of {len(contents)} files is of a unit of this city")
    simplified = simplify(shapes)
    if kept is not None:
        keep(
            kept,
            orjson.dumps({code: shape.__geo_interface__ for code, shape in simplified.items()}),
        )
    return areas.with_boundaries(simplified)


def simplify(shapes: Mapping[str, Any], *, tolerance_m: float = TOLERANCE_M) -> dict[str, Any]:
    """Simplify polygons (lon lat) as one coverage: a border of two units stays one line."""
    codes = sorted(shapes)
    originals = np.array([shapes[code] for code in codes], dtype=object)
    middle = float(np.mean([shapely.bounds(shape)[[1, 3]].mean() for shape in originals]))
    east = math.cos(math.radians(middle)) * KM_PER_DEGREE * 1000
    metres = np.array([east, KM_PER_DEGREE * 1000])
    flat = shapely.transform(originals, lambda points: points * metres)
    simpler = shapely.coverage_simplify(flat, tolerance_m)
    back = shapely.transform(simpler, lambda points: np.round(points / metres, DECIMALS))
    made = np.where(shapely.is_valid(back), back, shapely.make_valid(back))
    return {
        code: _polygons(shape) if not _polygons(shape).is_empty else original
        for code, shape, original in zip(codes, made, originals, strict=True)
    }


def _contents(folder: Path) -> dict[str, bytes]:
    paths = sorted(p for p in folder.rglob("*") if p.suffix in (".geojson", ".json"))
    if not paths:
        raise BoundaryError(f"{folder}: no file named *.geojson or *.json in it")
    size = sum(path.stat().st_size for path in paths)
    if size > MAX_BYTES:
        raise BoundaryError(f"{folder}: {size} bytes of boundaries; at most {MAX_BYTES} are read")
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def _digest(contents: Mapping[str, bytes], areas: Areas) -> str:
    digest = blake2b(f"{METHOD} {TOLERANCE_M} {DECIMALS}".encode(), digest_size=12)
    digest.update(" ".join(sorted(areas.codes)).encode())
    for name, content in contents.items():
        digest.update(name.encode() + b"\0" + content)
    return digest.hexdigest()


def _kept(path: Path) -> dict[str, Any] | None:
    """Return what was kept, or None when there is nothing readable (then it is made anew)."""
    try:
        found = orjson.loads(path.read_bytes())
        return {code: shapely.geometry.shape(shape) for code, shape in found.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError, shapely.errors.ShapelyError):
        return None


def _shapes(contents: Mapping[str, bytes], areas: Areas) -> dict[str, Any]:
    shapes: dict[str, Any] = {}
    for name, content in contents.items():
        for feature in _features(name, content):
            code = _code(feature, areas)
            if code is None:
                continue
            if code in shapes:
                raise BoundaryError(f"{name}: unit {code} has a boundary in another file already")
            shapes[code] = _shape(name, feature)
    return shapes


def _features(name: str, content: bytes) -> list[dict[str, Any]]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise BoundaryError(f"{name}: no JSON ({error}); expected GeoJSON") from error
    if isinstance(found, dict) and found.get("type") == "Feature":
        return [found]
    features = found.get("features") if isinstance(found, dict) else None
    if not isinstance(features, list) or not all(isinstance(each, dict) for each in features):
        raise BoundaryError(f"{name}: expected a GeoJSON Feature or FeatureCollection")
    return features


def _code(feature: Mapping[str, Any], areas: Areas) -> str | None:
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    for code in (feature.get("id"), *(properties.get(name) for name in _CODES)):
        if isinstance(code, (str, int)) and areas.get(str(code)) is not None:
            return str(code)
    if any(isinstance(properties.get(name), (str, int)) for name in _CODES):
        return None  # it has a code, of another unit
    for name in (properties.get(key) for key in _NAMES):
        unit = areas.find(name) if isinstance(name, str) else None
        if unit is not None:
            return unit.code
    return None


def _shape(name: str, feature: Mapping[str, Any]) -> Any:
    try:
        shape = shapely.geometry.shape(feature["geometry"])
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise BoundaryError(f"{name}: no readable geometry ({error})") from error
    polygons = _polygons(shape if shape.is_valid else shapely.make_valid(shape))
    west, south, east, north = polygons.bounds if not polygons.is_empty else (999, 0, 0, 0)
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise BoundaryError(f"{name}: expected polygons in WGS84 degrees, longitude first")
    return polygons


def _polygons(shape: Any) -> Any:
    """Return only the polygons of a geometry."""
    parts = [p for p in shapely.get_parts(shape, return_index=False) if p.geom_type == "Polygon"]
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)
