"""The records of a stream as they stood at an instant, from the versions that count then.

A replay goes round: in each lap a record comes again, under a key of that lap (data_access/records.
py). Then it may have stood in an earlier lap than it does now, so of those whose newest lap had not
begun to be known the laps before are asked, one after another, by their keys.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, select, true
from sqlalchemy.sql import Select

from data_access.model import WITHDRAWN
from data_access.records import key_of
from data_access.replay import Timeline
from data_access.store.cutoff import Cutoff
from data_access.store.records import IDS_A_QUERY, current_of
from data_access.store.snapshot import Current
from data_access.store.tables import record, record_now

Version = dict[str, Any]
Standing = tuple[Version, Version]  # as `record_now` had it, and the version it was made of
_NAMES = [column.name for column in record.columns]


class KnownRecords:
    """The records of one store as far as their versions count by `cutoff`. Answers are kept.

    With `only` those that are so in `record_now`; of their versions all columns are read, or some.
    """

    def __init__(
        self,
        connection: Connection,
        cutoff: Cutoff,
        *,
        only: ColumnElement[bool] | None = None,
        columns: Sequence[str] = _NAMES,
    ) -> None:
        self._connection = connection
        self._cutoff = cutoff
        self._only = only
        self._columns = columns
        self._earlier: dict[int, list[Version]] = {}
        self._standing: dict[int, list[Standing]] = {}

    def newest_us(self, current: Current) -> int | None:
        """Return when the newest of them was reported, on the track; None of none."""
        if self._has_withdrawn(current):
            return max((now["reported_us"] for now, _ in self.standing(current)), default=None)
        newest = self._newest_lap(
            current.id, current.timeline, [func.max(record.c.reported_us + record.c.shift_us)]
        )
        earlier = self._before(current.id, current.timeline)
        times = [each["reported_us"] + each["shift_us"] for each in earlier]
        found = self._connection.execute(newest).scalar()
        return max(times if found is None else [*times, int(found)], default=None)

    def standing(self, current: Current) -> Sequence[Standing]:
        """Return each record as it stood, with the version it was made of."""
        if current.id not in self._standing:
            histories = self.histories(current.id, current.timeline)
            found_now = (current_of(history) for history in histories)
            self._standing[current.id] = [
                each for each in found_now if each[1]["status"] != WITHDRAWN
            ]
        return self._standing[current.id]

    def histories(self, stream_id: int, timeline: Timeline | None) -> Collection[list[Version]]:
        """Return the known versions of each record, in the lap that had come by then."""
        order = (record.c.record_id, record.c.revision)
        which = self._newest_lap(stream_id, timeline, self._asked()).order_by(*order)
        found: dict[str, list[Version]] = {}
        newest = self._read(self._connection.execute(which))
        for version in (*newest, *self._before(stream_id, timeline)):
            found.setdefault(version["base_id"], []).append(version)
        return found.values()

    def _has_withdrawn(self, current: Current) -> bool:
        which = self._newest_lap(current.id, current.timeline, [record.c.revision])
        which = which.where(record.c.status == WITHDRAWN)
        return self._connection.execute(which.limit(1)).first() is not None

    def _newest_lap(
        self, stream_id: int, timeline: Timeline | None, what: Sequence[Any]
    ) -> Select[Any]:
        """Return what is asked of the known versions of the newest laps."""
        return (
            select(*what)
            .select_from(record)
            .join(
                record_now,
                (record.c.stream_id == record_now.c.stream_id)
                & (record.c.base_id == record_now.c.base_id)  # by its key
                & (record.c.record_id == record_now.c.record_id),
            )
            .where(record_now.c.stream_id == stream_id, self._is_meant())
            .where(self._cutoff.of_records(record.c, timeline))
        )

    def _before(self, stream_id: int, timeline: Timeline | None) -> Sequence[Version]:
        """Return the known versions of records whose newest lap was not known: of a lap before."""
        if stream_id not in self._earlier:
            self._earlier[stream_id] = list(self._lap_by_lap(stream_id, timeline))
        return self._earlier[stream_id]

    def _lap_by_lap(self, stream_id: int, timeline: Timeline | None) -> Iterator[Version]:
        behind = self._behind(stream_id, timeline)
        if not behind:
            return
        laps = select(func.min(record.c.lap)).where(record.c.stream_id == stream_id)
        first = int(self._connection.execute(laps).scalar() or 0)  # history is laps before the 0th
        while behind := {base: lap - 1 for base, lap in behind.items() if lap > first}:
            keys = [key_of(base, lap) for base, lap in behind.items()]
            for start in range(0, len(keys), IDS_A_QUERY):
                which = (
                    select(*self._asked())
                    .where(record.c.stream_id == stream_id)
                    .where(record.c.record_id.in_(keys[start : start + IDS_A_QUERY]))
                    .where(self._cutoff.of_records(record.c, timeline))
                    .order_by(record.c.record_id, record.c.revision)
                )
                for version in self._read(self._connection.execute(which)):
                    behind.pop(version["base_id"], None)
                    yield version

    def _behind(self, stream_id: int, timeline: Timeline | None) -> Mapping[str, int]:
        """Return the records of whose newest lap nothing was known, with that lap."""
        is_known = (
            select(record.c.record_id)
            .where(record.c.stream_id == record_now.c.stream_id)
            .where(record.c.record_id == record_now.c.record_id)
            .where(self._cutoff.of_records(record.c, timeline))
            .exists()
        )
        which = select(record_now.c.base_id, record_now.c.lap).where(
            record_now.c.stream_id == stream_id, self._is_meant(), ~is_known
        )
        return {row.base_id: row.lap for row in self._connection.execute(which)}

    def _is_meant(self) -> ColumnElement[bool]:
        return true() if self._only is None else self._only

    def _asked(self) -> list[ColumnElement[Any]]:
        return [record.c[name] for name in self._columns]

    def _read(self, found: Any) -> Iterator[Version]:
        for row in found:
            yield dict(zip(self._columns, row, strict=True))
