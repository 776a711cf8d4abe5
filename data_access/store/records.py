"""Appending versions of records, and keeping the current one of each at hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import orjson
from sqlalchemy import Connection, Row, insert, select

from data_access.model import WITHDRAWN
from data_access.records import Played, facets, instant_us
from data_access.rows import is_of_part, part_of
from data_access.store.engine import insert_into
from data_access.store.parts import Extent, Whole
from data_access.store.past_records import played_of
from data_access.store.tables import record, record_now

IDS_A_QUERY = 500
STANDS = record_now.c.status != WITHDRAWN  # which records are not withdrawn


def append(
    connection: Connection,
    stream_id: int,
    played: Sequence[Played],
    *,
    recorded_us: int,
    owns: bool = False,
) -> int:
    """Store the versions that say something new and make the newest current; returns how many.

    A version is known by record, version and time of report; the same again inserts nothing, unless
    what is said is of the part that says it (`owns`), and another one said it last. A version that
    only says how a record ended has what it does not say from the newest version before it.
    """
    new = 0
    for start in range(0, len(played), IDS_A_QUERY):
        part = played[start : start + IDS_A_QUERY]
        stored = _stored(connection, stream_id, sorted({each.record_id for each in part}))
        rows = []
        for each in part:
            known = stored.setdefault(each.record_id, [])
            row = _row(stream_id, each, recorded_us) | {"revision": len(known)}
            if each.row.is_ending:
                row = _ended(row, known)
            if any(_says_the_same(row, other, owns) for other in _newest_of_version(row, known)):
                continue
            known.append(row)
            rows.append(row)
        if rows:
            connection.execute(insert(record), rows)
            changed = {row["record_id"] for row in rows}
            _keep_current(connection, [stored[record_id] for record_id in sorted(changed)])
        new += len(rows)
    return new


_SAID = ("status", "valid_from_us", "valid_to_us", "area", "geometry", "body")
_COLUMNS = [column.name for column in record.columns]


def _row(stream_id: int, played: Played, recorded_us: int) -> dict[str, Any]:
    row = played.row
    geometry = None if row.geometry is None else orjson.dumps(row.geometry).decode()
    return {
        "stream_id": stream_id,
        "record_id": played.record_id,
        "base_id": row.record_id,
        "lap": played.lap,
        "version": row.version,
        "status": row.status,
        "reported_us": instant_us(row.reported_at),
        "valid_from_us": None if row.valid_from is None else instant_us(row.valid_from),
        "valid_to_us": None if row.valid_to is None else instant_us(row.valid_to),
        "shift_us": played.shift_us,
        "area": row.area,
        "geometry": geometry,
        "body": orjson.dumps(dict(row.body), option=orjson.OPT_SORT_KEYS).decode(),
        "source_ref": row.source_ref,
        "recorded_us": recorded_us,
    }


def _ended(row: dict[str, Any], known: Sequence[dict[str, Any]]) -> dict[str, Any]:
    earlier = (each for each in _standing(known) if _order(each) < _order(row))
    before = max(earlier, key=_order, default=None)
    if before is None:
        return row
    body = orjson.loads(before["body"]) | orjson.loads(row["body"])
    kept = {name: before[name] for name in ("valid_from_us", "area", "geometry")}
    return row | kept | {"body": orjson.dumps(body, option=orjson.OPT_SORT_KEYS).decode()}


def _stored(
    connection: Connection, stream_id: int, record_ids: list[str]
) -> dict[str, list[dict[str, Any]]]:
    found: Sequence[Row[Any]] = connection.execute(
        select(record)
        .where(record.c.stream_id == stream_id, record.c.record_id.in_(record_ids))
        .order_by(record.c.record_id, record.c.revision)
    ).all()
    stored: dict[str, list[dict[str, Any]]] = {}
    for row in found:
        stored.setdefault(row.record_id, []).append(dict(row._mapping))
    return stored


def _newest_of_version(row: dict[str, Any], known: list[dict[str, Any]]) -> list[dict[str, Any]]:
    same = [
        other
        for other in known
        if (other["version"], other["reported_us"]) == (row["version"], row["reported_us"])
    ]
    return same[-1:]


def _says_the_same(row: dict[str, Any], other: dict[str, Any], owns: bool) -> bool:
    if owns and part_of(row["source_ref"]) != part_of(other["source_ref"]):
        return False
    return all(row[name] == other[name] for name in _SAID)


def missing(
    connection: Connection, stream_id: int, whole: Whole, within: Extent
) -> tuple[list[Played], frozenset[str]]:
    """Return the withdrawals of versions a part had and has no more, and what parts said them, too.

    A version before one that it has is not gone but history, in each lap. To be asked when the
    versions it has are written. A withdrawal is one more revision of its version, as of
    observations (data_access/store/parts.py).
    """
    said: dict[str, set[tuple[int, str]]] = {}
    for each in whole.records or ():
        said.setdefault(each.record_id, set()).add((instant_us(each.reported_at), each.version))
    if whole.within == "span":
        span = Extent.of(np.array([at_us for of in said.values() for at_us, _ in of], np.int64))
        if span is None:
            return [], frozenset()
        within = within.met(span)
    found = connection.execute(
        select(*(record.c[name] for name in _OF_MISSING))
        .where(record.c.stream_id == stream_id)
        .where(record.c.reported_us.between(within.first_us, within.last_us))
        .order_by(record.c.record_id, record.c.revision)
    )
    newest: dict[tuple[str, str, int], Any] = {}
    said_by: dict[tuple[str, str, int], set[str]] = {}
    for row in found:
        key = row.record_id, row.version, row.reported_us
        newest[key] = row
        said_by.setdefault(key, set()).add(part_of(row.source_ref))
    last = {record_id: max(versions) for record_id, versions in said.items()}
    gone = [
        key
        for key, row in newest.items()
        if row.status != WITHDRAWN
        and is_of_part(row.source_ref, whole.name, whole.ends)
        and row.base_id not in whole.refused_records
        and (version := (row.reported_us, row.version)) not in said.get(row.base_id, ())
        and not (row.base_id in last and version < last[row.base_id])
    ]
    if len({(newest[key].base_id, *key[1:]) for key in gone}) <= whole.nameless:
        return [], frozenset()
    others = set().union(*(said_by[key] for key in gone))
    taken = _withdrawals(connection, stream_id, [newest[key] for key in gone], whole.name)
    return taken, frozenset(others - {whole.name})


_OF_MISSING = (
    "record_id", "base_id", "version", "reported_us", "revision", "status", "source_ref",
)  # fmt: skip


def _withdrawals(
    connection: Connection, stream_id: int, gone: Sequence[Any], name: str
) -> list[Played]:
    """Return versions as ones their part says no more."""
    wanted = {(row.record_id, row.revision) for row in gone}
    ids = sorted({row.record_id for row in gone})
    taken = []
    for start in range(0, len(ids), IDS_A_QUERY):
        found = connection.execute(
            select(record).where(
                record.c.stream_id == stream_id,
                record.c.record_id.in_(ids[start : start + IDS_A_QUERY]),
            )
        )
        for row in found:
            if (row.record_id, row.revision) in wanted:
                played = played_of(row)
                said = replace(played.row, status=WITHDRAWN, source_ref=name)
                taken.append(replace(played, row=said))
    return taken


def _standing(history: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the versions that are not withdrawn, with all their revisions."""
    ordered = sorted(history, key=lambda row: row["revision"])
    newest = {(row["version"], row["reported_us"]): row["status"] for row in ordered}
    return [row for row in history if newest[row["version"], row["reported_us"]] != WITHDRAWN]


def _order(row: dict[str, Any]) -> tuple[int, str, int]:
    return row["reported_us"], row["version"], row["revision"]


def current_version(history: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the version a record is made of, of all there are: the newest that stands."""
    return max(_standing(history) or history, key=_order)


def current_of(history: Sequence[dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return (a row of `record_now`, the version it is made of) of all versions of one record.

    Of those that stand; where none does, its status is that it was withdrawn.
    """
    standing = _standing(history) or history
    current = max(standing, key=_order)
    shift = current["shift_us"]
    first_us = min(row["reported_us"] for row in standing)
    started_us = current["valid_from_us"]
    found = facets(orjson.loads(current["body"]))
    now = {name: current[name] for name in _NOW_AS_IS} | {
        "category": found.category,
        "reported_us": current["reported_us"] + shift,
        "opened_us": (first_us if started_us is None else started_us) + shift,
        "ended_us": _shifted(current["valid_to_us"], shift),
        "due_us": _shifted(found.due_us, shift),
    }
    return now, current


def _keep_current(connection: Connection, histories: list[list[dict[str, Any]]]) -> None:
    rows = [current_of(history)[0] for history in histories]
    statement = insert_into(connection, record_now)
    new = statement.excluded
    names = [column.name for column in record_now.columns]
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=[record_now.c.stream_id, record_now.c.base_id],
            set_={name: new[name] for name in names if name not in ("stream_id", "base_id")},
            where=record_now.c.lap <= new.lap,
        ),
        rows,
    )


_NOW_AS_IS = ("stream_id", "base_id", "record_id", "revision", "lap", "version", "status", "area")


def _shifted(at_us: int | None, shift_us: int) -> int | None:
    return None if at_us is None else at_us + shift_us
