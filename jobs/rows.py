"""Rows of the store of jobs, read as what they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, RowMapping

from jobs.canonical import MOST_BYTES, MOST_INPUT_BYTES, unpack
from jobs.job import UNDER_WAY, Job, State
from jobs.tables import job
from language import as_told

LIGHT = tuple(c for c in job.columns if c.name not in ("partial", "result"))


def read_row(row: RowMapping) -> Job:
    """Return the job of a row; without the columns of `partial` and `result` it has none."""
    state = State(row["state"])
    return Job(
        id=row["id"],
        kind=row["kind"],
        title=row["title"],
        person_id=row["person_id"],
        inputs=unpack(row["inputs"], most_bytes=MOST_INPUT_BYTES),
        state=state,
        asked_at_ms=float(row["asked_at_ms"]),
        versions=row["versions"],
        progress=float(row["progress"]),
        step=row["step"],
        attempt=int(row["attempt"]),
        started_at_ms=_instant(row["started_at_ms"]),
        finished_at_ms=_instant(row["finished_at_ms"]),
        code=row["code"],
        reason=as_told(row["reason"]),
        result_hash=row["result_hash"],
        result_bytes=int(row["result_bytes"]),
        partial=_values(row.get("partial")),
        result=_values(row.get("result")),
    )


def is_under_way() -> ColumnElement[bool]:
    """Return the condition of jobs that wait or are done now."""
    return job.c.state.in_([each.value for each in UNDER_WAY])


def _values(packed: bytes | None) -> Mapping[str, Any] | None:
    if packed is None:
        return None
    values: Mapping[str, Any] = unpack(packed, most_bytes=MOST_BYTES)
    return values


def _instant(at_ms: int | None) -> float | None:
    return None if at_ms is None else float(at_ms)
