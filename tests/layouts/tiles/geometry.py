"""Geometry layers for tests: cells around the units' centroids, or real boundaries when given."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry import mapping

from data_access.simulator.hospitals import HOSPITALS
from tests.layouts.tiles.sample import ROOT, STATIONS, WATERS, areas, links

BOUNDARIES = "geo/2025/01_ha_noi/wards"


@cache
def layers() -> Mapping[str, bytes]:
    """Return GeoJSON by layer name."""
    network = tomllib.loads((ROOT / "city" / "network.toml").read_text(encoding="utf-8"))
    at = {node["id"]: [node["lon"], node["lat"]] for node in network["node"]}
    return {
        "areas": _collection(_areas()),
        "links": _collection(
            [
                _feature({"id": link["id"], "name": link["name"]},
                         {"type": "LineString", "coordinates": [at[link["from"]], at[link["to"]]]})
                for link in links()
            ]
        ),
        "cameras": _collection(
            [
                _feature({"id": f"CAM-{node['id']}", "name": node["name"]},
                         {"type": "Point", "coordinates": at[node["id"]]})
                for node in network["node"]
            ]
        ),
        "stations.environment.water": _collection(
            [
                _feature({"id": key, "name": name}, {"type": "Point", "coordinates": [lon, lat]})
                for key, name, lat, lon, *_ in WATERS
            ]
        ),
        "hospitals": _collection(
            [
                _feature({"id": each.id, "name": each.name},
                         {"type": "Point", "coordinates": [each.lon, each.lat]})
                for each in HOSPITALS
            ]
        ),
        "stations.environment.air": _collection(
            [
                _feature({"id": key, "name": name}, {"type": "Point", "coordinates": [lon, lat]})
                for key, name, lat, lon, _ in STATIONS
            ]
        ),
    }  # fmt: skip


def catalogue(base: str = "/geometry") -> dict[str, dict[str, Any]]:
    """Return what `TileContext.geometry` holds."""
    return {
        name: {
            "url": f"{base}/{name}.json",
            "hash": name,
            "bounds": _bounds(name),
            "schematic": name == "areas" and not _real().is_dir(),
        }
        for name in layers()
    }


@cache
def _bounds(name: str) -> list[list[float]]:
    features = json.loads(layers()[name])["features"]
    west, south, east, north = shapely.total_bounds(
        [shapely.geometry.shape(each["geometry"]) for each in features]
    )
    return [[float(south), float(west)], [float(north), float(east)]]


def _areas() -> list[dict[str, Any]]:
    units = areas()
    if _real().is_dir():
        names = {unit["code"]: unit["name"] for unit in units}
        found = {
            path.name[:5]: shapely.geometry.shape(
                json.loads(path.read_text(encoding="utf-8"))["features"][0]["geometry"]
            )
            for path in sorted(_real().glob("*.geojson"))
        }
        simple = shapely.coverage_simplify(list(found.values()), 0.0004)
        return [
            _feature({"code": code, "name": names[code]}, mapping(shape))
            for code, shape in zip(found, simple, strict=True)
            if code in names
        ]
    points = [shapely.Point(float(unit["lon"]), float(unit["lat"])) for unit in units]
    hull = shapely.MultiPoint(points).convex_hull.buffer(0.03)
    cells = shapely.voronoi_polygons(shapely.MultiPoint(points), extend_to=hull, ordered=True)
    return [
        _feature({"code": unit["code"], "name": unit["name"]}, mapping(cell.intersection(hull)))
        for unit, cell in zip(units, cells.geoms, strict=True)
    ]


def _real() -> Path:
    return Path(os.environ.get("IOC_TEST_DATA", "/nowhere")) / BOUNDARIES


def _feature(properties: dict[str, Any], geometry: Any) -> dict[str, Any]:
    return {"type": "Feature", "properties": properties, "geometry": geometry}


def _collection(features: list[dict[str, Any]]) -> bytes:
    return json.dumps({"type": "FeatureCollection", "features": features}).encode()
