"""A weather service's rain forecasts: four issues a day, three days ahead, wrong as forecasts are.

It is the rain the simulated gauges will tell (rain.py), seen with an error of amount, time and
occurrence that grows with the distance. Places are roughly those of Hanoi's weather stations.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from data_access.areas import Unit
from data_access.simulator.context import Context, Row
from data_access.simulator.order import Order
from data_access.simulator.rain import gauges, rain_day
from data_access.simulator.siting import in_city
from data_access.simulator.weather import Numbers, rain_mm, rain_shares

DATASET, WRITTEN_AS = "environment.rain_forecast", "ngsi"
DAYS = 14  # as the stations of rivers and lakes have: what rains in a lap rises in it
GAUGES = "environment.rain"
ISSUED_H = (1, 7, 13, 19)
STEP_H, AHEAD_H = 3, 72
SPREAD = (0.25, 0.55)  # of the logarithm of a day's amount, when issued and AHEAD_H ahead
LATE_H = 3.0  # how far the time of the rain is off, AHEAD_H ahead (standard deviation)
MISSED = (0.02, 0.22)  # share of rain that is not seen coming, when issued and AHEAD_H ahead …
SEEN = 0.15  # … but for so much
FALSE = (0.01, 0.10)  # share of dry days that are forecast wet, likewise
FALSE_MM = 7.0


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that is forecast."""

    id: str
    name: str
    lat: float
    lon: float


SPOTS = (
    Spot("LANG", "Láng", 21.0170, 105.8000),
    Spot("HA-DONG", "Hà Đông", 20.9700, 105.7600),
    Spot("SON-TAY", "Sơn Tây", 21.1330, 105.5000),
    Spot("BA-VI", "Ba Vì", 21.1500, 105.4200),
)


def spots(order: Order) -> list[Spot]:
    """Return the places of the order's city that are forecast."""
    return in_city(order, SPOTS, named=lambda _, place: place)


def spot_rain(order: Order, day: date) -> Numbers:
    """Return the rain of the local `day` at each spot by hour, mm, shape (spots, 24)."""
    contract = order.city.datasets.get(GAUGES)
    if contract is None:
        totals = np.full(len(SPOTS), rain_mm(order.seed, day))
    else:
        told = replace(order, contract=contract)
        places = gauges(told)
        amounts = rain_day(told, day, len(places))
        totals = amounts[[_nearest(spot, places) for spot in spots(order)]]
    found: Numbers = totals[:, None] * rain_shares(order.seed, day)
    return found


def _nearest(spot: Spot, places: list[Unit]) -> int:
    away = [(unit.lat - spot.lat) ** 2 + (unit.lon - spot.lon) ** 2 for unit in places]
    return int(np.argmin(away))


def forecast_day(order: Order, issued: datetime, day: date, truth: Numbers) -> Numbers:
    """Return what an issue says of a day: `truth` with its error, shape (spots, 24)."""
    ahead_h = (order.instant(day, 12 * 3600) - issued).total_seconds() / 3600
    far = min(1.0, max(0.0, ahead_h / AHEAD_H))
    draw = order.draws(int(issued.timestamp()) // 3600, day.toordinal())

    def grown(ends: tuple[float, float]) -> float:
        return ends[0] + far * (ends[1] - ends[0])

    spread, chance = grown(SPREAD), draw.random()
    late_h = round(float(draw.normal(0, LATE_H * far)))
    factor = float(np.exp(draw.normal(-(spread**2) / 2, spread)))
    wrong_mm = draw.gamma(0.8, FALSE_MM / 0.8) * draw.lognormal(0, 0.3, len(SPOTS))
    if truth.any():
        seen = SEEN if chance < grown(MISSED) else 1.0
        moved: Numbers = np.clip(np.roll(truth, late_h, axis=1) * factor * seen, 0, 600)
        return moved
    if chance < grown(FALSE):
        made: Numbers = wrong_mm[:, None] * rain_shares(order.seed + 1, day)
        return made
    return truth


def rows(order: Order) -> Iterator[Row]:
    """Yield every interval of the issues of the last DAYS days and of what is to come."""
    truths: dict[date, Numbers] = {}
    for day in order.days(DAYS, ahead=1):
        for hour in ISSUED_H:
            issued = order.instant(day, hour * 3600)
            if issued > order.horizon:
                return
            yield from _issue(order, issued, truths)


def _issue(order: Order, issued: datetime, truths: dict[date, Numbers]) -> Iterator[Row]:
    said: dict[date, Numbers] = {}
    listed = spots(order)
    for begin_h in range(0, AHEAD_H, STEP_H):
        starts = issued + timedelta(hours=begin_h)
        hours = [starts + timedelta(hours=n) for n in range(STEP_H)]
        for day in {each.date() for each in hours}:
            if day not in truths:
                truths[day] = spot_rain(order, day)
            if day not in said:
                said[day] = forecast_day(order, issued, day, truths[day])
        for number, spot in enumerate(listed):
            mm = round(float(sum(said[each.date()][number, each.hour] for each in hours)), 1)
            yield {
                "id": f"{spot.id}_{starts.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
                "place": spot.name,
                "lat": spot.lat,
                "lon": spot.lon,
                "reported": issued,
                "starts": starts,
                "ends": starts + timedelta(hours=STEP_H),
                "rain_mm": mm,
                "chance": _chance(mm, begin_h),
            }


def _chance(mm: float, ahead_h: int) -> float:
    """Return how sure the service is of rain: surer of what is near and of what is much."""
    far = ahead_h / AHEAD_H
    return round(0.03 + 0.12 * far if mm < 0.1 else min(0.95, 0.6 + 0.06 * mm) - 0.3 * far, 2)


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of forecasts."""
    written = Context(order.contract).write(rows(order))
    yield order.path(".json.gz"), gzip.compress(written, mtime=0)
