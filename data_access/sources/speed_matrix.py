"""Road speeds as a matrix: a row a time step, a column a detector; often no time column at all.

Detectors have no position in such a file; they are placed on the city's road links.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import numpy as np
import pandas as pd
from pydantic import Field

from data_access.city import City
from data_access.contracts import DatasetContract, duration_s
from data_access.errors import SourceEmpty, SourceWrongFormat
from data_access.model import Batch, Entity, Rejected
from data_access.sources.options import LocalTime, Period, SourceOptions, ZoneName, zone_of
from data_access.sources.payload import good_files, load
from data_access.sources.placing import Placement, on_links
from data_access.sources.rows import local_to_utc, observations
from language import told

FORMAT = "speed-matrix"
FREE_FLOW_PERCENTILE = 95  # of a detector's speeds: what it sees when the road is free
BATCH_S = 86400  # time covered by one batch


class Options(SourceOptions):
    """`start` and `step` stand for the missing time column; `starts` by file, as globs."""

    start: LocalTime | None = None
    starts: dict[str, LocalTime] = Field(default_factory=dict)
    step: Period = "PT5M"
    timezone: ZoneName | None = None
    factor: float = Field(default=1.0, gt=0)  # from the file's unit to the indicator's
    time_column: str = "time"
    zero_is_missing: bool = False


def read(files: Sequence[Path], *, contract: DatasetContract, city: City) -> Iterator[Batch]:
    """Yield a batch a day of each file; the first of a file brings its detectors."""
    options: Options = Options.of(contract)
    (indicator,) = contract.indicators
    refused: list[Rejected] = []
    for matrix in good_files(files, lambda path: _Matrix.parse(path, options, city), refused):
        placed = on_links(matrix.detectors, city.network)
        codes = city.areas.locate(
            [placed[d].lat if d in placed else np.nan for d in matrix.detectors],
            [placed[d].lon if d in placed else np.nan for d in matrix.detectors],
        )
        entities = _entities(matrix, placed, codes)
        for begin in range(0, len(matrix.values), matrix.batch_rows):
            rows = slice(begin, begin + matrix.batch_rows)
            frame = matrix.observations(rows, indicator, np.array(codes, dtype=object))
            yield Batch(frame, entities=entities, rejected=[*refused, *matrix.rejected])
            entities, matrix.rejected = [], []
            refused.clear()
    if refused:
        yield Batch(rejected=refused)


class _Matrix:
    """One file: times (UTC), detectors, speeds in the indicator's unit; NaN where there is none."""

    def __init__(
        self,
        name: str,
        times: pd.Series,
        detectors: list[str],
        values: np.ndarray,
        rejected: list[Rejected],
        batch_rows: int,
    ) -> None:
        self.name, self.times, self.detectors = name, times, detectors
        self.values, self.rejected, self.batch_rows = values, rejected, batch_rows

    @classmethod
    def parse(cls, path: Path, options: Options, city: City) -> _Matrix:
        """Read the table; raises SourceError."""
        payload = load(path)
        text = payload.text()
        payload.check_lines(text)
        frame, doubled = _table(payload.name, text)
        rejected = [
            Rejected(
                f"{payload.name}:1",
                "duplicate",
                told("detector {name!r} has two columns", name=name),
            )
            for name in doubled
        ]
        times, bad_times = _times(payload.name, path, frame, options, city)
        rejected += bad_times
        frame = frame.drop(columns=[options.time_column], errors="ignore")
        values, not_numbers = _values(payload.name, frame)
        rejected += not_numbers
        if options.zero_is_missing:
            values[values == 0] = np.nan
        step_s = duration_s(options.step)
        detectors = [str(name).strip() for name in frame.columns]
        batch_rows = max(1, int(BATCH_S / step_s))
        return cls(payload.name, times, detectors, values * options.factor, rejected, batch_rows)

    def observations(self, rows: slice, indicator: str, areas: np.ndarray) -> pd.DataFrame:
        """Return the rows' cells that hold a speed, in the order of time."""
        block = self.values[rows]
        times = self.times.iloc[rows]
        present = np.isfinite(block) & times.notna().to_numpy()[:, None]
        row, column = np.nonzero(present)
        lines = np.arange(rows.start, rows.start + len(block)) + 2
        refs = np.array([f"{self.name}:{line}" for line in lines], dtype=object)
        return observations(
            indicator=indicator,
            entity=np.array(self.detectors, dtype=object)[column],
            area=areas[column],
            observed_at=times.iloc[row],
            value=block[row, column],
            source_ref=refs[row],
        )


def _table(name: str, text: str) -> tuple[pd.DataFrame, list[str]]:
    expected = told("a heading of detector ids over rows of speeds")
    try:
        header = next(csv.reader(io.StringIO(text)), [])
    except csv.Error as error:
        raise SourceWrongFormat(told("no table ({error})", error=error), name, expected) from error
    if not header or not any(cell.strip() for cell in header):
        raise SourceEmpty(told("no heading"), name, expected)
    try:
        frame = pd.read_csv(io.StringIO(text), header=0, low_memory=False)
    except (pd.errors.ParserError, pd.errors.EmptyDataError, ValueError) as error:
        raise SourceWrongFormat(told("no table ({error})", error=error), name, expected) from error
    if frame.empty:
        raise SourceEmpty(told("no rows"), name, expected)
    frame.index = pd.RangeIndex(2, len(frame) + 2)
    seen: set[str] = set()
    kept, doubled = [], []
    for position, cell in enumerate(header[: len(frame.columns)]):
        if not cell.strip():
            continue  # an index column without a heading
        if cell in seen:
            doubled.append(cell)
            continue
        seen.add(cell)
        kept.append(position)
    frame = frame.iloc[:, kept]
    frame.columns = pd.Index([header[position] for position in kept])
    return frame, doubled


def _times(
    name: str, path: Path, frame: pd.DataFrame, options: Options, city: City
) -> tuple[pd.Series, list[Rejected]]:
    zone = zone_of(options.timezone, city)
    if options.time_column in frame.columns:
        texts = frame[options.time_column].astype(str)
        times = pd.to_datetime(texts, errors="coerce", format="ISO8601", utc=False)
        if not isinstance(times.dtype, pd.DatetimeTZDtype):
            times = local_to_utc(pd.to_datetime(times, errors="coerce"), zone)
        times = times.dt.tz_convert("UTC").astype("datetime64[us, UTC]")
        rejected = [
            Rejected(
                f"{name}:{line}", "badTime", told("{text!r}; expected an ISO 8601 time", text=text)
            )
            for line, text in texts[times.isna()].items()
        ]
        return times.reset_index(drop=True), rejected
    start = next((at for glob, at in options.starts.items() if path.match(glob)), options.start)
    if start is None:
        expected = told(
            "a column {time_column!r}, or source.options.start", time_column=options.time_column
        )
        raise SourceWrongFormat(told("no time column"), name, expected)
    first = pd.Timestamp(start.replace(tzinfo=zone)).tz_convert("UTC")
    step = timedelta(seconds=duration_s(options.step))
    stamps = pd.date_range(first, periods=len(frame), freq=step, unit="us")
    return pd.Series(stamps), []


def _values(name: str, frame: pd.DataFrame) -> tuple[np.ndarray, list[Rejected]]:
    """Return the cells as numbers; a blank is missing, anything else that is none is refused."""
    if frame.shape[1] == 0:
        raise SourceWrongFormat(told("no detector"), name, told("a column for each detector"))
    values = np.empty(frame.shape, dtype=np.float64)
    rejected: list[Rejected] = []
    for position, (detector, column) in enumerate(frame.items()):
        if column.dtype.kind in "fiu":
            values[:, position] = column.to_numpy(np.float64)
            continue
        # As text: what is too long for a number in Python is none in a table either.
        texts = column.where(column.isna(), column.astype(str))
        cells = pd.to_numeric(texts, errors="coerce")
        values[:, position] = cells.to_numpy(np.float64, na_value=np.nan)
        for line, text in column[cells.isna() & column.notna()].items():
            detail = told(
                "{name}: {found!r}; expected a speed", name=detector, found=str(text)[:80]
            )
            rejected.append(Rejected(f"{name}:{line}", "notANumber", detail))
    if len(rejected) > values.size // 2:
        found = told(
            "{count} of {all} cells that are no numbers", count=len(rejected), all=values.size
        )
        raise SourceWrongFormat(found, name, told("rows of speeds"))
    return values, rejected


def _entities(
    matrix: _Matrix, placed: dict[str, Placement], codes: Sequence[str | None]
) -> list[Entity]:
    columns = range(len(matrix.detectors))
    return [
        _entity(matrix.detectors[n], placed.get(matrix.detectors[n]), codes[n], matrix.values[:, n])
        for n in columns
    ]


def _entity(detector: str, place: Placement | None, code: str | None, speeds: np.ndarray) -> Entity:
    seen = speeds[np.isfinite(speeds)]
    free = float(np.percentile(seen, FREE_FLOW_PERCENTILE)) if len(seen) else None
    if place is None:
        return Entity(detector, detector, attributes={"free_flow_kmh": free})
    ends = (place.link.start.name, place.link.end.name)
    return Entity(
        detector,
        " → ".join(ends if place.direction == "forward" else reversed(ends)),
        lat=place.lat,
        lon=place.lon,
        area=code,
        attributes={
            "link": place.link.id,
            "direction": place.direction,
            "lanes": place.link.lanes,
            "length_km": place.link.length_km,
            "free_flow_kmh": free,
            "placed": "demo",
        },
    )
