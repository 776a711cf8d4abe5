"""What was opened of a city's files, kept in this process while they are as they were.

A worker that waits opens the city's twins before anybody asks: see `warm` of their runs.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

from data_access.city import City
from data_access.opening import read_city
from settings import Settings

T = TypeVar("T")
Edition = tuple[tuple[str, int, int], ...]  # path, time of change in ns, size

READ = (".toml", ".csv")  # what is read of a city's folder


class Opened(Generic[T]):
    """What was made last, of one installation; not for several that take turns."""

    def __init__(self) -> None:
        self._kept: tuple[Edition, T] | None = None

    def get(self, settings: Settings, make: Callable[[], T]) -> T:
        """Return what `make` returned for these files; what it raises is not kept."""
        edition = edition_of(settings)
        if self._kept is None or self._kept[0] != edition:
            self._kept = edition, make()
        return self._kept[1]


_city: Opened[City] = Opened()


def opened_city(settings: Settings) -> City:
    """Return the city with its boundaries; raises CityError, BoundaryError."""
    return _city.get(settings, lambda: read_city(settings))


def edition_of(settings: Settings) -> Edition:
    """Return what changes with any file a city is read of, without reading them."""
    files = [path for path in settings.city.rglob("*") if path.suffix in READ]
    if settings.boundaries is not None:
        files.append(settings.boundaries)
    return tuple(_stamp(path) for path in sorted(files))


def _stamp(path: Path) -> tuple[str, int, int]:
    try:
        found = path.stat()
    except OSError:  # reading it will say so
        return str(path), 0, 0
    return str(path), found.st_mtime_ns, found.st_size
