"""A consistent view of the store: roll-ups, newest values and current records, by dataset.

Everything here reads cells, newest values or an index; nothing scans the observations. Times are
track time; `Current.timeline` turns them into glass time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import nan
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
from sqlalchemy import Connection, func, null, select

from data_access.intake.health import Health
from data_access.replay import Timeline
from data_access.rollup import MICRO
from data_access.rows import SUSPECT, WITHDRAWN
from data_access.store import health
from data_access.store.records import STANDS
from data_access.store.series import AREA, ENTITY
from data_access.store.tables import (
    cell,
    entity,
    file,
    latest,
    observation,
    quarantine,
    record,
    record_now,
    series,
    stream,
)

_EVERYTHING = -(2**31), 2**31 - 1
_OF_LIFE = (  # the first fields of Life, in their order
    "base_id",
    "status",
    "category",
    "area",
    "reported_us",
    "opened_us",
    "ended_us",
    "due_us",
)
_UNSAID: tuple[Any, ...] = {}, None, ""  # the others: body, geometry, source_ref
_NOT_KEPT: Any = {"outOfRange": nan, "implausible": nan}


@dataclass(frozen=True, slots=True)
class Current:
    """The current stream of a dataset."""

    id: int
    dataset: str
    origin: str
    timeline: Timeline
    observations: int
    revisions: int
    records: int


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest value of one series."""

    entity: str
    area: str | None
    at_us: int
    value: float
    suspect: bool


@dataclass(frozen=True, slots=True)
class Place:
    """An entity as its source describes it."""

    entity: str
    name: str
    lat: float | None
    lon: float | None
    area: str | None
    attributes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Table:
    """Cells of several series as columns; `name` holds entities or area codes."""

    name: npt.NDArray[np.object_]
    slot: npt.NDArray[np.int64]
    rows: npt.NDArray[np.int64]
    sum: npt.NDArray[np.float64]
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]

    @property
    def mean(self) -> npt.NDArray[np.float64]:
        """The mean of each cell."""
        means: npt.NDArray[np.float64] = self.sum / self.rows
        return means

    def __len__(self) -> int:
        return len(self.slot)


@dataclass(frozen=True, slots=True)
class Life:
    """A current record, without its body unless asked for; instants on the track."""

    base_id: str
    status: str
    category: str
    area: str | None
    reported_us: int
    opened_us: int
    ended_us: int | None
    due_us: int | None
    body: Mapping[str, Any]
    geometry: Mapping[str, Any] | None
    source_ref: str


@dataclass(frozen=True, slots=True)
class Reading:
    """What the contract made of a dataset's files."""

    files: int
    accepted: int
    rejected: Mapping[str, int]  # reason -> rows
    is_kept: bool = True  # False: of another time than now; there are no numbers


class Snapshot:
    """One realm of the store as it is now. Answers are kept for the life of the snapshot.

    As it was at `then_us`, where that is given, is what is kept with its time beside the rows:
    scores and what was overdue. What is kept of now alone, as counts of refused rows and how live
    sources are, is not known of then, and is not said.
    """

    def __init__(self, connection: Connection, realm: str, *, then_us: int | None = None) -> None:
        self._connection = connection
        self._realm = realm
        self.realm = realm
        self.then_us = then_us
        self._current: dict[str, Current] = {}
        self._streams: dict[str, int] = {}  # also of what has not had one good row yet
        for row in connection.execute(
            select(stream).where(stream.c.realm == realm, stream.c.is_current)
        ):
            self._streams[row.dataset] = row.id
            if row.timeline is not None:
                self._current[row.dataset] = Current(
                    id=row.id,
                    dataset=row.dataset,
                    origin=row.origin,
                    timeline=Timeline.from_json(row.timeline),
                    observations=row.observations,
                    revisions=row.revisions,
                    records=row.records,
                )

    @property
    def connection(self) -> Connection:
        """What other readers of this package ask, so that all see the same instant."""
        return self._connection

    def current(self, dataset: str) -> Current | None:
        """Return the current stream of `dataset`, None when nothing feeds it."""
        return self._current.get(dataset)

    def newest(self, dataset: str, indicator: str) -> list[Newest]:
        """Return the newest value of every entity."""
        found = self._connection.execute(
            select(series.c.name, series.c.area, latest)
            .join(latest, latest.c.series_id == series.c.id)
            .where(*self._series(dataset, indicator, ENTITY))
            .order_by(series.c.name)
        )
        return [
            Newest(row.name, row.area, row.at_us, row.value, row.quality == SUSPECT)
            for row in found
        ]

    def newest_us(self, dataset: str) -> int | None:
        """Return the time of the newest observation of any series, or of the newest record."""
        current = self._current.get(dataset)
        if current is None:
            return None
        observed = select(func.max(latest.c.at_us)).where(
            latest.c.series_id.in_(select(series.c.id).where(series.c.stream_id == current.id))
        )
        reported = select(func.max(record_now.c.reported_us)).where(
            record_now.c.stream_id == current.id, STANDS
        )
        times = [self._connection.execute(each).scalar() for each in (observed, reported)]
        return max((int(each) for each in times if each is not None), default=None)

    def cells(
        self,
        dataset: str,
        indicator: str,
        step: int,
        slots: tuple[int, int] = _EVERYTHING,
        *,
        kind: str = ENTITY,
        names: Sequence[str] | None = None,
    ) -> Table:
        """Return the cells of good rows with a slot in [first, last], by slot."""
        which = (
            select(
                series.c.name, cell.c.slot, cell.c.rows, cell.c.sum_micro, cell.c.low, cell.c.high
            )
            .join(series, series.c.id == cell.c.series_id)
            .where(*self._series(dataset, indicator, kind))
            .where(cell.c.step == step, cell.c.slot.between(*slots), cell.c.suspect == 0)
            .order_by(cell.c.slot)
        )
        if names is not None:
            which = which.where(series.c.name.in_(names))
        found = self._connection.execute(which).all()
        columns: Sequence[Sequence[Any]] = list(zip(*found, strict=True)) or [()] * 6
        return Table(
            name=np.array(columns[0], object),
            slot=np.array(columns[1], np.int64),
            rows=np.array(columns[2], np.int64),
            sum=np.array(columns[3], np.float64) / MICRO,
            low=np.array(columns[4], np.float64),
            high=np.array(columns[5], np.float64),
        )

    def values(
        self, dataset: str, indicator: str, name: str, *, from_us: int, to_us: int
    ) -> list[tuple[int, float]]:
        """Return (time, value) of one entity in [from, to], newest revisions, ascending."""
        found = self._connection.execute(
            select(observation.c.at_us, observation.c.value, observation.c.quality)
            .join(series, series.c.id == observation.c.series_id)
            .where(*self._series(dataset, indicator, ENTITY), series.c.name == name)
            .where(observation.c.at_us.between(from_us, to_us))
            .order_by(observation.c.at_us, observation.c.revision)
        )
        newest = {row.at_us: row for row in found}
        return [(at, row.value) for at, row in newest.items() if row.quality != WITHDRAWN]

    def recent(
        self, dataset: str, indicator: str, *, from_us: int
    ) -> dict[str, list[tuple[int, float]]]:
        """Return (time, value) of every entity from a time on, newest revisions, ascending.

        Suspect rows are left out, and withdrawn ones.
        """
        found = self._connection.execute(
            select(series.c.name, observation.c.at_us, observation.c.value, observation.c.quality)
            .join(series, series.c.id == observation.c.series_id)
            .where(*self._series(dataset, indicator, ENTITY), observation.c.at_us >= from_us)
            .order_by(series.c.name, observation.c.at_us, observation.c.revision)
        )
        newest: dict[str, dict[int, float | None]] = {}
        for name, at_us, value, quality in found:
            is_good = quality not in (SUSPECT, WITHDRAWN)
            newest.setdefault(name, {})[at_us] = value if is_good else None
        return {
            name: [(at_us, value) for at_us, value in rows.items() if value is not None]
            for name, rows in newest.items()
        }

    def places(self, dataset: str) -> dict[str, Place]:
        """Return the entities of a dataset, by id."""
        current = self._current.get(dataset)
        if current is None:
            return {}
        found = self._connection.execute(
            select(entity).where(entity.c.stream_id == current.id).order_by(entity.c.entity)
        )
        return {
            row.entity: Place(row.entity, row.name, row.lat, row.lon, row.area, row.attributes)
            for row in found
        }

    def lives(
        self,
        dataset: str,
        *,
        statuses: Sequence[str] | None = None,
        active_us: int | None = None,
        since_us: int | None = None,
        until_us: int | None = None,
        limit: int | None = None,
        bodies: bool = False,
        geometries: bool = True,
    ) -> list[Life]:
        """Return current records, newest first.

        Of `statuses`; not ended at `active_us`; opened or ended after `since_us`, opened at
        `until_us` or before. Of many records `geometries` cost as much as their bodies.
        """
        current = self._current.get(dataset)
        if current is None:
            return []
        which = select(*(record_now.c[name] for name in _OF_LIFE)).where(
            record_now.c.stream_id == current.id, STANDS
        )
        if bodies:
            drawn = record.c.geometry if geometries else null()
            which = which.add_columns(record.c.body, drawn, record.c.source_ref).join(
                record,
                (record.c.stream_id == record_now.c.stream_id)
                & (record.c.record_id == record_now.c.record_id)
                & (record.c.revision == record_now.c.revision),
            )
        if statuses is not None:
            which = which.where(record_now.c.status.in_(statuses))
        if active_us is not None:
            which = which.where(
                (record_now.c.ended_us.is_(None)) | (record_now.c.ended_us > active_us)
            )
        if since_us is not None:
            which = which.where(
                (record_now.c.opened_us > since_us) | (record_now.c.ended_us > since_us)
            )
        if until_us is not None:
            which = which.where(record_now.c.opened_us <= until_us)
        which = which.order_by(record_now.c.reported_us.desc(), record_now.c.base_id)
        found = self._connection.execute(which if limit is None else which.limit(limit)).all()
        if not bodies:
            return [Life(*row, *_UNSAID) for row in found]
        return [
            Life(*now, *_said(body, geometry, source_ref))
            for *now, body, geometry, source_ref in found
        ]

    def counts(self, dataset: str) -> list[tuple[str, str, str | None, int]]:
        """Return (status, category, area, records) of the current records."""
        current = self._current.get(dataset)
        if current is None:
            return []
        by = (record_now.c.status, record_now.c.category, record_now.c.area)
        found = self._connection.execute(
            select(*by, func.count())
            .where(record_now.c.stream_id == current.id, STANDS)
            .group_by(*by)
        )
        return [(row[0], row[1], row[2], row[3]) for row in found]

    def reading(self, dataset: str) -> Reading:
        """Return how many rows of the dataset's files were accepted and refused."""
        if self.then_us is not None:
            return Reading(0, 0, _NOT_KEPT, is_kept=False)
        found = self._connection.execute(
            select(file.c.accepted, file.c.rejected).where(
                file.c.stream_id == self._streams.get(dataset)
            )
        ).all()
        rejected: dict[str, int] = {}
        for row in found:
            for reason, rows in row.rejected.items():
                rejected[reason] = rejected.get(reason, 0) + rows
        return Reading(len(found), sum(row.accepted for row in found), rejected)

    def sources(self) -> list[Health]:
        """Return how the live sources are, as the feed last said."""
        return [] if self.then_us is not None else health.read(self._connection, self._realm)

    def refused(self, dataset: str, limit: int) -> list[dict[str, Any]]:
        """Return the newest quarantined rows of a dataset."""
        found = self._connection.execute(
            select(quarantine)
            .where(quarantine.c.stream_id == self._streams.get(dataset))
            .order_by(quarantine.c.id.desc())
            .limit(limit)
        )
        return [dict(row._mapping) for row in found]

    def _series(self, dataset: str, indicator: str, kind: str) -> tuple[Any, ...]:
        current = self._current.get(dataset)
        return (
            series.c.stream_id == (-1 if current is None else current.id),
            series.c.indicator == indicator,
            series.c.kind == kind,
        )


__all__ = ["AREA", "ENTITY", "Current", "Life", "Newest", "Place", "Reading", "Snapshot", "Table"]


def _said(body: str, geometry: str | None, source_ref: str) -> tuple[Any, ...]:
    return orjson.loads(body), orjson.loads(geometry) if geometry else None, source_ref
