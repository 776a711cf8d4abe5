"""Rows as columns: the frame of observations a source yields, and numbers and times in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd

from data_access.model import OBSERVATION_COLUMNS, SOURCE_LINE, Rejected

Column: TypeAlias = Any  # one value for all rows, or a sequence, array or series of them


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
    name: str, frame: pd.DataFrame, bad: np.ndarray | pd.Series, reason: str, detail: str
) -> list[Rejected]:
    """Return a Rejected for each row of `frame` (indexed by line) that is `bad`."""
    return [
        Rejected(f"{name}:{line}", reason, detail, ",".join(map(str, row))[:500])
        for line, *row in frame[np.asarray(bad)].itertuples()
    ]


def instant(text: str) -> datetime | None:
    """Return an ISO 8601 instant with its zone as UTC; None when it is none or lacks a zone."""
    try:
        at = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if at.tzinfo is None:
        return None
    try:
        return at.astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def iso(at: datetime | None) -> str | None:
    """Return an instant as a record's body holds it."""
    return None if at is None else at.astimezone(UTC).isoformat()


def _is_column(column: Column) -> bool:
    return column is not None and not isinstance(column, str) and np.ndim(column) == 1


def _objects(column: Column, length: int) -> np.ndarray:
    made = np.empty(length, dtype=object)
    if _is_column(column):
        made[:] = np.asarray(column, dtype=object)
    else:
        made.fill(column)
    return made
