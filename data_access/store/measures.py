"""What the six scores are counted from: cells, newest values and marks of one dataset.

Beside snapshot.py, which says what aggregates are made of. Nothing here scans observations. Times
are track time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import orjson
from sqlalchemy import ColumnElement, func, select

from data_access.rollup import DAY, HOUR_US, day_slots, slot_bounds_us
from data_access.store.records import STANDS
from data_access.store.series import AREA, ENTITY
from data_access.store.snapshot import Snapshot
from data_access.store.tables import cell, file, latest, record, record_now, series

LIVE_DAYS = 2  # of the marks of what comes in live: today and the day before
Slots = tuple[int, int]  # first and last


@dataclass(frozen=True, slots=True)
class Measured:
    """What the contract made of a dataset's files, or of the last days of what comes in live."""

    accepted: int = 0
    rejected: Mapping[str, int] = field(default_factory=dict)  # reason -> rows
    measured: Mapping[str, int] = field(default_factory=dict)  # what else was counted


@dataclass(frozen=True, slots=True)
class Counted:
    """Rows by (entity, indicator), and how many slots there were in which any came."""

    rows: Mapping[tuple[str, str], int]
    slots: int


def reading(snapshot: Snapshot, dataset: str) -> Measured:
    """Return what was read: all files as they are now, or the last days of what is live."""
    current = snapshot.current(dataset)
    if current is None:
        return Measured()
    which = select(file.c.accepted, file.c.rejected, file.c.measured)
    which = which.where(file.c.stream_id == current.id).order_by(file.c.path.desc())
    if current.origin == "live":
        which = which.limit(LIVE_DAYS)
    accepted, rejected, measured = 0, dict[str, int](), dict[str, int]()
    for row in snapshot.connection.execute(which):
        accepted += row.accepted
        for total, added in ((rejected, row.rejected), (measured, row.measured or {})):
            for name, count in added.items():
                total[name] = total.get(name, 0) + count
    return Measured(accepted, rejected, measured)


def last_day(
    snapshot: Snapshot, dataset: str, newest_us: int, zone: ZoneInfo
) -> tuple[dict[str, int], dict[str, int]]:
    """Return rows and suspect rows by entity, of the newest value's day and the one before."""
    last = day_of(newest_us, zone)
    found = snapshot.connection.execute(
        select(series.c.name, cell.c.suspect, func.sum(cell.c.rows))
        .join(series, series.c.id == cell.c.series_id)
        .where(*_entities(snapshot, dataset))
        .where(cell.c.step == DAY, cell.c.slot.between(last - 1, last))
        .group_by(series.c.name, cell.c.suspect)
    )
    rows: dict[str, int] = {}
    suspect: dict[str, int] = {}
    for name, is_suspect, count in found:
        rows[name] = rows.get(name, 0) + int(count)
        if is_suspect:
            suspect[name] = int(count)
    return rows, suspect


def rows_by_entity(
    snapshot: Snapshot, dataset: str, step: int, within: Slots, *, most: int, since_us: int
) -> Counted:
    """Return rows, at most `most` a slot, of the series with a value since `since_us`."""
    by_slot = (
        select(cell.c.series_id, func.sum(cell.c.rows).label("rows"))
        .where(cell.c.series_id.in_(select(series.c.id).where(*_entities(snapshot, dataset))))
        .where(cell.c.step == step, cell.c.slot.between(*within))
        .group_by(cell.c.series_id, cell.c.slot)
        .subquery()
    )
    is_postgresql = snapshot.connection.dialect.name == "postgresql"
    least = func.least if is_postgresql else func.min
    counted = (
        select(by_slot.c.series_id, func.sum(least(by_slot.c.rows, most)).label("rows"))
        .group_by(by_slot.c.series_id)
        .subquery()
    )
    found = snapshot.connection.execute(
        select(series.c.name, series.c.indicator, counted.c.rows)
        .join(latest, latest.c.series_id == series.c.id)
        .outerjoin(counted, counted.c.series_id == series.c.id)
        .where(*_entities(snapshot, dataset), latest.c.at_us >= since_us)
    )
    rows = {(name, indicator): int(count or 0) for name, indicator, count in found}
    return Counted(rows, len(slots(snapshot, dataset, step, within)))


def slots(snapshot: Snapshot, dataset: str, step: int, within: Slots) -> list[int]:
    """Return the slots in which any entity has a row, ascending."""
    found = snapshot.connection.execute(
        select(cell.c.slot)
        .where(cell.c.series_id.in_(select(series.c.id).where(*_entities(snapshot, dataset))))
        .where(cell.c.step == step, cell.c.slot.between(*within))
        .distinct()
        .order_by(cell.c.slot)
    )
    return [int(slot) for slot in found.scalars()]


def newest_by_area(snapshot: Snapshot, dataset: str) -> dict[str, int]:
    """Return the time of the newest value, or record, of each area."""
    current = snapshot.current(dataset)
    if current is None:
        return {}
    observed = (
        select(series.c.area, func.max(latest.c.at_us))
        .join(latest, latest.c.series_id == series.c.id)
        .where(*_entities(snapshot, dataset), series.c.area.is_not(None))
        .group_by(series.c.area)
    )
    reported = (
        select(record_now.c.area, func.max(record_now.c.reported_us))
        .where(record_now.c.stream_id == current.id, record_now.c.area.is_not(None), STANDS)
        .group_by(record_now.c.area)
    )
    found: dict[str, int] = {}
    for which in (observed, reported):
        for area, at_us in snapshot.connection.execute(which):
            found[area] = max(int(at_us), found.get(area, int(at_us)))
    return found


def newest_by_entity(snapshot: Snapshot, dataset: str) -> dict[str, int]:
    """Return the time of the newest value of each entity."""
    found = snapshot.connection.execute(
        select(series.c.name, func.max(latest.c.at_us))
        .join(latest, latest.c.series_id == series.c.id)
        .where(*_entities(snapshot, dataset))
        .group_by(series.c.name)
    )
    return {name: int(at_us) for name, at_us in found}


def newest_by_indicator(snapshot: Snapshot, dataset: str) -> dict[str, int]:
    """Return the time of the newest value of each indicator."""
    found = snapshot.connection.execute(
        select(series.c.indicator, func.max(latest.c.at_us))
        .join(latest, latest.c.series_id == series.c.id)
        .where(*_entities(snapshot, dataset))
        .group_by(series.c.indicator)
    )
    return {name: int(at_us) for name, at_us in found}


def newest_places(
    snapshot: Snapshot, dataset: str, *, most: int
) -> list[tuple[str, Mapping[str, Any]]]:
    """Return id and geometry of the current records that have one, newest first, at most `most`."""
    current = snapshot.current(dataset)
    stream_id = -1 if current is None else current.id
    found = snapshot.connection.execute(
        select(record_now.c.base_id, record.c.geometry)
        .join(
            record,
            (record.c.stream_id == record_now.c.stream_id)
            & (record.c.record_id == record_now.c.record_id)
            & (record.c.revision == record_now.c.revision),
        )
        .where(record_now.c.stream_id == stream_id, record.c.geometry.is_not(None), STANDS)
        .order_by(record_now.c.reported_us.desc(), record_now.c.base_id)
        .limit(most)
    )
    return [(row.base_id, orjson.loads(row.geometry)) for row in found]


def means(
    snapshot: Snapshot, dataset: str, indicator: str, step: int, within: Slots
) -> dict[str, dict[int, float]]:
    """Return the means of each entity by slot, of suspect rows too."""
    found = snapshot.connection.execute(
        select(
            series.c.name,
            cell.c.slot,
            func.sum(cell.c.sum_micro),
            func.sum(cell.c.rows),
        )
        .join(series, series.c.id == cell.c.series_id)
        .where(*_entities(snapshot, dataset), series.c.indicator == indicator)
        .where(cell.c.step == step, cell.c.slot.between(*within))
        .group_by(series.c.name, cell.c.slot)
        .order_by(series.c.name, cell.c.slot)
    )
    means: dict[str, dict[int, float]] = {}
    for name, slot, total, rows in found:
        means.setdefault(name, {})[int(slot)] = float(total) / float(rows) / 1_000_000
    return means


def by_entity(
    snapshot: Snapshot,
    dataset: str,
    indicator: str,
    days: Slots,
    names: Sequence[str] | None = None,
) -> dict[tuple[str, int], float]:
    """Return the mean of each (entity, day), of good rows."""
    return _by_name(snapshot, dataset, indicator, days, ENTITY, names)


def by_area(
    snapshot: Snapshot, dataset: str, indicator: str, days: Slots
) -> dict[tuple[str, int], float]:
    """Return the mean of each (area, day), of good rows."""
    return _by_name(snapshot, dataset, indicator, days, AREA, None)


def day_of(at_us: int, zone: ZoneInfo) -> int:
    """Return the day slot of an instant."""
    return int(day_slots(np.array([at_us // HOUR_US], np.int64), zone)[0])


def slot_us(step: int, slot: int, zone: ZoneInfo) -> int:
    """Return when a slot begins."""
    return slot_bounds_us(step, slot, zone)[0]


def _by_name(
    snapshot: Snapshot,
    dataset: str,
    indicator: str,
    days: Slots,
    kind: str,
    names: Sequence[str] | None,
) -> dict[tuple[str, int], float]:
    cells = snapshot.cells(dataset, indicator, DAY, days, kind=kind, names=names)
    keys = zip(cells.name.tolist(), cells.slot.tolist(), strict=True)
    return dict(zip(keys, cells.mean.tolist(), strict=True))


def _entities(snapshot: Snapshot, dataset: str) -> tuple[ColumnElement[bool], ...]:
    current = snapshot.current(dataset)
    stream_id = -1 if current is None else current.id
    return series.c.stream_id == stream_id, series.c.kind == ENTITY
