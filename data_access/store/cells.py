"""Cells in the store: new rows merged in, revised ones rolled up again, areas folded."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import (
    ColumnElement,
    Connection,
    MetaData,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
)

from data_access import rollup
from data_access.rollup import Cells
from data_access.rows import SUSPECT, WITHDRAWN
from data_access.store.engine import bulk, copy_in, insert_into
from data_access.store.series import NONE, SeriesBook
from data_access.store.tables import cell, observation

SLOTS_A_QUERY = 200
_COLUMNS = [column.name for column in cell.columns]
_STAGE = "CREATE TEMPORARY TABLE IF NOT EXISTS cell_stage (LIKE cell) ON COMMIT DELETE ROWS"
_STAGED = cell.to_metadata(MetaData(), name="cell_stage")


def merge(connection: Connection, book: SeriesBook, fresh: Cells) -> None:
    """Add the cells of new rows to those there are, for their series, areas and the city."""
    _add(connection, fresh)
    good = rollup.select(fresh, fresh.suspect == 0)
    for upward in (book.area, book.city):
        target = upward[good.series]
        inside = target != NONE
        _add(connection, rollup.fold(rollup.select(good, inside), target[inside]))


def roll_again(
    connection: Connection,
    book: SeriesBook,
    ids: np.ndarray,
    at_us: np.ndarray,
    zone: ZoneInfo,
) -> None:
    """Roll up again, from the current rows, the cells that rows of these times are in."""
    hours = at_us // rollup.HOUR_US
    days = rollup.day_slots(hours, zone)
    refold: dict[int, set[tuple[int, int]]] = {}  # area series -> (step, slot)
    for each in np.unique(ids).tolist():
        mine = ids == each
        slots = {(rollup.HOUR, int(h)) for h in hours[mine]}
        slots |= {(rollup.DAY, int(d)) for d in days[mine]}
        _replace(connection, each, slots, zone)
        for area in (int(book.area[each]), int(book.city[each])):
            if area != NONE:
                refold.setdefault(area, set()).update(slots)
    for area, slots in refold.items():
        _fold_again(connection, book, area, slots)


def fold_whole(connection: Connection, book: SeriesBook, areas: Iterable[int]) -> None:
    """Fold all cells of area series again, after their members have changed."""
    for area in areas:
        concerned = [*book.members(area), area]
        found = connection.execute(
            select(cell.c.step, cell.c.slot).where(cell.c.series_id.in_(concerned)).distinct()
        )
        _fold_again(connection, book, area, {(step, slot) for step, slot in found})


def _add(connection: Connection, cells: Cells) -> None:
    if not len(cells):
        return
    insert = insert_into(connection, cell)
    new = insert.excluded
    least, most = (
        (func.least, func.greatest)
        if connection.dialect.name == "postgresql"
        else (func.min, func.max)
    )
    statement = insert.on_conflict_do_update(
        index_elements=[cell.c.series_id, cell.c.step, cell.c.slot, cell.c.suspect],
        set_={
            "rows": cell.c.rows + new.rows,
            "sum_micro": cell.c.sum_micro + new.sum_micro,
            "low": least(cell.c.low, new.low),
            "high": most(cell.c.high, new.high),
        },
    )
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_STAGE)
        copy_in(connection, "cell_stage", _COLUMNS, cells.tuples())
        connection.execute(statement.from_select(_COLUMNS, select(_STAGED)))
        connection.exec_driver_sql("TRUNCATE cell_stage")
    else:
        bulk(connection, statement, _COLUMNS, cells.tuples())


def _replace(
    connection: Connection, series_id: int, slots: set[tuple[int, int]], zone: ZoneInfo
) -> None:
    bounds = [rollup.slot_bounds_us(step, slot, zone) for step, slot in slots]
    at_us, values, suspect = current_rows(
        connection, series_id, min(b[0] for b in bounds), max(b[1] for b in bounds) - 1
    )
    ids = np.full(len(at_us), series_id, np.int64)
    cells = rollup.roll_up(ids, at_us, values, suspect, zone)
    wanted = np.fromiter(
        ((int(s), int(t)) in slots for s, t in zip(cells.step, cells.slot, strict=True)), bool
    )
    _delete(connection, series_id, slots)
    _add(connection, rollup.select(cells, wanted))


def current_rows(
    connection: Connection, series_id: int, from_us: int, to_us: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return (times, values, suspect) of the newest revisions in [from, to] that stand."""
    found = connection.execute(
        select(observation.c.at_us, observation.c.value, observation.c.quality)
        .where(observation.c.series_id == series_id)
        .where(observation.c.at_us.between(from_us, to_us))
        .order_by(observation.c.at_us, observation.c.revision)
    ).all()
    columns = list(zip(*found, strict=True)) if found else [(), (), ()]
    at_us = np.array(columns[0], np.int64)
    newest = np.append(at_us[1:] != at_us[:-1], True) if len(at_us) else np.zeros(0, bool)
    quality = np.array(columns[2], np.int8)
    newest &= quality != WITHDRAWN
    return at_us[newest], np.array(columns[1], np.float64)[newest], (quality == SUSPECT)[newest]


def _fold_again(
    connection: Connection, book: SeriesBook, area: int, slots: set[tuple[int, int]]
) -> None:
    members = book.members(area)
    ordered = sorted(slots)
    for start in range(0, len(ordered), SLOTS_A_QUERY):
        part = ordered[start : start + SLOTS_A_QUERY]
        _delete(connection, area, part)
        found = connection.execute(
            select(
                cell.c.step,
                cell.c.slot,
                func.sum(cell.c.rows),
                func.sum(cell.c.sum_micro),
                func.min(cell.c.low),
                func.max(cell.c.high),
            )
            .where(cell.c.series_id.in_(members), cell.c.suspect == 0, _within(part))
            .group_by(cell.c.step, cell.c.slot)
        ).all()
        if found:
            rows = [
                (area, s, t, 0, int(n), int(total), low, high)
                for s, t, n, total, low, high in found
            ]
            bulk(
                connection,
                insert_into(connection, cell),
                [column.name for column in cell.columns],
                rows,
            )


def _delete(connection: Connection, series_id: int, slots: Iterable[tuple[int, int]]) -> None:
    statement = delete(cell).where(
        and_(
            cell.c.series_id == bindparam("of"),
            cell.c.step == bindparam("at_step"),
            cell.c.slot == bindparam("at_slot"),
        )
    )
    connection.execute(
        statement, [{"of": series_id, "at_step": step, "at_slot": slot} for step, slot in slots]
    )


def _within(slots: list[tuple[int, int]]) -> ColumnElement[bool]:
    by_step = {step: [t for s, t in slots if s == step] for step in {s for s, _ in slots}}
    return or_(*(and_(cell.c.step == s, cell.c.slot.in_(t)) for s, t in by_step.items()))
