"""From the store to the cache: which aggregates to build again, and the envelopes that changed.

An aggregate is built again when one of its datasets or of the aggregates it reads has changed, and
once a minute, since ages and windows move with time alone. An envelope that says nothing else than
the one before is not written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence, Set
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar, Protocol

from data_access.aggregates.aggregate import Aggregate, text
from data_access.aggregates.build import build_envelope
from data_access.aggregates.registry import aggregates
from data_access.city import City
from data_access.classification import Classification
from data_access.envelope import LIVE, Envelope
from data_access.errors import CacheError, StoreError
from data_access.geometry import write_geometry
from data_access.model import Entity
from data_access.store.snapshot import Snapshot
from language import in_all_languages

log = logging.getLogger(__name__)

GEOMETRY = "city.geometry"
REFRESH_MS = 60_000.0
WHOLE_MS = 5_000.0  # least time between two builds of an aggregate of everything
FILLING_MS = 1_000.0  # least time between two builds while history is being written
RESTATE_MS = 300_000.0  # an aggregate without data of its own says again that it is current
AGAIN_MS = 5_000.0  # after a failure
FOR_EVER_MS = 10 * 365 * 86_400_000.0
UNREADABLE = text("không đọc được nguồn dữ liệu", "the source cannot be read")


class Snapshots(Protocol):
    """Where consistent views of what is counted come from."""

    def snapshot(self) -> AbstractContextManager[Snapshot]:
        """Open a view; raises StoreError."""


class Kept(Protocol):
    """Where envelopes are kept."""

    def read_many(self, names: Iterable[str], realm: str = LIVE) -> dict[str, Envelope]:
        """Return the envelopes there are of these aggregates."""

    def write_many(self, envelopes: Iterable[Envelope]) -> None:
        """Keep envelopes; raises CacheError."""


class Exposition:
    """Builds and keeps the envelopes of one realm. One process does so."""

    ALWAYS: ClassVar[tuple[str, ...]] = (GEOMETRY,)

    def __init__(
        self,
        city: City,
        reader: Snapshots,
        cache: Kept,
        geometry: Path | None,
        *,
        realm: str = LIVE,
    ) -> None:
        """Without a folder for `geometry` none is drawn: beside live, live's is looked at."""
        self._city = city
        self._reader = reader
        self._cache = cache
        self._geometry = geometry
        self._realm = realm
        self._aggregates = {
            name: aggregate for name, aggregate in aggregates().items() if aggregate.is_for(city)
        }
        self._shown = cache.read_many([*self._aggregates, *self.ALWAYS], realm)
        self._built_ms: dict[str, float] = {}
        self._due: set[str] = set(self._aggregates)
        self._failed_ms = -AGAIN_MS
        self._edition_ms = 0.0
        self._drawn: Mapping[str, tuple[Entity, ...]] = {}
        self._is_drawn = geometry is None or GEOMETRY in self._shown  # by this feed, or before
        self._is_checked = False

    def place(self, entities: Mapping[str, Sequence[Entity]], *, is_all: bool) -> None:
        """Take note of where entities are, by dataset; the geometry follows with the refresh.

        Until `is_all` are known, layers drawn before stay as they are.
        """
        if not is_all and GEOMETRY in self._shown:
            return
        layers = {
            contract.layer: tuple(each for each in entities[name] if each.area is not None)
            for name, contract in self._city.datasets.items()
            if contract.layer is not None and entities.get(name)
        }
        drawn = {layer: found for layer, found in layers.items() if layer != "links"}
        if drawn != self._drawn or not self._is_checked:
            self._drawn, self._is_drawn, self._is_checked = drawn, False, True

    def refresh(
        self,
        now_ms: float,
        changed: Set[str],
        failing: Mapping[str, str],
        below: Mapping[str, Mapping[str, float]],
        *,
        is_busy: bool = False,
        is_scored: bool = False,
        edition_ms: float | None = None,
    ) -> dict[str, int]:
        """Build what is due, write what changed, and return the versions of that.

        `failing` says why a dataset cannot be read, `below` which floors it is below, by criterion;
        `is_scored` when scores were written since. `edition_ms` is what versions rise with, where
        the realm's own time `now_ms` may go back.
        """
        self._edition_ms = now_ms if edition_ms is None else edition_ms
        for name, aggregate in self._aggregates.items():
            is_whole = not aggregate.datasets and not aggregate.reads
            concerned = bool(changed) or is_scored
            if not is_whole:
                concerned = not changed.isdisjoint(aggregate.datasets)
            if concerned or now_ms - self._built_ms.get(name, 0.0) >= REFRESH_MS:
                self._due.add(name)
        if now_ms - self._failed_ms < AGAIN_MS:
            return {}
        ready = [n for n in self._aggregates if self._is_ready(n, now_ms, is_busy=is_busy)]
        if not ready and self._is_drawn:
            return {}
        try:
            made = self._build(ready, now_ms, failing, below) if ready else {}
            if not self._is_drawn:
                made |= self._draw(now_ms)
            if made:
                self._cache.write_many(made.values())
        except (StoreError, CacheError, OSError) as error:  # OSError: the geometry's files
            log.error("envelopes cannot be written (again in %.0f s): %s", AGAIN_MS / 1000, error)
            self._failed_ms = now_ms
            self._due.update(ready)
            return {}
        self._shown |= made
        return {name: envelope.version for name, envelope in made.items()}

    def settled(self, filling: Set[str]) -> dict[str, Envelope]:
        """Return the envelopes in the cache that say all there is in the store.

        Left out are those that wait to be built and those of datasets that are being filled.
        """
        return {
            name: envelope
            for name, envelope in self._shown.items()
            if name not in self._due and filling.isdisjoint(envelope.datasets)
        }

    def _is_ready(self, name: str, now_ms: float, *, is_busy: bool) -> bool:
        if name not in self._due:
            return False
        aggregate, built_ms = self._aggregates[name], self._built_ms.get(name)
        if built_ms is None:
            return True
        least_ms = FILLING_MS if is_busy else 0.0
        if not aggregate.datasets and not aggregate.reads:
            least_ms = WHOLE_MS
        return now_ms - built_ms >= least_ms

    def _build(
        self,
        ready: Sequence[str],
        now_ms: float,
        failing: Mapping[str, str],
        below: Mapping[str, Mapping[str, float]],
    ) -> dict[str, Envelope]:
        made: dict[str, Envelope] = {}
        waiting = set(ready)
        with self._reader.snapshot() as snapshot:
            for name, aggregate in self._aggregates.items():  # those that read others come last
                if name not in waiting and made.keys().isdisjoint(aggregate.reads):
                    continue
                self._due.discard(name)
                self._built_ms[name] = now_ms
                envelope = self._envelope(aggregate, snapshot, now_ms, made)
                if envelope is None:
                    continue
                envelope = _with_scores(_with_failures(envelope, failing), below)
                if not _says_the_same(envelope, self._shown.get(name), aggregate):
                    made[name] = envelope
        return made

    def _envelope(
        self,
        aggregate: Aggregate,
        snapshot: Snapshot,
        now_ms: float,
        made: Mapping[str, Envelope],
    ) -> Envelope | None:
        try:
            return build_envelope(
                aggregate,
                snapshot,
                self._city,
                now_ms=now_ms,
                version=self._next_version(aggregate.name),
                realm=self._realm,
                read=lambda name: made.get(name) or self._shown.get(name),
            )
        except StoreError:
            raise
        except Exception:  # one aggregate must not stop the others; its last envelope stays
            log.exception("%s cannot be built", aggregate.name)
            return None

    def _next_version(self, name: str) -> int:
        shown = self._shown.get(name)
        return max(0 if shown is None else shown.version + 1, int(self._edition_ms))

    def _draw(self, now_ms: float) -> dict[str, Envelope]:
        assert self._geometry is not None  # noqa: S101 - else it counts as drawn
        layers = write_geometry(self._city, self._city.areas, self._geometry, entities=self._drawn)
        self._is_drawn = True
        shown = self._shown.get(GEOMETRY)
        if shown is not None and shown.quality == {"layers": layers}:
            return {}
        owner = self._city.agencies[self._city.data_office]
        return {
            GEOMETRY: Envelope(
                realm=self._realm,
                aggregate=GEOMETRY,
                version=self._next_version(GEOMETRY),
                label=text("Nền bản đồ", "Map layers"),
                state="ok",
                made_at_ms=now_ms,
                as_of_ms=now_ms,
                source_at_ms=None,
                stale_after_ms=FOR_EVER_MS,
                owner=owner.id,
                owner_label=owner.name,
                datasets=(),
                origin="live",
                classification=Classification("public"),
                quality={"layers": layers},
            )
        }


def _with_failures(envelope: Envelope, failing: Mapping[str, str]) -> Envelope:
    """Say in an envelope which of its datasets cannot be read."""
    found = {name: in_all_languages(failing[name]) for name in envelope.datasets if name in failing}
    if not found:
        return envelope
    quality: dict[str, Any] = {**envelope.quality, "failing": found}
    reason = UNREADABLE if envelope.state == "absent" else envelope.reason
    return replace(envelope, quality=quality, reason=reason)


def _with_scores(envelope: Envelope, below: Mapping[str, Mapping[str, float]]) -> Envelope:
    """Say in an envelope which of its datasets are below their floors, and by what."""
    found = {name: dict(below[name]) for name in envelope.datasets if name in below}
    if not found:
        return envelope
    return replace(envelope, quality={**envelope.quality, "below": found})


def _says_the_same(envelope: Envelope, shown: Envelope | None, aggregate: Aggregate) -> bool:
    if shown is None:
        return False
    same_time: dict[str, Any] = {"version": shown.version, "made_at_ms": shown.made_at_ms}
    if not aggregate.datasets and not aggregate.reads:
        if envelope.made_at_ms - shown.made_at_ms >= RESTATE_MS:
            return False
        same_time["as_of_ms"] = shown.as_of_ms
    return replace(envelope, **same_time) == shown
