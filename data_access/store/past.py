"""The store as it was: a scratch copy, brought forward through a stretch of time row by row.

The scratch store is written by the same writer and read through the same snapshot as the real one,
so that an aggregate built on it says what it said then. Two bases:

- `known`: a row counts from the instant it was recorded here, a revision from its own;
- `observed`: a row counts from when it was due on glass, as it is known today. It answers for days
  before the room ran, too.

What is not kept by time is as it is today: places, the timelines of replays, and all rows and
roll-ups from before the local day in which the stretch begins; of rows so many hours are there as
aggregates read them singly. How many rows of files were refused
then is not known at all: it is no number.

Reading is one pass over the stretch, of a long one a piece ahead at a time; nothing of this runs on
the tick path.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import Connection, Engine, Table, func, insert, select
from sqlalchemy.exc import DBAPIError

from data_access.envelope import LIVE
from data_access.errors import StoreError
from data_access.model import Basis
from data_access.records import Played
from data_access.replay import Timeline
from data_access.rollup import DAY, HOUR, HOUR_US, day_slots, slot_bounds_us
from data_access.rows import NO_LINE, WITHDRAWN, Rows, SeriesKey
from data_access.store import parts
from data_access.store.engine import bulk, open_scratch, transaction
from data_access.store.past_records import became_known, first_recorded_us
from data_access.store.scores import through
from data_access.store.series import ENTITY
from data_access.store.snapshot import Snapshot
from data_access.store.tables import (
    cell,
    entity,
    latest,
    metadata,
    observation,
    score,
    series,
    shortfall,
    stream,
)
from data_access.store.writer import Change, StoreWriter

HOURS_BEFORE = 31 * 24  # of hourly roll-ups that are copied; daily ones all are
SERIES_A_QUERY = 100

Ints = np.ndarray[Any, np.dtype[np.int64]]


@dataclass(slots=True)
class _Track:
    """One stream: what is known of it, and what waits to become known, each with when that is."""

    stream_id: int
    dataset: str
    timeline: Timeline
    keys: dict[int, SeriesKey]  # by series id
    read_us: int  # up to here of the track its rows were read
    rows: Rows = field(default_factory=lambda: Rows.join([]))
    rows_us: Ints = field(default_factory=lambda: np.zeros(0, np.int64))
    played: tuple[Played, ...] = ()
    played_us: tuple[int, ...] = ()

    def add(self, found: Sequence[Any], to_us: int, *, is_known: bool) -> None:
        """Let rows wait, in the order in which they count; leave out what comes after `to_us`."""
        if not is_known:  # as they are known today
            newest = {(row.series_id, row.at_us): row for row in found}
            found = [row for row in newest.values() if row.quality != WITHDRAWN]
        glass = self.timeline.glass
        due = sorted(
            (at_us, row.at_us, row.revision, which)
            for which, row in enumerate(found)
            if (at_us := row.recorded_us if is_known else glass(row.at_us)) <= to_us
        )
        code_of = {series_id: code for code, series_id in enumerate(self.keys)}
        ordered = [found[which] for _, _, _, which in due]
        rows = Rows(
            keys=tuple(self.keys.values()),
            refs=("",),
            code=np.array([code_of[row.series_id] for row in ordered], np.int32),
            at_us=np.array([row.at_us for row in ordered], np.int64),
            value=np.array([row.value for row in ordered], np.float64),
            quality=np.array([row.quality for row in ordered], np.int8),
            ref=np.zeros(len(ordered), np.int32),
            line=np.full(len(ordered), NO_LINE, np.int32),
        )
        rows_us = np.array([at_us for at_us, *_ in due], np.int64)
        if len(self.rows):
            rows = Rows.join([self.rows, rows])
            rows_us = np.concatenate([self.rows_us, rows_us])
            order = np.argsort(rows_us, kind="stable")
            rows, rows_us = rows.take(order), rows_us[order]
        self.rows, self.rows_us = rows, rows_us

    def say(self, versions: Sequence[tuple[int, Played]]) -> None:
        """Let versions of records wait, in the order in which they count."""
        self.played = (*self.played, *(played for _, played in versions))
        self.played_us = (*self.played_us, *(at_us for at_us, _ in versions))

    def take(self, to_us: int) -> Change:
        """Return what became known up to an instant; it waits no longer."""
        end = int(np.searchsorted(self.rows_us, to_us, side="right"))
        rows = self.rows.take(slice(0, end)) if end else None
        self.rows, self.rows_us = self.rows.take(slice(end, None)), self.rows_us[end:]
        last = bisect_right(self.played_us, to_us)
        played = self.played[:last]
        self.played, self.played_us = self.played[last:], self.played_us[last:]
        return Change(rows=rows, played=played)


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
        piece_us: int | None = None,
        rows_before: Mapping[str, int] = MappingProxyType({}),
        progress: Callable[[float], None] = lambda _share: None,
    ) -> None:
        """Read the stretch, or its first `piece_us`; raises StoreError.

        `rows_before` are hours before it of which single rows are wanted, by dataset.
        `progress` hears how much of what stood before is copied, from 0 to 1. A row that was
        recorded before its own time counts, when read by pieces, up to one piece late.
        """
        self._realm = realm
        self._source = source
        self._to_us = to_us
        self._piece_us = piece_us
        self._engine = open_scratch()
        metadata.create_all(self._engine)
        self._writer = StoreWriter(self._engine, zone)
        with _reading(source) as connection, transaction(self._engine) as scratch:
            copying = _Copying(connection, scratch, zone, rows_before, progress)
            self._tracks = copying.streams(realm, datasets, from_us)
            copying.scores(realm, from_us, to_us)
        self._read_us = from_us
        ahead_us = to_us if piece_us is None else min(to_us, from_us + piece_us)
        with _reading(source) as connection:
            found = [_rows(connection, each, ahead_us) for each in self._tracks]
            firsts = [row.recorded_us for each in found for row in each]
            recorded = [first_recorded_us(connection, each.stream_id) for each in self._tracks]
            firsts += [each for each in recorded if each is not None and each <= to_us]
            self.basis: Basis = basis or (
                "known" if min(firsts, default=to_us) <= from_us else "observed"
            )
            self.has_records = False
            for each in self._tracks:
                self.has_records |= self._stood_before(connection, each)
                self._say_on(connection, each, ahead_us)
        self.has_records |= any(track.played for track in self._tracks)
        self._read_us = ahead_us
        for track, rows in zip(self._tracks, found, strict=True):
            track.add(rows, to_us, is_known=self.basis == "known")
        self._at_us = from_us - 1
        self.advance(from_us)

    @property
    def at_us(self) -> int:
        """The instant advanced to."""
        return self._at_us

    def instants_us(self) -> list[int]:
        """Return when something becomes known after now, ascending, as far as it was read."""
        found = {int(at) for track in self._tracks for at in np.unique(track.rows_us)}
        found |= {at for track in self._tracks for at in track.played_us}
        return sorted(found)

    def advance(self, to_us: int) -> set[str]:
        """Let time pass to `to_us`; return the datasets of which something became known.

        Raises StoreError.
        """
        while self._read_us < min(to_us, self._to_us):
            self._read_on()
        self._at_us = max(self._at_us, to_us)
        changed = set()
        for track in self._tracks:
            change = track.take(to_us)
            if change.rows is None and not change.played:
                continue
            if self._writer.apply(track.stream_id, change, now_us=to_us).changed:
                changed.add(track.dataset)
        return changed

    @contextmanager
    def snapshot(self) -> Iterator[Snapshot]:
        """Open a view of the store as it was at the instant advanced to."""
        with self._engine.connect() as connection:
            yield Snapshot(connection, self._realm, then_us=self._at_us)

    def close(self) -> None:
        """Forget the scratch store."""
        self._engine.dispose()

    def _read_on(self) -> None:
        """Read the next piece: what is due in it has its own time there, or before."""
        assert self._piece_us is not None  # noqa: S101 - else all was read
        ahead_us = min(self._to_us, self._read_us + self._piece_us)
        with _reading(self._source) as connection:
            for track in self._tracks:
                found = _rows(connection, track, ahead_us)
                track.add(found, self._to_us, is_known=self.basis == "known")
                self._say_on(connection, track, ahead_us)
        self._read_us = ahead_us

    def _stood_before(self, connection: Connection, track: _Track) -> bool:
        """Give the scratch store the records of before the stretch; tell whether there are any."""
        is_known, has_any = self.basis == "known", False
        for versions in became_known(
            connection, track.stream_id, track.timeline,
            after_us=None, to_us=self._read_us, is_known=is_known,
        ):  # fmt: skip
            change = Change(played=tuple(played for _, played in versions))
            self._writer.apply(track.stream_id, change, now_us=self._read_us)
            has_any = True
        return has_any

    def _say_on(self, connection: Connection, track: _Track, to_us: int) -> None:
        """Let the versions of records wait that become known up to an instant."""
        for versions in became_known(
            connection, track.stream_id, track.timeline,
            after_us=self._read_us, to_us=to_us, is_known=self.basis == "known",
        ):  # fmt: skip
            track.say(versions)


@contextmanager
def _reading(source: Engine) -> Iterator[Connection]:
    try:
        with source.connect() as connection:
            yield connection
    except DBAPIError as error:
        raise StoreError(f"The store cannot be read: {error.orig}") from error


@dataclass(frozen=True, slots=True)
class _Copying:
    """Reads streams, and gives the scratch store what stood before the stretch."""

    source: Connection
    scratch: Connection
    zone: ZoneInfo
    rows_before: Mapping[str, int]  # hours
    progress: Callable[[float], None]

    def streams(self, realm: str, datasets: Sequence[str], from_us: int) -> list[_Track]:
        found = self.source.execute(
            select(stream).where(
                stream.c.realm == realm, stream.c.dataset.in_(datasets), stream.c.is_current
            )
        ).all()
        played = [row for row in found if row.timeline is not None]
        mine = series.c.stream_id.in_([row.id for row in played])
        all_series = self.source.execute(select(func.count()).where(mine)).scalar_one()
        done = 0

        def copied(more: int) -> None:
            nonlocal done
            done += more
            self.progress(min(1.0, done / max(1, all_series)))

        return [self._stream(row, from_us, copied) for row in played]

    def scores(self, realm: str, from_us: int, to_us: int) -> None:
        """Copy how good data were found to be: the snapshot knows what of it was known when."""
        known, short = through(self.source, realm, from_us=from_us, to_us=to_us)
        self._put(score, known)
        self._put(shortfall, short)

    def _stream(self, row: Any, from_us: int, copied: Callable[[int], None]) -> _Track:
        timeline = Timeline.from_json(row.timeline)
        self._put_described(stream, [row])
        all_series = self.source.execute(select(series).where(series.c.stream_id == row.id)).all()
        self._put(series, all_series)
        places = select(entity).where(entity.c.stream_id == row.id)
        self._put_described(entity, self.source.execute(places).all())
        hour = timeline.track(from_us) // HOUR_US
        day = int(day_slots(np.array([hour], np.int64), self.zone)[0])
        begin_us, _ = slot_bounds_us(DAY, day, self.zone)
        keys = {
            each.id: SeriesKey(each.indicator, each.name, each.area)
            for each in all_series
            if each.kind == ENTITY
        }
        track = _Track(row.id, row.dataset, timeline, keys, read_us=begin_us - 1)
        for part in _parts([each.id for each in all_series]):
            self._copy_cells(part, begin_us // HOUR_US, day)
            if hours := self.rows_before.get(row.dataset):
                self._copy_rows(part, begin_us - hours * HOUR_US, begin_us)
            for each_id in part:
                if each_id in keys:
                    self._copy_latest(each_id, begin_us)
            copied(len(part))
        return track

    def _copy_cells(self, ids: Sequence[int], hour: int, day: int) -> None:
        for step, first, last in ((HOUR, hour - HOURS_BEFORE, hour), (DAY, -(2**31), day)):
            which = select(cell).where(  # ranges of the primary key
                cell.c.series_id.in_(ids),
                cell.c.step == step,
                cell.c.slot >= first,
                cell.c.slot < last,
            )
            self._put(cell, self.source.execute(which).all())

    def _copy_rows(self, ids: Sequence[int], from_us: int, begin_us: int) -> None:
        """Give series their rows of a while before the stretch."""
        which = (
            select(observation)
            .where(observation.c.series_id.in_(ids))  # ranges of the primary key
            .where(observation.c.at_us >= from_us, observation.c.at_us < begin_us)
            .where(parts.stands(observation))
        )
        self._put(observation, self.source.execute(which).all())

    def _copy_latest(self, series_id: int, begin_us: int) -> None:
        """Give a series the newest value from before the stretch."""
        columns = (observation.c[column.name] for column in latest.columns)
        which = (
            select(*columns)
            .where(observation.c.series_id == series_id, observation.c.at_us < begin_us)
            .where(parts.stands(observation))
            .order_by(observation.c.at_us.desc(), observation.c.revision.desc())
        )
        self._put(latest, self.source.execute(which.limit(1)).all())

    def _put(self, table: Table, rows: Sequence[Any]) -> None:
        columns = [column.name for column in table.columns]
        bulk(self.scratch, insert(table), columns, [tuple(row) for row in rows])

    def _put_described(self, table: Table, rows: Sequence[Any]) -> None:
        """Copy rows that have JSON in them."""
        if rows:
            self.scratch.execute(insert(table), [dict(row._mapping) for row in rows])


def _rows(connection: Connection, track: _Track, to_us: int) -> list[Any]:
    """Return the rows of a stream up to an instant of glass time that were not read yet."""
    after_us, track.read_us = track.read_us, track.timeline.track(to_us)
    columns = (
        observation.c.series_id,
        observation.c.at_us,
        observation.c.revision,
        observation.c.value,
        observation.c.quality,
        observation.c.recorded_us,
    )
    return [
        row
        for ids in _parts(list(track.keys))
        for row in connection.execute(
            select(*columns)
            .where(observation.c.series_id.in_(ids))  # ranges of the primary key
            .where(observation.c.at_us > after_us, observation.c.at_us <= track.read_us)
            .order_by(observation.c.series_id, observation.c.at_us, observation.c.revision)
        )
    ]


def _parts(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """Yield so many series at a time as one question names."""
    for start in range(0, len(ids), SERIES_A_QUERY):
        yield ids[start : start + SERIES_A_QUERY]
