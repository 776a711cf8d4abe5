"""Which series there are in a stream, as its one writer knows them without asking again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, func, insert, select, update

from data_access.contracts import CITY_AREA
from data_access.rows import SeriesKey
from data_access.store.tables import latest, observation, series

ENTITY, AREA = "entity", "area"
NONE = -1
_NEVER_US = np.iinfo(np.int64)
NEVER_US = int(_NEVER_US.min)  # when a series without a row had its newest


class SeriesBook:
    """Ids, areas and extents of the series of one stream.

    Arrays are indexed by series id: `first` and `last` hold the extent in time of all rows, also
    withdrawn ones (reversed when empty), `newest` the time of the newest that stands, `area` and
    `city` the series their rows are folded into (NONE: not).
    """

    def __init__(self, connection: Connection, stream_id: int) -> None:
        self.stream_id = stream_id
        self._ids: dict[tuple[str, str], int] = {}  # (indicator, entity)
        self._areas: dict[tuple[str, str], int] = {}  # (indicator, area)
        self._area_of: dict[int, str | None] = {}
        self.indicator_of: dict[int, str] = {}
        self.first = np.zeros(0, np.int64)
        self.last = np.zeros(0, np.int64)
        self.newest = np.zeros(0, np.int64)
        self.area = np.zeros(0, np.int64)
        self.city = np.zeros(0, np.int64)
        self._load(connection)

    def resolve(
        self, connection: Connection, keys: Sequence[SeriesKey]
    ) -> tuple[npt.NDArray[np.int64], set[int]]:
        """Return the ids of `keys`, new ones added, and the area series whose members changed."""
        missing = [key for key in keys if (key.indicator, key.entity) not in self._ids]
        if missing:
            self._add(connection, ENTITY, {(k.indicator, k.entity): k.area for k in missing})
            self._connect(connection, missing)
        disturbed: set[int] = set()
        for key in keys:
            each = self._ids[key.indicator, key.entity]
            if self._area_of[each] != key.area:
                disturbed |= self._move(connection, each, key)
        ids = [self._ids[key.indicator, key.entity] for key in keys]
        return np.array(ids, np.int64), disturbed

    def members(self, area_series: int) -> list[int]:
        """Return the entity series that are folded into an area series."""
        inside = (self.area == area_series) | (self.city == area_series)
        found: list[int] = np.flatnonzero(inside).tolist()
        return found

    def extend(self, ids: npt.NDArray[np.int64], at_us: npt.NDArray[np.int64]) -> None:
        """Take note that these series have rows at these times."""
        np.minimum.at(self.first, ids, at_us)
        np.maximum.at(self.last, ids, at_us)

    def _load(self, connection: Connection) -> None:
        first, last = (
            select(extreme(observation.c.at_us))
            .where(observation.c.series_id == series.c.id)
            .scalar_subquery()
            for extreme in (func.min, func.max)
        )
        found = connection.execute(
            select(
                series.c.id,
                series.c.indicator,
                series.c.kind,
                series.c.name,
                series.c.area,
                first,
                last,
                latest.c.at_us,
            )
            .outerjoin(latest, latest.c.series_id == series.c.id)
            .where(series.c.stream_id == self.stream_id)
        ).all()
        self._grow(max((row[0] for row in found), default=NONE))
        for each, indicator, kind, name, area, first_us, last_us, newest_us in found:
            self._remember(each, indicator, kind, name, area)
            if first_us is not None:
                self.first[each], self.last[each] = first_us, last_us
            if newest_us is not None:
                self.newest[each] = newest_us
        for key, each in self._ids.items():
            self._point(each, key[0], self._area_of[each])

    def _add(
        self, connection: Connection, kind: str, names: dict[tuple[str, str], str | None]
    ) -> None:
        added = connection.execute(
            insert(series).returning(series.c.id, sort_by_parameter_order=True),
            [
                {
                    "stream_id": self.stream_id,
                    "indicator": indicator,
                    "kind": kind,
                    "name": name,
                    "area": area,
                }
                for (indicator, name), area in names.items()
            ],
        ).scalars()
        for each, ((indicator, name), area) in zip(added, names.items(), strict=True):
            self._grow(each)
            self._remember(each, indicator, kind, name, area)

    def _connect(self, connection: Connection, keys: Iterable[SeriesKey]) -> None:
        """Point entity series at their area's and the city's series, adding those missing."""
        keys = [key for key in keys if key.area is not None]
        wanted = {(k.indicator, k.area): k.area for k in keys if k.area is not None}
        wanted |= {(k.indicator, CITY_AREA): CITY_AREA for k in keys}
        missing = {name: area for name, area in wanted.items() if name not in self._areas}
        if missing:
            self._add(connection, AREA, dict.fromkeys(missing))
        for key in keys:
            self._point(self._ids[key.indicator, key.entity], key.indicator, key.area)

    def _move(self, connection: Connection, each: int, key: SeriesKey) -> set[int]:
        """Give a series another area; returns the area series that must be folded again."""
        before = {int(self.area[each]), int(self.city[each])}
        connection.execute(update(series).where(series.c.id == each).values(area=key.area))
        self._area_of[each] = key.area
        self.area[each] = self.city[each] = NONE
        self._connect(connection, [key])
        return (before | {int(self.area[each]), int(self.city[each])}) - {NONE}

    def _point(self, each: int, indicator: str, area: str | None) -> None:
        if area is None:
            return
        self.area[each] = self._areas[indicator, area]
        if area != CITY_AREA:
            self.city[each] = self._areas[indicator, CITY_AREA]

    def _remember(self, each: int, indicator: str, kind: str, name: str, area: str | None) -> None:
        self.indicator_of[each] = indicator
        if kind == AREA:
            self._areas[indicator, name] = each
        else:
            self._ids[indicator, name] = each
            self._area_of[each] = area

    def _grow(self, largest: int) -> None:
        more = largest + 1 - len(self.first)
        if more <= 0:
            return
        more = max(more, len(self.first))
        self.first = np.append(self.first, np.full(more, _NEVER_US.max))
        self.last = np.append(self.last, np.full(more, _NEVER_US.min))
        self.newest = np.append(self.newest, np.full(more, _NEVER_US.min))
        self.area = np.append(self.area, np.full(more, NONE))
        self.city = np.append(self.city, np.full(more, NONE))
