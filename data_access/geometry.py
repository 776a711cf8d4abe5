"""The layers maps are drawn from: units, roads, junctions, stations; files named by their content.

Without boundaries the units are a schematic: cells around their centroids, and labelled so. Values
never travel here (data_access/envelope.py, MapLayer).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
import shapely.geometry

from data_access.areas import KM_PER_DEGREE, Areas, Unit
from data_access.city import City, Link
from data_access.kept_file import keep
from data_access.model import Entity

URL = "/geometry"
DECIMALS = 5  # of degrees, about 1 m
DISC = 1.15  # radius of a unit's disc in the schematic outline, over that of its real area
CLOSING_KM = 2.5  # gaps between discs narrower than twice this are filled

Feature = dict[str, Any]


def write_geometry(
    city: City,
    areas: Areas,
    folder: Path,
    *,
    entities: Mapping[str, Iterable[Entity]] | None = None,
) -> dict[str, dict[str, Any]]:
    """Write every layer once and return the catalogue {layer: {url, hash, bounds, …}}.

    `entities` by layer id ("stations.environment.air"); those without a position are left out.
    bounds are [[south, west], [north, east]]; schematic tells that shapes are not the real ones,
    invented how many features stand for what nobody knows.
    """
    layers: dict[str, tuple[list[Feature], bool]] = {
        "areas": (list(_areas(areas)), not areas.has_boundaries),
        "links": ([_link(link) for link in city.network.links.values()], False),
        "nodes": (
            [
                _point(node.id, node.lat, node.lon, {"name": node.name})
                for node in city.network.nodes.values()
            ],
            False,
        ),
    }
    for layer, found in (entities or {}).items():
        layers[layer] = (list(_stations(found)), False)
    return {
        layer: write_layer(folder, layer, features, schematic=schematic)
        for layer, (features, schematic) in layers.items()
    }


def write_layer(
    folder: Path, layer: str, features: list[Feature], *, schematic: bool = False
) -> dict[str, Any]:
    """Write one layer as a file named by its content; return its entry of the catalogue."""
    collection = {"type": "FeatureCollection", "schematic": schematic, "features": features}
    content = orjson.dumps(collection)
    name = blake2b(content, digest_size=8).hexdigest()
    path = folder / f"{layer}-{name}.json"
    if not path.is_file():
        keep(path, content)
    return {
        "url": f"{URL}/{path.name}",
        "hash": name,
        "bounds": _bounds(features),
        "schematic": schematic,
        "features": len(features),
        "invented": sum(_is_invented(each) for each in features),
    }


def _is_invented(feature: Feature) -> bool:
    return bool((feature.get("properties") or {}).get("invented"))


def _bounds(features: list[Feature]) -> list[list[float]] | None:
    if not features:
        return None
    shapes = [shapely.geometry.shape(feature["geometry"]) for feature in features]
    west, south, east, north = shapely.total_bounds(np.array(shapes, dtype=object))
    return [[float(south), float(west)], [float(north), float(east)]]


def _feature(
    feature_id: str, geometry: Mapping[str, Any], properties: Mapping[str, Any]
) -> Feature:
    return {
        "type": "Feature",
        "id": feature_id,
        "properties": {"id": feature_id, **properties},
        "geometry": geometry,
    }


def _point(feature_id: str, lat: float, lon: float, properties: Mapping[str, Any]) -> Feature:
    at = [round(lon, DECIMALS), round(lat, DECIMALS)]
    return _feature(feature_id, {"type": "Point", "coordinates": at}, properties)


def _link(link: Link) -> Feature:
    ends = [
        [round(node.lon, DECIMALS), round(node.lat, DECIMALS)] for node in (link.start, link.end)
    ]
    properties = {"name": link.name, "lanes": link.lanes, "lengthKm": link.length_km}
    return _feature(link.id, {"type": "LineString", "coordinates": ends}, properties)


def _stations(entities: Iterable[Entity]) -> Iterator[Feature]:
    for entity in entities:
        if entity.lat is not None and entity.lon is not None:
            properties = {"name": entity.name, "area": entity.area}
            yield _point(entity.entity, entity.lat, entity.lon, properties)


def _areas(areas: Areas) -> Iterator[Feature]:
    shapes = areas.boundaries if areas.has_boundaries else schematic(areas)
    for unit in areas:
        shape = shapes.get(unit.code)
        if shape is not None:
            properties = {"code": unit.code, "name": unit.name, "kind": unit.kind}
            yield _feature(unit.code, shape.__geo_interface__, properties)


def schematic(areas: Areas) -> dict[str, Any]:
    """Return a cell for each unit: what lies nearest its centroid, inside an outline of discs."""
    units = list(areas)
    if not units:
        return {}
    east = math.cos(math.radians(float(np.mean([unit.lat for unit in units])))) * KM_PER_DEGREE
    kilometres = np.array([east, KM_PER_DEGREE])
    centres = [shapely.Point(unit.lon * east, unit.lat * KM_PER_DEGREE) for unit in units]
    outline = _outline(units, centres)
    if len(units) == 1:
        cells = [outline]
    else:
        cells = shapely.get_parts(
            shapely.voronoi_polygons(
                shapely.MultiPoint(centres), extend_to=outline.buffer(1), ordered=True
            )
        )
    found: dict[str, Any] = {}
    for unit, cell in zip(units, cells, strict=True):
        clipped = shapely.intersection(cell, outline)
        shape = shapely.transform(clipped, lambda p: np.round(p / kilometres, DECIMALS))
        if not shape.is_empty:
            found[unit.code] = shape
    return found


def _outline(units: list[Unit], centres: list[Any]) -> Any:
    radii = [DISC * math.sqrt(unit.km2 / math.pi) for unit in units]
    discs = shapely.buffer(np.array(centres, dtype=object), np.array(radii), quad_segs=8)
    closed = shapely.union_all(discs).buffer(CLOSING_KM, quad_segs=4)
    return closed.buffer(-CLOSING_KM, quad_segs=4).simplify(0.1)
