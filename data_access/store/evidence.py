"""A snapshot that answers from source rows alone, and remembers which it read.

What aggregates ask of a Snapshot (newest values, cells, current records) is made here anew from the
observations and versions of records that were known at an instant, not from what was rolled up when
they came. So a number built on it is recomputed from its rows, and the rows are at hand.

Taken from roll-ups, and counted as such, are slots whose rows are no longer kept, and stretches of
more rows than can be read while somebody waits: MOST_ROWS of the indicator that is asked about (or
as many as whoever need not wait allows), OTHER_ROWS of all others together. Counts of refused rows
are those of the files' marks.
"""

from __future__ import annotations

from collections.abc import Sequence
from heapq import heappush, heappushpop
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from sqlalchemy import ColumnElement, Connection, Select, func, select

from data_access.replay import Timeline
from data_access.rollup import DAY, HOUR_US, slot_bounds_us
from data_access.rows import SUSPECT, WITHDRAWN, join_reference
from data_access.store import parts
from data_access.store.cutoff import Cutoff
from data_access.store.evidence_newest import NewestRows
from data_access.store.evidence_records import KnownRecords, Standing
from data_access.store.evidence_rows import (
    Read,
    Row,
    by_area,
    ended_after,
    ends_after,
    inside_of,
    joined,
    life_of,
    rolled,
    row_columns,
)
from data_access.store.measures import day_of
from data_access.store.series import AREA, ENTITY
from data_access.store.snapshot import Life, Newest, Reading, Snapshot, Table
from data_access.store.tables import (
    cell,
    file,
    observation,
    ref,
    series,
)

MOST_ROWS = 20_000  # of one question; more are taken as they were rolled up
OTHER_ROWS = 5_000  # of indicators that are not asked about, in all
KEPT = 200  # rows of one question that are remembered one by one
NEVER_US = 2**62
_EVERYTHING = -(2**31), 2**31 - 1


class SourceSnapshot(Snapshot):
    """One realm of the store as far as rows count by `cutoff`, from these rows."""

    def __init__(
        self,
        connection: Connection,
        realm: str,
        *,
        cutoff: Cutoff,
        zone: ZoneInfo,
        about: str | None = None,
        then_us: int | None = None,
        most_rows: int = MOST_ROWS,
    ) -> None:
        """`about` is the indicator that is asked about; None: all are."""
        super().__init__(connection, realm, then_us=then_us)
        self._about = about
        self._most_rows = most_rows
        self._left = OTHER_ROWS
        self._cutoff = cutoff
        self._zone = zone
        self._horizons: dict[str, int] = {}
        self._newest_us: dict[str, int | None] = {}
        self._records = KnownRecords(connection, cutoff)
        self._newest = NewestRows(connection, cutoff)
        self.reads: list[Read] = []

    def newest(self, dataset: str, indicator: str) -> list[Newest]:
        """Return the newest value of every entity, from its newest row."""
        current = self.current(dataset)
        rows = [] if current is None else self._newest.of(current, indicator)
        gone = [] if current is None else self._newest.taken_back(current, indicator)
        self._note("newest", dataset, indicator, [*rows, *gone])
        return [
            Newest(row.entity, row.area, row.at_us, row.value, row.quality == SUSPECT)
            for row in sorted(rows, key=lambda row: row.entity)
        ]

    def newest_us(self, dataset: str) -> int | None:
        """Return the time of the newest row of any series, or of the newest record."""
        if dataset not in self._newest_us:
            self._newest_us[dataset] = self._find_newest_us(dataset)
        return self._newest_us[dataset]

    def _find_newest_us(self, dataset: str) -> int | None:
        current = self.current(dataset)
        if current is None:
            return None
        times = [self._newest.newest_us(current), self._records.newest_us(current)]
        return max((each for each in times if each is not None), default=None)

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
        """Return the cells of good rows, rolled up from the rows."""
        stored = super().cells(dataset, indicator, step, slots, kind=kind, names=names)
        there = self._slots_there(dataset, step, stored)
        if there is None or not self._may_read(indicator, int(stored.rows.sum())):
            self._note("cells", dataset, indicator, (), cells=len(stored))
            return stored
        slots = max(slots[0], there[0]), min(slots[1], there[1])
        horizon_us = self._horizon_us(dataset)
        begins = (self._begin_us(step, slot) for slot in stored.slot.tolist())
        is_gone = np.array([begin_us < horizon_us for begin_us in begins], bool)
        begin_us = max(self._begin_us(step, slots[0]), horizon_us)
        end_us = slot_bounds_us(step, slots[1], self._zone)[1] - 1
        chosen = None if kind == AREA else names
        inside = inside_of(names) if kind == AREA else None
        rows = self._rows(dataset, indicator, begin_us, end_us, entities=chosen, inside=inside)
        good = [row for row in rows if row.quality not in (SUSPECT, WITHDRAWN)]
        if kind == AREA:
            wanted = None if names is None else set(names)
            grouped = by_area(good, wanted)
        else:
            grouped = [(row.entity, row) for row in good]
        self._note("cells", dataset, indicator, rows, cells=int(is_gone.sum()))
        return joined(rolled(grouped, step, slots, self._zone), stored, is_gone)

    def values(
        self, dataset: str, indicator: str, name: str, *, from_us: int, to_us: int
    ) -> list[tuple[int, float]]:
        """Return (time, value) of one entity in [from, to]."""
        rows = self._rows(dataset, indicator, from_us, to_us, entities=[name])
        self._note("values", dataset, indicator, rows)
        return [(row.at_us, row.value) for row in rows if row.quality != WITHDRAWN]

    def recent(
        self, dataset: str, indicator: str, *, from_us: int
    ) -> dict[str, list[tuple[int, float]]]:
        """Return (time, value) of every entity from a time on, without suspect rows."""
        found: dict[str, dict[int, tuple[float, int]]] = {}
        newest: list[tuple[int, int, Row]] = []  # a heap: there may be a million rows to come
        which = self._which_rows(dataset, indicator, from_us, NEVER_US)
        for number, each in enumerate(self.connection.execute(which)):
            found.setdefault(each.entity, {})[each.at_us] = each.value, each.quality
            if len(newest) < KEPT:
                heappush(newest, (each.at_us, number, Row(*each)))
            elif each.at_us >= newest[0][0]:
                heappushpop(newest, (each.at_us, number, Row(*each)))
        qualities = [quality for rows in found.values() for _, quality in rows.values()]
        kept = tuple(row for _, _, row in sorted(newest, reverse=True))  # revisions newest first
        suspect, gone = qualities.count(SUSPECT), qualities.count(WITHDRAWN)
        count = len(qualities) - gone
        self.reads.append(Read("values", dataset, indicator, count, suspect, 0, kept, gone))
        return {
            entity: [
                (at_us, value)
                for at_us, (value, quality) in rows.items()
                if quality not in (SUSPECT, WITHDRAWN)
            ]
            for entity, rows in found.items()
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
        """Return current records, from their versions."""
        found = self._current_records(dataset)
        self._note_records(dataset, found)
        chosen = [
            (now, row)
            for now, row in found
            if (statuses is None or now["status"] in statuses)
            and (active_us is None or ends_after(now, active_us))
            and (since_us is None or now["opened_us"] > since_us or ended_after(now, since_us))
            and (until_us is None or now["opened_us"] <= until_us)
        ]
        chosen.sort(key=lambda pair: (-pair[0]["reported_us"], pair[0]["base_id"]))
        return [
            life_of(now, row, bodies=bodies, geometries=geometries) for now, row in chosen[:limit]
        ]

    def counts(self, dataset: str) -> list[tuple[str, str, str | None, int]]:
        """Return (status, category, area, records) of the current records."""
        found = self._current_records(dataset)
        self._note_records(dataset, found)
        counted: dict[tuple[str, str, str | None], int] = {}
        for now, _ in found:
            key = (now["status"], now["category"], now["area"])
            counted[key] = counted.get(key, 0) + 1
        return [(*key, count) for key, count in counted.items()]

    def reading(self, dataset: str) -> Reading:
        """Return what the marks of the files say."""
        found = super().reading(dataset)
        self.reads.append(Read("files", dataset, rows=found.files))
        return found

    def references(self, rows: Sequence[Row]) -> list[str]:
        """Return the source reference of each row."""
        ids = {row.ref_id for row in rows if row.ref_id is not None}
        found = self.connection.execute(select(ref.c.id, ref.c.text).where(ref.c.id.in_(ids)))
        texts = {row.id: row.text for row in found}
        return [
            row.source_ref or join_reference(texts.get(row.ref_id, ""), row.ref_line)
            for row in rows
        ]

    def files(self, dataset: str) -> list[dict[str, Any]]:
        """Return the files (or days of what is live) that feed a dataset, newest first."""
        current = self.current(dataset)
        stream_id = -1 if current is None else current.id
        which = select(file).where(file.c.stream_id == stream_id).order_by(file.c.read_us.desc())
        return [dict(row._mapping) for row in self.connection.execute(which)]

    def _rows(
        self,
        dataset: str,
        indicator: str,
        from_us: int,
        to_us: int,
        *,
        entities: Sequence[str] | None = None,
        inside: ColumnElement[bool] | None = None,
    ) -> list[Row]:
        """Return known rows in [from, to], newest revisions, by series and time."""
        which = self._which_rows(
            dataset, indicator, from_us, to_us, entities=entities, inside=inside
        )
        newest = {(row.entity, row.at_us): Row(*row) for row in self.connection.execute(which)}
        return list(newest.values())

    def _which_rows(
        self,
        dataset: str,
        indicator: str,
        from_us: int,
        to_us: int,
        *,
        entities: Sequence[str] | None = None,
        inside: ColumnElement[bool] | None = None,
    ) -> Select[Any]:
        """Return the question for all known revisions in [from, to], by series and time."""
        which = (
            row_columns()
            .join(series, series.c.id == observation.c.series_id)
            .where(*self._series(dataset, indicator, ENTITY))
            .where(observation.c.at_us.between(from_us, to_us))
            .where(self._cutoff.of_observations(observation.c, self._timeline(dataset)))
            .order_by(series.c.name, observation.c.at_us, observation.c.revision)
        )
        if entities is not None:
            which = which.where(series.c.name.in_(entities))
        if inside is not None:
            which = which.where(inside)
        return which

    def _current_records(self, dataset: str) -> Sequence[Standing]:
        current = self.current(dataset)
        return () if current is None else self._records.standing(current)

    def _timeline(self, dataset: str) -> Timeline | None:
        current = self.current(dataset)
        return None if current is None else current.timeline

    def _horizon_us(self, dataset: str) -> int:
        """Return from where on rows are kept: what is older is there rolled up only."""
        if dataset not in self._horizons:
            current = self.current(dataset)
            mine = select(series.c.id).where(series.c.stream_id == (current.id if current else -1))
            first_us = self.connection.execute(
                select(func.min(observation.c.at_us)).where(observation.c.series_id.in_(mine))
            ).scalar()
            first_day = self.connection.execute(
                select(func.min(cell.c.slot)).where(cell.c.series_id.in_(mine), cell.c.step == DAY)
            ).scalar()
            if first_day is None:
                horizon_us = -NEVER_US
            elif first_us is None:
                horizon_us = NEVER_US
            else:
                is_cut = first_day < day_of(int(first_us), self._zone)
                horizon_us = int(first_us) if is_cut else -NEVER_US
            self._horizons[dataset] = horizon_us
        return self._horizons[dataset]

    def _slots_there(self, dataset: str, step: int, stored: Table) -> tuple[int, int] | None:
        """Return the first and last slot that have, or had, a row; None when none has.

        What was withdrawn has no cells any more, and counted once.
        """
        slots = (
            [int(each) for each in (stored.slot.min(), stored.slot.max())] if len(stored) else []
        )
        current = self.current(dataset)
        gone = None if current is None else parts.gone(self.connection, current.id)
        if gone is not None:
            slots += [self._slot_of(step, at_us) for at_us in (gone.first_us, gone.last_us)]
        return (min(slots), max(slots)) if slots else None

    def _slot_of(self, step: int, at_us: int) -> int:
        return day_of(at_us, self._zone) if step == DAY else at_us // HOUR_US

    def _may_read(self, indicator: str, rows: int) -> bool:
        """Tell whether so many rows are read one by one; what is not asked about has less."""
        if self._about in (None, indicator):
            return rows <= self._most_rows
        if rows > self._left:
            return False
        self._left -= rows
        return True

    def _begin_us(self, step: int, slot: int) -> int:
        return slot_bounds_us(step, slot, self._zone)[0]

    def _note(
        self, what: str, dataset: str, indicator: str, rows: Sequence[Row], *, cells: int = 0
    ) -> None:
        suspect = sum(row.quality == SUSPECT for row in rows)
        gone = sum(row.quality == WITHDRAWN for row in rows)
        newest = tuple(sorted(rows, key=lambda row: -row.at_us)[:KEPT])
        count = len(rows) - gone
        self.reads.append(Read(what, dataset, indicator, count, suspect, cells, newest, gone))

    def _note_records(self, dataset: str, found: Sequence[Standing]) -> None:
        if any(read.what == "records" and read.dataset == dataset for read in self.reads):
            return
        newest = sorted(found, key=lambda pair: -pair[0]["reported_us"])[:KEPT]
        kept = tuple(
            Row(
                "",
                now["base_id"],
                now["area"],
                now["reported_us"],
                now["status"],
                0,
                row["revision"],
                row["recorded_us"],
                None,
                -1,
                row["source_ref"],
            )
            for now, row in newest
        )
        self.reads.append(Read("records", dataset, rows=len(found), kept=kept))
