"""Any table of numbers with a heading (CSV), told by options which column is what.

Wide: a column for each indicator. Long: one column names the indicator, another has the value. It
is also what the ways `query`, `parquet` and `csv` hand on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
from pydantic import Field, model_validator

from data_access.city import City
from data_access.contracts import CITY_AREA, DatasetContract
from data_access.model import QUALITIES, Batch, Entity, Rejected
from data_access.sources.joining import Joining
from data_access.sources.options import SourceOptions, UnitsOf, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.rows import bad_rows, local_to_utc, numbers, observations, references
from data_access.sources.units import SAME, Conversion, conversions
from language import told

FORMAT = "table"
EXPECTED = told("a table with the columns that the dataset's options name")
REF = "source_ref"
_ZONED = r"(?:[Zz]|[+-]\d\d:?(?:\d\d)?)$"


class Options(SourceOptions):
    """Names of columns. `values` says which column is which indicator of the contract."""

    time: str  # ISO 8601; a day, a month or a year is its first instant
    timezone: ZoneName | None = None  # of times without a zone; default: the city's
    entity: str | None = None  # default: the area
    area: str | None = None  # a unit's code or name, or "city"; default: by position, else the city
    values: dict[str, str] = Field(default_factory=dict)  # wide: indicator -> column
    indicator: str | None = None  # long: the column that names it …
    value: str | None = None  # … and the one with the value
    indicators: dict[str, str] = Field(default_factory=dict)  # long: their word -> indicator
    in_units: dict[str, str] = Field(default_factory=dict)  # indicator -> unit of their numbers
    quality: str | None = None
    name: str | None = None  # of the entity
    lat: str | None = None
    lon: str | None = None
    attributes: dict[str, str] = Field(default_factory=dict)  # of the entity: name -> column
    units: UnitsOf = "then"  # codes and names of units in rows from before a reform

    @model_validator(mode="after")
    def _wide_or_long(self) -> Options:
        is_long = self.indicator is not None and self.value is not None
        if bool(self.values) == is_long:
            raise ValueError("expected values (wide), or indicator and value (long)")
        if (self.lat is None) != (self.lon is None):
            raise ValueError("expected both lat and lon, or none")
        return self


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a file."""
    options: Options = Options.of(contract)
    turned = conversions(options.in_units, contract)
    rejected: list[Rejected] = []
    for batch in good_files(files, lambda path: _table(path, options, city, turned), rejected):
        batch.rejected[:0] = rejected
        rejected.clear()
        yield batch
    if rejected:
        yield Batch(rejected=rejected)


def _table(path: Path, options: Options, city: City, turned: Mapping[str, Conversion]) -> Batch:
    payload = load(path)
    needed = [options.time, *options.values.values()]
    extra = ("entity", "area", "indicator", "value", "quality", "name", "lat", "lon")
    needed += [column for each in extra if (column := getattr(options, each)) is not None]
    needed += options.attributes.values()
    frame, rejected = payload.table(needed, expected=EXPECTED, optional=[REF])
    at = _times(frame[options.time], zone_of(options.timezone, city))
    bad = at.isna().to_numpy()
    if bad.any():
        detail = told("{time}; expected an instant or day in ISO 8601", time=options.time)
        rejected += bad_rows(payload.name, frame, bad, "badTime", detail)
        frame, at = frame[~bad], at[~bad]
    lats, lons = _degrees(frame, options.lat, 90), _degrees(frame, options.lon, 180)
    area, own = _areas(frame, options, city, at, lats, lons)
    entity = _or(own, "outside")
    if options.entity is not None and options.entity != options.area:
        entity = np.asarray(frame[options.entity], dtype=object)
    ref = frame[REF] if REF in frame else references(payload.name, frame.index)
    quality = _qualities(frame, options.quality)
    parts = [
        (indicator, frame[column], np.ones(len(frame), dtype=bool))
        for indicator, column in options.values.items()
    ]
    if options.indicator is not None and options.value is not None:
        word = frame[options.indicator].str.strip()
        named = word.map(lambda each: options.indicators.get(each, each))
        parts = [
            (indicator, frame[options.value], (named == indicator).to_numpy())
            for indicator in dict.fromkeys(named)
        ]
    made = []
    for indicator, column, mine in parts:
        mine = mine & (column.str.strip() != "").to_numpy()  # an empty cell says nothing
        if mine.any():
            made.append(
                observations(
                    indicator=indicator,
                    entity=entity[mine],
                    area=area[mine],
                    observed_at=at[mine],
                    value=_turned(numbers(column[mine]), turned.get(indicator, SAME)),
                    quality=quality[mine],
                    source_ref=np.asarray(ref, dtype=object)[mine],
                )
            )
    joined = pd.concat(made, ignore_index=True) if made else None
    return Batch(joined, entities=_entities(frame, options, area, lats, lons), rejected=rejected)


def _turned(found: pd.Series, conversion: Conversion) -> pd.Series:
    return found if conversion == SAME else found.map(conversion, na_action="ignore")


def _times(texts: pd.Series, zone: ZoneInfo) -> pd.Series:
    texts = texts.str.strip()
    zoned = texts.str.contains(_ZONED, regex=True) & texts.str.contains(":", regex=False)
    at = pd.Series(pd.NaT, index=texts.index, dtype="datetime64[us, UTC]")
    found = pd.to_datetime(texts[zoned], errors="coerce", utc=True, format="ISO8601")
    at[zoned] = found.astype("datetime64[us, UTC]")
    naive = pd.to_datetime(texts[~zoned], errors="coerce", format="ISO8601")
    at[~zoned] = local_to_utc(naive.astype("datetime64[us]"), zone)
    return at


def _areas(
    frame: pd.DataFrame,
    options: Options,
    city: City,
    at: pd.Series,
    lats: np.ndarray,
    lons: np.ndarray,
) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's unit, and what is measured when that is the unit itself.

    The unit is as its column says, else where the row lies, else the city.
    """
    area = np.empty(len(frame), dtype=object)
    if options.area is not None:
        words = frame[options.area].str.strip()
        joining = Joining(city, options.units)
        today = {word: joining.on(word, date.max) for word in words.unique()}
        area[:] = words.map(
            {word: found.area if found else word or None for word, found in today.items()}
        )
        return area, _joined(area, words, joining, at)
    if options.lat is not None:
        here = np.isfinite(lats) & np.isfinite(lons)
        if here.any():
            area[here] = city.areas.locate(lats[here].tolist(), lons[here].tolist())
    else:
        area[:] = CITY_AREA
    return area, area


def _joined(area: np.ndarray, words: pd.Series, joining: Joining, at: pd.Series) -> np.ndarray:
    """Put rows from before a reform into today's units; return whose series each row is."""
    own, before = area.copy(), joining.city.areas.before
    if joining.units == "now" or not before.by_code:
        return own
    days = at.dt.tz_convert(str(joining.city.zone)).dt.date
    for row in np.flatnonzero((days < before.until).to_numpy()).tolist():
        word = words.iat[row]
        found = joining.on(word, days.iat[row])
        area[row], own[row] = (word or None,) * 2 if found is None else (found.area, found.series)
    return own


def _degrees(frame: pd.DataFrame, column: str | None, most: float) -> np.ndarray:
    if column is None:
        return np.full(len(frame), np.nan)
    found: np.ndarray = numbers(frame[column]).to_numpy(copy=True)
    found[~(np.abs(found) <= most)] = np.nan
    return found


def _qualities(frame: pd.DataFrame, column: str | None) -> np.ndarray:
    if column is None:
        made = np.empty(len(frame), dtype=object)
        made.fill(QUALITIES[0])
        return made
    return np.asarray(frame[column].str.strip().replace("", QUALITIES[0]), dtype=object)


def _or(area: np.ndarray, otherwise: str) -> np.ndarray:
    made = area.copy()
    made[[each is None for each in area]] = otherwise
    return made


def _entities(
    frame: pd.DataFrame, options: Options, area: np.ndarray, lats: np.ndarray, lons: np.ndarray
) -> list[Entity]:
    if options.entity is None:
        return []
    names = frame[options.name] if options.name is not None else frame[options.entity]
    found: dict[str, Entity] = {}
    columns = {name: frame[column].str.strip() for name, column in options.attributes.items()}
    about = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    for entity, name, unit, lat, lon, attributes in zip(
        frame[options.entity], names, area, lats, lons, about or [{}] * len(frame), strict=True
    ):
        is_placed = np.isfinite(lat) and np.isfinite(lon)
        found[entity] = Entity(
            entity,
            name or entity,
            float(lat) if is_placed else None,
            float(lon) if is_placed else None,
            unit,
            attributes,
        )
    return list(found.values())
