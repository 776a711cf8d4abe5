"""Rows as columns: the frame of observations a source yields, and numbers and times in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data_access.instants import instant as instant
from data_access.instants import iso as iso
from data_access.model import OBSERVATION_COLUMNS, SOURCE_LINE, Rejected
from language import Told

Column: TypeAlias = Any  # one value for all rows, or a sequence, array or series of them
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def observations(
    *,
    indicator: Column,
    entity: Column,
    area: Column,
    observed_at: Column,
    value: Column,
    quality: Column = "good",
    source_ref: Column,
    source_line: Column = None,
) -> pd.DataFrame:
    """Return a frame of OBSERVATION_COLUMNS; single values are repeated, texts are objects.

    Long files give their lines as numbers in `source_line`: a text for each row costs more than
    all else of it.
    """
    columns = dict(
        zip(
            OBSERVATION_COLUMNS,
            (indicator, entity, area, observed_at, value, quality, source_ref),
            strict=True,
        )
    )
    lengths = {len(column) for column in columns.values() if _is_column(column)}
    (length,) = lengths or {1}
    made: dict[str, Any] = {}
    for name, column in columns.items():
        if name == "observed_at":
            made[name] = utc(column, length)
        elif name == "value":
            made[name] = np.broadcast_to(np.asarray(column, dtype=np.float64), (length,))
        else:
            made[name] = pd.Series(_objects(column, length), dtype=object, copy=False)
    if source_line is not None:
        made[SOURCE_LINE] = np.asarray(source_line, dtype=np.int32)
    return pd.DataFrame(made, copy=False)


@dataclass(slots=True)
class Gathered:
    """Observations found one by one, as columns; `frame` has them in the order of time."""

    _columns: list[list[Any]] = field(default_factory=lambda: [[] for _ in OBSERVATION_COLUMNS])

    def __len__(self) -> int:
        return len(self._columns[0])

    def add(
        self,
        indicator: str,
        entity: str,
        area: str | None,
        at: datetime,
        value: float,
        source_ref: str,
        *,
        quality: str = "good",
    ) -> None:
        """Take one observation; `at` is an aware instant."""
        row = (indicator, entity, area, microseconds(at), value, quality, source_ref)
        for column, cell in zip(self._columns, row, strict=True):
            column.append(cell)

    def frame(self) -> pd.DataFrame | None:
        """Return the observations, None when there are none."""
        if not self:
            return None
        columns: dict[str, Any] = dict(zip(OBSERVATION_COLUMNS, self._columns, strict=True))
        columns["observed_at"] = np.array(columns["observed_at"], dtype="datetime64[us]")
        made = observations(**columns)
        return made.sort_values("observed_at", kind="stable", ignore_index=True)


def microseconds(at: datetime) -> int:
    """Return an aware instant as microseconds since the Unix epoch, exactly."""
    return (at - _EPOCH) // timedelta(microseconds=1)


def utc(times: Column, length: int) -> pd.Series:
    """Return aware times (or naive ones that are UTC) as datetime64[us, UTC]."""
    if isinstance(times, pd.Series) and isinstance(times.dtype, pd.DatetimeTZDtype):
        return times.reset_index(drop=True).dt.tz_convert("UTC").astype("datetime64[us, UTC]")
    naive = np.broadcast_to(np.asarray(times, dtype="datetime64[us]"), (length,))
    return pd.Series(naive).dt.tz_localize("UTC")


def numbers(texts: pd.Series) -> pd.Series:
    """Return decimal numbers written with a point; what is none becomes NaN."""
    return pd.to_numeric(texts, errors="coerce").astype("float64")


def references(name: str, lines: Iterable[int] | np.ndarray | pd.Index) -> np.ndarray:
    """Return "file:line" for each line."""
    made = np.empty(len(lines := list(lines)), dtype=object)
    made[:] = [f"{name}:{line}" for line in lines]
    return made


def local_to_utc(naive: pd.Series, zone: ZoneInfo) -> pd.Series:
    """Return naive local times as UTC; an hour that comes twice is the first of both."""
    first = np.ones(len(naive), dtype=bool)
    local = naive.dt.tz_localize(str(zone), ambiguous=first, nonexistent="shift_forward")
    return local.dt.tz_convert("UTC").astype("datetime64[us, UTC]")


def bad_rows(
    name: str, frame: pd.DataFrame, bad: np.ndarray | pd.Series, reason: str, detail: Told
) -> list[Rejected]:
    """Return a Rejected for each row of `frame` (indexed by line) that is `bad`."""
    return [
        Rejected(f"{name}:{line}", reason, detail, ",".join(map(str, row))[:500])
        for line, *row in frame[np.asarray(bad)].itertuples()
    ]


def _is_column(column: Column) -> bool:
    return column is not None and not isinstance(column, str) and np.ndim(column) == 1


def _objects(column: Column, length: int) -> np.ndarray:
    made = np.empty(length, dtype=object)
    if _is_column(column):
        made[:] = np.asarray(column, dtype=object)
    else:
        made.fill(column)
    return made
