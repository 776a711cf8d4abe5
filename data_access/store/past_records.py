"""The versions of a stream's records in the order in which they became known, read as they come.

However many there are, no more than a part of them is held at a time. Not for what a record is now:
that is the scratch store's (`past`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import Connection, func, select

from data_access.model import RecordRow
from data_access.records import Played
from data_access.replay import Timeline
from data_access.store.tables import record

AT_ONCE = 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def became_known(
    connection: Connection,
    stream_id: int,
    timeline: Timeline,
    *,
    after_us: int | None,
    to_us: int,
    is_known: bool,
) -> Iterator[list[tuple[int, Played]]]:
    """Yield versions of records with the instant of glass each counts from, parts at a time.

    Those after `after_us` (None: all there are) and up to `to_us`: when they were recorded here, or
    else when they were due.
    """
    at = record.c.recorded_us if is_known else record.c.reported_us + record.c.shift_us
    of_glass = (lambda glass_us: glass_us) if is_known else timeline.track
    which = select(record).where(record.c.stream_id == stream_id, at <= of_glass(to_us))
    if after_us is not None:
        which = which.where(at > of_glass(after_us))
    which = which.order_by(at, record.c.record_id, record.c.revision)
    found = connection.execution_options(yield_per=AT_ONCE).execute(which)
    for part in found.partitions():
        yield [(_counts_from(row, timeline, is_known), played_of(row)) for row in part]


def first_recorded_us(connection: Connection, stream_id: int) -> int | None:
    """Return when the first record of a stream was recorded; None when none was."""
    first = select(func.min(record.c.recorded_us)).where(record.c.stream_id == stream_id)
    found = connection.execute(first).scalar()
    return None if found is None else int(found)


def _counts_from(row: Any, timeline: Timeline, is_known: bool) -> int:
    return int(row.recorded_us if is_known else timeline.glass(row.reported_us + row.shift_us))


def played_of(row: Any) -> Played:
    """Return a version as it was stored."""
    geometry = None if row.geometry is None else orjson.loads(row.geometry)
    said = RecordRow(
        record_id=row.base_id,
        version=row.version,
        status=row.status,
        reported_at=_instant(row.reported_us),
        valid_from=None if row.valid_from_us is None else _instant(row.valid_from_us),
        valid_to=None if row.valid_to_us is None else _instant(row.valid_to_us),
        area=row.area,
        geometry=geometry,
        body=orjson.loads(row.body),
        source_ref=row.source_ref,
    )
    return Played(said, row.lap, row.shift_us)


def _instant(at_us: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at_us)
