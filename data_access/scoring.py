"""The six scores beside the data path: measured when something changed, and as time passes.

A few datasets a tick, so that no tick waits for all; what is heavy (whole days of cells, distances
between stations, sums of years) seldom. Only what changed is written, and once a new hour begins
all of it: a value a dataset, criterion and hour. A dataset being filled is not measured meanwhile.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass

from sqlalchemy.exc import DBAPIError

from data_access.aggregates.registry import aggregates
from data_access.city import City
from data_access.criteria.checks import measure, standings
from data_access.criteria.part import Part, Subject, Use
from data_access.envelope import LIVE
from data_access.errors import StoreError
from data_access.store import StoreReader, StoreWriter, scores
from data_access.store.scores import HOUR_US, Standing

log = logging.getLogger(__name__)

AGAIN_MS = 60_000.0  # between two measurements of what did not change
LEAST_MS = 5_000.0  # between two of what did
HEAVY_MS = 600_000.0  # between two of what is heavy
A_TICK = 2  # datasets measured in one tick
FAILED_MS = 30_000.0  # until a dataset that cannot be measured is tried again

Uses = Callable[[], Mapping[str, Use]]
Shown = tuple[Standing, ...]


@dataclass(frozen=True, slots=True)
class Scored:
    """What came of a measuring: datasets below other floors than before; whether scores are."""

    others: frozenset[str] = frozenset()
    is_new: bool = False


class Scoring:
    """Measures the datasets of one city in one realm."""

    def __init__(
        self,
        city: City,
        reader: StoreReader,
        writer: StoreWriter,
        *,
        uses: Uses | None = None,
        realm: str = LIVE,
    ) -> None:
        self._city = city
        self._reader = reader
        self._writer = writer
        self._uses = uses
        self._realm = realm
        self._shown_in = _shown_in(city)
        self._measured_ms: dict[str, float] = {}
        self._heavy_ms: dict[str, float] = {}
        self._parts: dict[str, Mapping[int, Sequence[Part]]] = {}
        self._kept: dict[str, tuple[int, Shown]] = {}  # as written: hour, standings
        self._changed: set[str] = set()
        self._failing: Mapping[str, str] = {}
        self._below: dict[str, dict[str, float]] = {}
        self._is_loaded = False

    @property
    def below(self) -> Mapping[str, Mapping[str, float]]:
        """The floors each dataset is below, by criterion; most have none."""
        return self._below

    def refresh(
        self, now_ms: float, changed: Set[str], failing: Mapping[str, str], filling: Set[str]
    ) -> Scored:
        """Measure what is due; tell what is new."""
        self._changed |= changed
        self._changed |= {n for n in self._city.datasets if self._failing.get(n) != failing.get(n)}
        self._failing = dict(failing)
        due = [name for name in self._city.datasets if self._is_due(name, now_ms, filling)]
        if not due:
            return Scored()
        due.sort(key=lambda name: self._measured_ms.get(name, 0.0))
        try:
            return self._measure(due[:A_TICK], now_ms)
        except StoreError as error:
            log.error("scores cannot be kept (again in %.0f s): %s", FAILED_MS / 1000, error)
            for name in due[:A_TICK]:
                self._measured_ms[name] = now_ms + FAILED_MS - LEAST_MS
            return Scored()

    def _is_due(self, name: str, now_ms: float, filling: Set[str]) -> bool:
        if name in filling:
            return False
        measured_ms = self._measured_ms.get(name)
        if measured_ms is None:
            return True
        return now_ms - measured_ms >= (LEAST_MS if name in self._changed else AGAIN_MS)

    def _measure(self, names: Sequence[str], now_ms: float) -> Scored:
        now_us = int(now_ms * 1000)
        uses = {} if self._uses is None else self._uses()
        found: dict[str, Shown] = {}
        with self._reader.snapshot(self._realm) as snapshot:
            if not self._is_loaded:
                self._load(scores.open_shortfalls(snapshot))
            for name in names:
                subject = Subject(
                    contract=self._city.datasets[name],
                    city=self._city,
                    snapshot=snapshot,
                    now_us=now_us,
                    failing=self._failing.get(name),
                    was_short=name in self._below,
                    shown_in=self._shown_in.get(name, ()),
                    use=None if self._uses is None else uses.get(name, Use()),
                )
                self._measured_ms[name] = now_ms
                self._changed.discard(name)
                try:
                    found[name] = self._stand(subject, now_ms)
                except DBAPIError:
                    raise  # of the store, and told as such by the snapshot
                except Exception:  # one dataset must not stop the others
                    log.exception("%s cannot be measured", name)
        return self._keep(found, now_us)

    def _stand(self, subject: Subject, now_ms: float) -> Shown:
        name = subject.contract.id
        heavy = now_ms - self._heavy_ms.get(name, -HEAVY_MS) >= HEAVY_MS
        parts = measure(subject, heavy=heavy, before=self._parts.get(name, {}))
        if heavy:
            self._heavy_ms[name] = now_ms
        self._parts[name] = parts
        return tuple(standings(subject, parts))

    def _keep(self, found: Mapping[str, Shown], now_us: int) -> Scored:
        hour = now_us // HOUR_US
        new: list[Standing] = []
        for name, shown in found.items():
            was_hour, was = self._kept.get(name, (None, ()))
            before = {each.criterion: each for each in was} if was_hour == hour else {}
            new += [each for each in shown if before.get(each.criterion) != each]
        if new:
            self._writer.keep_scores(new, now_us=now_us, realm=self._realm)
        others = set()
        for name, shown in found.items():
            self._kept[name] = (hour, shown)
            below = {each.criterion: each.floor for each in shown if each.is_short}
            if below != self._below.get(name, {}):
                others.add(name)
            self._below[name] = below
        self._below = {name: below for name, below in self._below.items() if below}
        return Scored(frozenset(others), bool(new))

    def _load(self, shortfalls: Sequence[scores.Shortfall]) -> None:
        """Go on from what was below its floor when the feed ended."""
        for each in shortfalls:
            self._below.setdefault(each.dataset, {})[each.criterion] = each.floor
        self._is_loaded = True


def _shown_in(city: City) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for aggregate in aggregates().values():
        for dataset in aggregate.datasets:
            if dataset in city.datasets:
                found.setdefault(dataset, []).append(aggregate.name)
    return found
