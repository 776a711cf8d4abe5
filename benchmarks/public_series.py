"""Public series of several kinds, as the forecasting benchmark reads them: no part of the product.

Traffic counts of an interstate (UCI 492), lane flow (Caltrans PeMS), loop speeds (METR-LA), air and
weather of Hà Nội, dengue of Hà Nội and Việt Nam (OpenDengue). Each keeps its own local time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from analytics.grid import Grid
from analytics.series import Regular, sampled

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")  # without summer time: local clocks of anywhere are read by it
MILE_KM = 1.609344
AIR = ("PM25", "PM10", "NO2", "O3", "CO", "SO2")
WEATHER = ("Temperature", "Relative Humidity", "Pressure", "Wind Speed", "Clouds")


@dataclass(frozen=True, slots=True)
class Kind:
    """Series of one kind, how far ahead they are forecast."""

    name: str
    horizon: int
    series: dict[str, Regular]
    in_logs: bool = False  # of counts whose errors grow with them
    is_together: bool = True  # a panel; else each series alone, as they end years apart


def kinds(data: Path) -> Iterator[Kind]:
    """Yield every kind whose file is below `data`."""
    readers: tuple[Callable[[Path], Kind | None], ...] = (
        interstate,
        lane,
        loops,
        air,
        weather,
        stations,
        dengue,
    )
    for reader in readers:
        found = reader(data)
        if found is not None:
            yield found


def interstate(data: Path) -> Kind | None:
    """Hourly counts, nine months, with gaps."""
    frame = _read(data / "transport/metro_interstate_i94_2012-10_2013-06.csv")
    if frame is None:
        return None
    at = pd.to_datetime(frame["date_time"])
    series = _sampled("PT1H", at, frame["traffic_volume"])
    return Kind("traffic volume, I-94", 24, {"I-94": series})


def lane(data: Path) -> Kind | None:
    """A quarter of an hour's flow on working days of eight weeks; weekends are gaps."""
    frame = _read(data / "transport/pems_lane_flow_5min_2016-01_02.csv")
    if frame is None:
        return None
    at = pd.to_datetime(frame["5 Minutes"], format="%d/%m/%Y %H:%M")
    series = _sampled("PT15M", at, frame["Lane 1 Flow (Veh/5 Minutes)"])
    return Kind("lane flow, PeMS", 96, {"lane 1": series})


def loops(data: Path) -> Kind | None:
    """Speeds of 104 loops over seven days, by quarter of an hour."""
    frame = _read(data / "transport/metr_la_speed_sensors_001_104.csv.gz")
    if frame is None:
        return None
    at = pd.Series(pd.date_range("2012-03-01", periods=len(frame), freq="5min"))
    series = {name: _sampled("PT15M", at, frame[name] * MILE_KM) for name in frame.columns}
    return Kind("loop speeds, METR-LA", 96, series)


def air(data: Path) -> Kind | None:
    """Six pollutants by the hour, six months."""
    frame = _read(data / "environment/unlicensed/hanoi_aqi_weather_hourly_2023-03_2023-08.csv")
    if frame is None:
        return None
    at = pd.to_datetime(frame["Local Time"])
    return Kind("air, Hà Nội", 48, {name: _sampled("PT1H", at, frame[name]) for name in AIR})


def weather(data: Path) -> Kind | None:
    """Five measures of the weather by the hour, six months."""
    frame = _read(data / "environment/unlicensed/hanoi_aqi_weather_hourly_2023-03_2023-08.csv")
    if frame is None:
        return None
    at = pd.to_datetime(frame["Local Time"])
    series = {name: _sampled("PT1H", at, frame[name]) for name in WEATHER}
    return Kind("weather, Hà Nội", 24, series)


def stations(data: Path) -> Kind | None:
    """PM2.5 of the stations of Hà Nội by the hour, six days; some repeat others."""
    frame = _read(data / "environment/unlicensed/aqiin_hanoi_stations_20260514_20260520.csv.gz")
    if frame is None:
        return None
    frame = frame[frame["parameter"] == "pm25"]
    at = pd.to_datetime(frame["timestamp_utc"]).dt.tz_convert(LOCAL).dt.tz_localize(None)
    series = {
        str(name): _sampled("PT1H", at[rows.index], rows["value"])
        for name, rows in frame.groupby("station_name")
    }
    return Kind("PM2.5 stations, Hà Nội", 24, series)


def dengue(data: Path) -> Kind | None:
    """Cases by month: of the city over 17 years, of the country over what was told by month."""
    series: dict[str, Regular] = {}
    for place in ("hanoi", "vietnam_national"):
        frame = _read(data / f"health/opendengue_v1_3_{place}.csv")
        if frame is not None:
            monthly = frame[frame["T_res"] == "Month"]
            at = pd.to_datetime(monthly["calendar_start_date"])
            series[place] = _sampled("P1M", at, monthly["dengue_total"])
    return (
        Kind("dengue, OpenDengue", 6, series, in_logs=True, is_together=False) if series else None
    )


def _read(path: Path) -> pd.DataFrame | None:
    return pd.read_csv(path) if path.exists() else None


def _sampled(step: str, at: pd.Series, values: pd.Series) -> Regular:
    grid = Grid(step, LOCAL)  # type: ignore[arg-type]
    at_us = at.dt.tz_localize(LOCAL).dt.tz_convert("UTC").dt.as_unit("us").astype(np.int64)
    return sampled(grid, at_us.to_numpy(), values.to_numpy(np.float64))
