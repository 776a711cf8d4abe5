"""The newest rows of series as far as rows count by a cutoff: an index seek each."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, ScalarSelect, func, select, true

from data_access.replay import Timeline
from data_access.rows import WITHDRAWN
from data_access.store import parts
from data_access.store.cutoff import Cutoff
from data_access.store.evidence_rows import Row, row_columns
from data_access.store.series import ENTITY
from data_access.store.snapshot import Current
from data_access.store.tables import latest, observation, series


class NewestRows:
    """The newest rows of one store, from rows that count by `cutoff`."""

    def __init__(self, connection: Connection, cutoff: Cutoff) -> None:
        self._connection = connection
        self._cutoff = cutoff

    def of(self, current: Current, indicator: str) -> list[Row]:
        """Return the newest row of each series that stands."""
        mine = [*_mine(current), series.c.indicator == indicator]
        which = (
            row_columns()
            .join(series, series.c.id == observation.c.series_id)
            .where(*mine, observation.c.at_us == self._last_us(current.timeline))
            .where(self._cutoff.of_observations(observation.c, current.timeline))
            .order_by(series.c.name, series.c.indicator, observation.c.revision)
        )
        found = {(row.indicator, row.entity): Row(*row) for row in self._connection.execute(which)}
        return [*found.values(), *self._forgotten(mine, found.keys())]

    def newest_us(self, current: Current) -> int | None:
        """Return the time of the newest row of any series, None of none."""
        mine = _mine(current)
        last_us = self._last_us(current.timeline)
        times = [
            self._connection.execute(select(func.max(last_us)).where(*mine)).scalar(),
            *(row.at_us for row in self._forgotten([*mine, last_us.is_(None)], ())),
        ]
        return max((int(each) for each in times if each is not None), default=None)

    def taken_back(self, current: Current, indicator: str) -> list[Row]:
        """Return what was the newest of a series until its source said it no more."""
        if parts.gone(self._connection, current.id) is None:
            return []
        last_us = self._last_us(current.timeline, stands=False)
        which = (
            row_columns()
            .join(series, series.c.id == observation.c.series_id)
            .where(*_mine(current), series.c.indicator == indicator)
            .where(observation.c.at_us == last_us)
            .where(self._cutoff.of_observations(observation.c, current.timeline))
            .order_by(series.c.name, observation.c.revision)
        )
        found = {row.entity: Row(*row) for row in self._connection.execute(which)}
        return [row for row in found.values() if row.quality == WITHDRAWN]

    def _last_us(self, timeline: Timeline, *, stands: bool = True) -> ScalarSelect[int]:
        """Return the time of the newest row of a series that counts.

        Unless it `stands`, one that was withdrawn is it, too.
        """
        other = observation.alias()

        def counts(columns: Any) -> ColumnElement[bool]:
            return self._cutoff.of_observations(columns, timeline)

        return (
            select(other.c.at_us)
            .where(other.c.series_id == series.c.id)
            .where(counts(other.c), parts.stands(other, counts) if stands else true())
            .order_by(other.c.at_us.desc())
            .limit(1)
            .correlate(series)
            .scalar_subquery()
        )

    def _forgotten(
        self, mine: Sequence[ColumnElement[bool]], found: Collection[tuple[str, str]]
    ) -> list[Row]:
        """Return the newest values of series none of whose rows are kept."""
        which = (
            select(series.c.indicator, series.c.name, series.c.area, latest, observation.c.at_us)
            .join(latest, latest.c.series_id == series.c.id)
            .outerjoin(
                observation,
                (observation.c.series_id == series.c.id)
                & (observation.c.at_us == latest.c.at_us)
                & (observation.c.revision == 0),
            )
            .where(*mine, observation.c.at_us.is_(None))
        )
        return [
            Row(row.indicator, row.name, row.area, row[4], row.value, row.quality, 0, 0, None, -1)
            for row in self._connection.execute(which)
            if (row.indicator, row.name) not in found
        ]


def _mine(current: Current) -> list[ColumnElement[bool]]:
    return [series.c.stream_id == current.id, series.c.kind == ENTITY]
