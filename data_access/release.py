"""What others may be told of secret records: how many, of what, in which unit, and later.

A contract's `release` says so, and an aggregate registered as `released` sees datasets only through
`Released`. So no place, name or moment of a record can get into its envelope, whatever it does with
what it reads. Not for who may see what: that is permissions/.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from data_access.city import City
from data_access.classification import Classification
from data_access.contracts import DatasetContract, Release
from data_access.durations import duration_s
from data_access.rollup import HOUR_US
from data_access.store.snapshot import Current, Life, Reading, Snapshot

SECOND_US = 1_000_000


def told_at(contract: DatasetContract) -> Classification:
    """Return how secret what is released of a dataset is; all of it where nothing is held back."""
    return contract.classification if contract.release is None else contract.release.classification


class Released(Snapshot):
    """A snapshot of which only released records can be read; everything else is refused."""

    def __init__(self, snapshot: Snapshot, city: City, now_us: int) -> None:
        """See `snapshot` at glass time `now_us` through the contracts' releases."""
        self._whole = snapshot
        self._city = city
        self._now_us = now_us
        self.realm = snapshot.realm

    def __getattr__(self, name: str) -> Any:
        raise LookupError(f"{name} is not released; expected records, of lives()")

    def current(self, dataset: str) -> Current | None:
        """Return the current stream of `dataset`, None when nothing feeds it."""
        return self._whole.current(dataset)

    def reading(self, dataset: str) -> Reading:
        """Return how many rows of the dataset's files were accepted and refused."""
        return self._whole.reading(dataset)

    def newest_us(self, dataset: str) -> int | None:
        """Return the time of the newest record that is told of."""
        newest, until_us = self._whole.newest_us(dataset), self.until_us(dataset)
        return newest if newest is None or until_us is None else min(newest, until_us)

    def until_us(self, dataset: str) -> int | None:
        """Return up to which track time records of `dataset` are told of; None when not fed."""
        release, current = self._release(dataset), self._whole.current(dataset)
        if current is None:
            return None
        delay_us = int(duration_s(release.delay) * SECOND_US)
        return current.timeline.track(self._now_us) - delay_us

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
        geometries: bool = False,
    ) -> list[Life]:
        """Return what is told of the records: kind, unit, hour, state, and the released fields."""
        last_us = self.until_us(dataset)
        if last_us is None:
            return []
        found = self._whole.lives(
            dataset,
            statuses=statuses,
            active_us=active_us,
            since_us=since_us,
            until_us=until_us,
            bodies=bodies,
            geometries=False,
        )
        release = self._release(dataset)
        told = [_told(life, release, last_us) for life in found if life.opened_us <= last_us]
        return told if limit is None else told[:limit]

    def _release(self, dataset: str) -> Release:
        release = self._city.datasets[dataset].release
        if release is None:
            raise LookupError(f"nothing of {dataset} is released")
        return release


def _told(life: Life, release: Release, until_us: int) -> Life:
    hour_us = life.opened_us // HOUR_US * HOUR_US
    ended = life.ended_us is not None and life.ended_us <= until_us
    return replace(
        life,
        base_id="",
        reported_us=hour_us,
        opened_us=hour_us,
        ended_us=life.ended_us if ended else None,
        due_us=None,
        body={name: life.body[name] for name in release.fields if name in life.body},
        geometry=None,
        source_ref="",
    )
