"""Sub-catchments: each ward cut into parts of about equal size, the same every time.

Of real boundaries where the city was given some, else of the schematic cells around centroids. A
part is the Voronoi cell of a centre found by Lloyd's method from fixed beginnings, so nothing here
is random.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from data_access.areas import KM_PER_DEGREE
from data_access.city import City
from data_access.geometry import schematic
from twin.drainage.plan import DrainagePlan, Ward

SAMPLES = 24  # points a part is found by
ROUNDS = 12  # of Lloyd's method: parts change by less than a sample afterwards
DECIMALS = 5
Metres = npt.NDArray[np.float64]  # rows of x, y


@dataclass(frozen=True, slots=True)
class Plane:
    """Metres east and north of a point, on a plane that touches the city there."""

    lat: float
    lon: float

    @property
    def _scale(self) -> Metres:
        metres = KM_PER_DEGREE * 1000
        return np.array([metres * math.cos(math.radians(self.lat)), metres])

    def to_metres(self, lon_lat: Metres) -> Metres:
        """Project rows of lon, lat."""
        flat: Metres = (lon_lat - [self.lon, self.lat]) * self._scale
        return flat

    def to_degrees(self, metres: Metres) -> Metres:
        """Give rows of lon, lat back."""
        found: Metres = np.round(metres / self._scale + [self.lon, self.lat], DECIMALS)
        return found

    def place(self, lat: float, lon: float) -> tuple[float, float]:
        """Return x, y of one place."""
        x, y = self.to_metres(np.array([[lon, lat]]))[0]
        return float(x), float(y)


@dataclass(frozen=True, slots=True)
class Catchment:
    """A part of a ward; `area_ha` is of the ward's official size, not of the drawn one."""

    id: str
    ward: str
    x: float
    y: float
    area_ha: float
    shape: Any  # polygon in metres


def plane_of(plan: DrainagePlan, city: City) -> Plane:
    """Return the plane of a model: around the middle of its wards."""
    units = [city.areas.units[ward.code] for ward in plan.ward]
    lat = sum(unit.lat for unit in units) / len(units)
    lon = sum(unit.lon for unit in units) / len(units)
    return Plane(round(lat, 4), round(lon, 4))


def cut_wards(plan: DrainagePlan, city: City, plane: Plane) -> list[Catchment]:
    """Cut every ward of the plan; lakes' own water is left out of the areas."""
    areas = city.areas
    shapes = dict(areas.boundaries) if areas.has_boundaries else schematic(areas)
    missing = [ward.code for ward in plan.ward if ward.code not in shapes]
    shapes |= {c: s for c, s in schematic(areas).items() if c in missing} if missing else {}
    found: list[Catchment] = []
    for ward in plan.ward:
        shape = shapely.transform(shapes[ward.code], plane.to_metres)
        found += _cut(ward, shape, _land_ha(ward, plan, city))
    return found


def _land_ha(ward: Ward, plan: DrainagePlan, city: City) -> float:
    """Return the drained land of a ward, its lakes taken off (a tenth of it at least is land)."""
    whole = city.areas.units[ward.code].km2 * 100
    lakes = sum(lake.ha for lake in plan.lake if city.areas.at(lake.lat, lake.lon) == ward.code)
    return max(whole - lakes, whole / 10) * ward.share


def _cut(ward: Ward, shape: Any, land_ha: float) -> Iterator[Catchment]:
    parts = max(1, round(land_ha / ward.cell_ha))
    cells = _cells(shape, parts)
    whole = sum(cell.area for cell in cells)
    for number, cell in enumerate(cells, start=1):
        at = cell.representative_point()
        yield Catchment(
            id=f"{ward.code}-{number:02d}",
            ward=ward.code,
            x=round(at.x, 1),
            y=round(at.y, 1),
            area_ha=round(land_ha * cell.area / whole, 4),
            shape=cell,
        )


def _cells(shape: Any, parts: int) -> list[Any]:
    if parts == 1:
        return [shape]
    points = _samples(shape, parts * SAMPLES)
    # Beginnings: every so-many-th sample from south to north in bands, which spreads them evenly.
    centres = points[np.linspace(0, len(points) - 1, 2 * parts + 1).astype(int)[1::2]]
    for _ in range(ROUNDS):
        away = np.hypot(*(points[:, None, :] - centres[None]).transpose(2, 0, 1))
        nearest = away.argmin(axis=1)
        centres = np.array(
            [
                points[nearest == n].mean(axis=0) if (nearest == n).any() else centres[n]
                for n in range(parts)
            ]
        )
    centres = np.round(centres, 1)
    cells = shapely.voronoi_polygons(
        shapely.MultiPoint(centres), extend_to=shape.envelope, ordered=True
    )
    clipped = [shape.intersection(cell) for cell in shapely.get_parts(cells)]
    return [cell for cell in clipped if cell.area > 0]


def _samples(shape: Any, wanted: int) -> Metres:
    """Return about `wanted` points of a square lattice inside a shape, south to north."""
    west, south, east, north = shape.bounds
    step = math.sqrt(shape.area / wanted)
    xs = np.arange(west + step / 2, east, step)
    ys = np.arange(south + step / 2, north, step)
    grid = np.array([(x, y) for y in ys for x in xs]).reshape(-1, 2)
    inside: Metres = grid[shapely.contains_xy(shape, grid[:, 0], grid[:, 1])]
    return inside
