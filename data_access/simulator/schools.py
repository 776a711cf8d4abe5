"""The register of schools, a row a school and year, by ISCED level. Invented: three or four a unit.

The city has 2,954 schools (2025); their register is not public.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from data_access.areas import Unit
from data_access.simulator.order import Order, draws

DATASET, WRITTEN_AS = "education.schools", "table"
HEADINGS = ("school", "name", "isced", "unit", "lat", "lon", "school_year", "pupils", "places",
            "classes")  # fmt: skip
STARTS = (9, 5)  # the school year begins
# By level: what a school is called, its pupils, pupils a class.
LEVELS = {
    "0": ("Mầm non", 420, 28), "1": ("Tiểu học", 1100, 38), "2": ("THCS", 950, 41),
    "3": ("THPT", 1450, 44),
}  # fmt: skip
EVERY_UPPER = 3  # units have an upper secondary school
CROWDED = (0.95, 0.09)  # pupils of places, and how schools differ


@dataclass(frozen=True, slots=True)
class School:
    """A school of the register."""

    id: str
    name: str
    level: str
    unit: Unit
    lat: float
    lon: float
    pupils: int
    places: int


def listed(order: Order) -> list[School]:
    """Return the schools, by unit and level."""
    found = []
    for number, unit in enumerate(sorted(order.city.areas, key=lambda each: each.code)):
        for level, (kind, pupils, _) in LEVELS.items():
            if level == "3" and number % EVERY_UPPER:
                continue
            draw = draws(order.seed, "education.schools.school", number, int(level))
            here = round(pupils * float(draw.lognormal(0.0, 0.25)))
            full = max(0.5, float(draw.normal(*CROWDED)))
            away = draw.uniform(-0.25, 0.25, 2) * (unit.km2**0.5) / 111
            found.append(
                School(
                    id=f"{unit.code}-{level}",
                    name=f"{kind} {unit.name}",
                    level=level,
                    unit=unit,
                    lat=round(unit.lat + float(away[0]), 5),
                    lon=round(unit.lon + float(away[1]), 5),
                    pupils=here,
                    places=round(here / full),
                )
            )
    return found


def school_year(today: date) -> date:
    """Return when the school year of a day began."""
    began = date(today.year, *STARTS)
    return began if began <= today else date(today.year - 1, *STARTS)


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield the register of this school year."""
    year = school_year(order.today)
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(HEADINGS)
    for each in listed(order):
        size = LEVELS[each.level][2]
        classes = -(-each.pupils // size)
        place = [each.unit.code, each.lat, each.lon, year.isoformat()]
        rows.writerow([each.id, each.name, each.level, *place, each.pupils, each.places, classes])
    yield order.path(".csv"), text.getvalue().encode()
