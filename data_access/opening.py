"""A city of an installation, read and verified, with its boundaries; needs no pandas."""

from __future__ import annotations

from dataclasses import replace

from data_access.aggregates import stage
from data_access.boundaries import import_boundaries
from data_access.city import City, load_city
from data_access.sources import registry
from settings import Settings


def open_city(settings: Settings) -> City:
    """Read the city of `settings`, with its boundaries; raises CityError, BoundaryError."""
    city = load_city(settings.city)
    registry.verify(city)
    stage.verify(city)
    if settings.boundaries is None:
        return city
    cache = settings.geometry_dir
    return replace(city, areas=import_boundaries(settings.boundaries, city.areas, cache=cache))
