"""What tiles may look up besides their envelopes, from the city and the geometry of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from data_access.city import City
from data_access.envelope import Envelope
from layouts.tiles.kind import TileContext

GEOMETRY = "city.geometry"


def tile_context(city: City, geometry: Envelope | None) -> TileContext:
    """Return the context of tiles; `geometry` is the envelope of `city.geometry`, if there is."""
    layers: Mapping[str, Any] = geometry.quality.get("layers", {}) if geometry else {}
    return TileContext(
        city_name=city.name,
        timezone=city.timezone,
        geometry=layers,
        scales={name: scale.to_json() for name, scale in city.scales.items()},
        sites=tuple(asdict(site) for site in city.sites),
        core=_core(city),
    )


def _core(city: City) -> Mapping[str, Any] | None:
    if city.core is None:
        return None
    corners = (city.core.south_west, city.core.north_east)
    return {"name": city.core.name, "bounds": [[each.lat, each.lon] for each in corners]}
