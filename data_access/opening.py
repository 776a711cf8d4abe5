"""A city of an installation with its boundaries: verified for the feed, or as it is read."""

from __future__ import annotations

from dataclasses import replace

from data_access.aggregates import stage
from data_access.boundaries import import_boundaries
from data_access.city import City, load_city
from data_access.sources import registry
from settings import Settings


def open_city(settings: Settings) -> City:
    """Read the city of `settings`, with its boundaries; raises CityError, BoundaryError.

    Every source is imported, and pandas with them, to verify what datasets say of theirs.
    """
    city = read_city(settings)
    registry.verify(city)
    stage.verify(city)
    return city


def read_city(settings: Settings) -> City:
    """Read the same for whoever reads no source: what the feed has verified costs a second time.

    Raises CityError, BoundaryError.
    """
    city = load_city(settings.city)
    if settings.boundaries is None:
        return city
    cache = settings.geometry_dir
    return replace(city, areas=import_boundaries(settings.boundaries, city.areas, cache=cache))
