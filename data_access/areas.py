"""The units of the city: by code, by name as people write it, by point.

A code means a unit only since its `valid_from`: old and new units share names and even codes; what
those before were, and became, is data_access/old_units.py. Where boundaries come from is
data_access/boundaries.py; what is drawn, data_access/geometry.py.
"""

from __future__ import annotations

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from data_access.errors import CityError
from data_access.old_units import FILE as OLD_UNITS
from data_access.old_units import OldUnit, OldUnits, read_old_units
from data_access.spelling import ascii_key, tone_key

KM_PER_DEGREE = 111.195  # of latitude, on a sphere of 6,371 km
REACH = 1.4  # a point belongs to the nearest centroid within this many radii of the unit's disc
KINDS_EN = {"phường": "ward", "xã": "commune"}
_KIND = re.compile(r"^(phường|xã|thị trấn|p\.|x\.|tt\.)\s+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Unit:
    """One commune-level unit; the position is its centroid (WGS84)."""

    code: str
    name: str
    kind: str  # as the country calls it: phường, xã
    lat: float
    lon: float
    km2: float
    population: int | None
    valid_from: date

    @property
    def full_name(self) -> str:
        """The name with its kind, as written on a form."""
        return f"{self.kind.capitalize()} {self.name}"

    @property
    def title(self) -> dict[str, str]:
        """The name with its kind in both languages: Phường Hoàn Kiếm, Hoàn Kiếm ward."""
        return {
            "vi": self.full_name,
            "en": f"{self.name} {KINDS_EN.get(self.kind.lower(), self.kind)}",
        }


@dataclass(frozen=True, slots=True)
class Meant:
    """What a word for a unit meant on its day, as units are today."""

    area: str  # a unit's code; "city" for land that was divided
    series: str  # whose own series it is, where the unit itself is what was measured
    then: OldUnit | None = None  # the unit of then, where it is no more


@dataclass(frozen=True, slots=True)
class Areas:
    """The units of one city; with boundaries (lon lat polygons by code) when it was given some."""

    units: Mapping[str, Unit]
    boundaries: Mapping[str, Any] = field(default_factory=dict)
    before: OldUnits = field(default_factory=OldUnits)
    _names: dict[str, set[str]] = field(default_factory=dict, repr=False, compare=False)
    _tree: list[Any] = field(default_factory=list, repr=False, compare=False)

    def __post_init__(self) -> None:
        for unit in self.units.values():
            for key in (tone_key, ascii_key):
                for name in (unit.name, unit.full_name):
                    self._names.setdefault(key(name), set()).add(unit.code)
        if self.boundaries:
            self._tree.append(shapely.STRtree([self.boundaries[code] for code in self.boundaries]))

    def __iter__(self) -> Iterator[Unit]:
        return iter(self.units.values())

    def __len__(self) -> int:
        return len(self.units)

    @property
    def codes(self) -> frozenset[str]:
        """The codes in force."""
        return frozenset(self.units)

    @property
    def has_boundaries(self) -> bool:
        """Whether points are placed by real boundaries."""
        return bool(self.boundaries)

    def get(self, code: str, *, on: date | None = None) -> Unit | None:
        """Return the unit with `code` (as in force `on` that day), or None."""
        unit = self.units.get(code)
        return None if unit is None or (on is not None and on < unit.valid_from) else unit

    def find(self, name: str) -> Unit | None:
        """Return the one unit called `name`, or None when there is none or more than one.

        With or without its kind ("Xã", "Phường"), tones in either position, or without any mark.
        """
        bare = _bare(name)
        for key in (tone_key(name), tone_key(bare), ascii_key(name), ascii_key(bare)):
            codes = self._names.get(key, set())
            if len(codes) == 1:
                return self.units[next(iter(codes))]
        return None

    def meant(self, word: str, *, on: date) -> Meant | None:
        """Return what a code or name meant on a day, None when it meant nothing, or several.

        What no unit was called before a reform is taken for today's: nothing else can be meant.
        """
        for each in dict.fromkeys((word, _bare(word))):
            old = self.before.find(each, on=on)
            if old is not None:
                return Meant(old.area, old.entity, old)
            if self.before.has(each, on=on):
                return None
        unit = self.get(word) or self.find(word)
        return None if unit is None else Meant(unit.code, unit.code)

    def at(self, lat: float, lon: float) -> str | None:
        """Return the code of the unit a point lies in, or None outside the city."""
        return self.locate([lat], [lon])[0]

    def locate(self, lats: Sequence[float], lons: Sequence[float]) -> list[str | None]:
        """Return the code of each point's unit: by boundary, else by the nearest centroid.

        Units without a boundary claim what no boundary holds.
        """
        lat, lon = np.asarray(lats, dtype=float), np.asarray(lons, dtype=float)
        found: list[str | None] = [None] * len(lat)
        usable = np.isfinite(lat) & np.isfinite(lon)
        if not usable.any() or not self.units:
            return found
        places = np.flatnonzero(usable)
        if self.boundaries:
            codes = list(self.boundaries)
            points = shapely.points(lon[places], lat[places])
            for point, unit in self._tree[0].query(points, predicate="intersects").T[::-1]:
                found[places[point]] = codes[unit]  # the first unit wins a shared border
            places = np.array([n for n in places if found[n] is None], dtype=int)
        bare = [unit for code, unit in self.units.items() if code not in self.boundaries]
        if not bare or not len(places):
            return found
        distance = _radii_away(lat[places], lon[places], bare)
        nearest = distance.argmin(axis=1)
        for row, place in enumerate(places):
            if distance[row, nearest[row]] <= REACH:
                found[place] = bare[nearest[row]].code
        return found

    def touched_by(self, geometry: Any) -> list[str]:
        """Return the codes of the units a shapely geometry (lon lat) reaches into."""
        if self.boundaries:
            codes = list(self.boundaries)
            hits = self._tree[0].query(geometry, predicate="intersects")
            return sorted(codes[hit] for hit in hits)
        shapely.prepare(geometry)
        inside = [u.code for u in self if geometry.intersects(shapely.Point(u.lon, u.lat))]
        if inside or geometry.is_empty:
            return sorted(inside)
        point = geometry.representative_point()
        code = self.at(point.y, point.x)
        return [] if code is None else [code]

    def with_boundaries(self, boundaries: Mapping[str, Any]) -> Areas:
        """Return these units with polygons by code."""
        return replace(self, boundaries=dict(boundaries), _names={}, _tree=[])


def _bare(name: str) -> str:
    """Return a name without its kind."""
    return _KIND.sub("", unicodedata.normalize("NFC", name).strip())


def _radii_away(lat: np.ndarray, lon: np.ndarray, units: Sequence[Unit]) -> np.ndarray:
    """Distance of each point to each centroid, in radii of a disc of the unit's size."""
    ulat = np.array([unit.lat for unit in units])
    ulon = np.array([unit.lon for unit in units])
    radius = np.sqrt(np.array([unit.km2 for unit in units]) / math.pi)
    north = (lat[:, None] - ulat) * KM_PER_DEGREE
    east = (lon[:, None] - ulon) * KM_PER_DEGREE * np.cos(np.radians(ulat))
    away: np.ndarray = np.hypot(north, east) / radius
    return away


def read_areas(path: Path) -> Areas:
    """Read `areas.csv` (code,name,kind,lat,lon,km2,population,valid_from); raises CityError."""
    units: dict[str, Unit] = {}
    for number, row in enumerate(csv.DictReader(io.StringIO(_csv_text(path))), start=2):
        try:
            unit = _unit(row)
        except (KeyError, TypeError, ValueError) as error:
            expected = "code,name,kind,lat,lon,km2,population,valid_from"
            raise CityError(path.name, f"line {number}", f"{error}; expected {expected}") from error
        if unit.code in units:
            raise CityError(path.name, f"line {number}", f"code {unit.code} is there twice")
        units[unit.code] = unit
    if not units:
        raise CityError(path.name, "all", "expected at least one unit")
    return Areas(units, before=read_old_units(path.with_name(OLD_UNITS), units.keys()))


def _csv_text(path: Path) -> str:
    try:
        return unicodedata.normalize("NFC", path.read_text("utf-8-sig"))
    except (OSError, UnicodeDecodeError) as error:
        raise CityError(path.name, "all", f"expected a readable UTF-8 file ({error})") from error


def _unit(row: Mapping[str, str]) -> Unit:
    unit = Unit(
        code=row["code"].strip(),
        name=row["name"].strip(),
        kind=row["kind"].strip(),
        lat=float(row["lat"]),
        lon=float(row["lon"]),
        km2=float(row["km2"]),
        population=int(row["population"]) if row.get("population") else None,
        valid_from=date.fromisoformat(row["valid_from"]),
    )
    if not (unit.code and unit.name and unit.kind):
        raise ValueError("code, name or kind is empty")
    if not (-90 <= unit.lat <= 90 and -180 <= unit.lon <= 180 and unit.km2 > 0):
        raise ValueError("the position or the size is impossible")
    return unit
