"""The store as it was: a scratch copy, brought forward through a stretch of time row by row.

The scratch store is written by the same writer and read through the same snapshot as the real one,
so that an aggregate built on it says what it said then. Two bases:

- `known`: a row counts from the instant it was recorded here, a revision from its own;
- `observed`: a row counts from when it was due on glass, as it is known today. It answers for days
  before the room ran, too.

What is not kept by time is as it is today: places, the timelines of replays, and all rows and
roll-ups from before the local day in which the stretch begins. How many rows of files were refused
then is not known at all: it is no number.

Reading is one pass over the stretch; nothing of this runs on the tick path.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from sqlalchemy import Connection, Engine, Table, insert, select
from sqlalchemy.exc import DBAPIError

from data_access.envelope import LIVE
from data_access.errors import StoreError
from data_access.model import Basis, RecordRow
from data_access.records import Played
from data_access.replay import Timeline
from data_access.rollup import DAY, HOUR, HOUR_US, day_slots, slot_bounds_us
from data_access.rows import NO_LINE, Rows, SeriesKey
from data_access.store.engine import open_engine, transaction
from data_access.store.series import ENTITY
from data_access.store.snapshot import Reading, Snapshot
from data_access.store.tables import (
    cell,
    entity,
    latest,
    metadata,
    observation,
    record,
    series,
    stream,
)
from data_access.store.writer import Change, StoreWriter

HOURS_BEFORE = 31 * 24  # of hourly roll-ups that are copied; daily ones all are
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NOT_KEPT: Any = {"outOfRange": math.nan, "implausible": math.nan}

Ints = np.ndarray[Any, np.dtype[np.int64]]


class PastSnapshot(Snapshot):
    """A snapshot of the scratch store."""

    def reading(self, dataset: str) -> Reading:
        """Return no numbers: what was refused then is not kept."""
        return Reading(0, 0, _NOT_KEPT)


@dataclass(frozen=True, slots=True)
class _Read:
    """What the source has of one stream in the stretch."""

    stream_id: int
    timeline: Timeline
    keys: dict[int, SeriesKey]  # by series id
    rows: list[Any]  # by series, time, revision
    records: list[Any]  # by record, revision

    @property
    def first_recorded_us(self) -> int | None:
        """When the first of it was recorded."""
        times = (row.recorded_us for found in (self.rows, self.records) for row in found)
        return min(times, default=None)


@dataclass(frozen=True, slots=True)
class _Track:
    """What became known of one stream: rows and records, each with when that was."""

    stream_id: int
    rows: Rows
    rows_us: Ints
    played: tuple[Played, ...]
    played_us: tuple[int, ...]


class Past:
    """Datasets from `from_us` to `to_us` of glass time; begins at `from_us`.

    Without a `basis` it is `known` when anything was recorded before the stretch, else `observed`.
    """

    def __init__(
        self,
        source: Engine,
        zone: ZoneInfo,
        datasets: Sequence[str],
        *,
        from_us: int,
        to_us: int,
        basis: Basis | None = None,
        realm: str = LIVE,
    ) -> None:
        """Read the stretch; raises StoreError."""
        self._realm = realm
        self._engine = open_engine("sqlite://")
        metadata.create_all(self._engine)
        self._writer = StoreWriter(self._engine, zone)
        try:
            with source.connect() as connection, transaction(self._engine) as scratch:
                found = _Copying(connection, scratch, zone).streams(realm, datasets, from_us, to_us)
        except DBAPIError as error:
            raise StoreError(f"The store cannot be read: {error.orig}") from error
        firsts = [at for each in found if (at := each.first_recorded_us) is not None]
        self.basis: Basis = basis or (
            "known" if min(firsts, default=to_us) <= from_us else "observed"
        )
        self._tracks = [_arrange(each, to_us, self.basis) for each in found]
        self._at_us = min(from_us, self._first_us()) - 1
        self.has_records = any(track.played for track in self._tracks)
        self.advance(from_us)

    @property
    def at_us(self) -> int:
        """The instant advanced to."""
        return self._at_us

    def instants_us(self) -> list[int]:
        """Return when something became known after now, ascending."""
        found = {int(at) for track in self._tracks for at in np.unique(track.rows_us)}
        found |= {at for track in self._tracks for at in track.played_us}
        return sorted(at for at in found if at > self._at_us)

    def advance(self, to_us: int) -> None:
        """Let time pass to `to_us`."""
        after_us, self._at_us = self._at_us, to_us
        for track in self._tracks:
            begin, end = np.searchsorted(track.rows_us, (after_us, to_us), side="right")
            rows = track.rows.take(slice(int(begin), int(end))) if begin < end else None
            first, last = (bisect_right(track.played_us, at) for at in (after_us, to_us))
            change = Change(rows=rows, played=track.played[first:last])
            if rows is not None or change.played:
                self._writer.apply(track.stream_id, change, now_us=to_us)

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a view of the store as it was at the instant advanced to."""
        with self._engine.connect() as connection:
            yield PastSnapshot(connection, self._realm)

    def close(self) -> None:
        """Forget the scratch store."""
        self._engine.dispose()

    def _first_us(self) -> int:
        times = [int(track.rows_us[0]) for track in self._tracks if len(track.rows_us)]
        times += [track.played_us[0] for track in self._tracks if track.played_us]
        return min(times, default=0)


@dataclass(frozen=True, slots=True)
class _Copying:
    """Reads streams, and gives the scratch store what stood before the stretch."""

    source: Connection
    scratch: Connection
    zone: ZoneInfo

    def streams(self, realm: str, datasets: Sequence[str], from_us: int, to_us: int) -> list[_Read]:
        found = self.source.execute(
            select(stream).where(
                stream.c.realm == realm, stream.c.dataset.in_(datasets), stream.c.is_current
            )
        ).all()
        return [self._stream(row, from_us, to_us) for row in found if row.timeline is not None]

    def _stream(self, row: Any, from_us: int, to_us: int) -> _Read:
        timeline = Timeline.from_json(row.timeline)
        self._put(stream, [row])
        all_series = self.source.execute(select(series).where(series.c.stream_id == row.id)).all()
        self._put(series, all_series)
        places = select(entity).where(entity.c.stream_id == row.id)
        self._put(entity, self.source.execute(places).all())
        hour = timeline.track(from_us) // HOUR_US
        day = int(day_slots(np.array([hour], np.int64), self.zone)[0])
        begin_us, _ = slot_bounds_us(DAY, day, self.zone)
        keys = {
            each.id: SeriesKey(each.indicator, each.name, each.area)
            for each in all_series
            if each.kind == ENTITY
        }
        for each in all_series:  # each a range of the primary key
            self._copy_cells(each.id, begin_us // HOUR_US, day)
        for each_id in keys:
            self._copy_latest(each_id, begin_us)
        rows = [
            each
            for each_id in keys
            for each in self._rows(each_id, begin_us, timeline.track(to_us))
        ]
        which = select(record).where(record.c.stream_id == row.id, record.c.recorded_us <= to_us)
        records = self.source.execute(which.order_by(record.c.record_id, record.c.revision)).all()
        return _Read(row.id, timeline, keys, rows, list(records))

    def _copy_cells(self, series_id: int, hour: int, day: int) -> None:
        for step, first, last in ((HOUR, hour - HOURS_BEFORE, hour), (DAY, -(2**31), day)):
            which = select(cell).where(
                cell.c.series_id == series_id,
                cell.c.step == step,
                cell.c.slot >= first,
                cell.c.slot < last,
            )
            self._put(cell, self.source.execute(which).all())

    def _copy_latest(self, series_id: int, begin_us: int) -> None:
        """Give a series the newest value from before the stretch."""
        columns = (observation.c[column.name] for column in latest.columns)
        which = (
            select(*columns)
            .where(observation.c.series_id == series_id, observation.c.at_us < begin_us)
            .order_by(observation.c.at_us.desc(), observation.c.revision.desc())
        )
        self._put(latest, self.source.execute(which.limit(1)).all())

    def _rows(self, series_id: int, begin_us: int, end_us: int) -> Sequence[Any]:
        return self.source.execute(
            select(
                observation.c.series_id,
                observation.c.at_us,
                observation.c.revision,
                observation.c.value,
                observation.c.quality,
                observation.c.recorded_us,
            )
            .where(observation.c.series_id == series_id)
            .where(observation.c.at_us.between(begin_us, end_us))
            .order_by(observation.c.at_us, observation.c.revision)
        ).all()

    def _put(self, table: Table, rows: Sequence[Any]) -> None:
        if rows:
            self.scratch.execute(insert(table), [dict(row._mapping) for row in rows])


def _arrange(read: _Read, to_us: int, basis: Basis) -> _Track:
    """Order what was read by when it counts, and leave out what came later than `to_us`."""
    glass, is_known = read.timeline.glass, basis == "known"
    found = read.rows if is_known else list({(r.series_id, r.at_us): r for r in read.rows}.values())
    due = sorted(
        (at_us, row.revision, which)
        for which, row in enumerate(found)
        if (at_us := row.recorded_us if is_known else glass(row.at_us)) <= to_us
    )
    code_of = {series_id: code for code, series_id in enumerate(read.keys)}
    ordered = [found[which] for _, _, which in due]
    rows = Rows(
        keys=tuple(read.keys.values()),
        refs=("",),
        code=np.array([code_of[row.series_id] for row in ordered], np.int32),
        at_us=np.array([row.at_us for row in ordered], np.int64),
        value=np.array([row.value for row in ordered], np.float64),
        quality=np.array([row.quality for row in ordered], np.int8),
        ref=np.zeros(len(ordered), np.int32),
        line=np.full(len(ordered), NO_LINE, np.int32),
    )
    played = sorted(
        (at_us, which)
        for which, row in enumerate(read.records)
        if (at_us := row.recorded_us if is_known else glass(row.reported_us + row.shift_us))
        <= to_us
    )
    return _Track(
        read.stream_id,
        rows,
        np.array([at_us for at_us, _, _ in due], np.int64),
        tuple(_played(read.records[which]) for _, which in played),
        tuple(at_us for at_us, _ in played),
    )


def _played(row: Any) -> Played:
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
