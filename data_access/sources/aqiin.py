"""Air quality stations as an aggregator exports them: long rows, and a list of stations.

The aggregator repeats one station's value at others when it has none of theirs. Where an hour has
too few distinct values for its stations, one station of each value is believed, the others are
suspect. A station's unit is where its position lies, whatever its name says; outside it is None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract
from data_access.errors import SourceWrongFormat
from data_access.model import Batch, Entity, Rejected
from data_access.sources.options import SourceOptions
from data_access.sources.payload import first_line, good_files, load
from data_access.sources.rows import bad_rows, numbers, observations
from language import told

FORMAT = "aqiin"
MEASUREMENTS = ("station_name", "timestamp_utc", "parameter", "value")
STATIONS = ("station_name", "latitude", "longitude")
GOOD_FLAGS = frozenset({"valid", "good", "ok", ""})


class Options(SourceOptions):
    """`stations`: where the list of stations is. The rest says when values are repeats."""

    stations: str = "*stations_metadata.csv"
    parameters: dict[str, str] = Field(default_factory=dict)  # the file's name -> indicator
    ignored: tuple[str, ...] = ()  # parameters that are not read
    clone_share: float = Field(default=0.25, ge=0, le=1)
    clone_least: int = Field(default=5, ge=2)


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file of measurements, with the stations it names for the first time."""
    options: Options = Options.of(contract)
    listed = [path for path in files if _is_list(path, options)]
    measured = [path for path in files if path not in listed]
    rejected: list[Rejected] = []
    stations: dict[str, Entity] = {}
    for found, refused in good_files(listed, lambda path: _stations(path, city), rejected):
        stations |= found
        rejected += refused
    announced: set[str] = set()
    for frame, refused in good_files(
        measured, lambda path: _measurements(path, options, stations), rejected
    ):
        names = [name for name in dict.fromkeys(frame["entity"]) if name not in announced]
        announced.update(names)
        entities = [stations.get(name) or Entity(name, _short(name)) for name in names]
        yield Batch(frame, entities=entities, rejected=[*rejected, *refused])
        rejected.clear()
    if rejected:
        yield Batch(rejected=rejected)


def _is_list(path: Path, options: Options) -> bool:
    """Tell a list of stations by where it is, or by its heading."""
    headings = {heading.strip() for heading in first_line(path).split(",")}
    return path.match(options.stations) or (set(STATIONS) <= headings and "value" not in headings)


def _stations(path: Path, city: City) -> tuple[dict[str, Entity], list[Rejected]]:
    payload = load(path)
    frame, rejected = payload.table(STATIONS, expected=told("a list of stations"))
    lat, lon = numbers(frame["latitude"]), numbers(frame["longitude"])
    possible = lat.between(-90, 90) & lon.between(-180, 180)
    detail = told("no possible position; expected latitude and longitude in degrees")
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
    path: Path, options: Options, stations: Mapping[str, Entity]
) -> tuple[pd.DataFrame, list[Rejected]]:
    payload = load(path)
    expected = told("long rows of measurements")
    frame, rejected = payload.table(MEASUREMENTS, optional=("quality_flag",), expected=expected)
    if len(frame) == 0:
        raise SourceWrongFormat(told("a heading without rows"), payload.name, told("measurements"))
    frame = frame[~frame["parameter"].isin(options.ignored)]
    times = pd.to_datetime(frame["timestamp_utc"], errors="coerce", utc=True, format="ISO8601")
    unreadable = times.isna()
    detail = told("no readable timestamp_utc; expected ISO 8601")
    rejected += bad_rows(payload.name, frame, unreadable, "badTime", detail)
    frame, times = frame[~unreadable], times[~unreadable]
    names = _each(frame["station_name"], str.strip)
    area_of = {name: station.area for name, station in stations.items()}
    quality = np.full(len(frame), "good", dtype=object)
    if "quality_flag" in frame.columns:
        flags = _each(frame["quality_flag"], str.lower)
        quality[~flags.isin(GOOD_FLAGS).to_numpy()] = "suspect"
    made = observations(
        indicator=_renamed(frame["parameter"], options.parameters),
        entity=names,
        area=_looked_up(names, area_of),
        observed_at=times,
        value=numbers(frame["value"]),
        quality=quality,
        source_ref=payload.name,
        source_line=frame.index,
    )
    made.loc[_repeats(made, options), "quality"] = "suspect"
    return made.sort_values("observed_at", kind="stable", ignore_index=True), rejected


def _repeats(frame: pd.DataFrame, options: Options) -> np.ndarray:
    """Tell which values are upstream's repeats of another station's in that hour."""
    hour, _ = pd.factorize(frame["observed_at"].dt.floor("h"))
    indicator, indicators = pd.factorize(frame["indicator"])
    keys = pd.DataFrame(
        {
            "cell": hour * len(indicators) + indicator,
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


def _each(texts: pd.Series, change: Callable[[str], str]) -> pd.Series:
    """Return every text changed; few are distinct, and only those are changed one by one."""
    codes, distinct = pd.factorize(texts)
    changed = np.array([change(text) for text in distinct] or [""], dtype=object)
    return pd.Series(changed[codes], index=texts.index, dtype=object)


def _renamed(names: pd.Series, changed: Mapping[str, str]) -> np.ndarray:
    return _looked_up(names, {name: changed.get(name, name) for name in names.unique()})


def _looked_up(names: pd.Series, found: Mapping[str, str | None]) -> np.ndarray:
    """Return what each name stands for, None for what is not `found`."""
    codes, distinct = pd.factorize(names)
    table = np.array([found.get(name) for name in distinct], dtype=object)
    return table[codes] if len(table) else np.empty(0, dtype=object)
