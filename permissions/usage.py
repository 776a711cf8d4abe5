"""Who used which dataset, and when: counted in memory by those who answer, kept now and then.

What is counted are minutes in which a dataset was looked at, by people as by walls (which are
accounts of their own): a page that draws itself anew is no new reading. A row a day, dataset,
account and place, so that reading writes nothing and what is kept stays small. Not for what
somebody did: `permissions.audit` has refusals one by one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection, Engine, delete, func, insert, select, update
from sqlalchemy.exc import SQLAlchemyError

from data_access.criteria.part import Use
from permissions.database import writing
from permissions.tables import dataset_use

DAY_MS, MINUTE_MS = 86_400_000, 60_000
KEPT_DAYS = 92
ON_AIR = "wall"  # the place, and the role, of what walls show


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads, and where: an account with its role on a page, or a wall."""

    actor: str
    role: str
    place: str


@dataclass(frozen=True, slots=True)
class Used:
    """How a reader used a dataset in the days asked about."""

    reader: Reader
    answered: int  # minutes in which it was given
    refused: int
    last_at_ms: float


@dataclass(slots=True)
class _Count:
    answered: int = 0
    refused: int = 0
    last_at_ms: float = 0.0

    def add(self, other: _Count) -> None:
        """Count what another has counted, too."""
        self.answered += other.answered
        self.refused += other.refused
        self.last_at_ms = max(self.last_at_ms, other.last_at_ms)


class UsageLog:
    """The uses of datasets in one operations store; web keeps it, others read."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._lock = threading.Lock()
        self._counts: dict[tuple[int, str, Reader], _Count] = {}
        self._minutes: dict[tuple[str, Reader], int] = {}  # of the newest reading

    def note(
        self, datasets: Iterable[str], reader: Reader, *, at_ms: float, is_refused: bool = False
    ) -> None:
        """Count that `reader` was given these datasets, or was refused them; writes nothing."""
        day, minute = int(at_ms // DAY_MS), int(at_ms // MINUTE_MS)
        with self._lock:
            for dataset in set(datasets):
                if not is_refused and self._minutes.get((dataset, reader)) == minute:
                    continue
                count = self._counts.setdefault((day, dataset, reader), _Count())
                count.refused += is_refused
                count.last_at_ms = at_ms
                if not is_refused:
                    count.answered += 1
                    self._minutes[dataset, reader] = minute

    def keep(self) -> None:
        """Write what was counted, and let go what is too old; what cannot be written waits."""
        with self._lock:
            counts, self._counts = self._counts, {}
            newest_minute = max(self._minutes.values(), default=0)
            self._minutes = {k: m for k, m in self._minutes.items() if m == newest_minute}
        if not counts:
            return
        newest = max(day for day, *_ in counts)
        try:
            with writing(self._engine) as connection:
                for (day, dataset, reader), count in counts.items():
                    _add(connection, day, dataset, reader, count)
                connection.execute(
                    delete(dataset_use).where(dataset_use.c.day <= newest - KEPT_DAYS)
                )
        except SQLAlchemyError:
            with self._lock:
                for key, count in counts.items():
                    self._counts.setdefault(key, _Count()).add(count)
            raise

    def of(self, dataset: str, *, now_ms: float, days: int, whole_days: bool = False) -> list[Used]:
        """Return who used a dataset in the last `days`, the last one first.

        Of `whole_days`, before that of `now_ms`: what is kept of a day is all of it.
        """
        table, today = dataset_use.c, int(now_ms // DAY_MS)
        since_day, until_day = today - days, today - whole_days
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(
                    table.actor,
                    table.role,
                    table.place,
                    func.sum(table.answered).label("answered"),
                    func.sum(table.refused).label("refused"),
                    func.max(table.last_at_ms).label("last_at_ms"),
                )
                .where(table.dataset == dataset, table.day.between(since_day + 1, until_day))
                .group_by(table.actor, table.role, table.place)
            ).all()
        found = {
            Reader(row.actor, row.role, row.place): _Count(
                int(row.answered), int(row.refused), float(row.last_at_ms)
            )
            for row in rows
        }
        with self._lock:  # what was counted here, and is not kept yet
            for (day, name, reader), count in self._counts.items():
                if name == dataset and since_day < day <= until_day:
                    found.setdefault(reader, _Count()).add(count)
        told = [
            Used(reader, each.answered, each.refused, each.last_at_ms)
            for reader, each in found.items()
        ]
        return sorted(told, key=lambda each: -each.last_at_ms)

    def totals(self, *, now_ms: float, days: int) -> Mapping[str, Use]:
        """Return how each dataset was used in the last `days`: what a score is made of.

        Walls are no people, and are answered always; who was only refused has not used it.
        """
        table = dataset_use.c
        is_person = table.place != ON_AIR
        query = (
            select(
                table.dataset,
                func.count(table.actor.distinct()).filter(table.answered > 0).label("people"),
                func.sum(table.answered).label("answered"),
                func.sum(table.refused).label("refused"),
            )
            .where(is_person, table.day > int(now_ms // DAY_MS) - days)
            .group_by(table.dataset)
        )
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        return {
            row.dataset: Use(int(row.people), int(row.answered), int(row.refused)) for row in rows
        }


def _add(connection: Connection, day: int, dataset: str, reader: Reader, count: _Count) -> None:
    key = {"day": day, "dataset": dataset, "actor": reader.actor, "place": reader.place}
    told = {"role": reader.role, "last_at_ms": int(count.last_at_ms)}
    changed = connection.execute(
        update(dataset_use)
        .filter_by(**key)
        .values(
            **told,
            answered=dataset_use.c.answered + count.answered,
            refused=dataset_use.c.refused + count.refused,
        )
    )
    if not changed.rowcount:
        connection.execute(
            insert(dataset_use).values(
                **key, **told, answered=count.answered, refused=count.refused
            )
        )
