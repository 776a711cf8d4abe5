"""Air quality stations as an aggregator exports them: long rows, and a list of stations.

The aggregator repeats one station's value at others when it has none of theirs. Where an hour has
too few distinct values for its stations, one station of each value is believed, the others are
suspect. A station's unit is where its position lies, whatever its name says; outside it is None.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity, Rejected
from data_access.sources.options import SourceOptions
from data_access.sources.payload import Payload, load
from data_access.sources.rows import bad_rows, numbers, observations, references

FORMAT = "aqiin"
MEASUREMENTS = ("station_name", "timestamp_utc", "parameter", "value")
STATIONS = ("station_name", "latitude", "longitude")
GOOD_FLAGS = frozenset({"valid", "good", "ok", ""})


class Options(SourceOptions):
    """`stations`: the path of the list, below the lake. The rest says when values are repeats."""

    stations: str = "*stations*.csv"
    parameters: dict[str, str] = Field(default_factory=dict)  # the file's name -> indicator
    ignored: tuple[str, ...] = ()  # parameters that are not read
    clone_share: float = Field(default=0.25, ge=0, le=1)
    clone_least: int = Field(default=5, ge=2)


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield the stations, then a batch a file of measurements."""
    options: Options = Options.of(contract)
    listed = [path for path in files if path.match(options.stations)]
    stations: dict[str, Entity] = {}
    for path in listed:
        payload = load(path)
        found, rejected = _stations(payload, city)
        stations |= found
        if rejected:
            yield Batch(rejected=rejected)
    announced: set[str] = set()
    for path in files:
        if path in listed:
            continue
        frame, rejected = _measurements(load(path), options, stations)
        names = [name for name in dict.fromkeys(frame["entity"]) if name not in announced]
        announced.update(names)
        entities = [stations.get(name) or Entity(name, name) for name in names]
        yield Batch(frame, entities=entities, rejected=rejected)


def _stations(payload: Payload, city: City) -> tuple[dict[str, Entity], list[Rejected]]:
    frame, rejected = payload.table(STATIONS, expected="a list of stations")
    lat, lon = numbers(frame["latitude"]), numbers(frame["longitude"])
    possible = lat.between(-90, 90) & lon.between(-180, 180)
    detail = "no possible position; expected latitude and longitude in degrees"
    rejected += bad_rows(payload.name, frame, ~possible, "badPosition", detail)
    codes = city.areas.locate(lat.where(possible).to_list(), lon.where(possible).to_list())
    shared = pd.Series(list(zip(lat, lon, strict=True))).duplicated(keep=False).to_list()
    found: dict[str, Entity] = {}
    for n, name in enumerate(frame["station_name"].str.strip()):
        if not name or not possible.iloc[n]:
            continue
        attributes = {"position_shared": True} if shared[n] else {}
        where = (float(lat.iloc[n]), float(lon.iloc[n]))
        found[name] = Entity(name, _short(name), *where, codes[n], attributes)
    return found, rejected


def _short(name: str) -> str:
    """Return a station's name without its city and country."""
    return name.split(",")[0].strip() or name


def _measurements(
    payload: Payload, options: Options, stations: Mapping[str, Entity]
) -> tuple[pd.DataFrame, list[Rejected]]:
    frame, rejected = payload.table(MEASUREMENTS, expected="long rows of measurements")
    if len(frame) == 0:
        raise SourceWrongFormat("a heading without rows", payload.name, "measurements")
    frame = frame[~frame["parameter"].isin(options.ignored)]
    times = pd.to_datetime(frame["timestamp_utc"], errors="coerce", utc=True, format="ISO8601")
    unreadable = times.isna()
    detail = "no readable timestamp_utc; expected ISO 8601"
    rejected += bad_rows(payload.name, frame, unreadable, "badTime", detail)
    frame, times = frame[~unreadable], times[~unreadable]
    names = frame["station_name"].str.strip()
    area_of = {name: station.area for name, station in stations.items()}
    quality = np.full(len(frame), "good", dtype=object)
    if "quality_flag" in frame.columns:
        quality[~frame["quality_flag"].str.lower().isin(GOOD_FLAGS).to_numpy()] = "suspect"
    made = observations(
        indicator=frame["parameter"].map(lambda name: options.parameters.get(name, name)),
        entity=names,
        area=[area_of.get(name) for name in names],
        observed_at=times,
        value=numbers(frame["value"]),
        quality=quality,
        source_ref=references(payload.name, frame.index),
    )
    made.loc[_repeats(made, options), "quality"] = "suspect"
    return made.sort_values("observed_at", kind="stable", ignore_index=True), rejected


def _repeats(frame: pd.DataFrame, options: Options) -> np.ndarray:
    """Tell which values are upstream's repeats of another station's in that hour."""
    hour = frame["observed_at"].dt.floor("h")
    keys = pd.DataFrame(
        {
            "cell": pd.factorize(pd.MultiIndex.from_arrays([hour, frame["indicator"]]))[0],
            "value": frame["value"],
            "station": pd.factorize(frame["entity"], sort=True)[0],
        }
    )
    cells = keys.groupby("cell")
    stations, values = cells["station"].transform("nunique"), cells["value"].transform("nunique")
    repeated = (stations >= options.clone_least) & (values < options.clone_share * stations)
    believed = keys.groupby(["cell", "value"])["station"].transform("min")
    found: np.ndarray = (repeated & (keys["station"] != believed)).to_numpy()
    return found
