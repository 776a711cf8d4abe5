"""From the observations store to what detectors look at (`scene.py`): nothing is judged here.

Every time is track time of the detector's dataset; what other datasets tell (accidents, closures)
is brought there by glass time.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

import numpy as np

from analytics.detection.hours import HourFiles
from analytics.detection.options import DetectorOptions, us
from analytics.detection.scene import Happening, Scene
from analytics.detection.track import DAY_US, HOUR_US, Rows, Spot, Track
from analytics.detection.usual import KindOf, Profile
from data_access.aggregates.items import both_languages
from data_access.aggregates.parts import point_of
from data_access.city import City
from data_access.durations import duration_s
from data_access.envelope import Text
from data_access.replay import Timeline
from data_access.store.snapshot import Snapshot

LONGEST_STEP_US = DAY_US


@dataclass
class Watcher:
    """Reads scenes of one snapshot; what two detectors share is read once."""

    snapshot: Snapshot
    city: City
    now_ms: float
    hours: HourFiles
    kind_of: KindOf
    _rows: dict[tuple[str, str], tuple[int, Mapping[str, Rows]]] = field(default_factory=dict)

    def timeline(self, dataset: str) -> Timeline | None:
        """Return how a dataset is played; None when nothing feeds it."""
        current = self.snapshot.current(dataset)
        return None if current is None else current.timeline

    def glass_ms(self, dataset: str, track_us: int) -> float:
        """Return when a track time of a dataset is on glass."""
        line = self.timeline(dataset)
        return (track_us if line is None else line.glass(track_us)) / 1000

    def scene(
        self,
        options: DetectorOptions,
        *,
        how: Any = "mean",
        free_flow: str = "",
        causes: Sequence[str] = (),
        suspects: frozenset[str] = frozenset(),
        extra: Sequence[Happening] = (),
        with_profile: bool = True,
        rename: Mapping[str, str] | None = None,
    ) -> Scene | None:
        """Return what a detector looks at; None when there is nothing to look at.

        `how`: whether the values of a step are averaged or added up. `rename`: what entities are
        told under one name (their values added up).
        """
        contract = self.city.datasets[options.dataset]
        indicator = contract.indicators[options.indicator]
        newest_us = self.snapshot.newest_us(options.dataset)
        line = self.timeline(options.dataset)
        if newest_us is None or line is None:
            return None
        step_us = min(round(duration_s(contract.cadence) * 1_000_000), LONGEST_STEP_US)
        to_us = min(newest_us, line.track(int(self.now_ms * 1000)))
        from_us = to_us - us(options.history)
        found = self.recent(options.dataset, options.indicator, from_us)
        names = sorted(each.entity for each in
                       self.snapshot.newest(options.dataset, options.indicator))  # fmt: skip
        if not names:
            return None
        track = Track.of(
            found,
            step_us=step_us,
            from_us=from_us,
            to_us=to_us,
            bounds=(indicator.min, indicator.max),
            names=names,
            counts=how == "sum",
            phase_us=self._phase_us(to_us) if step_us >= DAY_US else 0,
        )
        profile = None
        if with_profile:
            past = self.hours.read(
                self.snapshot,
                options.dataset,
                options.indicator,
                names=names,
                until_us=to_us,
                how=how,
                since_us=lap_begin_us(line, to_us),
            )
            if rename is not None:
                past = gathered(past, rename)
            least = options.least_spread, options.least_share
            profile = Profile(past, self.city.zone, self.kind_of, *least, recorded_us=line.source)
        if rename is not None:
            track = gathered(track, rename)
        return Scene(
            track=track,
            spots=self.spots(options.dataset) if rename is None else {},
            profile=profile,
            free=self._free(options.dataset, free_flow) if free_flow else {},
            happenings=(
                *(each for name in causes for each in self._happenings(name, line, from_us)),
                *extra,
            ),
            suspects=suspects,
        )

    def spots(self, dataset: str) -> dict[str, Spot]:
        """Return where the entities of a dataset are; detectors of a road are named after it."""
        links = self.city.network.links
        found = {}
        for name, place in self.snapshot.places(dataset).items():
            link = links.get(str(place.attributes.get("link", "")))
            said = link.name if link is not None else place.name
            found[name] = Spot(said, place.lat, place.lon, place.area)
        return found

    def recent(self, dataset: str, indicator: str, from_us: int) -> Mapping[str, Rows]:
        """Return the rows of every entity from a time on, or from before it."""
        known = self._rows.get((dataset, indicator))
        if known is None or known[0] > from_us:
            rows: Mapping[str, Rows] = self.snapshot.recent(dataset, indicator, from_us=from_us)
            self._rows[dataset, indicator] = from_us, rows
            return rows
        return known[1]

    def _phase_us(self, at_us: int) -> int:
        """Return by how much the city's midnight is off the day's of UTC."""
        local = datetime.fromtimestamp(at_us / 1e6, UTC).astimezone(self.city.zone)
        offset = local.utcoffset()
        return 0 if offset is None else -round(offset.total_seconds() * 1_000_000) % DAY_US

    def _free(self, dataset: str, attribute: str) -> dict[str, float]:
        return {
            name: float(place.attributes[attribute])
            for name, place in self.snapshot.places(dataset).items()
            if isinstance(place.attributes.get(attribute), int | float)
        }

    def _happenings(self, dataset: str, line: Timeline, from_us: int) -> list[Happening]:
        """Return what a dataset of records told of lately and is placed, in the track of `line`."""
        other = self.timeline(dataset)
        if other is None:
            return []

        def here(track_us: int) -> int:
            return line.track(other.glass(track_us))

        now_us = other.track(int(self.now_ms * 1000))
        since_us = now_us - (line.track(int(self.now_ms * 1000)) - from_us)
        found = []
        for life in self.snapshot.lives(dataset, since_us=since_us, bodies=True):
            is_told = life.opened_us <= now_us and life.status not in ("replaced", "cancelled")
            if is_told and life.geometry is not None and life.body.get("actual", True):
                lat, lon = point_of(life.geometry)
                ended = None if life.ended_us is None else here(life.ended_us)
                name = self._name(dataset, life.category, life.body)
                found.append(Happening(life.category, name, lat, lon, here(life.opened_us), ended))
        return found

    def _name(self, dataset: str, category: str, body: Mapping[str, Any]) -> Text:
        known = self.city.datasets[dataset].categories.get(category)
        return dict(known) if known is not None else both_languages(body.get("title") or category)

    @cached_property
    def unit_spots(self) -> dict[str, Spot]:
        """Return the units of the city, at their centroids."""
        return {u.code: Spot(u.name, u.lat, u.lon, u.code) for u in self.city.areas}


def lap_begin_us(line: Timeline, now_us: int) -> int:
    """Return from when on the hours before now are others than those that play now.

    What is played in a loop was the same a lap ago, to the last value: counted as a day of its own
    it would make whatever happens now usual.
    """
    return now_us - line.period_us + HOUR_US if line.period_us else 0


def gathered(track: Track, rename: Mapping[str, str]) -> Track:
    """Return a track of counts by other names, those of one name added up.

    A step in which anything was told has 0 where nothing was.
    """
    names = tuple(sorted({rename.get(name, name) for name in track.names}))
    at = {name: column for column, name in enumerate(names)}
    known = np.isfinite(track.values)
    sums = np.zeros((len(track.values), len(names)))
    for column, name in enumerate(track.names):
        told = np.where(known[:, column], track.values[:, column], 0.0)
        sums[:, at[rename.get(name, name)]] += told
    sums[~known.any(axis=1)] = np.nan
    return Track(track.start_us, track.step_us, names, sums)
