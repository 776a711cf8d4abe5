"""Land sites: contaminated plots, land violations, landfills, and how each is being settled.

Only the two large landfills are real names, at rough positions; everything else is made up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from data_access.areas import KM_PER_DEGREE
from data_access.simulator.context import Context, Row
from data_access.simulator.order import Order
from data_access.simulator.siting import in_city
from data_access.simulator.spots import within

DATASET, WRITTEN_AS = "environment.land", "ngsi"
DAYS = 63


@dataclass(frozen=True, slots=True)
class Landfill:
    """A large landfill; its position is approximate."""

    name: str
    lat: float
    lon: float
    hectares: float


LANDFILLS = (
    Landfill("Khu xử lý chất thải Nam Sơn", 21.3260, 105.8390, 157.0),
    Landfill("Khu xử lý chất thải Xuân Sơn", 21.1190, 105.4560, 26.0),
)
# Sites found on an average day, how large they are (ha), how long settling takes (days), due after.
KINDS: dict[str, tuple[float, float, float, int]] = {
    "contamination": (0.22, 0.8, 45.0, 60),
    "violation": (1.1, 0.12, 24.0, 30),
}
WORDS = {
    "contamination": ("Đất nhiễm kim loại nặng", "Bãi thải tự phát", "Đất nhiễm dầu",
                      "Tồn lưu hóa chất làng nghề"),
    "violation": ("Lấn chiếm đất công", "Sử dụng đất sai mục đích", "San lấp đất nông nghiệp",
                  "Xây dựng trên đất nông nghiệp"),
}  # fmt: skip
HANDLED_FROM = 0.25  # of the time that settling takes, nothing is done yet


def rows(order: Order) -> Iterator[Row]:
    """Yield each site in every state it comes into, as it comes into it."""
    landfills = in_city(order, LANDFILLS, named=lambda _, place: f"Khu xử lý chất thải {place}")
    for number, each in enumerate(landfills):
        for day in order.days(DAYS)[::7]:  # the weekly round
            at = order.instant(day, 9 * 3600)
            yield _row(
                f"BCL-{number + 1}", "landfill", each.name, each.lat, each.lon, each.hectares,
                "watched", at, at,
            )  # fmt: skip
    communes = sorted((unit for unit in order.city.areas), key=lambda unit: unit.code)
    for day in order.days(DAYS, ahead=1):
        for kind, (a_day, size, lasts, due) in KINDS.items():
            draw = order.draws(day.toordinal(), len(kind))
            for number in range(draw.poisson(a_day)):
                unit = communes[int(draw.integers(len(communes)))]
                lat, lon = within(unit, *draw.uniform(0, 1, 2).tolist())
                name = f"{draw.choice(WORDS[kind])}, {unit.full_name}"
                found = order.instant(day, draw.uniform(8, 17) * 3600)
                settled = found + timedelta(days=float(draw.gamma(3.0, lasts / 3)) + 2)
                begun = found + (settled - found) * HANDLED_FROM
                hectares = round(float(draw.lognormal(math.log(size), 0.7)), 2)
                for status, at in (("open", found), ("handling", begun), ("closed", settled)):
                    if at <= order.horizon:
                        yield _row(
                            f"{kind[:3].upper()}-{day:%Y%m%d}-{number}", kind, name, lat, lon,
                            hectares, status, found, at, expected_at=found + timedelta(days=due),
                        )  # fmt: skip


def _row(
    name: str,
    kind: str,
    title: str,
    lat: float,
    lon: float,
    hectares: float,
    status: str,
    found: datetime,
    at: datetime,
    **more: Any,
) -> Row:
    return {
        "id": name,
        "category": kind,
        "title": title,
        "place": title.rpartition(", ")[2],
        "geometry": _plot(lat, lon, hectares),
        "area_ha": hectares,
        "status": status,
        "starts": found,
        "reported": at,
        **more,
    }


def _plot(lat: float, lon: float, hectares: float) -> dict[str, Any]:
    """Return a square plot of a size around a point."""
    half_km = math.sqrt(hectares * 0.01) / 2
    north = half_km / KM_PER_DEGREE
    east = half_km / (KM_PER_DEGREE * math.cos(math.radians(lat)))
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
    ring = [[round(lon + x * east, 6), round(lat + y * north, 6)] for x, y in corners]
    return {"type": "Polygon", "coordinates": [ring]}


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of sites."""
    yield order.path(".json"), Context(order.contract).write(rows(order))
