"""Parts of a source that come whole: what was said of one, and is not any more, is withdrawn.

A partition of a lake that is written anew, or an answer that is all there is, says by leaving a row
out that it does not hold; one that is gone leaves out all that it said last, and alone. Nothing is
deleted: a withdrawal is one more revision of the row, so that what was known before stays
answerable as of then, and the row may come again. Cells and newest values follow from the rows that
stand.

Not for what must not be kept at all: that is data_access/store/withdrawn.py.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from sqlalchemy import ColumnElement, Connection, and_, delete, func, select, true, update

from data_access.model import RecordRow
from data_access.records import instant_us
from data_access.rows import (
    NO_LINE,
    WITHDRAWN,
    Rows,
    SeriesKey,
    is_of_part,
    join_reference,
    part_of,
)
from data_access.store.engine import insert_into
from data_access.store.series import ENTITY
from data_access.store.tables import observation, part, ref, series

log = logging.getLogger(__name__)

Within = Literal["all", "span", "on"]  # of a part: any of its rows, between those it has, or later
ENDLESS_US = 2**62
Key = tuple[str, str, int]  # indicator, entity, time


@dataclass(frozen=True, slots=True)
class Extent:
    """Between which times something lies."""

    first_us: int
    last_us: int

    @classmethod
    def of(cls, at_us: np.ndarray) -> Extent | None:
        """Return the extent of times, None of none."""
        return cls(int(at_us.min()), int(at_us.max())) if len(at_us) else None

    def on(self) -> Extent:
        """Return it without an end."""
        return Extent(self.first_us, ENDLESS_US)

    def met(self, other: Extent) -> Extent:
        """Return what both have; it ends before it begins where that is nothing."""
        return Extent(max(self.first_us, other.first_us), min(self.last_us, other.last_us))

    def joined(self, other: Extent | None) -> Extent:
        """Return the extent of both."""
        if other is None:
            return self
        return Extent(min(self.first_us, other.first_us), max(self.last_us, other.last_us))


@dataclass(frozen=True, slots=True)
class Whole:
    """All there is now of a part of a source; rows of it that were refused stay as they were.

    Within its `span` alone, from its first row to its last, where it tells of a while; or from its
    first row `on`, where only what is older may have been left behind.
    """

    name: str  # what references of its rows are (data_access/rows.py, is_of_part) …
    rows: Rows | None  # None: of a part that says nothing of rows
    refused: Collection[Key] = ()
    nameless: int = 0  # rows that were refused, and nobody knows of what: any may be one of these
    within: Within = "all"
    ends: str = "#"  # … before one of these
    beside: Rows | None = None  # what other parts say now: a row they have is not gone
    kept_before_us: int | None = None  # one that begins earlier was cleared away, and stays
    records: Sequence[RecordRow] | None = None  # None: of a part that says nothing of records
    refused_records: Collection[str] = ()  # their ids
    between: Extent | None = None  # only its rows here, whatever is known of where they are


def missing(
    connection: Connection, stream_id: int, whole: Whole
) -> tuple[Rows, frozenset[str]] | None:
    """Return the withdrawals of rows a part had and has no more, None when it has all.

    With them the other parts that once said one of these, and may do so still. To be asked when the
    rows it has are written; what it had is found by where its rows were.
    """
    within = reach(connection, stream_id, whole)
    if within is None or whole.rows is None:
        return None
    if whole.within != "all":
        span = Extent.of(whole.rows.at_us)
        if span is None:
            return None
        within = within.met(span if whole.within == "span" else span.on())
    had, earlier = _had(connection, stream_id, whole, within)
    if not had:
        return None
    said = _said(whole.rows)
    if whole.beside is not None:
        said |= _said(whole.beside)
    said.update(whole.refused)
    keys: dict[SeriesKey, int] = {}
    found: list[tuple[int, int, float]] = []
    others: set[str] = set()
    for row in had:
        if (row.indicator, row.name, row.at_us) in said:
            continue
        others |= earlier[row.indicator, row.name, row.at_us]
        key = SeriesKey(row.indicator, row.name, row.area)
        found.append((keys.setdefault(key, len(keys)), row.at_us, row.value))
    if len(found) <= whole.nameless:
        return None
    log.info("%s: %d rows of it are said no more", whole.name, len(found))
    code, at_us, values = zip(*found, strict=True)
    rows = Rows(
        keys=tuple(keys),
        refs=(whole.name,),
        code=np.array(code, np.int32),
        at_us=np.array(at_us, np.int64),
        value=np.array(values, np.float64),
        quality=np.full(len(found), WITHDRAWN, np.int8),
        ref=np.zeros(len(found), np.int32),
        line=np.full(len(found), NO_LINE, np.int32),
    )
    return rows, frozenset(others - {whole.name})


def reach(connection: Connection, stream_id: int, whole: Whole) -> Extent | None:
    """Return where what a part had may be; None where it had nothing, or all of it stays."""
    within = whole.between or _known(connection, stream_id, whole.name)
    if within is None or (
        whole.kept_before_us is not None and within.first_us < whole.kept_before_us
    ):
        return None
    return within


def keep(connection: Connection, stream_id: int, whole: Whole, gone: Rows | None) -> None:
    """Take note of where the rows of a part are, and those of it that were withdrawn."""
    reported = [instant_us(each.reported_at) for each in whole.records or ()]
    at_us = np.zeros(0, np.int64) if whole.rows is None else whole.rows.at_us
    here = Extent.of(np.concatenate([at_us, np.array(reported, np.int64)]))
    lost = None if gone is None else Extent.of(gone.at_us)
    if whole.between is not None:  # given each time; but where rows were withdrawn must be known
        here = lost
    if here is None and lost is None:
        return
    was = connection.execute(select(part).where(*_is(stream_id, whole.name))).first()
    if was is not None:
        known = Extent(was.first_us, was.last_us)
        here = known.joined(here)
        if was.gone_first_us is not None:
            lost = Extent(was.gone_first_us, was.gone_last_us).joined(lost)
    if here is None:
        return
    values = {
        "first_us": here.first_us,
        "last_us": here.last_us,
        "gone_first_us": None if lost is None else lost.first_us,
        "gone_last_us": None if lost is None else lost.last_us,
    }
    connection.execute(
        insert_into(connection, part)
        .values(stream_id=stream_id, name=whole.name, **values)
        .on_conflict_do_update(index_elements=[part.c.stream_id, part.c.name], set_=values)
    )


def ask_again(connection: Connection, stream_id: int, names: Collection[str]) -> None:
    """Take note that parts are to be read once more, until they are said whole (`answered`)."""
    which = part.c.stream_id == stream_id, part.c.name.in_(sorted(names))
    connection.execute(update(part).where(*which).values(again=True))


def answered(connection: Connection, stream_id: int, name: str) -> None:
    """Take note that a part was said whole."""
    which = _is(stream_id, name)
    connection.execute(update(part).where(*which, part.c.again).values(again=False))


def asked_again(connection: Connection, stream_id: int) -> frozenset[str]:
    """Return the parts that are still to be read once more."""
    which = select(part.c.name).where(part.c.stream_id == stream_id, part.c.again)
    return frozenset(connection.execute(which).scalars())


def gone(connection: Connection, stream_id: int) -> Extent | None:
    """Return between which times rows of a stream were withdrawn, None when none was."""
    first_us, last_us = connection.execute(
        select(func.min(part.c.gone_first_us), func.max(part.c.gone_last_us)).where(
            part.c.stream_id == stream_id
        )
    ).one()
    return None if first_us is None else Extent(int(first_us), int(last_us))


def forget(connection: Connection, stream_id: int, before_us: int) -> None:
    """Forget parts all of whose rows are older."""
    connection.execute(
        delete(part).where(part.c.stream_id == stream_id, part.c.last_us < before_us)
    )


def stands(
    rows: Any, counts: Callable[[Any], ColumnElement[bool]] = lambda _: true()
) -> ColumnElement[bool]:
    """Return which rows of `observation` (or an alias) are not withdrawn, as far as rows count."""
    later = observation.alias()
    withdrawn = (
        select(later.c.revision)
        .where(
            later.c.series_id == rows.c.series_id,
            later.c.at_us == rows.c.at_us,
            later.c.revision > rows.c.revision,
            later.c.quality == WITHDRAWN,
            counts(later.c),
        )
        .correlate(rows)
    )
    return and_(rows.c.quality != WITHDRAWN, ~withdrawn.exists())


def _is(stream_id: int, name: str) -> tuple[ColumnElement[bool], ...]:
    return part.c.stream_id == stream_id, part.c.name == name


def _known(connection: Connection, stream_id: int, name: str) -> Extent | None:
    which = select(part.c.first_us, part.c.last_us).where(*_is(stream_id, name))
    found = connection.execute(which).first()
    return None if found is None else Extent(found.first_us, found.last_us)


def _had(
    connection: Connection, stream_id: int, whole: Whole, within: Extent
) -> tuple[list[Any], dict[Key, set[str]]]:
    """Return the rows of a part that stand, by series and time, and what parts said each."""
    found = connection.execute(
        select(
            series.c.indicator,
            series.c.name,
            series.c.area,
            observation.c.at_us,
            observation.c.value,
            observation.c.quality,
            observation.c.ref_line,
            ref.c.text,
        )
        .join(observation, observation.c.series_id == series.c.id)
        .join(ref, ref.c.id == observation.c.ref_id)
        .where(series.c.stream_id == stream_id, series.c.kind == ENTITY)
        .where(observation.c.at_us.between(within.first_us, within.last_us))
        .order_by(series.c.id, observation.c.at_us, observation.c.revision)
    )
    newest: dict[Key, Any] = {}
    said_by: dict[Key, set[str]] = {}
    for row in found:
        key = row.indicator, row.name, row.at_us
        newest[key] = row
        said_by.setdefault(key, set()).add(part_of(join_reference(row.text, row.ref_line)))
    standing = [
        row
        for row in newest.values()
        if row.quality != WITHDRAWN
        and is_of_part(join_reference(row.text, row.ref_line), whole.name, whole.ends)
    ]
    return standing, said_by


def _said(rows: Rows) -> set[Key]:
    keys = [(key.indicator, key.entity) for key in rows.keys]
    places = zip(rows.code.tolist(), rows.at_us.tolist(), strict=True)
    return {(*keys[code], at_us) for code, at_us in places}
