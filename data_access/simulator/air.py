"""Air quality stations as an aggregator publishes them: long rows, and a list of stations.

With its faults: hours in which it repeats the values of a few stations at all of them, a station
it doubts itself, one named after the city but standing outside of it, hours that never came, a row
that came late.
"""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import numpy as np

from data_access.areas import Unit
from data_access.simulator.order import Order, draws
from data_access.simulator.siting import OWN, city_name, in_city
from data_access.simulator.weather import Numbers, pm25_hours, rain_mm

FORMAT = "aqiin"
DAYS = 14  # whole weeks: a replay that loops keeps its weekdays
WARD_STATIONS, COMMUNE_STATIONS = 12, 11
REPEATS_A_DAY = 1.0  # hours in which all stations show the values of …
REPEATED = 6  # … so many: 65 stations had six distinct values in the hours measured
DRIFT = 1.8  # what the doubtful station shows is so many times too high
MISSING_SHARE = 0.015  # of station hours; the longest gaps measured were three hours
LAG_S = (0, 198)  # from measuring to arrival, 135 s on average
LATE_LAG_S = 5 * 3600  # … and the one row a day that came late
PARAMETERS = ("pm25", "pm10", "no2", "so2", "o3", "co", "hum", "temp")
DECIMALS = {"pm25": 1, "pm10": 1, "hum": 0, "temp": 1}  # others have 2
PLACE = "Hanoi, Ha Noi, Vietnam"  # the rest of a station's name on the wire
AWAY = 1.0  # degrees: no city is as large
PLACE_SIGMA, HOUR_SIGMA = 0.15, 0.07  # of the logarithm: station against city, hour against hour
MEASUREMENTS = (
    "source", "station_name", "timestamp_utc", "parameter", "value", "aqi_reported", "unit",
    "quality_flag", "ingest_time", "raw_loaded_at", "raw_sync_run_id", "raw_sync_started_at",
)  # fmt: skip

# Stations with a public history; positions are approximate.
PUBLIC_STATIONS = {
    "Trung Yên 3": (21.0155, 105.7990),
    "Minh Khai": (21.0535, 105.7410),
    "Hoàn Kiếm": (21.0310, 105.8515),
    "Hàng Đậu": (21.0400, 105.8465),
    "Kim Liên": (21.0070, 105.8340),
    "Thành Công": (21.0210, 105.8145),
    "Tân Mai": (20.9865, 105.8490),
    "Mỹ Đình": (21.0205, 105.7730),
    "Phạm Văn Đồng": (21.0500, 105.7805),
    "Tây Mỗ": (21.0010, 105.7470),
}
OUTSIDE = ("Hà Nội KCN Yên Phong", 21.1990, 106.0200)  # across the border, in Bắc Ninh

TEMPERATURE_C = (18, 20, 22, 25, 29, 30, 31, 29, 29, 27, 24, 20)  # January to December
US_AQI_PM25 = (
    (0, 12, 35.4, 55.4, 150.4, 250.4, 350.4, 500.4),
    (0, 50, 100, 150, 200, 300, 400, 500),
)


@dataclass(frozen=True, slots=True)
class Station:
    """One station of the list; the aggregator flags what a doubtful one measures."""

    name: str
    lat: float
    lon: float
    ward: str
    is_doubtful: bool = False


def stations(order: Order) -> list[Station]:
    """Return the stations: public ones, offices of wards and communes, one outside."""
    units = sorted(order.city.areas, key=lambda unit: unit.code)
    wards = [unit for unit in units if unit.kind == "phường"]
    communes = [unit for unit in units if unit.kind != "phường"]
    chosen = _every(wards, WARD_STATIONS) + _every(communes, COMMUNE_STATIONS)
    public = [Station(name, lat, lon, "") for name, (lat, lon) in PUBLIC_STATIONS.items()]
    listed = in_city(order, public, named=lambda _, place: f"Trạm {place}")
    for unit in chosen:
        listed.append(Station(f"UBND {unit.full_name}", unit.lat, unit.lon, unit.full_name))
    listed.append(_outside(order))
    unit = chosen[len(chosen) // 2]
    doubtful = Station(
        f"Trường THCS {unit.name}", unit.lat + 0.003, unit.lon - 0.003, "", is_doubtful=True
    )
    return [*listed, doubtful]


def _outside(order: Order) -> Station:
    """Return a station that is called by the city and stands beyond its border."""
    if city_name(order) == OWN:
        return Station(*OUTSIDE, "Xã Yên Phong")
    centre = order.city.centre
    return Station(f"{city_name(order)} KCN", centre.lat + AWAY, centre.lon + AWAY, "")


def _place(order: Order) -> str:
    """Return the rest of a station's name on the wire."""
    return PLACE if city_name(order) == OWN else f"{order.city.name['en']}, Vietnam"


def _every(units: list[Unit], count: int) -> list[Unit]:
    return units[:: max(len(units) // count, 1)][:count]


def _climate(order: Order, day: date) -> dict[str, Numbers]:
    """Return the city's day by parameter, each 24 hours; units are the aggregator's."""
    draw = order.draws(day.toordinal())
    hours = np.arange(24)
    sun = np.clip(np.sin((hours - 6) / 12 * np.pi), 0, None)
    rush = np.exp(-(((hours - 8) / 2.5) ** 2)) + np.exp(-(((hours - 18.5) / 2.5) ** 2))
    is_wet = rain_mm(order.seed, day) > 5
    pm25 = pm25_hours(order.seed, day)
    temperature = TEMPERATURE_C[day.month - 1] + draw.normal(0, 1.5)
    return {
        "pm25": pm25,
        "pm10": pm25 * draw.normal(1.45, 0.1) + 5,
        "no2": 22 + 30 * rush + draw.normal(0, 3, 24),
        "so2": 28 + 12 * rush + draw.normal(0, 3, 24),
        "o3": 25 + 70 * sun * (0.5 if is_wet else 1.0) + draw.normal(0, 4, 24),
        "co": 250 + 500 * rush + 4 * pm25,
        "hum": np.clip((90 if is_wet else 76) - 18 * sun + draw.normal(0, 3, 24), 30, 100),
        "temp": temperature + 4.5 * (sun - 0.4) - (2 if is_wet else 0),
    }


def us_aqi(pm25_ug: float) -> int:
    """Return the index the aggregator itself reports: the American one, of PM2.5."""
    return round(float(np.interp(pm25_ug, *US_AQI_PM25)))


def day_values(order: Order, day: date, listed: list[Station]) -> Numbers:
    """Return what the stations measure on the local `day`: (stations, PARAMETERS, 24 hours)."""
    city = _climate(order, day)
    values = np.stack([city[name] for name in PARAMETERS]) * _factors(order, day, len(listed))
    values[[station.is_doubtful for station in listed], : PARAMETERS.index("hum")] *= DRIFT
    values[:, PARAMETERS.index("hum")] = np.minimum(values[:, PARAMETERS.index("hum")], 100.0)
    fine, coarse = PARAMETERS.index("pm25"), PARAMETERS.index("pm10")
    values[:, coarse] = np.maximum(values[:, coarse], values[:, fine])  # which are among them
    for hour in repeated_hours(order, day):
        values[:, :, hour] = values[np.arange(len(listed)) % REPEATED][:, :, hour]
    measured: Numbers = np.maximum(values, 0.5)
    return measured


def repeated_hours(order: Order, day: date) -> list[int]:
    """Return the hours of the local `day` in which all stations show the values of a few."""
    draw = order.draws(day.toordinal(), 3)
    hours: list[int] = draw.integers(0, 24, draw.poisson(REPEATS_A_DAY)).tolist()
    return hours


def _factors(order: Order, day: date, count: int) -> Numbers:
    """Return how each station differs from the city by its place, and from hour to hour."""
    places = draws(order.seed, "environment.air.station").lognormal(
        0, PLACE_SIGMA, (count, len(PARAMETERS), 1)
    )
    hours = order.draws(day.toordinal(), 1).lognormal(0, HOUR_SIGMA, (count, len(PARAMETERS), 24))
    factors: Numbers = places * hours
    weather = slice(PARAMETERS.index("hum"), None)  # differs little from place to place
    factors[:, weather] = 1 + (factors[:, weather] - 1) * 0.1
    return factors


def _day_text(order: Order, day: date, listed: list[Station]) -> str:
    """Return the rows of the local `day`, those of the DAYS days that end at `until`."""
    values = day_values(order, day, listed)
    draw = order.draws(day.toordinal(), 2)
    shape = (len(listed), 24)
    missing = draw.random(shape) < MISSING_SHARE
    minute_s = 180 + np.arange(len(listed))[:, None] * 7 % 240 + draw.integers(0, 40, shape)
    lag_s = draw.integers(*LAG_S, shape)
    lag_s[tuple(draw.integers(shape))] += LATE_LAG_S
    begin = order.until - timedelta(days=DAYS)
    midnight = order.instant(day).astimezone(UTC)
    lines = []
    for hour in range(24):
        for number, station in enumerate(listed):
            at = midnight + timedelta(seconds=hour * 3600 + int(minute_s[number, hour]))
            arrived = at + timedelta(seconds=int(lag_s[number, hour]))
            if begin < at and arrived <= order.until and not missing[number, hour]:
                name = f"{station.name}, {_place(order)}"
                lines += _station_lines(name, station, at, arrived, values[number, :, hour])
    return "".join(lines)


def _station_lines(
    name: str, station: Station, at: datetime, arrived: datetime, values: Numbers
) -> list[str]:
    head = f'simulated,"{name}",{_stamp(at)}'
    run = arrived.replace(minute=arrived.minute // 10 * 10, second=0) + timedelta(minutes=10)
    loaded = _stamp(run)  # the loader runs every ten minutes
    flag = "suspect" if station.is_doubtful else "valid"
    tail = (
        f"{us_aqi(values[0])},µg/m³,{flag},{_stamp(arrived)},{loaded},"
        f"scheduled__{loaded.replace(' ', 'T')},{loaded}\n"
    )
    return [
        f"{head},{parameter},{value:.{DECIMALS.get(parameter, 2)}f},{tail}"
        for parameter, value in zip(PARAMETERS, values.tolist(), strict=True)
    ]


def _stamp(at: datetime) -> str:
    return at.isoformat(sep=" ", timespec="seconds")


def _station_list(order: Order, listed: list[Station]) -> bytes:
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(("station_name", "latitude", "longitude", "province", "source", "ward"))
    for station in listed:
        name, province = f"{station.name}, {_place(order)}", f"TP.{city_name(order)}"
        rows.writerow((name, station.lat, station.lon, province, "simulated", station.ward))
    return text.getvalue().encode()


def files(order: Order) -> Iterator[tuple[str, bytes]]:
    """Yield the measurements of the last DAYS days and the list of stations."""
    listed = stations(order)
    packed = io.BytesIO()
    with gzip.GzipFile(fileobj=packed, mode="wb", mtime=0) as file:
        file.write((",".join(MEASUREMENTS) + "\n").encode())
        for day in order.days(DAYS):
            file.write(_day_text(order, day, listed).encode())
    yield order.path(".csv.gz", start="air"), packed.getvalue()
    yield order.path(".csv", start="stations"), _station_list(order, listed)
