"""The versions records are made of, as source rows: of now, or as each stood at an instant.

Not for what aggregates ask of records: that is a Snapshot's (data_access/store/snapshot.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from heapq import merge
from itertools import islice
from typing import Any

import orjson
from sqlalchemy import ColumnElement, Connection, select

from data_access.contracts import CITY_AREA
from data_access.masking import Masks, is_small
from data_access.model import QUALITIES, WITHDRAWN
from data_access.records import facets, instant_us
from data_access.replay import Timeline
from data_access.store.cutoff import Cutoff
from data_access.store.evidence_records import KnownRecords, Version
from data_access.store.records import IDS_A_QUERY, current_version
from data_access.store.tables import record, record_now

_CHOSEN_BY = (  # of a version: what it takes to find those that stand, without what they say
    "record_id", "base_id", "revision", "version", "status",
    "reported_us", "shift_us", "valid_from_us", "area",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Wanted:
    """Of which stream rows are wanted, as known when, how many, and what of them is told."""

    stream_id: int
    timeline: Timeline | None
    cutoff: Cutoff | None
    limit: int
    masks: Masks


@dataclass(frozen=True, slots=True)
class Which:
    """The records meant, any where a field is empty."""

    entities: tuple[str, ...]
    area: str | None
    categories: tuple[str, ...]
    statuses: tuple[str, ...]
    began: tuple[datetime, datetime] | None


def record_rows(connection: Connection, wanted: Wanted, of: Which) -> list[dict[str, Any]]:
    """Return the version each record is made of, those reported last first."""
    if wanted.cutoff is None:
        rows: Iterator[Any] = iter(_now(connection, wanted, of))
    else:
        came_later = _came_later(wanted.cutoff, wanted.timeline)
        as_now = _now(connection, wanted, of, ~came_later)
        others = _then(connection, wanted, wanted.cutoff, of, came_later)
        rows = merge(as_now, others, key=lambda row: _order(row._mapping))
    return [_record(row, wanted) for row in islice(rows, wanted.limit)]


def instant_of(at_us: int) -> datetime:
    """Return microseconds since the Unix epoch as an aware instant."""
    return datetime.fromtimestamp(at_us / 1_000_000, UTC)


def _order(row: Mapping[str, Any]) -> tuple[int, int]:
    return -row["reported_us"] - row["shift_us"], -row["revision"]


def _came_later(cutoff: Cutoff, timeline: Timeline | None) -> ColumnElement[bool]:
    """Return of which records of `record_now` a version does not count yet: they may differ."""
    later = record.alias()
    return (
        select(later.c.revision)
        .where(
            later.c.stream_id == record_now.c.stream_id,
            later.c.record_id == record_now.c.record_id,
            ~cutoff.of_records(later.c, timeline),
        )
        .correlate(record_now)
        .exists()
    )


def _now(
    connection: Connection, wanted: Wanted, of: Which, which_now: ColumnElement[bool] | None = None
) -> Sequence[Any]:
    which = (
        select(record)
        .join(
            record_now,
            (record.c.stream_id == record_now.c.stream_id)
            & (record.c.record_id == record_now.c.record_id)
            & (record.c.revision == record_now.c.revision),
        )
        .where(record_now.c.stream_id == wanted.stream_id)
    )
    if which_now is not None:
        which = which.where(which_now)
    if of.entities:
        which = which.where(record.c.base_id.in_(of.entities))
    if of.area is not None and of.area != CITY_AREA:
        which = which.where(record.c.area == of.area)
    if of.categories:
        which = which.where(record_now.c.category.in_(of.categories))
    if of.statuses:
        which = which.where(record.c.status.in_(of.statuses))
    if of.began is not None:
        first, last = of.began
        which = which.where(record.c.valid_from_us.between(instant_us(first), instant_us(last)))
    which = which.order_by(record_now.c.reported_us.desc(), record.c.revision.desc())
    return connection.execute(which.limit(wanted.limit)).all()


def _then(
    connection: Connection,
    wanted: Wanted,
    cutoff: Cutoff,
    of: Which,
    which_now: ColumnElement[bool],
) -> Iterator[Any]:
    """Yield versions as records stood; what they say is read of those that may be wanted alone."""
    if of.entities:
        which_now &= record_now.c.base_id.in_(of.entities)
    known = KnownRecords(connection, cutoff, only=which_now, columns=_CHOSEN_BY)
    histories = known.histories(wanted.stream_id, wanted.timeline)
    stood = [version for each in histories if _is_meant(version := current_version(each), of)]
    stood.sort(key=_order)
    at_once = IDS_A_QUERY if of.categories else min(IDS_A_QUERY, wanted.limit)
    for start in range(0, len(stood), at_once):
        for row in _whole(connection, wanted.stream_id, stood[start : start + at_once]):
            category = facets(orjson.loads(row.body)).category if of.categories else ""
            if not of.categories or category in of.categories:
                yield row


def _is_meant(row: Version, of: Which) -> bool:
    if of.area not in (None, CITY_AREA, row["area"]) or (
        of.statuses and row["status"] not in of.statuses
    ):
        return False
    if of.began is None:
        return True
    first_us, last_us = (instant_us(each) for each in of.began)
    began_us = row["valid_from_us"]
    return began_us is not None and first_us <= began_us <= last_us


def _whole(connection: Connection, stream_id: int, versions: Sequence[Version]) -> Iterator[Any]:
    """Yield versions with all they say, in their order."""
    ids = [each["record_id"] for each in versions]
    found = connection.execute(
        select(record).where(record.c.stream_id == stream_id, record.c.record_id.in_(ids))
    )
    rows = {(row.record_id, row.revision): row for row in found}
    for each in versions:
        yield rows[each["record_id"], each["revision"]]


def _record(row: Any, wanted: Wanted) -> dict[str, Any]:
    shown_us = row.reported_us + row.shift_us
    return {
        "observed_at": instant_of(row.reported_us),
        "shown_at": instant_of(
            shown_us if wanted.timeline is None else wanted.timeline.glass(shown_us)
        ),
        "value": None if row.status == WITHDRAWN else row.status,
        "quality": WITHDRAWN if row.status == WITHDRAWN else QUALITIES[0],
        "source_ref": row.source_ref,
        "recorded_at": instant_of(row.recorded_us),
        "indicator": None,
        "entity": row.base_id,
        "area": row.area,
        "revision": row.revision,
        "geometry": orjson.loads(row.geometry) if row.geometry else None,
        **_body(orjson.loads(row.body), wanted.masks),
    }


def _body(body: dict[str, Any], masks: Masks) -> dict[str, Any]:
    """Return a record's body without what is of too few people."""
    small = [name for name, below in masks.fields.items() if _is_small(body.get(name), below)]
    if not small:
        return {"body": body}
    return {"body": {**body, **dict.fromkeys(small)}, "masked": True}


def _is_small(found: Any, below: int) -> bool:
    return isinstance(found, int | float) and is_small(found, below)
