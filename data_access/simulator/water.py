"""Rivers and lakes as their stations report them, an hour at a time. What they measure is a demo.

Positions of lakes and the levels of an ordinary day are roughly those of Hà Nội; rivers of the
inner city run short of oxygen, as everybody knows. Rain raises levels in the hour it falls, and
lasts most of a day in them.
"""

from __future__ import annotations

import gzip
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

from data_access.simulator.context import Context, Row
from data_access.simulator.order import Order
from data_access.simulator.siting import in_city
from data_access.simulator.weather import rain_mm, rain_shares

DATASET, WRITTEN_AS = "environment.water", "ngsi"
DAYS = 14
MISSING = 0.01  # of station hours
DAILY_SWING = 0.12  # oxygen: algae give by day what is used by night
RECEDES_H = 15.0  # until a third of a rise is left …
SOAKED_DAYS = 2  # … and so it is forgotten after these
M_A_MM = {"lake": 0.004, "drain": 0.012, "river": 0.006}  # rise by a millimetre of rain


@dataclass(frozen=True, slots=True)
class Station:
    """A station: what kind of water, its level on an ordinary day, its oxygen and load in mg/l."""

    id: str
    name: str
    lat: float
    lon: float
    kind: str  # river, drain (a river of the inner city), lake
    level_m: float
    oxygen: float
    bod5: float
    ammonium: float


STATIONS = (
    Station("SH-LB", "Sông Hồng tại Long Biên", 21.0420, 105.8560, "river", 3.10, 6.6, 3.6, 0.2),
    Station("TL-HQV", "Sông Tô Lịch tại Hoàng Quốc Việt", 21.0463, 105.8035, "drain", 3.60, 2.2, 26,
            11.0),
    Station("TL-TL", "Sông Tô Lịch tại đập Thanh Liệt", 20.9720, 105.8150, "drain", 2.81, 1.8, 29,
            12.5),
    Station("KN-CQ", "Sông Kim Ngưu tại Cống Quay", 21.0010, 105.8610, "drain", 3.15, 2.0, 27,
            12.0),
    Station("SL-DC", "Sông Lừ tại Định Công", 20.9830, 105.8310, "drain", 2.97, 2.4, 24, 10.0),
    Station("SN-HD", "Sông Nhuệ tại Hà Đông", 20.9720, 105.7780, "drain", 2.91, 3.1, 17, 6.5),
    Station("HO-HK", "Hồ Hoàn Kiếm", 21.0287, 105.8524, "lake", 7.42, 6.3, 5.2, 0.4),
    Station("HO-TAY", "Hồ Tây", 21.0553, 105.8220, "lake", 5.95, 7.2, 3.5, 0.2),
    Station("HO-BM", "Hồ Bảy Mẫu", 21.0117, 105.8415, "lake", 4.30, 6.0, 5.4, 0.9),
    Station("HO-TQ", "Hồ Thiền Quang", 21.0187, 105.8449, "lake", 5.10, 6.2, 5.0, 0.5),
    Station("HO-DD", "Hồ Đống Đa", 21.0185, 105.8225, "lake", 4.85, 4.8, 12.0, 2.2),
    Station("HO-TC", "Hồ Thành Công", 21.0207, 105.8133, "lake", 5.20, 5.1, 10.5, 1.6),
    Station("HO-TL", "Hồ Thủ Lệ", 21.0308, 105.8068, "lake", 5.40, 5.9, 7.4, 0.8),
    Station("HO-TN", "Hồ Thanh Nhàn", 21.0050, 105.8600, "lake", 4.10, 4.6, 11.8, 1.9),
    Station("HO-YS", "Hồ Yên Sở", 20.9600, 105.8560, "lake", 2.25, 4.2, 15.0, 3.4),
)  # fmt: skip


WATERS = {"river": "Sông", "drain": "Kênh", "lake": "Hồ"}


def stations(order: Order) -> list[Station]:
    """Return the stations of the order's city."""
    return in_city(order, STATIONS, named=lambda each, place: f"{WATERS[each.kind]} tại {place}")


def rows(order: Order) -> Iterator[Row]:
    """Yield every station's hours of the last DAYS days and of what is to come."""
    listed = stations(order)
    for day in order.days(DAYS, ahead=1):
        wet = float(rain_mm(order.seed, day))
        soaked = soaked_mm(order.seed, day)
        for number, station in enumerate(listed):
            yield from _day(order, station, number, day, wet, soaked)


def soaked_mm(seed: int, day: date) -> list[float]:
    """Return how much of the rain of now and before is in the water, at each hour of `day`."""
    fell = np.concatenate(
        [
            rain_mm(seed, each) * rain_shares(seed, each)
            for each in (day - timedelta(days=back) for back in range(SOAKED_DAYS, -1, -1))
        ]
    )
    kept = np.exp(-np.arange(len(fell)) / RECEDES_H)
    found: list[float] = np.convolve(fell, kept)[len(fell) - 24 : len(fell)].tolist()
    return found


def _day(
    order: Order, station: Station, number: int, day: date, wet: float, soaked: list[float]
) -> Iterator[Row]:
    draw = order.draws(day.toordinal(), number)
    noise = draw.normal(0, 1, (24, 5)).tolist()
    missing = draw.random(24) < MISSING
    for hour in range(24):
        at = order.instant(day, hour * 3600)
        if at > order.horizon:
            return
        if missing[hour]:
            continue
        risen = M_A_MM[station.kind] * soaked[hour]
        light = math.sin((hour - 8) / 12 * math.pi)
        thin = 1 + min(wet, 60) / 150  # rain thins what is dissolved
        oxygen = station.oxygen * (1 + DAILY_SWING * light) + 0.12 * noise[hour][0]
        bod5 = max(1.0, station.bod5 / thin * (1 + 0.06 * noise[hour][1]))
        yield {
            "entity": station.id,
            "name": station.name,
            "at": at,
            "lat": station.lat,
            "lon": station.lon,
            "water_do": round(max(0.3, oxygen), 2),
            "water_bod5": round(bod5, 1),
            "water_cod": round(bod5 * 1.75 + 1.0 * abs(noise[hour][2]), 1),
            "water_nh4": round(max(0.02, station.ammonium / thin * (1 + 0.05 * noise[hour][3])), 2),
            "water_ph": round(7.3 + 0.15 * light + 0.05 * noise[hour][4], 1),
            "water_level": round(
                station.level_m + risen + 0.03 * light + 0.003 * noise[hour][1], 3
            ),
        }


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield one list of readings."""
    written = Context(order.contract).write(rows(order))
    yield order.path(".json.gz"), gzip.compress(written, mtime=0)
